"""A key on a token or in a security module (PKCS#11): a session that is opened once, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.errors import PublishError, Sentence

if TYPE_CHECKING:
    from pkcs11 import PKCS11Error
    from pyhanko.sign.signers import Signer

    from cescore.release.signing_settings import Pkcs11Key, SigningSettings

# what a token says in one word of its standard, without a text
WORDS = {
    "PinIncorrect": Sentence("the PIN is wrong; a token locks itself after a few wrong ones"),
    "PinLenRange": Sentence("the PIN is too short or too long"),
    "PinInvalid": Sentence("the PIN is wrong; a token locks itself after a few wrong ones"),
    "PinLocked": Sentence("the token has locked itself after too many wrong PINs"),
    "PinExpired": Sentence("the PIN has expired"),
    "TokenNotPresent": Sentence("found no token in the slot"),
    "DeviceRemoved": Sentence("the token was taken out"),
}  # fmt: skip


def open_token(settings: SigningSettings, key: Pkcs11Key, pin: str) -> Signer:
    """The signer whose key stays on the token.

    A key on an elliptic curve is given the digest, not the data: few tokens digest for such keys.

    Raises
    ------
    PublishError
        There is no such library, token, certificate or key, or the token refuses.
    """
    try:
        from pkcs11 import PKCS11Error
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.general import SigningError
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError:
        raise PublishError(
            Sentence(
                "{where}: pkcs11 needs the package python-pkcs11, which is not installed",
                where=settings.where,
            )
        ) from None

    class OfToken(PKCS11Signer):  # type: ignore[misc]
        """Says in words what a token refuses."""

        async def async_sign_raw(
            self, data: bytes, digest_algorithm: str, dry_run: bool = False
        ) -> bytes:
            try:
                signature: bytes = await super().async_sign_raw(data, digest_algorithm, dry_run)
            except PKCS11Error as error:
                raise SigningError(f"pkcs11 {key.label}: {_words(error)}") from None
            return signature

    try:
        session = open_pkcs11_session(
            str(settings.path(key.module)),
            slot_no=key.slot,
            token_criteria=TokenCriteria(label=key.token) if key.token else None,
            user_pin=pin,
        )
        signer = OfToken(session, cert_label=key.label, key_label=key.label)
        certificate = signer.signing_cert  # read from the token here, where an error can be told
        signer.use_raw_mechanism = certificate.public_key.algorithm == "ec"
    except (PKCS11Error, RuntimeError, OSError) as error:
        raise PublishError(
            Sentence(
                "{where}: pkcs11 {key}: {said}",
                where=settings.where,
                key=key.label,
                said=_words(error),
            )
        ) from None
    opened: Signer = signer
    return opened


def _words(error: PKCS11Error | RuntimeError | OSError) -> str:
    """What a token complains of, in a sentence where its own word is none."""
    name = type(error).__name__
    return WORDS.get(name) or str(error) or name

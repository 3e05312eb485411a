"""Where signatures come in: what signs a page, and what signs an edition's statement.

A signer is anything with these methods: a key in a file, a token, a service with algorithms of its own.
An edition made without one is unsigned, and its anchor is what proves it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Protocol

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class PdfSigner(Protocol):
    """Signs a finished PDF by adding to it; what was there stays byte for byte."""

    def sign(self, raw: bytes) -> bytes: ...


class PayloadSigner(Protocol):
    """Signs bytes; ``key_id`` tells whoever verifies them which key to take."""

    @property
    def key_id(self) -> str: ...

    def sign_payload(self, payload: bytes) -> bytes: ...


def authenticated(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """What a signature of a DSSE envelope is over: type and payload, each with its length.

    Examples
    --------
    >>> authenticated(b"hello world", "http://example.com/HelloWorld")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope(payload: bytes, signer: PayloadSigner) -> bytes:
    """The DSSE envelope of a statement, signed."""
    signature = signer.sign_payload(authenticated(payload))
    content: Mapping[str, object] = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {"keyid": signer.key_id, "sig": base64.b64encode(signature).decode()},
        ],
    }
    return f"{json.dumps(content, indent=1)}\n".encode()

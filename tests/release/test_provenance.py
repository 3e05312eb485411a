"""A manifest names everything an edition was made from; the statement says it as in-toto does."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json

from cescore.release import kept, moved, remaking, signing
from cescore.release.editions import EditionFolder
from cescore.release.provenance import code_changes, code_state, statement
from cescore.run.files import file_hash
from tests.release.world import World

FINAL = "2024-en/3-final"


def manifest(world: World) -> dict:
    return dict(EditionFolder(world.folder(FINAL)).manifest)


def test_a_manifest_names_inputs_code_fonts_packages_and_every_file(released: World) -> None:
    found = manifest(released)
    assert found["inputs"]["data/2024/observations.csv"] == file_hash(
        released.root / "data/2024/observations.csv"
    )
    assert {"params/disclosure.yml", "params/runs/2024.yml"} <= set(found["inputs"])
    assert {"commit", "is_dirty", "package"} <= set(found["code"]) and len(
        found["code"]["fonts"]
    ) > 2
    assert {"generic.ipynb", "method_book.ipynb"} <= set(found["code"]["notebooks"])
    assert {"weasyprint", "pandas", "python", "pango"} <= set(found["packages"])
    assert found["reports"]["town/T1"]["number"].startswith("CE-2024-T1-")
    assert found["follows"]["edition"] == "2024-en/2-reviewed"


def test_every_input_is_kept_so_that_gzip_alone_reads_it(released: World) -> None:
    folder = released.folder(FINAL)
    for name, digest in manifest(released)["inputs"].items():
        raw = gzip.decompress((folder / kept.kept_path(digest)).read_bytes())
        assert raw == (released.root / name).read_bytes()


def test_the_statement_is_one_of_in_toto_with_every_file_as_its_subject(released: World) -> None:
    folder = EditionFolder(released.folder(FINAL))
    found = json.loads((folder.path / "statement.json").read_bytes())
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    subjects = {one["name"]: one["digest"]["sha256"] for one in found["subject"]}
    assert subjects == {"manifest.json": folder.manifest_hash, **folder.manifest["files"]}
    definition = found["predicate"]["buildDefinition"]
    assert definition["externalParameters"]["stage"] == "final"
    uris = {one["uri"] for one in definition["resolvedDependencies"]}
    assert {"file:data/entities.csv", "file:cescore/"} <= uris
    assert any(uri.startswith("pkg:pypi/weasyprint@") for uri in uris)
    assert statement(folder.manifest, folder.manifest_hash) == statement(
        folder.manifest, folder.manifest_hash
    )


class Stamp:
    """A signer with a secret of its own."""

    key_id = "test"

    def sign_payload(self, payload: bytes) -> bytes:
        return hmac.digest(b"secret", payload, hashlib.sha256)


def test_an_envelope_is_signed_over_type_and_payload() -> None:
    made = json.loads(signing.envelope(b"{}", Stamp()))
    assert base64.b64decode(made["payload"]) == b"{}"
    expected = hmac.digest(
        b"secret", b"DSSEv1 28 application/vnd.in-toto+json 2 {}", hashlib.sha256
    )
    (signature,) = made["signatures"]
    assert base64.b64decode(signature["sig"]) == expected and signature["keyid"] == "test"


def test_examples_in_the_room_hold() -> None:
    import doctest

    for module in (signing, remaking, moved):
        assert doctest.testmod(module).failed == 0


def test_code_that_changed_is_named_by_its_part() -> None:
    now = code_state()
    fonts = {**now["fonts"], "x.ttf": "1"}
    modules = {**now["modules"], "errors.py": "0", "gone.py": "0"}
    other = {**now, "package": "0", "modules": modules, "fonts": fonts}
    named = ["cescore/errors.py", "cescore/gone.py", "report_templates/x.ttf"]
    assert code_changes(other, now) == named
    del other["modules"]  # as editions made before had it
    assert code_changes(other, now) == ["cescore/", "report_templates/x.ttf"]
    assert code_changes(now, now) == []

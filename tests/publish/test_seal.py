"""A damaged PDF is told from the file alone."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from cescore.definitions.shipped import TEMPLATES
from cescore.publish.printing.pdf import Attachment, print_pdf
from cescore.publish.printing.seal import is_intact, sealed

PAGE = '<html lang="zh-CN"><head><title>山前区</title></head><body><p>81.8</p></body></html>'


@pytest.fixture(scope="module")
def raw() -> bytes:
    return print_pdf(
        PAGE,
        stylesheet=Path(TEMPLATES / "static" / "print.css"),
        identifier=b")\\(\x00\xff]23456789ab"[:16],
        dated=date(2025, 12, 31),
        attachments=(Attachment("result.json", b"{}", "figures"),),
    ).raw


def test_what_is_printed_is_sealed_and_sealing_again_changes_nothing(raw: bytes) -> None:
    assert is_intact(raw)
    assert sealed(raw) == raw


def test_every_flipped_bit_is_found(raw: bytes) -> None:
    chosen = random.Random(14)
    for _ in range(300):
        place, bit = chosen.randrange(len(raw)), chosen.randrange(8)
        other = bytearray(raw)
        other[place] ^= 1 << bit
        assert not is_intact(bytes(other)), (place, bit)


@pytest.mark.parametrize("cut", [1, 10, 100, 5000])
def test_a_file_that_was_cut_off_is_found(raw: bytes, cut: int) -> None:
    assert not is_intact(raw[:-cut])


def test_what_stands_behind_the_sealed_file_is_left_to_its_signature(raw: bytes) -> None:
    assert is_intact(raw + b"1 0 obj<<>>endobj\n%%EOF\n")


def test_a_file_of_others_has_no_seal() -> None:
    assert not is_intact(b"%PDF-1.7\n%%EOF\n")
    assert sealed(b"%PDF-1.7\n%%EOF\n") == b"%PDF-1.7\n%%EOF\n"

"""Font files are used where they lie: a link for a plain one, a copy for one that has to be unpacked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cescore.publish.printing import faster
from cescore.publish.printing.fonts import font_files
from cescore.publish.printing.fonts_in_place import HEAD, FontFile, FontFolder
from cescore.publish.printing.print_style import fonts_of, style_of
from cescore.publish.stylesheets import STYLESHEET, find_template


@pytest.mark.parametrize("is_plain", [False, True])
def test_faces_of_the_stylesheet_are_links_unless_the_library_is_as_it_is(
    is_plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_plain:
        monkeypatch.setenv(faster.SWITCH, "1")
    style = style_of(find_template(STYLESHEET, None))
    with fonts_of(style, in_place=faster.is_faster()) as fonts:
        faces = list(Path(fonts._folder).iterdir())
        assert len(faces) == len(font_files())
        assert all(face.is_symlink() != is_plain for face in faces)
        found = {face.read_bytes() for face in faces}
    assert found == {path.read_bytes() for path in font_files()}
    assert not Path(fonts._folder).exists() and all(path.is_file() for path in font_files())


def test_of_a_plain_font_the_head_is_read_of_a_packed_one_all(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.ttf", tmp_path / "packed.woff2"
    plain.write_bytes(b"\0\1\0\0" + bytes(100))
    packed.write_bytes(b"wOF2" + bytes(100))
    assert FontFile(plain).read() == plain.read_bytes()[:HEAD]
    assert FontFile(packed).read() == packed.read_bytes()


def test_what_is_written_whole_stays_a_file_of_its_own(tmp_path: Path) -> None:
    source, folder = tmp_path / "a.ttf", FontFolder.made()
    source.write_bytes(b"\0\1\0\0" + bytes(100))
    try:
        (folder / "link").write_bytes(FontFile(source).read())
        (folder / "copy").write_bytes(source.read_bytes())
        assert (folder / "link").resolve() == source and not (folder / "copy").is_symlink()
        assert (folder / "link").read_bytes() == (folder / "copy").read_bytes()
    finally:
        shutil.rmtree(folder)
    assert source.is_file()

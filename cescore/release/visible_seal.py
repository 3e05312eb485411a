"""A seal that is seen: the image of a signature field, with all that a screen reader needs of it.

A field on a page is content: PDF/UA wants a description, a place in the structure and the page's
order of tabs by it; a form field of pyHanko has none of the three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cescore.errors import PublishError, Sentence

if TYPE_CHECKING:
    from pathlib import Path

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    from cescore.release.signing_settings import SealImage

POINTS = 72 / 25.4  # per mm
LOCKED_PRINTED = 4 | 128  # flags of an annotation: printed, locked


def seal_style(path: Path) -> Any:
    """The look of the field: the image alone, without frame or words.

    Raises
    ------
    PublishError
        The file is no image.
    """
    from PIL import Image, UnidentifiedImageError
    from pyhanko.pdf_utils.images import PdfImage
    from pyhanko.stamp import StaticStampStyle

    try:
        with Image.open(path) as image:
            picture = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PublishError(
            Sentence("{path}: found no image ({error})", path=path, error=error)
        ) from None
    return StaticStampStyle(
        background=PdfImage(picture, name="seal"), background_opacity=1.0, border_width=0
    )


def place_seal(writer: IncrementalPdfFileWriter, seal: SealImage, name: str) -> None:
    """Add the empty field of a seal to its page and to the structure of the document.

    Raises
    ------
    PublishError
        The document has no such page.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    count = int(writer.root["/Pages"]["/Count"])
    page = seal.page - 1 if seal.page > 0 else count + seal.page
    if not 0 <= page < count:
        raise PublishError(
            Sentence(
                "seal: page {page}, expected one of the {count} pages", page=seal.page, count=count
            )
        )
    box = tuple(
        round(x * POINTS)
        for x in (seal.left, seal.bottom, seal.left + seal.width, seal.bottom + seal.height)
    )
    spec = SigFieldSpec(name, on_page=page, box=box, readable_field_name=seal.alt)  # type: ignore[arg-type]
    append_signature_field(writer, spec)
    page_ref, _ = writer.find_page_for_modification(page)
    dictionary = page_ref.get_object()
    field_ref = dictionary["/Annots"].raw_get(len(dictionary["/Annots"]) - 1)
    dictionary["/Tabs"] = generic.pdf_name("/S")
    writer.update_container(dictionary)
    field = field_ref.get_object()
    field["/Contents"] = generic.pdf_string(seal.alt)
    field["/F"] = generic.NumberObject(LOCKED_PRINTED)
    if "/StructTreeRoot" in writer.root:
        _into_structure(writer, page_ref, field_ref, seal.alt)
    writer.update_container(field)


def _into_structure(
    writer: IncrementalPdfFileWriter, page: Any, field: Any, description: str
) -> None:
    """Give the field its place in the tree of structure, behind all that is there."""
    from pyhanko.pdf_utils import generic

    name = generic.pdf_name
    root = writer.root["/StructTreeRoot"]
    tops = root["/K"]
    top = tops.raw_get(0) if isinstance(tops, generic.ArrayObject) else root.raw_get("/K")
    object_ = {name("/Type"): name("/OBJR"), name("/Obj"): field, name("/Pg"): page}
    element = writer.add_object(
        generic.DictionaryObject(
            {
                name("/Type"): name("/StructElem"),
                name("/S"): name("/Form"),
                name("/P"): top,
                name("/Pg"): page,
                name("/Alt"): generic.pdf_string(description),
                name("/K"): generic.ArrayObject([generic.DictionaryObject(object_)]),
            }
        )
    )
    parent = top.get_object()
    children = parent["/K"]
    if not isinstance(children, generic.ArrayObject):
        children = generic.ArrayObject([parent.raw_get("/K")])
        parent["/K"] = children
    children.append(element)
    writer.update_container(children)
    writer.update_container(parent)
    numbers = root["/ParentTree"]["/Nums"]
    number = max((int(n) for n in list(numbers)[::2]), default=-1) + 1
    numbers.extend([generic.NumberObject(number), element])
    root["/ParentTreeNextKey"] = generic.NumberObject(number + 1)
    writer.update_container(numbers)
    writer.update_container(root)
    field.get_object()["/StructParent"] = generic.NumberObject(number)

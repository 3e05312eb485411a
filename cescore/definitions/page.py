"""Reading params/page.yml: what pages print beside numbers."""

from __future__ import annotations

from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.units import UnitError
from cescore.definitions.frameworks.names import Names
from cescore.definitions.pictures import FlowPicture, PageParams
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence


def load_page(at: Reading, names: Names) -> PageParams:
    """The file's object; a flow of unknown codes or of several dimensions is a Problem."""
    page = at.of(at.node, "page").build(PageParams)
    if page is None or names.is_broken:
        return PageParams()
    flows = {key: _checked(flow, at.at("flows", key), names) for key, flow in page.flows.items()}
    return page.model_copy(update={"flows": flows})


def _checked(picture: FlowPicture, at: Reading, names: Names) -> FlowPicture:
    """The picture with the factor between the codes' unit and its own."""
    links = at.at("links")
    for link in picture.links:
        for end in (link.start, link.end):
            links.known(end, picture.nodes, "a node of the picture")
        columns = [
            picture.nodes[end].column for end in (link.start, link.end) if end in picture.nodes
        ]
        if len(columns) == 2 and columns[0] >= columns[1]:
            links.refuse(f"{link.start} -> {link.end}", "a link from left to right")
    factors = _factors(picture, links, names)
    if len(factors) > 1:
        links.refuse("codes in several units", "one unit for all codes of a picture")
    return picture.model_copy(update={"factor": next(iter(factors), 1.0)})


def _factors(picture: FlowPicture, links: Reading, names: Names) -> set[float]:
    """From the units of the codes to the picture's: one, if the picture can be drawn."""
    known, factors = names.unit_of(), set()
    for code in (code.removeprefix("-") for link in picture.links for code in link.codes):
        if code not in known:
            links.refuse(repr(code), with_nearest("a variable or account", code, known))
            continue
        try:
            factors.add(float(names.units.factor(known[code], picture.unit)))
        except UnitError:
            links.refuse(
                Sentence("{code} in {known}", code=code, known=known[code]),
                Sentence("a quantity in {unit}", unit=picture.unit),
            )
    return factors

"""Reading params/page.yml: what pages print beside numbers."""

from __future__ import annotations

from cescore.definitions.located import Node
from cescore.definitions.pictures import FlowPicture, PageParams
from cescore.definitions.resolving import Names
from cescore.definitions.shape import build, with_nearest
from cescore.definitions.units import UnitError, Units
from cescore.errors import Problem


def load_page(node: Node, names: Names, units: Units, problems: list[Problem]) -> PageParams:
    """The file's object; a flow of unknown codes or of several dimensions is a Problem."""
    found = build(PageParams, node, "page", problems)
    if found is None or names.is_broken:
        return PageParams()
    flows = {
        key: _checked(picture, node.at(("flows", key)), f"flows.{key}", names, units, problems)
        for key, picture in found.flows.items()
    }
    return found.model_copy(update={"flows": flows})


def _checked(
    picture: FlowPicture, node: Node, what: str, names: Names, units: Units, problems: list[Problem]
) -> FlowPicture:
    """The picture with the factor between the codes' unit and its own."""
    known, factors = names.unit_of(), set()

    def refuse(found: str, expected: str) -> None:
        problems.append(Problem(node.at(("links",)).where, f"{what}.links", found, expected))

    for link in picture.links:
        for end in (link.start, link.end):
            if end not in picture.nodes:
                refuse(repr(end), with_nearest("a node of the picture", end, picture.nodes))
        columns = [
            picture.nodes[end].column for end in (link.start, link.end) if end in picture.nodes
        ]
        if len(columns) == 2 and columns[0] >= columns[1]:
            refuse(f"{link.start} -> {link.end}", "a link from left to right")
        for code in (one.removeprefix("-") for one in link.codes):
            if code not in known:
                refuse(repr(code), with_nearest("a variable or account", code, known))
                continue
            try:
                factors.add(float(units.factor(known[code], picture.unit)))
            except UnitError:
                refuse(f"{code} in {known[code]}", f"a quantity in {picture.unit}")
    if len(factors) > 1:
        refuse("codes in several units", "one unit for all codes of a picture")
    return picture.model_copy(update={"factor": next(iter(factors), 1.0)})

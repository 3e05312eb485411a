"""What a bundle is made from, as a hash: whatever changes a bundle changes its origin."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.making.illustrating import illustrate
from cescore.disclosure.making.origins import Origins
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.run.inputs.hashed import FOLLOWED, Inputs
from tests.run.small_city import FILES, FRAMEWORK, REGISTER, make

OWN = "E1"  # whose bundle is looked at; the others' figures are changed around it
FIRMS = [f"E{n}" for n in range(1, 25)]
FRAMEWORK_OF_FIRMS = FRAMEWORK.replace(
    "progress:",
    """  use_of_energy:
    {en: Energy per output, formula: energy / output, unit: kg/CNY, direction: -1, group: all,
     weight: 1, normalisation: min_max, source: test, tag: P}
progress:""",
)
PLAN = (
    FILES["params/plans/five.yml"]
    .replace("applies_to: [park]", "applies_to: [park, firm]")
    .replace("levels: [park]", "levels: [park, firm]")
    + """
assessment:
  weights: {firm: {index: 0.5, targets: 0.25, measures: 0.25}}
  scale_of: {firm: A}
  scales: {A: {code: A, en: A, source: test, tag: P,
               bands: [{zh: 好, en: good, least: 60}, {zh: 差, en: poor, least: 0}]}}
  ladder: [[100, 1], [50, 0.5]]
vetoes:
  accident: {en: Accident, entity_types: [firm], grade: 差, source: test, tag: P}
"""
)
STANDARD = """
{en: A standard, entity_type: firm, source: test, tag: V, requirements: {
  S1: {indicator: yield_of_energy, op: ">=", threshold: 5, compulsory: true, tag: V}}}
"""
RUN = FILES["params/runs/2025.yml"] + "beside: {firm: [beside]}\n"
PROSE = "---\nowner: E1\ndate: 2026-03-10\nyear: 2025\n---\nWe saved heat.\n"
HEAD = "entity_id,year,variable,value,status,source,basis,note\n"
PROMISED = "check_id,entity_id,year,status,value,evidence_ref,inspector_unit\n"


def returns(year: int) -> str:
    """Everybody's energy and output of a year, no two alike; one line each."""
    rows = []
    for n, firm in enumerate(["P1", "P2", *FIRMS]):
        rows.append(f"{firm},{year},energy,{10 + n * n},reported,,,")
        rows.append(f"{firm},{year},output,{100 + 17 * n + year - 2024},reported,,,")
    return HEAD + "\n".join(rows) + "\n"


BASE = {
    "params/frameworks/firm.yml": FRAMEWORK_OF_FIRMS,
    "params/frameworks/park.yml": "extends: firm\n",
    "params/frameworks/beside.yml": "entity_type: firm\nextends: firm\nversion: '2'\n",
    "params/plans/five.yml": PLAN,
    "params/standards/s.yml": STANDARD,
    "params/runs/2025.yml": RUN,
    "params/checks.yml": "built_in: {same_as_last_year: true, sum_tolerance: 10}\n",
    "params/disclosure.yml": "public_types: [park]\nmin_contributors: 3\nmedian_least_n: 10\n"
    "quartile_least_n: 20\nleast_beyond_quantile: 3\nn_shown_from: 3\n"
    "learning_over_respondents: {firm: a test}\n",
    "data/entities.csv": REGISTER.partition("E1")[0]
    + "".join(f"{firm},firm,厂{n},P1,,,,\n" for n, firm in enumerate(FIRMS)),
    **{f"data/{year}/observations.csv": returns(year) for year in (2024, 2025)},
    "data/2025/measures.csv": PROMISED + f"C1,{OWN},2025,done,,doc 1,office\n",
    "data/2025/vetoes.csv": f"veto_id,entity_id,year,status,document\naccident,{OWN},2025,clear,d\n",
    f"data/2025/prose/{OWN}.md": PROSE,
}
ENERGY = re.search(rf"^{OWN},2025,energy,.*$", BASE["data/2025/observations.csv"], re.M)
assert ENERGY is not None
ROW = ENERGY[0]
OTHERS = next(r for r in BASE["data/2025/observations.csv"].splitlines() if r.startswith("E12,"))
NOW, LAST = "data/2025/observations.csv", "data/2024/observations.csv"
CONFIRMED = """- {finding: same_as_last_year, entity_id: E1, year: 2025, variable: energy,
   values: {value: 14}, reason: it is so, by: {name: A, role: B}, date: 2026-03-05}
"""
CORRECTED = """- {action: set, entity_id: E1, year: 2025, variable: output, value: 171, old: 135,
   reason: a slip, on_word_of: {name: A, role: B, channel: letter, date: 2026-03-05},
   by: {name: A, role: B}, reported: 2026-03-05, status: open}
"""


def edited(file: str, old: str, new: str) -> dict[str, str]:
    """A file of the base with one text in it exchanged."""
    assert BASE[file].count(old) == 1, (file, old)
    return {file: BASE[file].replace(old, new)}


CHANGES: dict[str, dict[str, str]] = {
    "its value": edited(NOW, ROW, ROW.replace(",14,", ",15,")),
    "its value of last year": edited(LAST, ROW.replace("2025", "2024"), f"{OWN},2024,energy,9,,,,"),
    "the status of its value": edited(NOW, ROW, ROW.replace("reported", "estimated")),
    "its value is gone": edited(NOW, ROW, f"{OWN},2025,energy,,missing,,,"),
    "the source its row names": edited(NOW, ROW, ROW.replace("reported,", "reported,book 7")),
    "the line it stands in": edited(NOW, HEAD, HEAD + "E12,2019,energy,1,reported,,,\n"),
    "the basis of its value": edited(NOW, ROW, ROW.replace("reported,,", "reported,,statistical")),
    "its whole return": {NOW: re.sub(rf"{OWN},.*\n", "", BASE[NOW])},
    "another's value": edited(NOW, OTHERS, OTHERS.replace(",179,", ",990,")),
    "all others' values": {NOW: re.sub(r"(E1?[2-9],2025,energy),", r"\1,2", BASE[NOW])},
    "its inspection": edited("data/2025/measures.csv", "done", "not_done"),
    "its veto": edited("data/2025/vetoes.csv", "clear", "standing"),
    "its words": edited(f"data/2025/prose/{OWN}.md", "heat", "water"),
    "who wrote its words": edited(f"data/2025/prose/{OWN}.md", "owner: E1", "owner: E1, office"),
    "a correction": {"data/corrections.yml": CORRECTED},
    "a confirmation": {"data/confirmations.yml": CONFIRMED},
    "another's inspection": edited("data/2025/measures.csv", f"C1,{OWN}", "C1,E2,2025,done,,,\nC1,E1"),
    "another's words": {"data/2025/prose/E2.md": PROSE},
    "nothing": {},
}  # fmt: skip
PARK = re.search(r"^P1,2025,energy,.*$", BASE[NOW], re.M)
assert PARK is not None
OF_A_BODY: dict[str, dict[str, str]] = {
    "a park's value": edited(NOW, PARK[0], PARK[0].replace(",10,", ",999,")),
    "a park's return": {NOW: re.sub(r"P2,.*\n", "", BASE[NOW])},
    "what another park cannot be": {NOW: re.sub(r"(P2,2025,energy),", r"\1,-", BASE[NOW])},
    "what few return": {NOW: re.sub(r"E(?:[3-9]|1\d|2\d),2025,energy,.*\n", "", BASE[NOW])},
    "a park's inspection": edited("data/2025/measures.csv", f"C1,{OWN}", f"C1,P1,2025,done,,d,o\nC1,{OWN}"),
    "who returned nothing": {NOW: re.sub(r"(E(?:2[0-4]|1[3-9]),2025,output),\d+", r"\1,0", BASE[NOW])},
    "all return more of one firm": {NOW: re.sub(r"(E20,2025,\w+),", r"\1,9", BASE[NOW])},
}  # fmt: skip
MOVES_NOTHING = ("another's inspection", "another's words", "nothing")
# What no file that is followed can change: params and register, which are shared whole.
OF_PARAMS = {
    "format", "entity", "run", "plan", "base_year", "framework", "framework_hash", "names", "flows",
    "references", "breaks", "pages", "rules", "terms", "is_public",
}  # fmt: skip
OF_BODIES = {"released", "robustness", "siblings", "children", "industries"}  # a firm has none
OF_ALL = {"report_number"}  # is worked out of all the others
OF_NUMBERS = {"bands_left_out"}  # how many entities there are
OF_RELEASES = {"standing"}  # which are built anew


@cache
def bundle_and_origin(root: Path) -> tuple[dict[str, Any], str]:
    bundler = Bundler(evaluate_workspace(Workspace.load(root)))
    entity = bundler.yearly.workspace.register[OWN]
    origin = Origins(bundler, Inputs(root).not_followed).of(entity)
    return bundler.bundle(OWN).model_dump(mode="json"), origin


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    return bundle_and_origin(make(tmp_path_factory.mktemp("before"), BASE))


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The fields of bundles that changed."""
    return set()


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_a_bundle_changes_its_origin(
    what: str, before: tuple[dict[str, Any], str], seen: set[str], tmp_path: Path
) -> None:
    bundle, origin = before
    after, origin_after = bundle_and_origin(make(tmp_path, {**BASE, **CHANGES[what]}))
    moved = {name for name in Bundle.model_fields if bundle.get(name) != after.get(name)}
    assert bool(moved) == (what not in MOVES_NOTHING), "the case does not show what it says"
    assert (origin != origin_after) == bool(moved)
    seen |= moved


def test_every_field_of_a_bundle_was_changed_by_one_of_them(seen: set[str]) -> None:
    exempt = OF_PARAMS | OF_BODIES | OF_ALL | OF_NUMBERS | OF_RELEASES
    assert set(Bundle.model_fields) - exempt - seen == set()


@pytest.mark.parametrize("file", [f for f in BASE if not FOLLOWED.fullmatch(f)])
def test_what_is_not_followed_to_entities_is_shared_by_all(file: str, tmp_path: Path) -> None:
    root = make(tmp_path, BASE)
    shared = Inputs(root).not_followed
    (root / file).write_text(BASE[file] + " ", encoding="utf-8")
    assert Inputs(root).not_followed != shared


def test_measures_of_one_entity_are_not_taken_for_those_of_the_one_before(tmp_path: Path) -> None:
    """E1 was inspected, and is asked for again and again between those who were not."""
    bundler = Bundler(evaluate_workspace(Workspace.load(make(tmp_path, BASE))))
    shared, register = Origins(bundler, ""), bundler.yearly.workspace.register
    alone = [Origins(bundler, "").of(register[firm]) for firm in ("E2", OWN, "E3", OWN)]
    assert [shared.of(register[firm]) for firm in ("E2", OWN, "E3", OWN)] == alone


BODIES = ("P1", "P2")
# What no body of the small city shows: who moved, who has not filed, a body inside another.
OF_NO_BODY = {"children", "prose", "grade_firmness", "margin", "assessment", "standards", "beside"}


@cache
def of_bodies(root: Path) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The bundles of both parks and the illustration of the method book, and their origins."""
    bundler = Bundler(evaluate_workspace(Workspace.load(root)))
    origins, register = (
        Origins(bundler, Inputs(root).not_followed),
        bundler.yearly.workspace.register,
    )
    bodies = [body for body in BODIES if body not in bundler.yearly.workspace.blocked]
    bundles = {body: bundler.bundle(body).model_dump(mode="json") for body in bodies}
    found = {body: origins.of(register[body]) for body in bodies}
    bundles["book"] = illustrate(bundler).model_dump(mode="json")
    return bundles, {**found, "book": origins.of_method_book()}


@pytest.mark.parametrize("what", [*CHANGES, *OF_A_BODY])
def test_what_changes_a_bodys_bundle_or_the_method_book_changes_its_origin(
    what: str, before_bodies: Path, tmp_path: Path, seen_of_bodies: set[str]
) -> None:
    changes = CHANGES | OF_A_BODY
    bundles, origins = of_bodies(before_bodies)
    after, origins_after = of_bodies(make(tmp_path, {**BASE, **changes[what]}))
    for name in bundles.keys() & after.keys():  # a body whose data cannot be evaluated has none
        moved = {f for f, value in bundles[name].items() if value != after[name].get(f)}
        seen_of_bodies |= moved if name != "book" else {f"book {field}" for field in moved}
        assert not moved or origins[name] != origins_after[name], (name, moved)
    if what in MOVES_NOTHING:
        assert origins == origins_after


def test_what_bodies_show_was_changed_by_one_of_them(seen_of_bodies: set[str]) -> None:
    assert OF_BODIES - OF_NO_BODY - seen_of_bodies == set()
    assert {"record", "evaluated", "peers", "findings", "book catalogue"} <= seen_of_bodies


@pytest.fixture(scope="module")
def before_bodies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("bodies"), BASE)


@pytest.fixture(scope="module")
def seen_of_bodies() -> set[str]:
    """The fields of bodies' bundles and of the method book's illustration that changed."""
    return set()

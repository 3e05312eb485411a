"""The kept pattern: written and read again as it was, and what it was audited on, all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cases import evaluated, firms

from cescore.disclosure.ledger.earlier import ROUNDED, EarlierSums, size_of, value_of
from cescore.disclosure.ledger.kept_pattern import FILE, KeptPattern, basis_of, read_pattern
from cescore.disclosure.ledger.statements import Figure
from cescore.errors import DataError
from cescore.intake.register.entities import Register
from cescore.intake.workspace import Workspace

# --- the file --------------------------------------------------------------------------------------

FIGURES = [
    Figure(body, code, year)
    for body in ("园一", "P2")
    for code in ("b", "a")
    for year in (2025, 2024)
]
CHAINS = {"F1": ("P2", "C"), "F2": ("园一", "C"), "F3": ("P2", "C")}
PATTERN = KeptPattern(
    "the hash",
    {2025: EarlierSums(CHAINS, {"b": "kc.", "a": "Z0a"}), 2024: EarlierSums.of(["F1"])},
    frozenset(FIGURES),
    frozenset(FIGURES[:3]),
    frozenset(["two", "one"]),
)  # fmt: skip
TEXT = """{
 "audited": "the hash",
 "filed": {
  "2024": {
   "": ["F1"]
  },
  "2025": {
   "P2 C": ["F1", "F3"],
   "园一 C": ["F2"]
  }
 },
 "sizes": {
  "2024": {},
  "2025": {
   "a": "Z0a",
   "b": "kc."
  }
 },
 "withheld": {
  "P2": {
   "a": [2024, 2025],
   "b": [2024, 2025]
  },
  "园一": {
   "a": [2024, 2025],
   "b": [2024, 2025]
  }
 },
 "released_above": {
  "园一": {
   "a": [2025],
   "b": [2024, 2025]
  }
 },
 "proven": ["one", "two"]
}
"""


def test_a_pattern_is_written_a_line_a_body_and_code_in_the_order_of_the_alphabet() -> None:
    assert PATTERN.text() == TEXT


def test_a_pattern_is_read_as_it_was_written_respondents_in_the_order_of_their_sizes(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / FILE).write_text(TEXT, encoding="utf-8")
    found = read_pattern(tmp_path)
    assert found == PATTERN
    assert list(found.filed[2025].chains) == ["F1", "F2", "F3"]
    assert found.filed[2025].returned("b")["F3"] == 0.0


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    assert read_pattern(tmp_path) == KeptPattern()


def test_one_bad_size_of_several_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / FILE).write_text(TEXT.replace("kc.", "kc"), encoding="utf-8")
    with pytest.raises(DataError, match=r"sizes\.2025"):
        read_pattern(tmp_path)


def test_whose_figures_alone_were_kept_is_in_the_order_of_the_ids() -> None:
    assert list(EarlierSums.of("cab").chains) == ["a", "b", "c"]


@pytest.mark.parametrize(("value", "size"), [(1e-9, "0"), (-120.0, "k"), (1e15, "Z")])
def test_sizes_beyond_the_ends_are_those_of_the_ends(value: float, size: str) -> None:
    assert size_of(value) == size


# --- what it was audited on --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = evaluated(tmp_path_factory.mktemp("audited"), firms(4)).workspace
    return with_bases("consented", "statistical", "statistical", "statistical")(made)


Change = Callable[[Workspace], Workspace]


def with_bases(*bases: str) -> Change:
    def changed(workspace: Workspace) -> Workspace:
        panel = workspace.panels["firm"]
        panel = replace(panel, attributes={**panel.attributes, "basis": bases})
        return replace(workspace, panels={**workspace.panels, "firm": panel})

    return changed


def lay_elsewhere_before(workspace: Workspace) -> Workspace:
    now = workspace.register["firm-1-000"]
    before = replace(now, parent_id="C1", valid_to=2024)
    entities, states = workspace.register.entities, {now.entity_id: (before, now)}
    return replace(workspace, register=Register(entities, states))


def adds_up_no_more(workspace: Workspace) -> Workspace:
    definitions = workspace.definitions
    waste = definitions.variables["waste"].model_copy(update={"additive": False})
    variables = {**definitions.variables, "waste": waste}
    return replace(workspace, definitions=replace(definitions, variables=variables))


@pytest.mark.parametrize(
    "change",
    [
        with_bases("statistical", "consented", "statistical", "statistical"),
        lay_elsewhere_before,
        adds_up_no_more,
    ],
    ids=["who consented", "where one lay before", "what adds up"],
)
def test_what_an_audit_rests_on_is_part_of_what_it_was_made_on(
    change: Change, workspace: Workspace
) -> None:
    assert basis_of(change(workspace)) != basis_of(workspace)


def test_the_order_of_columns_and_definitions_has_no_say(workspace: Workspace) -> None:
    definitions = workspace.definitions
    turned = replace(
        definitions,
        variables=dict(reversed(list(definitions.variables.items()))),
        frameworks=dict(reversed(list(definitions.frameworks.items()))),
    )
    panels = {
        t: replace(p, columns=dict(reversed(list(p.columns.items()))))
        for t, p in workspace.panels.items()
    }
    blocked = {"b": (), "a": ()}
    one = replace(workspace, blocked=blocked)
    other = replace(
        workspace, definitions=turned, panels=panels, blocked=dict(reversed(list(blocked.items())))
    )
    assert basis_of(one) == basis_of(other)


def test_a_kept_size_is_off_by_no_more_than_is_said_and_by_as_much() -> None:
    """From a thousandth to 10^11, at three hundred values to a power of ten."""
    values = [10 ** (i / 300) for i in range(-900, 3300)]
    off = [max(v / value_of(size_of(v)), value_of(size_of(v)) / v) for v in values]
    assert 0.99 * ROUNDED < max(off) <= ROUNDED * (1 + 1e-9)
    assert value_of(size_of(-5.0)) == value_of(size_of(5.0)) and value_of(size_of(0.0)) == 0

"""Who stands behind a figure, where some respondents and bodies stand apart from all others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cases import VARIABLES, YEARS, evaluate_again, evaluated, firms

from cescore.disclosure.ledger.behind import Behind, Quantity


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Behind:
    """A city with a park of five firms and one without any, a firm in no body, and a park of nobody's."""
    root: Path = tmp_path_factory.mktemp("apart")
    alone = replace(firms(1, seed=9)[0], park="")
    evaluated(root, [*firms(5), alone], ("PK1", "PK2"))
    with (root / "data/entities.csv").open("a", encoding="utf-8") as register:
        register.write("PK9,park,Park of nobody,,,\n")
    for year in YEARS:
        with (root / f"data/{year}/observations.csv").open("a", encoding="utf-8") as returned:
            returned.writelines(f"PK9,{year},{code},7\n" for code in VARIABLES)
    return Behind(evaluate_again(root))


def test_a_body_without_respondents_counts_where_it_lies_in_one_that_has_them(
    behind: Behind,
) -> None:
    assert [body.entity_id for body in behind.bodies] == ["C1", "PK1", "PK2"]


def test_a_quantity_is_about_respondents_though_one_of_them_lies_in_no_body(behind: Behind) -> None:
    (alone,) = (one for one in behind.respondents if not behind.chain(one, 2025))
    assert alone in behind.values(Quantity("output", 2025))
    assert behind.is_about_respondents(Quantity("output", 2025))


def test_who_moves_each_year_lies_each_year_in_one_place(tmp_path: Path) -> None:
    evaluated(tmp_path, firms(4), ("PK1", "PK2", "PK3"))
    path = tmp_path / "data/entities.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    lines = [f"{head},valid_from,valid_to"]
    for row in rows:
        if not row.startswith("firm-1-000"):
            lines.append(f"{row},,")
            continue
        spans = (("PK3", ",2023"), ("PK2", "2024,2024"), ("PK1", "2025,"))
        lines += [f"{row.replace('PK1', park)},{span}" for park, span in spans]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    moving = Behind(evaluate_again(tmp_path))
    lay_in = {year: moving.chain("firm-1-000", year)[0] for year in (2023, 2024, 2025)}
    assert lay_in == {2023: "PK3", 2024: "PK2", 2025: "PK1"}

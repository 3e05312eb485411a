"""The worked solution: each step's sentence, equation and numbers put in, in one language at a time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from publish import builders

from cescore.desk import OpenBundle, open_bundle, pick, worked
from cescore.desk.sitting import is_interactive
from cescore.desk.worked import STEPS
from cescore.errors import DataError
from cescore.publish.engine import fresh_shell

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def bundle(tmp_path: Path) -> OpenBundle:
    return open_bundle("D1", 2025, str(builders.write_bundle(tmp_path)), "en")


def shown(bundle: OpenBundle, step: str) -> str:
    """As an analyst sees it, who has the workspace."""
    return worked(replace(bundle, again=lambda _: bundle.data), step)._repr_markdown_()


def test_the_numbers_put_in_are_the_records_with_their_units(bundle: OpenBundle) -> None:
    line = next(x for x in worked(bundle, "indicators").lines if "resource_output" in x)
    assert "1,500 10k CNY / 500 t × 10000" in line
    assert line.endswith("= **30,000 CNY/t**")


@pytest.mark.parametrize("step", STEPS)
def test_every_step_shows_something_in_the_one_language(bundle: OpenBundle, step: str) -> None:
    text = shown(bundle, step)
    assert text.startswith("## ") and len(text.splitlines()) >= 3
    assert not HAN.search(text)
    chinese = shown(replace(bundle, lang="zh"), step)
    assert HAN.search(chinese)


def test_from_returns_to_index_no_number_is_left_out(bundle: OpenBundle) -> None:
    scored = {indicator.code for indicator in bundle.framework.scored()}
    for step in ("indicators", "scores"):
        assert all(any(f"**{c} " in x for x in worked(bundle, step).lines) for c in scored)
    assert "**UCDI" in worked(bundle, "index").lines[-1]


def test_a_variant_is_worked_with_its_own_numbers_and_says_so(bundle: OpenBundle) -> None:
    variant = bundle.with_framework(bundle.framework.with_weights(EFF=1, REC=0))
    assert "**81 (60–100)" in worked(variant, "index").lines[-1]
    assert "Working variant" in worked(variant, "start")._repr_markdown_()


def test_a_build_is_not_kept_waiting_by_numbers_it_does_not_print(bundle: OpenBundle) -> None:
    kept = worked(bundle, "indicators")._repr_mimebundle_()
    assert [kind for kind, text in kept.items() if "500 t" in text] == []
    with fresh_shell() as shell:
        shell.user_ns["step"] = worked(bundle, "indicators")
        (output,), _, error = shell.run("step")
    assert error is None
    assert output.data == kept, "IPython asks for nothing else"


def test_who_has_the_workspace_finds_the_numbers_in_plain_text_too(bundle: OpenBundle) -> None:
    step = worked(replace(bundle, again=lambda _: bundle.data), "indicators")
    assert "500 t" in step._repr_mimebundle_()["text/plain"]


def test_an_unknown_step_is_refused_with_the_nearest(bundle: OpenBundle) -> None:
    with pytest.raises(DataError, match="'indicator'.*nearest: indicators"):
        worked(bundle, "indicator")


def test_where_nobody_sits_there_is_no_picker() -> None:
    assert not is_interactive()
    assert pick("D1", 2025, "", "zh") == ("D1", 2025)

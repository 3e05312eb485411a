"""A whole above withheld scores bounds them, for a score ends at 0 and 100: it is shown where none is known
too closely."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cases import evaluated, firms

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.making.bundles import make_bundle
from cescore.method.disclosure.mean_bounds import MeanBounds

CLOSE = 0.1  # of the p % rule


def most_output(bundle: Bundle) -> float | None:
    """The most that the park's output can be: its score is no larger than the other at 0 leaves it."""
    material = bundle.record.values["material"][-1]
    assert bundle.record.values["output"][-1] is None and material is not None
    index = bundle.evaluated.index.values[-1]
    return None if index is None else 2 * index / 10 * material


@pytest.mark.parametrize("is_bounded", [True, False], ids=["gate in", "gate out"])
def test_an_index_does_not_bound_one_rate_where_the_other_is_at_the_end_of_the_scale(
    is_bounded: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_bounded:
        monkeypatch.setattr(MeanBounds, "beneath", lambda self, whole: iter(()))
    frame = [replace(f, material=10 * f.material, recycled=0.0) for f in firms(12, seed=4)]
    frame[0] = replace(frame[0], output=600_000.0, recycled=0.5)  # and nobody else recycles
    guess = most_output(make_bundle(evaluated(tmp_path, frame), "PK1"))
    secret = frame[0].output
    others = sum(f.output for f in frame[1:])
    is_inferred = guess is not None and guess - others <= (1 + CLOSE) * secret
    assert is_inferred is not is_bounded

"""What each park declares to consist of in the register: main products with their shares of output.

A share is public, and so is the output of a park: shares are as coarse as it takes that no firm's output
can be estimated from above to within 10 % (the p % rule), and no coarser.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sample.frame import PARK_IDS, Frame
from sample.lines import LINES
from sample.sums import HOST, NESTED, fill_gaps
from sample.table import Floats

STEPS = (2.5, 5.0, 10.0, 25.0)  # [%]
RECENT = 3  # years that a share is of, the last ones
CLOSE = 1.1
FARM = "农产品与蛋品加工（food）100%"  # the agricultural park, which has no firm in the frame


def mixes(
    output: Floats,
    whole: Floats,
    frame: Frame,
    member_of: NDArray[np.int64],
    holders: Sequence[str],
) -> list[str]:
    """The industry of each park, "铝加工（aluminium）50%；…": shares of its firms' output in recent years.

    ``output`` is (firms, years) [10k CNY], ``whole`` (parks, years) what the parks themselves return;
    ``holders`` name each firm's holding, or itself.
    """
    held = np.where(frame.is_valid, fill_gaps(output), 0.0)[:, -RECENT:]
    whole, member_of = whole[:, -RECENT:], member_of[:, -RECENT:]
    _, owner = np.unique(np.array(holders), return_inverse=True)
    parks, codes = len(PARK_IDS), np.array([LINES[i].code for i in frame.line])
    texts = []
    for cell in range(frame.frames * parks):
        own = member_of == cell
        if cell % parks == HOST:
            own = own | (member_of == cell - HOST + NESTED)
        inside = np.where(own, held, 0.0)
        texts.append(
            _mix(inside.sum(axis=1), codes, owner, whole[cell].sum()) if inside.any() else FARM
        )
    return texts


def _mix(inside: Floats, codes: NDArray[np.str_], owner: NDArray[np.int64], whole: float) -> str:
    parts = {
        code: np.bincount(owner[codes == code], inside[codes == code]).astype(float)
        for code in dict.fromkeys(codes[inside > 0].tolist())
    }
    for step in STEPS:
        shares = _in_steps([made.sum() / inside.sum() for made in parts.values()], step)
        declared = dict(zip(parts, shares, strict=True))
        if all(_is_coarse(declared[c], step, made, whole) for c, made in parts.items()):
            break
    ordered = sorted(declared.items(), key=lambda item: -item[1])
    industry = {line.code: line.industry for line in LINES}
    return "；".join(f"{industry[code]}（{code}）{share:g}%" for code, share in ordered if share)


def _in_steps(shares: Iterable[float], step: float) -> list[float]:
    """Shares [%] in whole steps that add up to 100, by the largest remainders."""
    exact = np.array(list(shares)) * 100 / step
    whole = np.floor(exact)
    missing = round(100 / step - whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    return [float(x) for x in whole * step]


def _is_coarse(share: float, step: float, made: NDArray[np.float64], whole: float) -> bool:
    """Whether the largest firm of a product stays further than 10 % below what it can be at most.

    Of recent years together, since the share is of all of them: it bounds nothing in a single year.
    """
    second, largest = np.sort(np.append(made, 0.0))[-2:]
    most = (share + step / 2) / 100 * whole
    return share == 0 or bool(most - second >= CLOSE * largest)

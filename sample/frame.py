"""Who is in the sample: districts, parks and firms, when each firm enters and leaves, and where it sits.

The default sample is one city frame of 124 firms in the last year. A larger sample is made of
several frames of the same shape, so that every district and park keeps its magnitudes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample.lines import INDUSTRIES, LINE_OF, LINES

YEARS = (2020, 2021, 2022, 2023, 2024, 2025)
FIRMS_PER_FRAME = 124  # above-scale firms of one city in the last year

CITY_ID = "220400"
DISTRICTS: tuple[tuple[str, str, str], ...] = (
    ("220402", "龙山区", "Longshan District"),
    ("220403", "西安区", "Xi'an District (Liaoyuan)"),
    ("220421", "东丰县", "Dongfeng County"),
    ("220422", "东辽县", "Dongliao County"),
    ("2204GX", "高新区", "Liaoyuan High-tech Zone"),
)
# Five territories that do not overlap: 220402 without the zone, then the others in DISTRICTS' order.
TERRITORIES = ("220402", "220403", "220421", "220422", "2204GX")
PARKS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "PK01",
        "辽源高新技术产业开发区",
        "Liaoyuan High-tech Industrial Development Zone",
        "2204GX",
        "provincial",
    ),
    ("PK02", "东丰经济开发区", "Dongfeng Economic Development Zone", "220421", "provincial"),
    ("PK03", "东辽经济开发区", "Dongliao Economic Development Zone", "220422", "provincial"),
    ("PK04", "西安区“绿电”产业园", "Xi'an District Green-power Industrial Park", "220403", "below"),
    ("PK05", "东北袜业纺织工业园", "Northeast Hosiery and Textile Park", "PK01", "below"),
    ("PK06", "东丰梅花鹿产业园", "Dongfeng Sika Deer Industrial Park", "220421", "below"),
    ("PK07", "辽源民营经济开发区", "Liaoyuan Private-economy Development Zone", "220402", "below"),
    ("PK08", "东辽县金州园区", "Dongliao Jinzhou Park", "220422", "below"),
    ("PK09", "国家现代农业产业园", "National Modern Agricultural Park", "220422", "agricultural"),
)
PARK_IDS = tuple(park[0] for park in PARKS)
SAME_AS: Mapping[str, str] = {"PK01": "2204GX"}  # the zone as a park

# The frame's 111 firms of 2021, industry by territory; the margins are those of the sample frame.
SPLIT_2021: Mapping[str, tuple[int, int, int, int, int]] = {
    #                  220402 220403 220421 220422 2204GX
    "钢铁冶金建材": (5, 4, 4, 3, 1),
    "装备制造矿山机械": (5, 3, 1, 2, 4),
    "农产品与蛋品加工": (3, 1, 8, 7, 3),
    "医药健康": (1, 0, 6, 2, 7),
    "纺织袜业": (1, 0, 0, 0, 11),
    "铝加工": (1, 1, 0, 1, 4),
    "新能源汽车零部件": (1, 1, 0, 1, 3),
    "电热气水": (2, 2, 2, 1, 1),
    "化工包装其他": (3, 1, 2, 2, 0),
}
# Which lines the firms of an industry follow, in turn; a territory may start elsewhere in the list.
LINES_OF: Mapping[str, tuple[str, ...]] = {
    "钢铁冶金建材": ("casting", "brick", "casting"),
    "装备制造矿山机械": ("machinery", "machinery", "reman"),
    "农产品与蛋品加工": ("food", "egg", "corn"),
    "医药健康": ("pharma", "health"),
    "纺织袜业": ("sock", "sock", "dyeing"),
    "铝加工": ("aluminium",),
    "新能源汽车零部件": ("ev_parts", "battery"),
    "电热气水": ("power", "heat", "water", "gas"),
    "化工包装其他": ("packaging", "chemical", "recycler"),
}
# Entries after 2021 as (year, industry, territory position); the order numbers the firms.
LATER_ENTRIES: tuple[tuple[int, str, int], ...] = (
    (2022, "新能源汽车零部件", 4),
    (2022, "农产品与蛋品加工", 2),
    (2022, "医药健康", 4),
    (2022, "铝加工", 4),
    (2022, "化工包装其他", 0),
    (2022, "装备制造矿山机械", 4),
    (2022, "农产品与蛋品加工", 3),
    (2023, "新能源汽车零部件", 4),
    (2023, "医药健康", 2),
    (2023, "纺织袜业", 4),
    (2023, "化工包装其他", 1),
    (2023, "装备制造矿山机械", 3),
    (2023, "农产品与蛋品加工", 2),
    (2024, "新能源汽车零部件", 4),
    (2024, "化工包装其他", 0),
    (2024, "医药健康", 4),
    (2024, "农产品与蛋品加工", 3),
    (2025, "新能源汽车零部件", 4),
    (2025, "铝加工", 4),
    (2025, "农产品与蛋品加工", 2),
)
# Last year of the firms that close; those closing after 2020 are not among the 111 of 2021.
CLOSED_AFTER: Mapping[int, int] = {2020: 2, 2021: 2, 2022: 2, 2023: 2, 2024: 1}
ENTRIES_2021 = 8
# Firms placed by hand: where in the frame, which line, output of 2020 [10k CNY]; the first firm of
# its industry and territory takes the anchor.
ANCHORS: Mapping[tuple[str, int], tuple[tuple[str, float], ...]] = {
    ("钢铁冶金建材", 0): (("steel", 640000.0), ("steel", 510000.0)),
    ("铝加工", 4): (("aluminium", 288000.0),),
    ("医药健康", 4): (("pharma", 150000.0),),
    ("电热气水", 1): (("power", 104000.0), ("heat", 9000.0)),
    ("电热气水", 0): (("heat", 38000.0), ("water", 9000.0)),
    ("电热气水", 2): (("heat", 14000.0), ("gas", 8000.0)),
    ("电热气水", 3): (("heat", 12000.0),),
    ("电热气水", 4): (("heat", 16000.0),),
    ("钢铁冶金建材", 2): (("cement", 84000.0), ("brick", 6500.0)),
    ("钢铁冶金建材", 3): (("cement", 76000.0),),
    ("钢铁冶金建材", 1): (("brick", 7800.0), ("casting", 21000.0), ("brick", 5200.0)),
    ("农产品与蛋品加工", 2): (("corn", 61000.0),),
    ("农产品与蛋品加工", 3): (("corn", 52000.0), ("egg", 34000.0)),
    ("化工包装其他", 0): (("recycler", 12500.0), ("chemical", 24000.0)),
    ("化工包装其他", 1): (("chemical", 18000.0),),
    ("装备制造矿山机械", 1): (("reman", 11500.0),),
}


@dataclass(frozen=True)
class Frame:
    """The firms of one or more city frames, one element per firm that ever existed."""

    frame: NDArray[np.int64]  # which city frame
    slot: NDArray[np.int64]  # position within the frame
    line: NDArray[np.int64]  # index in LINES
    territory: NDArray[np.int64]  # index in TERRITORIES
    park: NDArray[np.int64]  # index in PARKS now, -1: in no park
    first: NDArray[np.int64]  # first year
    last: NDArray[np.int64]  # last year, 9999: still there
    anchor: NDArray[np.float64]  # output of 2020 where placed by hand [10k CNY], else NaN
    frames: int

    def __len__(self) -> int:
        return len(self.slot)

    @property
    def is_valid(self) -> NDArray[np.bool_]:
        """Firm by year: in the frame that year."""
        years = np.array(YEARS)
        return (self.first[:, None] <= years) & (years <= self.last[:, None])

    @property
    def industry(self) -> list[str]:
        return [LINES[i].industry for i in self.line]


@dataclass(frozen=True)
class _Firm:
    line: str
    territory: int
    first: int
    last: int
    anchor: float


def _firms_of_2021() -> list[_Firm]:
    """The 111 firms of 2021, lines in turn within each industry and territory."""
    firms = []
    for industry, counts in SPLIT_2021.items():
        for territory, count in enumerate(counts):
            placed = ANCHORS.get((industry, territory), ())
            turn = LINES_OF[industry]
            for k in range(count):
                line, size = (
                    placed[k] if k < len(placed) else (turn[(k + territory) % len(turn)], np.nan)
                )
                firms.append(_Firm(line, territory, YEARS[0], 9999, size))
    return firms


def _with_entries_and_closures(firms: list[_Firm]) -> list[_Firm]:
    """Mark which of the 111 came in 2021 and which close, and add those before and after."""
    plain = [i for i, firm in enumerate(firms) if np.isnan(firm.anchor)]
    spread = plain[2 :: max(1, len(plain) // 18)]  # far apart, so that no industry is emptied
    closing = [year for year, n in CLOSED_AFTER.items() if year > YEARS[0] for _ in range(n)]
    result = list(firms)
    for position, year in zip(spread[: len(closing)], closing, strict=True):
        result[position] = _Firm(
            result[position].line, result[position].territory, YEARS[0], year, np.nan
        )
    for position in spread[len(closing) : len(closing) + ENTRIES_2021]:
        old = result[position]
        result[position] = _Firm(old.line, old.territory, 2021, 9999, np.nan)
    result += [
        _Firm(line, place, 2020, 2020, np.nan) for line, place in (("brick", 1), ("dyeing", 4))
    ]
    for k, (year, industry, place) in enumerate(LATER_ENTRIES):
        turn = LINES_OF[industry]
        result.append(_Firm(turn[k % len(turn)], place, year, 9999, np.nan))
    return sorted(result, key=lambda firm: firm.first)


def _parks_of(firms: list[_Firm]) -> list[int]:
    """Each firm's park: socks in PK05, deer and health products in PK06, others by share of a park."""
    share = {0: (("PK07", 2),), 1: (("PK04", 3),), 2: (("PK02", 1),), 3: (("PK03", 2), ("PK08", 4))}
    seen: dict[int, int] = {}
    parks = []
    for firm in firms:
        k = seen[firm.territory] = seen.get(firm.territory, 0) + 1
        if firm.territory == 4:
            park = "PK05" if firm.line in ("sock", "dyeing") else "PK01"
        elif firm.territory == 2:
            park = "PK06" if firm.line in ("health", "pharma") else "PK02" if k % 4 else ""
        elif firm.line == "power":
            park = "PK04"
        elif firm.line in ("steel", "cement", "recycler", "heat"):
            park = ""
        else:
            park = next((code for code, every in share[firm.territory] if k % every == 0), "")
            park = "PK08" if firm.territory == 3 and k % 5 == 1 else park
        parks.append(PARK_IDS.index(park) if park else -1)
    return parks


def one_frame() -> list[tuple[_Firm, int]]:
    """All firms that ever existed in one city frame, with their park, in the order of their numbers."""
    firms = _with_entries_and_closures(_firms_of_2021())
    return list(zip(firms, _parks_of(firms), strict=True))


def build_frame(first_frame: int, firms_last_year: int) -> Frame:
    """City frames from number ``first_frame`` on, holding ``firms_last_year`` firms in the last year.

    Full frames of 124; the last one may be partial: the survivors in order, and the closed
    ones in proportion.
    """
    pattern = one_frame()
    survivors = [i for i, (firm, _) in enumerate(pattern) if firm.last == 9999]
    closed = [i for i, (firm, _) in enumerate(pattern) if firm.last != 9999]
    frames = -(-firms_last_year // FIRMS_PER_FRAME)
    slots: list[int] = []
    numbers: list[int] = []
    for k in range(frames):
        count = min(FIRMS_PER_FRAME, firms_last_year - k * FIRMS_PER_FRAME)
        kept = sorted(survivors[:count] + closed[: len(closed) * count // FIRMS_PER_FRAME])
        slots += kept
        numbers += [first_frame + k] * len(kept)
    chosen = [pattern[i] for i in slots]
    return Frame(
        frame=np.array(numbers, dtype=np.int64),
        slot=np.array(slots, dtype=np.int64),
        line=np.array([LINE_OF[firm.line] for firm, _ in chosen], dtype=np.int64),
        territory=np.array([firm.territory for firm, _ in chosen], dtype=np.int64),
        park=np.array([park for _, park in chosen], dtype=np.int64),
        first=np.array([firm.first for firm, _ in chosen], dtype=np.int64),
        last=np.array([firm.last for firm, _ in chosen], dtype=np.int64),
        anchor=np.array([firm.anchor for firm, _ in chosen], dtype=float),
        frames=frames,
    )


def firm_label(industry: str, lang: str) -> str:
    """The short industry name printed in a neutral firm name."""
    return INDUSTRIES[industry][0 if lang == "zh" else 1]

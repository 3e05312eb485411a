"""The closed vocabularies of a returned value: its status and the basis on which it was asked for."""

from __future__ import annotations

from collections.abc import Mapping

STATUSES = ("reported", "estimated", "not_applicable", "missing")
REPORTED, ESTIMATED, NOT_APPLICABLE, MISSING = range(4)
BASES = ("", "statistical", "administrative", "consented")

STATUS_WORDS: Mapping[str, int] = {
    "": REPORTED,
    "已报": REPORTED,
    "上报": REPORTED,
    "测算": ESTIMATED,
    "估算": ESTIMATED,
    "不适用": NOT_APPLICABLE,
    "na": NOT_APPLICABLE,
    "n/a": NOT_APPLICABLE,
    "缺报": MISSING,
    "未报": MISSING,
}
BASIS_WORDS: Mapping[str, int] = {"统计调查": 1, "行政记录": 2, "自愿申报": 3}
FLAG_WORDS: Mapping[str, float] = {
    "1": 1.0,
    "true": 1.0,
    "yes": 1.0,
    "是": 1.0,
    "0": 0.0,
    "false": 0.0,
    "no": 0.0,
    "否": 0.0,
}

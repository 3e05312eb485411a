"""The synthetic sample (示例数据): Liaoyuan 2020-2025, made from a seed; nothing in it is a real return."""

from sample.build import write_sample
from sample.cases import AWKWARD

__all__ = ["AWKWARD", "write_sample"]

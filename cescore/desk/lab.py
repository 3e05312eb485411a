"""What an analyst imports to look at a whole type: open it, vary it, compare.

Beside `cescore.desk`, whose notebooks print one entity's report and see nothing of others.
"""

from cescore.definitions.frameworks.variant_file import difference, read_variant, write_variant
from cescore.desk.comparing import SettingComparison, compare
from cescore.desk.whole_type import TypeDesk, TypeSetting, desk_of, open_type

__all__ = [
    "SettingComparison",
    "TypeDesk",
    "TypeSetting",
    "compare",
    "desk_of",
    "difference",
    "open_type",
    "read_variant",
    "write_variant",
]

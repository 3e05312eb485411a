"""What a wheel carries beside the package: the files that cescore/definitions/shipped.py looks for.

A checkout has them beside the package, so an editable installation takes none of them.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("notebooks", "params", "report_templates")


class ShippedFiles(BuildHookInterface):
    """Puts the shipped folders into the package of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"] |= {name: f"cescore/shipped/{name}" for name in SHIPPED}

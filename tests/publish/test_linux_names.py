"""Native libraries are loaded by the names they have here, without asking programs for those of other systems."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = """
import ctypes.util, sys
asked = []
find = ctypes.util.find_library
def noted(name):
    asked.append(name)
    return find(name)
ctypes.util.find_library = noted
from cescore.publish.printing.linux_names import load_bindings
load_bindings(*{names!r})
from weasyprint.text import ffi
assert ctypes.util.find_library is noted
print(len(asked), ffi.pango.pango_version() > 0, ffi.harfbuzz_subset is not None)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the names of Linux")
@pytest.mark.parametrize(
    ("names", "is_asked"), [((), False), ((("libnowhere.so.7",),), True)], ids=["here", "not here"]
)
def test_nobody_is_asked_for_names_of_other_systems(
    names: tuple[object, ...], is_asked: bool
) -> None:
    line = [sys.executable, "-c", LOADED.format(names=names)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    count, *loaded = done.stdout.split()
    assert (int(count) > 0) == is_asked and loaded == ["True", "True"]

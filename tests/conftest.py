"""Shared by all tests: helper modules beside this file can be imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# a busy machine makes an example slow, not wrong
settings.register_profile("house", deadline=None)
settings.load_profile("house")

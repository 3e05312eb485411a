"""What a cluster worker's forkserver imports before it forks: all that a report needs, once.

Named to the standard library's forkserver as a module to preload; which render, its environment
says. A render that cannot be loaded here is told by each report that asks for it.
"""

from __future__ import annotations

import gc
import os
from contextlib import suppress

from cescore.errors import CescoreError
from cescore.run.job import RENDER, RENDER_NAME
from cescore.run.processes.press import loaded

with suppress(CescoreError, ImportError, AttributeError):
    loaded(os.environ.get(RENDER_NAME, RENDER))
gc.collect()
gc.freeze()  # shared pages stay shared

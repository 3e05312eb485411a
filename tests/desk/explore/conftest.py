"""A desk over the published figures of 27 countries: small, and with gaps, goalposts and groups of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from publish.conftest import browser

from cescore.desk.explore.trial import Trial
from cescore.desk.whole_type import TypeDesk, desk_of
from cescore.intake.workspace import Workspace

__all__ = ["browser"]
EU = Path(__file__).parents[3] / "examples" / "eu"


@pytest.fixture(scope="session")
def eu() -> Workspace:
    return Workspace.load(EU, 2022)


@pytest.fixture(scope="session")
def countries(eu: Workspace) -> TypeDesk:
    return desk_of(eu, "country", "en")


@pytest.fixture
def trial(countries: TypeDesk) -> Trial:
    return Trial(countries)

"""Fixtures every test may use."""

from pathlib import Path

import pytest

from tests.support.published import SHARED
from tests.support.target import ENGINES, Target, make_target


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published vectors that lies beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared fixtures are not beside the repository")
    return SHARED


@pytest.fixture(
    params=[pytest.param(name, marks=getattr(pytest.mark, name)) for name in ENGINES]
)
def target(request: pytest.FixtureRequest) -> Target:
    """The guest functions `GUEST` of the test module, on each engine in turn."""
    return make_target(request.param, tuple(request.module.GUEST))

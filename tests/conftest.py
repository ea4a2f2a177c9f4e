"""Fixtures every test may use, and what CI must not skip."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.blocks import Blocks
from tests.support.published import SHARED
from tests.support.remote import Objects
from tests.support.target import ENGINES, Target, make_target
from zkos.compiler.build import HURRY

# Also of processes that tests start. Somebody may want it otherwise: `ZKOS_HURRY=0`.
os.environ.setdefault(HURRY, "1")

# An example's first run may compile, and machines are as busy as they are.
hypothesis.settings.register_profile("zkos", deadline=None)
hypothesis.settings.load_profile("zkos")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Test items stay to the end: no collection of garbage goes through them."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expected = hasattr(report, "wasxfail")
    if report.skipped and not expected and must_run(item):
        report.outcome = "failed"
        report.longrepr = f"CI must not skip this: {report.longrepr}"
    return report


def must_run(item: pytest.Item) -> bool:
    """Whether a skip of the test is a failure."""
    in_ci = os.environ.get("CI", "") not in ("", "0", "false")
    return in_ci and item.get_closest_marker("published") is not None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published vectors that lies beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared fixtures are not beside the repository")
    return SHARED


@pytest.fixture(
    params=[pytest.param(name, marks=getattr(pytest.mark, name)) for name in ENGINES]
)
def target(request: pytest.FixtureRequest) -> Iterator[Target | Objects | Blocks]:
    """What the test module calls `GUEST`, on each engine in turn.

    Names of guest functions to call, objects that live in the guest, or whole blocks.
    """
    guest = request.module.GUEST
    if isinstance(guest, Objects | Blocks):
        with guest.on(request.param):
            yield guest
    else:
        yield make_target(request.param, tuple(guest))

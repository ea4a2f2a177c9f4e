"""Proving costs beside the real images: exact, and bounded."""

import pytest

from tests.costs import MAINNET, is_mainnet_there, measure, table
from tests.support.published import NAMES, SHIPPED_NAMES
from zkos.host.context import DataAvailability

MOST = 0.75
GOALS = {"empty": 0.4, MAINNET: 0.48}
"""Of some vectors more is asked."""

pytestmark = pytest.mark.riscv
SCHEMES = pytest.mark.parametrize("da", list(DataAvailability), ids=lambda da: da.value)


@SCHEMES
@pytest.mark.published
@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_cost_is_as_tracked(name, da):
    """Run `python -m tests.costs` where it changed on purpose."""
    tracked = {
        what: row
        for what, row in table().items()
        if what.startswith(f"{name} {da.value} ")
    }
    assert {item.what: item.row() for item in measure(name, da)} == tracked


@pytest.mark.parametrize("what", table())
def test_tracked_cost_is_below_the_image(what):
    goal = GOALS.get(what.split()[0], MOST)
    assert table()[what]["of_the_image"] <= goal


@SCHEMES
@pytest.mark.parametrize("name", [name for name in NAMES if name not in SHIPPED_NAMES])
def test_cost_of_what_does_not_ship_is_below_the_image(name, da):
    for item in measure(name, da):
        assert item.ratio <= MOST, item


@SCHEMES
@pytest.mark.skipif(not is_mainnet_there(), reason="the block of mainnet is not there")
def test_cost_of_mainnet_is_as_tracked(da):
    for item in measure(MAINNET, da):
        assert item.row() == table()[item.what]

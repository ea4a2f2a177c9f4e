"""What is left of a block, to the last unit (bootloader spec 3)."""

import pytest

from tests.guest.bootloader.encodings import REASONS
from tests.guest.bootloader.flow import metadata, new_work
from tests.guest.objects import OBJECTS, BlockProcessor, add_logs, check_limits
from tests.guest.system.world import World
from zkos.guest.flow.outcome import Invalid
from zkos.lang.ints import U32, U64

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
MOST = {"gas": 200, "native": 100, "pubdata": 100, "logs": 16384}
NAMES = ["GAS", "NATIVE", "PUBDATA", "L2_TO_L1_LOGS"]


def limits(*, gas=0, native=0, pubdata=0, logs=0):
    """What the check of limits says to a block that used 100 of each before."""
    world = World()
    world.metadata = metadata(gas_limit=300, pubdata_limit=200)
    processor = BlockProcessor(new_work(world).system)
    processor.native_used = U64(2**35 - 100)
    processor.pubdata_used = U64(100)
    processor.result.gas_used = U64(100)
    outcome = processor.work.outcome
    outcome.gas_used = U64(gas)
    outcome.native_used = U64(native)
    outcome.pubdata_used = U64(pubdata)
    add_logs(processor.work.io, U32(logs))
    try:
        check_limits(processor)
    except Invalid:
        return REASONS[int(outcome.reason)]
    return None


def test_limits_may_be_reached():
    assert limits(**MOST) is None


@pytest.mark.parametrize("exceeded", range(4))
def test_limits_may_not_be_exceeded(exceeded):
    """The first of several is named."""
    over = {
        name: value + (at >= exceeded) for at, (name, value) in enumerate(MOST.items())
    }
    assert limits(**over) == f"BLOCK_{NAMES[exceeded]}_LIMIT_REACHED"


def test_sums_do_not_wrap():
    assert limits(gas=2**64 - 1) == "BLOCK_GAS_LIMIT_REACHED"

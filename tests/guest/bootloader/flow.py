"""Work on a transaction in a system whose world is empty, and its prices."""

from typing import Any

from tests.guest.objects import (
    Environments,
    Hooks,
    Prices,
    Resources,
    Runner,
    System,
    Work,
    attach,
)
from tests.guest.system.world import World, number
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.options import (
    OPTION_PROVING,
    OPTION_REPORT,
    OPTION_SIMULATE,
    OPTION_UNLIMITED_NATIVE,
)
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import view_of

M64, M256 = 2**64 - 1, 2**256 - 1
CHAIN = 300
WRITTEN = 34
"""Pubdata of a slot that gets a small number: its key, a head, a byte."""
AT = Address(0xD1F)


def prices(per_gas=0, per_pubdata=0, gas=0):
    return Prices(U256(gas), U64(per_gas), U64(per_pubdata))


def metadata(basefee=0, native_price=1, pubdata_price=0, gas_limit=0, pubdata_limit=0):
    """Of a block 0."""
    return [
        *(*number(basefee, 8), *number(pubdata_price, 8), *number(native_price, 8)),
        *(*number(0, 2), *number(0, 2), *number(CHAIN, 2), *number(gas_limit, 2)),
        *(*number(pubdata_limit, 2), *number(0, 6), *number(0, 2048), *number(0, 8)),
    ]


def new_work(world: World, options: int = 0) -> Any:
    """Work on the first transaction of a block; the guest begins anew."""
    world.options = int(OPTION_PROVING | OPTION_REPORT) | options
    attach(world)
    system = System()
    system.io.begin_transaction()
    return Work(system, Runner(system, Environments(system), Hooks(system)))


def work(
    *,
    gas_limit=0,
    data=b"",
    written=0,
    counter=0,
    unlimited=False,
    aborts=False,
    simulate=False,
    kind=2,
    max_fee=0,
    priority=None,
    gas_per_pubdata=0,
    basefee=0,
    native_price=1,
    pubdata_price=0,
    world=None,
):
    """Work on a transaction; `written` slots are, `counter` is to be refunded, in gas.

    Each slot makes `WRITTEN` bytes of pubdata.
    """
    world = world or World()
    world.metadata = metadata(basefee, native_price, pubdata_price)
    options = int(OPTION_UNLIMITED_NATIVE) * unlimited + int(OPTION_SIMULATE) * simulate
    made = new_work(world, options)
    transaction = made.transaction
    transaction.kind = U32(kind)
    transaction.gas_limit = U64(gas_limit)
    transaction.data = view_of(data)
    transaction.non_zero_bytes = U32(sum(byte != 0 for byte in data))
    transaction.max_fee = U256(max_fee)
    transaction.max_priority_fee = U256(max_fee if priority is None else priority)
    transaction.gas_per_pubdata = U32(gas_per_pubdata)
    made.outcome.aborts = aborts
    for key in range(written):
        infinite = Resources(U64(M64), U64(M64))
        made.io.write_slot(NO_ENVIRONMENT, infinite, AT, U256(key), U256(1))
    # Writing absent slots counts nothing by itself.
    assert made.io.refund_counter() == 0
    made.io.add_refund(U32(counter))
    assert made.io.pubdata_used() == WRITTEN * written
    return made

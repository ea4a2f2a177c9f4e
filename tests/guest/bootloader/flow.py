"""The least of a world that the arithmetic of the flow needs."""

from types import SimpleNamespace

from zkos.guest.flow.outcome import Outcome
from zkos.guest.flow.prices import Prices
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import view_of

M64, M256 = 2**64 - 1, 2**256 - 1


def prices(per_gas=0, per_pubdata=0, gas=0):
    return Prices(U256(gas), U64(per_gas), U64(per_pubdata))


def work(
    *,
    gas_limit=0,
    data=b"",
    pubdata=0,
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
    wraps_pubdata=False,
):
    """Work on a transaction; `counter` is the refund counter, in gas."""
    return SimpleNamespace(
        transaction=SimpleNamespace(
            kind=U32(kind),
            gas_limit=U64(gas_limit),
            data=view_of(data),
            non_zero_bytes=U32(sum(byte != 0 for byte in data)),
            max_fee=U256(max_fee),
            max_priority_fee=U256(max_fee if priority is None else priority),
            gas_per_pubdata=U32(gas_per_pubdata),
        ),
        outcome=Outcome(aborts),
        wraps_pubdata=wraps_pubdata,
        io=SimpleNamespace(
            pubdata_used=lambda: U64(pubdata), refund_counter=lambda: U32(counter)
        ),
        system=SimpleNamespace(
            origin=None,
            gas_price=None,
            options=SimpleNamespace(unlimited_native=unlimited, simulate=simulate),
            metadata=SimpleNamespace(
                basefee=U256(basefee),
                native_price=U256(native_price),
                pubdata_price=U256(pubdata_price),
            ),
        ),
    )

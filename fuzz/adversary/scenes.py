"""Small blocks worth lying about: every kind of slot, account and proof occurs.

They are run thousands of times a second, so each is a transaction or a few. What the
fuzzer's generators make can be a scene too.
"""

from collections.abc import Callable
from typing import Final

from fuzz.adversary.configured_scenes import configured_scenes
from fuzz.adversary.interop_scenes import interop_scenes
from fuzz.adversary.parts import (
    CONTRACT,
    HEIR,
    LIBRARY,
    OTHER_KEY,
    POP,
    PRICE,
    SLOAD,
    SSTORE,
    STOP,
    STRANGER,
    call,
    load,
    push,
    scene,
    send,
    store,
)
from fuzz.adversary.protocol_scenes import PROTOCOL_SCENES
from zkos.host.case import AccountState, Case
from zkos.host.context import BlockContext
from zkos.host.transactions import AccessListEntry, FieldTransaction, Kind
from zkos.versions import DEFAULT, Protocol

TWINS: Final = (25113, 74126)
"""Slots of the contract whose flat keys begin with the same four bytes."""
BARELY_ENOUGH_GAS: Final = 182_000


def scenes(protocol: Protocol = DEFAULT) -> dict[str, Case]:
    """All scenes of a version by name."""
    made = {name: make() for name, make in _SCENES.items()}
    if protocol is DEFAULT:
        return made
    later = configured_scenes if protocol is Protocol.V32 else interop_scenes
    return later(made)


def _transfer() -> Case:
    return scene((), [send(HEIR, value=5), send(STRANGER, nonce=1, value=7)])


def _storage() -> Case:
    """Reads and writes of present, absent and zeroed slots."""
    code = b"".join(
        (
            load(1),
            load(50),
            store(2, 9),
            store(51, 8),
            store(3, 0),
            store(4, 4),
            store(52, 1) + store(52, 0),
            load(5) + store(5, 6),
            STOP,
        )
    )
    slots = ((1, 11), (2, 22), (3, 33), (4, 4), (5, 0), (6, 66))
    return scene((AccountState(CONTRACT, code=code, storage=slots),), [send(CONTRACT)])


def _calls() -> Case:
    """Code of several accounts, balances asked for, a reverted frame, a log."""
    code = b"".join(
        (
            call(LIBRARY),
            push(STRANGER) + b"\x31" + push(0) + SSTORE,
            push(0x1000_0000 * 3 + 77) + b"\x31" + push(1) + SSTORE,
            push(LIBRARY) + b"\x3f" + push(2) + SSTORE,
            push(0) * 2 + b"\xa0",
            STOP,
        )
    )
    reverting = load(1) + store(2, 3) + load(60) + push(0) * 2 + b"\xfd"
    contracts = (
        AccountState(CONTRACT, code=code, balance=3),
        AccountState(LIBRARY, code=reverting, storage=((1, 5), (2, 6))),
    )
    transactions = [
        send(CONTRACT, value=1),
        send(CONTRACT, kind=Kind.EIP1559, nonce=5, private_key=OTHER_KEY),
    ]
    return scene(contracts, transactions)


def _create() -> Case:
    """A deployment whose code writes, a call of it, and one that destroys itself."""
    runtime = load(0) + store(0, 2) + STOP
    size = len(runtime)
    head = store(0, 1) + store(7, 7)
    copy = push(size) + b"\x80" + push(len(head) + 9) + push(0) + b"\x39"
    init = head + copy + push(0) + b"\xf3" + runtime
    dying = store(1, 1) + push(HEIR) + b"\xff"
    transactions = [
        send(None, data=init, value=3),
        send(None, nonce=1, data=dying, value=4),
    ]
    return scene((), transactions)


def _native() -> Case:
    """Reads of present slots with native resources that only just suffice.

    A slot without a leaf costs more, too much here.
    """
    code = store(7, 1) + b"".join(load(slot) for slot in range(6)) + STOP
    slots = tuple((number, number + 1) for number in range(8))
    context = BlockContext(native_price=100)
    transaction = send(CONTRACT, gas_limit=BARELY_ENOUGH_GAS)
    contract = AccountState(CONTRACT, code=code, storage=slots)
    return scene((contract,), [transaction], context)


def _reads() -> Case:
    """A block whose slots stay as they are but for the fees, with an access list."""
    code = b"".join(load(slot) for slot in (*range(8), 0x100, 0x200)) + STOP
    slots = tuple((number, 1 << 8 * number) for number in range(8))
    listed = (AccessListEntry(CONTRACT, (0, 3, 0x300)), AccessListEntry(STRANGER))
    transaction = send(CONTRACT, kind=Kind.EIP2930, access_list=listed)
    contract = AccountState(CONTRACT, code=code, storage=slots)
    return scene((contract,), [transaction], BlockContext(coinbase=HEIR))


def _priority() -> Case:
    """A deposit from L1, a withdrawal and a message."""
    words = ((0, 0x62F84B24 << 224), (4, 32), (36, 5), (68, 0xABCDEF << 224))
    message = b"".join(push(word) + push(place) + b"\x52" for place, word in words)
    sent = push(0) + push(0) + push(100) + push(0) + push(0) + push(0x8008)
    code = message + sent + push(200_000) + b"\xf1" + POP + store(0, 5) + STOP
    deposit = FieldTransaction(
        Kind.L1,
        gas_limit=400_000,
        max_fee_per_gas=PRICE,
        max_priority_fee_per_gas=0,
        to=CONTRACT,
        sender=STRANGER,
        value=12,
    )
    contract = AccountState(CONTRACT, code=code, storage=((0, 4),))
    return scene((contract,), [deposit, send(CONTRACT)])


def _twins() -> Case:
    """Two slots that a careless comparison takes for one."""
    one, two = TWINS
    copied = push(one) + SLOAD + push(1) + SSTORE
    code = copied + load(two) + STOP
    slots = ((one, 1), (two, 2), (3, 33))
    return scene((AccountState(CONTRACT, code=code, storage=slots),), [send(CONTRACT)])


def _empty() -> Case:
    """A transaction that is dropped: only the coinbase is touched."""
    return scene((), [send(HEIR, nonce=3)])


_SCENES: Final[dict[str, Callable[[], Case]]] = {
    "transfer": _transfer,
    "storage": _storage,
    "calls": _calls,
    "create": _create,
    "native": _native,
    "reads": _reads,
    "priority": _priority,
    "twins": _twins,
    "dropped": _empty,
    **PROTOCOL_SCENES,
}

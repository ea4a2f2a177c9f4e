"""Small blocks worth lying about: every kind of slot, account and proof occurs.

They are run thousands of times a second, so each is a transaction or a few. What the
fuzzer's generators make can be a scene too.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.signing import address_of_key
from zkos.host.transactions import AccessListEntry, FieldTransaction, Kind

KEY: Final = b"\x11" * 32
OTHER_KEY: Final = b"\x22" * 32
ETHER: Final = 10**18
PRICE: Final = 1000
CONTRACT: Final = 0xC0FFEE << 64
LIBRARY: Final = (1 << 128) + 7
HEIR: Final = 0xBEEF
STRANGER: Final = 0x5EED << 100
CROWD: Final = 9
TWINS: Final = (25113, 74126)
"""Slots of the contract whose flat keys begin with the same four bytes."""
BARELY_ENOUGH_GAS: Final = 204_000

_STOP: Final = b"\x00"
_POP: Final = b"\x50"
_SLOAD: Final = b"\x54"
_SSTORE: Final = b"\x55"


def push(number: int) -> bytes:
    """PUSH0 to PUSH32."""
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0x5F + len(data)]) + data


def store(slot: int, value: int) -> bytes:
    """SSTORE of constants."""
    return push(value) + push(slot) + _SSTORE


def load(slot: int) -> bytes:
    """SLOAD of a constant slot, result dropped."""
    return push(slot) + _SLOAD + _POP


def call(address: int, gas: int = 100_000) -> bytes:
    """CALL without data or value, result dropped."""
    return push(0) * 5 + push(address) + push(gas) + b"\xf1" + _POP


def scenes() -> dict[str, Case]:
    """All scenes by name."""
    return {name: make() for name, make in _SCENES.items()}


def _case(
    contracts: Sequence[AccountState],
    transactions: Sequence[FieldTransaction],
    context: BlockContext = BlockContext(),  # noqa: B008 - frozen
) -> Case:
    senders = (
        AccountState(address_of_key(KEY), balance=ETHER),
        AccountState(address_of_key(OTHER_KEY), balance=ETHER, nonce=5),
    )
    crowd = tuple(
        AccountState(0x1000_0000 * number + 77, balance=number, nonce=number)
        for number in range(1, CROWD)
    )
    accounts = (*senders, *contracts, *crowd)
    return Case((Block(context, tuple(transactions)),), accounts=accounts)


def _call(to: int | None, **fields: object) -> FieldTransaction:
    plain = FieldTransaction(
        Kind.LEGACY, gas_limit=300_000, max_fee_per_gas=PRICE, to=to, private_key=KEY
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def _transfer() -> Case:
    return _case((), [_call(HEIR, value=5), _call(STRANGER, nonce=1, value=7)])


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
            _STOP,
        )
    )
    slots = ((1, 11), (2, 22), (3, 33), (4, 4), (5, 0), (6, 66))
    return _case((AccountState(CONTRACT, code=code, storage=slots),), [_call(CONTRACT)])


def _calls() -> Case:
    """Code of several accounts, balances asked for, a reverted frame, a log."""
    code = b"".join(
        (
            call(LIBRARY),
            push(STRANGER) + b"\x31" + push(0) + _SSTORE,
            push(0x1000_0000 * 3 + 77) + b"\x31" + push(1) + _SSTORE,
            push(LIBRARY) + b"\x3f" + push(2) + _SSTORE,
            push(0) * 2 + b"\xa0",
            _STOP,
        )
    )
    reverting = load(1) + store(2, 3) + load(60) + push(0) * 2 + b"\xfd"
    contracts = (
        AccountState(CONTRACT, code=code, balance=3),
        AccountState(LIBRARY, code=reverting, storage=((1, 5), (2, 6))),
    )
    transactions = [
        _call(CONTRACT, value=1),
        _call(CONTRACT, kind=Kind.EIP1559, nonce=5, private_key=OTHER_KEY),
    ]
    return _case(contracts, transactions)


def _create() -> Case:
    """A deployment whose code writes, a call of it, and one that destroys itself."""
    runtime = load(0) + store(0, 2) + _STOP
    size = len(runtime)
    head = store(0, 1) + store(7, 7)
    copy = push(size) + b"\x80" + push(len(head) + 9) + push(0) + b"\x39"
    init = head + copy + push(0) + b"\xf3" + runtime
    dying = store(1, 1) + push(HEIR) + b"\xff"
    transactions = [
        _call(None, data=init, value=3),
        _call(None, nonce=1, data=dying, value=4),
    ]
    return _case((), transactions)


def _native() -> Case:
    """Reads of present slots with native resources that only just suffice.

    A slot without a leaf costs more, too much here.
    """
    code = store(7, 1) + b"".join(load(slot) for slot in range(6)) + _STOP
    slots = tuple((number, number + 1) for number in range(8))
    context = BlockContext(native_price=100)
    transaction = _call(CONTRACT, gas_limit=BARELY_ENOUGH_GAS)
    contract = AccountState(CONTRACT, code=code, storage=slots)
    return _case((contract,), [transaction], context)


def _reads() -> Case:
    """A block whose slots stay as they are but for the fees, with an access list."""
    code = b"".join(load(slot) for slot in (*range(8), 0x100, 0x200)) + _STOP
    slots = tuple((number, 1 << 8 * number) for number in range(8))
    listed = (AccessListEntry(CONTRACT, (0, 3, 0x300)), AccessListEntry(STRANGER))
    transaction = _call(CONTRACT, kind=Kind.EIP2930, access_list=listed)
    contract = AccountState(CONTRACT, code=code, storage=slots)
    return _case((contract,), [transaction], BlockContext(coinbase=HEIR))


def _priority() -> Case:
    """A deposit from L1, a withdrawal and a message."""
    words = ((0, 0x62F84B24 << 224), (4, 32), (36, 5), (68, 0xABCDEF << 224))
    message = b"".join(push(word) + push(place) + b"\x52" for place, word in words)
    send = push(0) + push(0) + push(100) + push(0) + push(0) + push(0x8008)
    code = message + send + push(200_000) + b"\xf1" + _POP + store(0, 5) + _STOP
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
    return _case((contract,), [deposit, _call(CONTRACT)])


def _twins() -> Case:
    """Two slots that a careless comparison takes for one."""
    one, two = TWINS
    copied = push(one) + _SLOAD + push(1) + _SSTORE
    code = copied + load(two) + _STOP
    slots = ((one, 1), (two, 2), (3, 33))
    return _case((AccountState(CONTRACT, code=code, storage=slots),), [_call(CONTRACT)])


def _empty() -> Case:
    """A transaction that is dropped: only the coinbase is touched."""
    return _case((), [_call(HEIR, nonce=3)])


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
}

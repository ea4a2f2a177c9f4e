"""Transactions of Ethereum's blocks, all types: mostly valid ones.

What Ethereum does not allow is left out when a block is made; `faulty` makes such.
"""

from dataclasses import dataclass, replace
from typing import Final

from fuzz.strategies.authorizations import GAS as AUTHORIZATION_GAS
from fuzz.strategies.authorizations import authorization_list
from fuzz.strategies.cast import (
    Cast,
    Work,
    create2_address,
    created_address,
    keys,
    senders,
)
from fuzz.strategies.envelopes import damaged_envelope
from fuzz.strategies.ethereum.paths import some_addresses, some_slots
from fuzz.strategies.ethereum.players import FACTORY, KEEPERS, LOOK, life
from fuzz.strategies.ethereum.system_contracts import (
    BEACON_ROOTS,
    CONSOLIDATIONS,
    DEPOSITS,
    HISTORY,
    WITHDRAWALS,
)
from fuzz.strategies.faults import apply_fault
from fuzz.strategies.fees import fee, gas_limit, intrinsic_gas
from fuzz.strategies.numbers import word
from fuzz.strategies.precompiles import ethereum_precompile_call
from fuzz.strategies.source import Source, Weights
from fuzz.strategies.transactions import access_list, work_of
from zkos.host.context import BlockContext
from zkos.host.delivery import deliver
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    FieldTransaction,
    Kind,
    TransactionError,
)

CHAIN_ID: Final = 1
MOST_GAS: Final = 1_500_000
"""Of a transaction: references take seconds for more."""
_KINDS: Final = (Kind.EIP1559, Kind.LEGACY, Kind.EIP2930, Kind.EIP4844, Kind.EIP7702)
_KIND_WEIGHTS: Final = Weights(28, 18, 12, 18, 24)
_WORKS: Final = Weights(30, 26, 12, 12, 4, 10, 6)
_SLOT_COUNTS: Final = (1, 2, 3, 5, 8)
_FLOOR_GAS_OF_TOKEN: Final = 10
_ENOUGH_FOR_CREATION: Final = 120_000
_MOST_BLOBS: Final = 6
"""Of a transaction, since Osaka; so many a block may have under Prague."""
_REQUEST_FEE: Final = 10**9


@dataclass(frozen=True)
class Terms:
    """What there is to know of the block that transactions are for."""

    base_fee: int
    blob_fee: int
    """Wei a blob gas."""
    gas_limit: int
    coinbase: int
    number: int
    timestamp: int

    @property
    def context(self) -> BlockContext:
        """The same as other generators want it."""
        return BlockContext(
            chain_id=CHAIN_ID,
            block_number=self.number,
            timestamp=self.timestamp,
            eip1559_basefee=self.base_fee,
            native_price=1,
            coinbase=self.coinbase,
            gas_limit=self.gas_limit,
        )


def transaction(source: Source, cast: Cast, terms: Terms) -> bytes | None:
    """The next transaction of a block, encoded; None for what cannot be."""
    made = signed(source, cast, terms)
    if made.to is None:
        assert made.private_key is not None
        sender = senders()[keys().index(made.private_key)]
        cast.expect_contract(created_address(sender, made.nonce))
    return _encoded(made)


def faulty(source: Source, cast: Cast, terms: Terms) -> bytes | None:
    """A transaction that is mostly not allowed, for one reason; None as above."""
    before = dict(cast.nonces)
    good = signed(source, cast, terms)
    cast.nonces = before
    if good.kind is Kind.EIP4844 and source.chance(60):
        return _encoded(_faulty_blobs(source, good))
    if source.chance(35):
        try:
            return damaged_envelope(source, good, CHAIN_ID).data
        except TransactionError:
            return None
    bad = apply_fault(source, cast, terms.context, good)
    if source.chance(10):
        bad = replace(good, gas_limit=source.choose(((1 << 24) + 1, 1 << 24, 21_000)))
    return _encoded(replace(bad, format=None, sender=None))


def signed(source: Source, cast: Cast, terms: Terms) -> FieldTransaction:
    """A valid transaction, if all went well before; counted in the cast."""
    kind = source.choose(_KINDS, _KIND_WEIGHTS)
    number = source.below(len(keys()))
    sender = senders()[number]
    work = _work(source, cast, terms)
    if kind in (Kind.EIP4844, Kind.EIP7702) and work.to is None:
        work = work._replace(to=cast.address(source))
    nonce = cast.nonces.get(sender, 0)
    cast.nonces[sender] = nonce + 1
    authorized: tuple[Authorization, ...] = ()
    if kind is Kind.EIP7702:
        authorized = authorization_list(source, cast, terms.context, sender)
        if source.chance(30):
            work = work._replace(to=cast.remembered(source))
    most, priority = fee(source, terms.context)
    entries = access_list(source, cast, kind)
    made = FieldTransaction(
        kind=kind,
        gas_limit=_gas(source, work, entries, len(authorized)),
        max_fee_per_gas=most,
        nonce=nonce,
        to=work.to,
        value=work.value,
        data=work.data,
        access_list=entries,
        authorization_list=authorized,
        private_key=keys()[number],
    )
    if kind is Kind.LEGACY:
        return replace(made, eip155=source.below(3) != 2)
    if kind is Kind.EIP2930:
        return made
    made = replace(made, max_priority_fee_per_gas=priority)
    return _with_blobs(source, made, terms) if kind is Kind.EIP4844 else made


def _gas(
    source: Source,
    work: Work,
    entries: tuple[AccessListEntry, ...] | None,
    authorized: int,
) -> int:
    """Enough for the floor of calldata, mostly for going deep; never very much."""
    gas = intrinsic_gas(work.data, entries, creates=work.to is None) + work.gas
    gas += AUTHORIZATION_GAS * authorized
    zeros = work.data.count(0)
    tokens = zeros + 4 * (len(work.data) - zeros)
    floor = 21_000 + _FLOOR_GAS_OF_TOKEN * tokens
    if floor > gas and source.chance(50):
        return floor + source.choose((0, 0, 1, 2000))
    limit = gas_limit(source, max(gas, floor), quiet=False)
    return max(min(limit, MOST_GAS), floor)


def _with_blobs(
    source: Source, made: FieldTransaction, terms: Terms
) -> FieldTransaction:
    count = source.choose((1, 2, 3, _MOST_BLOBS))
    hashes = tuple(
        1 << 248 | int.from_bytes(source.bytes(31), "big") for _ in range(count)
    )
    most = terms.blob_fee * source.choose((1, 1, 2, 10)) + source.choose((0, 1))
    return replace(made, blob_hashes=hashes, max_fee_per_blob_gas=most)


def _faulty_blobs(source: Source, made: FieldTransaction) -> FieldTransaction:
    """Too many, none, of another version, too cheap, or without a receiver."""
    match source.below(5):
        case 0:
            first = made.blob_hashes[0]
            return replace(made, blob_hashes=(first,) * source.choose((7, 9, 10, 16)))
        case 1:
            return replace(made, blob_hashes=())
        case 2:
            version = source.choose((0, 2, 255)) << 248
            wrong = version | made.blob_hashes[0] % (1 << 248)
            return replace(made, blob_hashes=(*made.blob_hashes, wrong))
        case 3:
            return replace(made, max_fee_per_blob_gas=source.choose((0, 1 << 200)))
    return replace(made, to=None)


def _work(source: Source, cast: Cast, terms: Terms) -> Work:
    match source.choose(range(7), _WORKS):
        case 1:
            return _keep(source)
        case 2:
            return _create(source, cast)
        case 3:
            return _request(source)
        case 4:
            address, content = ethereum_precompile_call(source)
            return Work(address, source.choose((0, 0, 1)), content)
        case 5:
            to = source.choose((*some_addresses(source), *senders()))
            return Work(to, source.choose((0, 1, 10**9, 10**31)), b"")
        case 6:
            return _look_back(source, terms)
    return work_of(source, cast)


def _keep(source: Source) -> Work:
    """Slots set, changed, emptied and read, of paths that have much in common."""
    slots = some_slots(source)
    rows = []
    for _ in range(source.choose(_SLOT_COUNTS)):
        value = source.choose((0, 0, 0, 1, LOOK, source.below(300), word(source)))
        rows.append((source.choose(slots), value))
    if source.chance(15):
        rows = [(slot, source.choose((0, 0, 1))) for slot in slots]
    content = b"".join(number.to_bytes(32, "big") for row in rows for number in row)
    content += source.choose((b"", b"", b"", b"", b"", b"", b"\1"))
    return Work(source.choose(KEEPERS), 0, content)


def _create(source: Source, cast: Cast) -> Work:
    """A creation at a place that may have been used before."""
    initcode = life(source, cast.slots[:3])
    salt, value = source.below(3), source.choose((0, 0, 1))
    cast.expect_contract(create2_address(FACTORY, salt, initcode))
    work = Work(
        FACTORY,
        source.choose((value, value, 0, 5)),
        value.to_bytes(32, "big") + salt.to_bytes(32, "big") + initcode,
        _ENOUGH_FOR_CREATION,
    )
    cast.last_work = work
    return work


def _request(source: Source) -> Work:
    """A deposit, or a request put into a queue; some are refused there."""
    match source.below(4):
        case 0:
            return Work(DEPOSITS, 0, deposit(source))
        case 1:
            to, size = CONSOLIDATIONS, 96
        case _:
            to, size = WITHDRAWALS, 56
    size = source.choose((size, size, size, size, size, 0, size - 1, size + 1))
    value = source.choose((_REQUEST_FEE, _REQUEST_FEE, _REQUEST_FEE, 0, 1, 2))
    return Work(to, value, source.bytes(size), 100_000)


def deposit(source: Source) -> bytes:
    """The data of the log of a deposit; one in forty is none."""
    sizes = (48, 32, 8, 96, 8)
    offsets = [160, 256, 320, 384, 512]
    content = b"".join(offset.to_bytes(32, "big") for offset in offsets)
    for size in sizes:
        room = -size % 32
        content += size.to_bytes(32, "big") + source.bytes(size) + bytes(room)
    if source.chance(97):
        return content
    wrong = bytearray(content)
    wrong[source.choose((31, 63, 95, 127, 159, 191, 287, 351, 415, 543))] ^= 1
    return bytes(wrong) if source.chance(70) else content[: source.below(576)]


def _look_back(source: Source, terms: Terms) -> Work:
    """What was written down of blocks before, near and far."""
    to, now = HISTORY, terms.number
    if source.chance(50):
        to, now = BEACON_ROOTS, terms.timestamp
    number = source.choose((now, now - 1, now - 2, now - 8191, now + 1, word(source)))
    content = max(number, 0).to_bytes(32, "big") + b"\0"
    size = source.choose((32, 32, 32, 32, 0, 31, 33))
    return Work(to, source.choose((0, 0, 0, 1)), content[:size])


def _encoded(made: FieldTransaction) -> bytes | None:
    try:
        return deliver(made, CHAIN_ID).data
    except TransactionError:
        return None

"""Transactions of all types: mostly valid, some with one thing wrong."""

from dataclasses import replace
from typing import Final

from fuzz.strategies.authorizations import GAS as AUTHORIZATION_GAS
from fuzz.strategies.authorizations import authorization_list
from fuzz.strategies.calls import abi_bytes, hook_input
from fuzz.strategies.cast import (
    DEEP,
    HERALD,
    LOOPER,
    UPGRADER,
    Cast,
    Work,
    created_address,
    keys,
    senders,
)
from fuzz.strategies.contracts import (
    L1_MESSENGER,
    SEND_TO_L1,
    herald_input,
    large_creation,
    loop_input,
)
from fuzz.strategies.damage import damage
from fuzz.strategies.decrees import DEPLOYER, deployer_input
from fuzz.strategies.envelopes import (
    as_written,
    damaged_envelope,
    raw_transaction,
)
from fuzz.strategies.faults import apply_fault
from fuzz.strategies.fees import (
    INTRINSIC_GAS,
    calldata_gas,
    fee,
    gas_limit,
    intrinsic_gas,
)
from fuzz.strategies.numbers import ALL_ONES, data, word
from fuzz.strategies.padding import pad_to_block
from fuzz.strategies.precompiles import precompile_call
from fuzz.strategies.programs import init_code
from fuzz.strategies.source import Source, Weights
from zkos.host.codecs.abi import encode_body
from zkos.host.context import BlockContext
from zkos.host.kzg import BLOB_DATA_BYTES, MOST_BLOBS
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    Transaction,
)

REPEATED: Final = 28
"""Percent of transactions that do what one before did, and meet what it left."""
DEEP_GAS: Final = 1 << 40
"""Enough for 1024 frames, each of which passes on 63 parts of 64."""
UPGRADE_SENDER: Final = 0x8007
L1_PRICE: Final = 10
"""Wei a unit of native in transactions from L1."""
_SIGNED: Final = (Kind.EIP1559, Kind.LEGACY, Kind.EIP2930, Kind.EIP7702)
_SIGNED_WEIGHTS: Final = Weights(34, 25, 16, 25)
_TARGETS: Final = Weights(60, 14, 8, 8, 9, 1)
_L1_NATIVE_PER_GAS: Final = (1000, 100, 10_000, 60_000, 1, 0)
_L1_WEIGHTS: Final = Weights(50, 20, 15, 8, 3, 4)
_FEW_GAS: Final = (1000, 20_000, 100_000, 400_000)
_FEW_NATIVE_PER_GAS: Final = (1, 2, 3, 5, 10, 30)
_LITTLE_GAS: Final = (0, 1, 100, 18_000, 20_999, 21_000, 21_001, 23_000)
_MESSAGE_GAS: Final = 5000
_MESSAGE_BYTES: Final = (BLOB_DATA_BYTES - 500, 40_000, 140_000, 300_000)
_SPARE_PUBDATA: Final = (2000, 4000)
"""For what else there is in a block."""
_MESSAGE_BYTE_GAS: Final = 20
_LONG_MESSAGE_GAS: Final = 300_000
"""With the memory it needs."""
_PAIRING_GAS: Final = 46_000
_BLOCK_LOGS: Final = 16_384
_BLOCK_PAIRINGS: Final = (1 << 35) // 15_000_000
"""Empty pairings that take all native of a block."""


def transaction(
    source: Source, cast: Cast, context: BlockContext, *, first: bool
) -> Transaction:
    """The next transaction of a block; `first` if it may be an upgrade."""
    match source.below(100):
        case roll if roll >= 99 or (first and roll >= 90):
            return upgrade(source, cast)
        case roll if roll >= 78:
            made = from_l1(source, cast)
        case _:
            return _from_key(source, cast, context)
    if source.chance(6):
        return EncodedTransaction(damage(source, encode_body(made)))
    if source.chance(2):
        return replace(made, format=source.choose((1, 2)))
    return made


def _from_key(source: Source, cast: Cast, context: BlockContext) -> Transaction:
    """A transaction signed with a key: one in six is refused for a reason."""
    before = dict(cast.nonces)
    good = signed(source, cast, context)
    if source.chance(8):
        good = pad_to_block(source, good, context.chain_id)
    match source.below(100):
        case roll if roll >= 96:
            cast.nonces = before
            return damaged_envelope(source, good, context.chain_id)
        case roll if roll >= 87:
            cast.nonces = before
            bad = apply_fault(source, cast, context, good)
            return as_written(bad, context.chain_id)
    if good.to is None:
        assert good.private_key is not None
        sender = senders()[keys().index(good.private_key)]
        cast.expect_contract(created_address(sender, good.nonce))
    if source.chance(12):
        return raw_transaction(good, context.chain_id)
    return as_written(good, context.chain_id)


def signed(source: Source, cast: Cast, context: BlockContext) -> FieldTransaction:
    """A valid transaction of an externally owned account, counted in the cast."""
    kind = source.choose(_SIGNED, _SIGNED_WEIGHTS)
    number = source.below(len(keys()))
    work = work_of(source, cast)
    if cast.creator is not None:
        number, cast.creator = cast.creator, None
        work = Work(None, 0, init_code(source, cast))
        kind = Kind.EIP1559 if kind is Kind.EIP7702 else kind
    sender = senders()[number]
    deep = cast.deep and source.chance(50)
    if deep:
        # Once is enough: it takes as long as many others.
        cast.deep = False
        work = Work(DEEP, 0, b"")
    if kind is Kind.EIP7702 and work.to is None:
        work = work._replace(to=cast.address(source))
    nonce = cast.nonces.get(sender, 0)
    cast.nonces[sender] = nonce + 1
    authorized: tuple[Authorization, ...] = ()
    if kind is Kind.EIP7702:
        authorized = authorization_list(source, cast, context, sender)
        if source.chance(30):
            # Run at once what was just delegated, or was no more.
            work = work._replace(to=cast.remembered(source))
    most, priority = fee(source, context)
    entries = access_list(source, cast, kind)
    intrinsic = intrinsic_gas(work.data, entries, creates=work.to is None) + work.gas
    intrinsic += AUTHORIZATION_GAS * len(authorized)
    made = FieldTransaction(
        kind=kind,
        gas_limit=DEEP_GAS
        if deep
        else gas_limit(source, intrinsic, quiet=work.to in senders()),
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
    return made if kind.has_gas_price else _with_priority(made, priority)


def _with_priority(made: FieldTransaction, priority: int) -> FieldTransaction:
    return replace(made, max_priority_fee_per_gas=priority)


def work_of(source: Source, cast: Cast) -> Work:
    """What a transaction does; often what one before did."""
    if cast.heavy and source.chance(60):
        return _heavy_work(source, cast)
    if cast.last_work is not None and source.chance(REPEATED):
        return cast.last_work
    cast.is_mortal = False
    work = _fresh_work(source, cast)
    if work.to is not None:
        cast.last_work = work
    return work


def _fresh_work(source: Source, cast: Cast) -> Work:
    value = source.choose((0, 0, 1, source.below(10**6)))
    match source.choose(range(6), _TARGETS):
        case 0:
            return Work(source.choose(cast.contracts), value, data(source))
        case 1:
            return Work(None, value, init_code(source, cast))
        case 2:
            target = source.choose((0x800A, 0x8008))
            return Work(target, value, hook_input(source, cast, target))
        case 3:
            target, content = precompile_call(source)
            return Work(target, value, content)
        case 5:
            initcode, gas = large_creation(source)
            return Work(None, value, initcode, gas)
    return Work(cast.address(source), value, data(source, 100))


def _heavy_work(source: Source, cast: Cast) -> Work:
    """A part, or just too much, of the native or the logs that a block may have.

    Or nearly all the pubdata that a batch may have in its blobs, and no more then.
    """
    if cast.loud:
        cast.loud = cast.heavy = False
        blobs = source.choose((MOST_BLOBS, MOST_BLOBS, 1, 2, MOST_BLOBS - 1))
        total = BLOB_DATA_BYTES * blobs - source.integer(*_SPARE_PUBDATA)
        length = min(total, source.choose(_MESSAGE_BYTES))
        count = total // length
        gas = (_MESSAGE_BYTE_GAS * length + _LONG_MESSAGE_GAS) * count
        return Work(HERALD, 0, herald_input(count, length), gas)
    if source.chance(50):
        count = source.choose((_BLOCK_PAIRINGS + 1, _BLOCK_PAIRINGS // 2 - 5, 700))
        return Work(LOOPER, 0, loop_input(count, 8, b""), _PAIRING_GAS * count)
    count = source.choose((_BLOCK_LOGS // 2, _BLOCK_LOGS, _BLOCK_LOGS + 1, 5000))
    message = SEND_TO_L1 + abi_bytes(b"", 32)
    content = loop_input(count, L1_MESSENGER, message)
    return Work(LOOPER, 0, content, _MESSAGE_GAS * count)


def access_list(
    source: Source, cast: Cast, kind: Kind
) -> tuple[AccessListEntry, ...] | None:
    """Addresses and slots announced; None without a list."""
    if kind is Kind.LEGACY or source.chance(50):
        return None
    entries = [
        AccessListEntry(
            cast.address(source),
            tuple(cast.slot(source) for _ in range(source.below(4))),
        )
        for _ in range(source.below(4))
    ]
    if entries and source.chance(15):
        entries.append(source.choose(entries))
    return tuple(entries)


def from_l1(source: Source, cast: Cast) -> FieldTransaction:
    """A priority operation; one in ten has too little deposit or an odd receiver."""
    work = work_of(source, cast)
    native_per_gas = source.choose(_L1_NATIVE_PER_GAS, _L1_WEIGHTS)
    price = max(0, native_per_gas * L1_PRICE + source.choose((0, 0, 1, -1)))
    intrinsic = INTRINSIC_GAS + calldata_gas(work.data) + work.gas
    made = FieldTransaction(
        kind=Kind.L1,
        gas_limit=gas_limit(source, intrinsic, quiet=work.to in senders()),
        max_fee_per_gas=price,
        to=cast.address(source) if work.to is None else work.to,
        value=work.value,
        data=work.data,
        gas_per_pubdata=source.choose((0, 0, 1, 10, 100, 800)),
        sender=cast.address(source),
        nonce=source.below(1000),
        refund_recipient=cast.address(source),
    )
    if source.chance(12):
        return replace(made, gas_limit=source.choose(_LITTLE_GAS))
    if source.chance(10):
        return _short_of_native(source, made)
    if source.chance(14):
        return _odd_deposit(source, made)
    if source.chance(6):
        return _odd_fields(source, made)
    return made


def _short_of_native(source: Source, made: FieldTransaction) -> FieldTransaction:
    """A call of a precompile that the last native may be gone for."""
    target, content = precompile_call(source)
    gas = INTRINSIC_GAS + calldata_gas(content) + source.choose(_FEW_GAS)
    price = source.choose(_FEW_NATIVE_PER_GAS) * L1_PRICE
    gas += source.below(gas)
    return replace(
        made, to=target, data=content, value=0, gas_limit=gas, max_fee_per_gas=price
    )


def _odd_deposit(source: Source, made: FieldTransaction) -> FieldTransaction:
    need = made.value + made.gas_limit * made.max_fee_per_gas
    match source.below(8):
        case 0:
            return replace(made, mint_value=max(0, need - source.integer(1, 100)))
        case 1:
            return replace(made, mint_value=need + source.below(10**9))
        case 2:
            recipient = (1 << 160) + word(source) % (1 << 200)
            return replace(made, refund_recipient=recipient)
        case 3 | 6 | 7:
            # Those who have something already have no room for as much.
            to = source.choose((made.to, *senders()[:2]))
            return replace(made, to=to, value=ALL_ONES - need, mint_value=ALL_ONES)
        case 4:
            price = source.choose((1 << 240, ALL_ONES, 1 << 128))
            return replace(made, max_fee_per_gas=price, mint_value=ALL_ONES)
    # With this much gas nothing may run, or it runs until native is gone.
    limit = source.choose(((1 << 56) - 1, 1 << 56, (1 << 64) - 1))
    to = source.choose(senders())
    return replace(made, to=to, gas_limit=limit, max_fee_per_gas=L1_PRICE)


def _odd_fields(source: Source, made: FieldTransaction) -> FieldTransaction:
    """Fields that must be empty, or may be anything."""
    match source.below(4):
        case 0:
            return replace(made, reserved=(None, None, 1, 0))
        case 1:
            return replace(made, signature=source.bytes(65))
        case 2:
            return replace(made, reserved_dynamic=bytes(32))
    return replace(made, factory_deps=(source.bytes(32),), nonce=word(source))


def upgrade(source: Source, cast: Cast) -> FieldTransaction:
    """A protocol upgrade: mostly a deployment by decree."""
    sender, to = source.choose(
        ((UPGRADE_SENDER, UPGRADER), (UPGRADER, DEPLOYER), (UPGRADE_SENDER, None))
    )
    target = cast.address(source)
    if source.chance(25):
        # Where a contract will be, whatever is there by then.
        cast.creator = source.below(len(keys()))
        creator = senders()[cast.creator]
        target = created_address(creator, cast.nonces.get(creator, 0))
    content = deployer_input(source, target)
    if to is None:
        to, content = cast.address(source), data(source)
    gas, price = source.choose((500_000, 100_000, 1_000_000)), source.choose((0, 1000))
    value = source.choose((0, 0, 1))
    return FieldTransaction(
        kind=Kind.UPGRADE,
        gas_limit=gas,
        max_fee_per_gas=price,
        to=to,
        value=value,
        data=content,
        sender=sender,
        mint_value=value + gas * price + source.choose((0, 0, 0, 10**6)),
        refund_recipient=cast.address(source),
    )

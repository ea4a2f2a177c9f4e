"""Transactions of all types: mostly valid, some with one thing wrong."""

from dataclasses import replace
from typing import Final

from fuzz.strategies.calls import hook_input
from fuzz.strategies.cast import DEEP, UPGRADER, Cast, created_address, keys, senders
from fuzz.strategies.damage import damage
from fuzz.strategies.decrees import DEPLOYER, deployer_input
from fuzz.strategies.faults import apply_fault, with_paymaster
from fuzz.strategies.fees import (
    L1_INTRINSIC_GAS,
    calldata_gas,
    fee,
    gas_limit,
    intrinsic_gas,
)
from fuzz.strategies.numbers import ALL_ONES, data, near, word
from fuzz.strategies.padding import pad_to_block
from fuzz.strategies.precompiles import precompile_call
from fuzz.strategies.programs import init_code
from fuzz.strategies.raw import raw_transaction
from fuzz.strategies.source import Source, Weights
from zkos.host.context import BlockContext
from zkos.host.transactions import (
    AccessListEntry,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    Transaction,
    encode_fields,
)

ACCOUNT_GAS: Final = 150_000
"""What an account needs to validate and pay."""
REPEATED: Final = 28
"""Percent of transactions that do what one before did, and meet what it left."""
DEEP_GAS: Final = 1 << 40
"""Enough for 1024 frames, each of which passes on 63 parts of 64."""
UPGRADE_SENDER: Final = 0x8007
L1_PRICE: Final = 10
"""Wei a unit of native in transactions from L1."""
_SIGNED: Final = (Kind.EIP1559, Kind.LEGACY, Kind.EIP2930, Kind.EIP712)
_SIGNED_WEIGHTS: Final = Weights(40, 28, 17, 15)
_TARGETS: Final = Weights(62, 14, 8, 8, 8)
_L1_NATIVE_PER_GAS: Final = (1000, 100, 10_000, 60_000, 1, 0)
_L1_WEIGHTS: Final = Weights(50, 20, 15, 10, 3, 2)


def transaction(
    source: Source, cast: Cast, context: BlockContext, *, first: bool
) -> Transaction:
    """The next transaction of a block; `first` if it may be an upgrade."""
    match source.below(100):
        case roll if roll >= 99 or (first and roll >= 86):
            return upgrade(source, cast)
        case roll if roll >= 76:
            made = from_l1(source, cast)
        case roll if roll >= 68 and cast.accounts:
            made = from_account(source, cast, context)
            if source.chance(8):
                made = with_paymaster(source, cast, context, made)
        case _:
            return _from_key(source, cast, context)
    if source.chance(6):
        return damaged(source, context, made)
    return made


def damaged(
    source: Source, context: BlockContext, good: FieldTransaction
) -> EncodedTransaction:
    """The encoding of a transaction with something changed."""
    return EncodedTransaction(damage(source, encode_fields(good, context.chain_id)))


def _from_key(source: Source, cast: Cast, context: BlockContext) -> Transaction:
    """A transaction signed with a key: one in six is refused for a reason."""
    good = _of_any_length(source, context, signed(source, cast, context))
    match source.below(100):
        case roll if roll >= 94:
            return damaged(source, context, good)
        case roll if roll >= 84 or (good.kind is Kind.EIP712 and roll >= 76):
            if roll < 84:
                return with_paymaster(source, cast, context, good)
            return apply_fault(source, cast, context, good)
    assert good.private_key is not None
    sender = senders()[keys().index(good.private_key)]
    if good.to is None and good.kind is not Kind.EIP712:
        cast.expect_contract(created_address(sender, good.nonce))
    cast.nonces[sender] = good.nonce + 1
    if good.kind is not Kind.EIP712 and source.chance(12):
        return raw_transaction(good, context.chain_id)
    return good


def signed(source: Source, cast: Cast, context: BlockContext) -> FieldTransaction:
    """A valid transaction of an externally owned account."""
    kind = source.choose(_SIGNED, _SIGNED_WEIGHTS)
    number = source.below(len(keys()))
    to, value, content = _work(source, cast)
    deep = cast.deep and source.chance(50)
    if deep:
        # Once is enough: it takes as long as many others.
        cast.deep = False
        to, value, content = DEEP, 0, b""
    if kind is Kind.EIP712 and to is None:
        to = cast.address(source)
    most, priority = fee(source, context)
    entries = _access_list(source, cast, kind)
    intrinsic = intrinsic_gas(content, entries, creates=to is None)
    made = FieldTransaction(
        kind=kind,
        gas_limit=DEEP_GAS
        if deep
        else gas_limit(source, intrinsic, quiet=to in senders()),
        max_fee_per_gas=most,
        nonce=cast.nonces.get(senders()[number], 0),
        to=to,
        value=value,
        data=content,
        access_list=entries,
        private_key=keys()[number],
    )
    match kind:
        case Kind.EIP1559:
            return replace(made, max_priority_fee_per_gas=priority)
        case Kind.LEGACY:
            return replace(made, eip155=source.below(3) != 2)
        case Kind.EIP712:
            return _as_eip712(source, context, made, priority)
    return made


def _of_any_length(
    source: Source, context: BlockContext, made: FieldTransaction
) -> FieldTransaction:
    """A transaction, some with data that fills blocks of its encoding."""
    if made.kind is Kind.EIP712 or not source.chance(8):
        return made
    return pad_to_block(source, made, context.chain_id)


def _as_eip712(
    source: Source, context: BlockContext, made: FieldTransaction, priority: int
) -> FieldTransaction:
    deps = tuple(source.bytes(32) for _ in range(source.choose((0, 0, 0, 1, 2))))
    return replace(
        made,
        max_priority_fee_per_gas=priority,
        gas_per_pubdata=_pubdata_limit(source, context),
        factory_deps=deps,
    )


def _pubdata_limit(source: Source, context: BlockContext) -> int:
    """What type 0x71 offers for pubdata: enough, where 32 bits are."""
    need = min(context.gas_per_pubdata, (1 << 32) - 1)
    return source.choose((need, 50_000, (1 << 32) - 1) if need < 50_000 else (need,))


def _work(source: Source, cast: Cast) -> tuple[int | None, int, bytes]:
    """What a transaction does: target, value, data; often what one did before."""
    if cast.last_work is not None and source.chance(REPEATED):
        return cast.last_work
    work = _fresh_work(source, cast)
    if work[0] is not None:
        cast.last_work = work[0], work[1], work[2]
    return work


def _fresh_work(source: Source, cast: Cast) -> tuple[int | None, int, bytes]:
    value = source.choose((0, 0, 1, source.below(10**6)))
    match source.choose(range(5), _TARGETS):
        case 0:
            return source.choose(cast.contracts), value, data(source)
        case 1:
            return None, value, init_code(source, cast)
        case 2:
            target = source.choose((0x800A, 0x8008))
            return target, value, hook_input(source, cast, target)
        case 3:
            target, content = precompile_call(source)
            return target, value, content
    return cast.address(source), value, data(source, 100)


def _access_list(
    source: Source, cast: Cast, kind: Kind
) -> tuple[AccessListEntry, ...] | None:
    if kind is Kind.LEGACY or source.chance(50):
        return None
    return tuple(
        AccessListEntry(
            cast.address(source),
            tuple(cast.slot(source) for _ in range(source.below(4))),
        )
        for _ in range(source.below(4))
    )


def from_account(source: Source, cast: Cast, context: BlockContext) -> FieldTransaction:
    """A transaction of a contract that validates it itself."""
    sender = source.choose(cast.accounts)
    most, priority = fee(source, context)
    content = data(source, 100)
    nonce = cast.nonces.get(sender, 0)
    cast.nonces[sender] = nonce + 1
    limit = gas_limit(source, intrinsic_gas(content, None, creates=False), quiet=False)
    return FieldTransaction(
        kind=Kind.EIP712,
        gas_limit=limit + ACCOUNT_GAS,
        max_fee_per_gas=most,
        max_priority_fee_per_gas=priority,
        gas_per_pubdata=_pubdata_limit(source, context),
        nonce=near(source, nonce, 1) if source.chance(10) else nonce,
        to=cast.address(source),
        value=source.choose((0, 1, 1000)),
        data=content,
        sender=sender,
        signature=source.bytes(65),
        access_list=_access_list(source, cast, Kind.EIP712),
    )


def from_l1(source: Source, cast: Cast) -> FieldTransaction:
    """A priority operation; one in ten has too little deposit or an odd receiver."""
    to, value, content = _work(source, cast)
    native_per_gas = source.choose(_L1_NATIVE_PER_GAS, _L1_WEIGHTS)
    price = max(0, native_per_gas * L1_PRICE + source.choose((0, 0, 1, -1)))
    intrinsic = L1_INTRINSIC_GAS + calldata_gas(content)
    made = FieldTransaction(
        kind=Kind.L1,
        gas_limit=gas_limit(source, intrinsic, quiet=to in senders()),
        max_fee_per_gas=price,
        to=cast.address(source) if to is None else to,
        value=value,
        data=content,
        gas_per_pubdata=source.choose((0, 0, 1, 10, 100, 800)),
        sender=cast.address(source),
        nonce=source.below(1000),
        refund_recipient=cast.address(source),
    )
    if source.chance(10):
        return _odd_deposit(source, made)
    return made


def _odd_deposit(source: Source, made: FieldTransaction) -> FieldTransaction:
    need = made.value + made.gas_limit * made.max_fee_per_gas
    match source.below(5):
        case 0:
            return replace(made, mint_value=max(0, need - source.integer(1, 100)))
        case 1:
            return replace(made, mint_value=need + source.below(10**9))
        case 2:
            recipient = (1 << 160) + word(source) % (1 << 200)
            return replace(made, refund_recipient=recipient)
        case 3:
            return replace(made, value=ALL_ONES - need, mint_value=ALL_ONES)
    # With this much gas nothing may run, or it runs until native is gone.
    limit = source.choose(((1 << 56) - 1, 1 << 56, (1 << 64) - 1))
    to = source.choose(senders())
    return replace(made, to=to, gas_limit=limit, max_fee_per_gas=L1_PRICE)


def upgrade(source: Source, cast: Cast) -> FieldTransaction:
    """A protocol upgrade: mostly a deployment by decree."""
    sender, to = source.choose(
        ((UPGRADE_SENDER, UPGRADER), (UPGRADER, DEPLOYER), (UPGRADE_SENDER, None))
    )
    content = deployer_input(source, cast.address(source))
    if to is None:
        to, content = cast.address(source), data(source)
    return FieldTransaction(
        kind=Kind.UPGRADE,
        gas_limit=source.choose((500_000, 100_000, 1_000_000)),
        max_fee_per_gas=source.choose((0, 0, 1000)),
        to=to,
        value=source.choose((0, 0, 1)),
        data=content,
        sender=sender,
        refund_recipient=cast.address(source),
    )

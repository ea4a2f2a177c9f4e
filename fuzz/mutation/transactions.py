"""Changes of a single transaction."""

from dataclasses import replace
from typing import Any, Final

from fuzz.mutation.cast import known_addresses
from fuzz.mutation.codes import mutate_code
from fuzz.strategies.authorizations import FAULTS as AUTHORIZATION_FAULTS
from fuzz.strategies.cast import authority_keys, keys
from fuzz.strategies.damage import damage
from fuzz.strategies.envelopes import as_written, damaged_envelope
from fuzz.strategies.numbers import data, word
from fuzz.strategies.precompiles import precompile_call
from fuzz.strategies.source import Source
from zkos.host.case import Case
from zkos.host.codecs.rlp import decode_signed
from zkos.host.context import BlockContext
from zkos.host.delivery import RLP, deliver
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    Transaction,
    TransactionError,
)

_WORD: Final = 1 << 256
_NUMBERS: Final = (
    *("gas_limit", "value", "max_fee_per_gas", "max_priority_fee_per_gas", "nonce"),
)
_L1_NUMBERS: Final = ("gas_per_pubdata", "mint_value", "refund_recipient")
MOST_GAS: Final = 30_000_000
"""Gas a mutation may give a transaction: more only makes it slow."""

_KINDS: Final = tuple(kind for kind in Kind if kind is not Kind.SERVICE)
"""Service transactions have other fields than these."""


def mutate_transaction(
    source: Source, item: Transaction, case: Case, context: BlockContext
) -> Transaction:
    """A transaction with one change."""
    if isinstance(item, RawTransaction) and source.chance(70):
        return _signed_anew(source, item)
    if not isinstance(item, FieldTransaction):
        return _mutate_bytes(source, item, context)
    changed = _mutate_fields(source, item, case, context)
    if isinstance(changed, FieldTransaction) and changed.kind.is_signed:
        try:
            return as_written(changed, context.chain_id)
        except TransactionError:
            return item
    return changed


def _mutate_fields(
    source: Source, item: FieldTransaction, case: Case, context: BlockContext
) -> Transaction:
    if item.kind is Kind.EIP7702 and source.chance(25):
        return _mutate_authorizations(source, item, case, context)
    match source.below(12):
        case 0 | 1 | 2:
            return _mutate_number(source, item, context)
        case 3 | 4 | 5:
            return replace(item, data=_mutate_data(source, item, case))
        case 6:
            return replace(item, to=_target(source, item, case))
        case 7:
            return _mutate_key(source, item)
        case 8:
            return _mutate_access_list(source, item, case)
        case 9:
            return _mutate_kind(source, item)
        case 10:
            return _mutate_rare(source, item)
        case _:
            return _mutate_bytes(source, item, context)


def _signed_anew(source: Source, item: RawTransaction) -> Transaction:
    """An envelope, as of an imported test, as fields that can be changed and signed."""
    try:
        fields = decode_signed(item.data)
    except TransactionError:
        return item
    return replace(
        fields,
        private_key=source.choose(keys()),
        signature=None,
        sender=None,
        chain_id=None,
    )


def mutate_number(source: Source, number: int) -> int:
    """A word near another, scaled, or another altogether."""
    match source.below(4):
        case 0:
            return min(max(0, number + source.integer(0, 8) - 4), _WORD - 1)
        case 1:
            return number >> 1 if source.chance(50) else min(2 * number, _WORD - 1)
        case 2:
            return (
                number ^ 1 << source.below(max(number.bit_length() + 1, 8)) & _WORD - 1
            )
    return word(source)


def _mutate_number(
    source: Source, item: FieldTransaction, context: BlockContext
) -> FieldTransaction:
    more = () if item.kind.is_signed else _L1_NUMBERS
    name = source.choose((*_NUMBERS, *more))
    number = getattr(item, name)
    if name == "gas_limit":
        return replace(item, gas_limit=_mutate_gas(source, item.gas_limit))
    if "fee" in name and source.chance(60):
        chosen = source.choose((context.eip1559_basefee, context.native_price * 100))
        return _with(item, name, chosen + source.below(3))
    return _with(item, name, mutate_number(source, number or 0))


def _with(item: FieldTransaction, name: str, number: int) -> FieldTransaction:
    changes: dict[str, Any] = {name: number % _WORD}
    return replace(item, **changes)


def _mutate_gas(source: Source, gas: int) -> int:
    """Another gas limit: metamorphic slack, or near what was enough."""
    match source.below(4):
        case 0:
            return min(gas + source.below(100_000), MOST_GAS)
        case 1:
            return max(0, gas - source.below(5_000))
        case 2:
            return source.choose((21_000, 53_000, 100_000, 1_000_000, MOST_GAS))
    return min(mutate_number(source, gas), MOST_GAS)


def _mutate_data(source: Source, item: FieldTransaction, case: Case) -> bytes:
    if item.to is None:
        codes = [entry.code for entry in case.accounts if entry.code] or [item.data]
        return mutate_code(source, item.data, source.choose(codes))
    match source.below(4):
        case 0:
            return data(source)
        case 1:
            at = source.below(len(item.data) + 1)
            return item.data[:at] + data(source, 64) + item.data[at:]
        case 2 if item.data:
            at = source.below(len(item.data))
            return item.data[:at] + bytes([source.below(256)]) + item.data[at + 1 :]
    return item.data[: source.below(len(item.data) + 1)]


def _target(source: Source, item: FieldTransaction, case: Case) -> int | None:
    if source.chance(10):
        return None
    if source.chance(20):
        return precompile_call(source)[0]
    return source.choose(known_addresses(case))


def _mutate_key(source: Source, item: FieldTransaction) -> FieldTransaction:
    if not item.kind.is_signed:
        return _mutate_l1(source, item)
    if item.private_key is None or source.chance(15):
        return replace(item, signature=source.bytes(65))
    return replace(item, private_key=source.choose(keys()))


def _mutate_access_list(
    source: Source, item: FieldTransaction, case: Case
) -> FieldTransaction:
    entries = list(item.access_list or ())
    if entries and source.chance(40):
        del entries[source.below(len(entries))]
    else:
        slots = tuple(word(source) for _ in range(source.below(3)))
        address = source.choose(known_addresses(case))
        entries.insert(source.below(len(entries) + 1), AccessListEntry(address, slots))
    return replace(item, access_list=tuple(entries))


def _mutate_authorizations(
    source: Source, item: FieldTransaction, case: Case, context: BlockContext
) -> FieldTransaction:
    """One entry less, another one, or one with a rule broken."""
    entries = list(item.authorization_list)
    at = source.below(len(entries) + 1)
    match source.below(4):
        case 0 if at < len(entries):
            del entries[at]
        case 1 if at < len(entries) and entries[at].private_key is not None:
            fault = source.choose(AUTHORIZATION_FAULTS)
            entries[at] = fault(source, context, entries[at])
        case 2 if at < len(entries):
            delegate = source.choose((0, *known_addresses(case)))
            entries[at] = replace(entries[at], address=delegate)
        case _:
            key = source.choose((*keys(), *authority_keys()))
            delegate = source.choose((0, *known_addresses(case)))
            entries.insert(at, Authorization(delegate, 0, None, key))
    return replace(item, authorization_list=tuple(entries))


def _mutate_kind(source: Source, item: FieldTransaction) -> FieldTransaction:
    """Another type, without the fields that it does not have."""
    kind = source.choose(_KINDS)
    made = replace(
        item,
        kind=kind,
        eip155=item.eip155 or kind is not Kind.LEGACY,
        authorization_list=item.authorization_list if kind is Kind.EIP7702 else (),
        blob_hashes=item.blob_hashes if kind is Kind.EIP4844 else (),
        max_fee_per_blob_gas=0,
    )
    if not kind.is_signed:
        sender = item.sender if item.sender is not None else word(source) >> 96
        return replace(made, sender=sender, to=item.to or 0)
    made = replace(
        made,
        gas_per_pubdata=0,
        mint_value=None,
        refund_recipient=None,
        factory_deps=(),
        reserved=(),
        reserved_dynamic=b"",
    )
    if item.private_key is None and item.signature is None:
        return replace(made, private_key=keys()[0], sender=None)
    return made


def _mutate_rare(source: Source, item: FieldTransaction) -> FieldTransaction:
    if not item.kind.is_signed:
        return _mutate_l1(source, item)
    match source.below(5):
        case 0:
            return replace(item, chain_id=source.choose((0, 1, 37, (1 << 64) - 1)))
        case 1 if item.kind is Kind.LEGACY:
            return replace(item, eip155=not item.eip155)
        case 2:
            return replace(item, v=source.choose((None, 0, 1, 27, 28, 35, 109, 110)))
        case 3:
            sender = source.choose((None, word(source) >> 96))
            return replace(item, sender=sender)
    return replace(item, format=source.choose((None, 0, 1, 2, 255)))


def _mutate_l1(source: Source, item: FieldTransaction) -> FieldTransaction:
    match source.below(5):
        case 0:
            return replace(item, signature=source.choose((None, source.bytes(65))))
        case 1:
            deps = tuple(source.bytes(32) for _ in range(source.below(3)))
            return replace(item, factory_deps=deps)
        case 2:
            return replace(item, reserved_dynamic=source.choose((b"", bytes(32))))
        case 3:
            return replace(item, format=source.choose((None, 0, 1, 2)))
    words: list[int | None] = [None, None, None, None]
    words[source.below(4)] = word(source)
    return replace(item, reserved=tuple(words))


def _mutate_bytes(
    source: Source, item: Transaction, context: BlockContext
) -> Transaction:
    """Damage in the form the bootloader reads."""
    if isinstance(item, FieldTransaction) and item.private_key is not None:
        try:
            return damaged_envelope(source, item, context.chain_id)
        except (TransactionError, KeyError):
            return item
    try:
        served = deliver(item, context.chain_id)
    except TransactionError:
        return EncodedTransaction(data(source) or b"\0")
    made = RawTransaction if served.format == RLP else EncodedTransaction
    return made(damage(source, served.data), served.sender)

"""Signed transactions with one thing wrong, each refused for its own reason."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from fuzz.strategies.cast import Cast
from fuzz.strategies.fees import bad_fee
from fuzz.strategies.numbers import ALL_ONES, SECP256K1_ORDER, word
from fuzz.strategies.source import Source
from zkos.host.context import BlockContext
from zkos.host.signing import SIGNATURE_BYTES, address_of_key, sign
from zkos.host.transactions import FieldTransaction, Kind, signing_hash

INITCODE_LIMIT: Final = 49152
WASM_DEPLOYER: Final = 0x9000
Fault = Callable[[Source, Cast, BlockContext, FieldTransaction], FieldTransaction]


def apply_fault(
    source: Source, cast: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """The transaction with one thing changed for the worse."""
    return source.choose(FAULTS)(source, cast, context, transaction)


def wrong_nonce(
    source: Source, _: Cast, _context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """A nonce that is too high, too low or no nonce."""
    nonce = transaction.nonce
    wrong = (nonce + 1, max(0, nonce - 1), (1 << 64) - 1, 1 << 64, word(source))
    return replace(transaction, nonce=source.choose(wrong))


def wrong_signature(
    source: Source, _: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """A signature that is damaged, malleable, cut or of other content."""
    key = transaction.private_key
    if key is None:
        return replace(transaction, signature=source.bytes(SIGNATURE_BYTES))
    sender = transaction.sender or address_of_key(key)
    digest = signing_hash(transaction, sender, context.chain_id)
    signature = sign(key, digest)
    match source.below(6):
        case 0:
            s = SECP256K1_ORDER - int.from_bytes(signature[32:64], "big")
            v = bytes([55 - signature[64]])
            signature = signature[:32] + s.to_bytes(32, "big") + v
        case 1:
            v = bytes([source.choose((0, 1, 26, 29, 255))])
            signature = signature[:64] + v
        case 2:
            signature = signature[: source.below(SIGNATURE_BYTES)]
        case 3:
            edge = source.choose((0, SECP256K1_ORDER, SECP256K1_ORDER - 1, ALL_ONES))
            position = source.choose((0, 32))
            changed = bytearray(signature)
            changed[position : position + 32] = edge.to_bytes(32, "big")
            signature = bytes(changed)
        case 4:
            signature += b"\0"
        case _:
            changed = bytearray(signature)
            changed[source.below(SIGNATURE_BYTES)] ^= 1 << source.below(8)
            signature = bytes(changed)
    return replace(transaction, signature=signature, sender=sender)


def wrong_fee(
    source: Source, _: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Prices that do not fit each other, the block or the arithmetic."""
    most, priority = bad_fee(source, context)
    return replace(transaction, max_fee_per_gas=most, max_priority_fee_per_gas=priority)


def wrong_gas(
    source: Source, _: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Gas that is too little, or more than the block or a word has."""
    over = context.gas_limit + 1
    gas = source.choose((0, 17999, 18000, 20999, over, (1 << 64) - 1, 1 << 64))
    return replace(transaction, gas_limit=gas)


def wrong_chain(
    source: Source, _: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Signed for another chain."""
    other = (context.chain_id + source.integer(1, 3)) % (1 << 64)
    return replace(transaction, chain_id=other)


def wrong_words(
    source: Source, _: Cast, _context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """A reserved word that must be zero, or is zero and should not be."""
    words: list[int | None] = [None] * 4
    words[source.below(4)] = source.choose((1, 0, 2, word(source)))
    return replace(transaction, reserved=tuple(words))


def wrong_value(
    source: Source, _: Cast, _context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """More wei than anybody has."""
    value = source.choose((1 << 255, ALL_ONES, 1 << 128, ALL_ONES - (1 << 80)))
    return replace(transaction, value=value)


def wrong_sender(
    source: Source, cast: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Signed by somebody else."""
    if transaction.private_key is None:
        return wrong_nonce(source, cast, context, transaction)
    return replace(transaction, sender=cast.address(source))


def wrong_access_list(
    source: Source, cast: Cast, _: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """An access list that leads out of the transaction, or is odd but readable."""
    words = [0x20, 1, 0x20, 1, 0x20, cast.address(source), 0x40, 1, cast.slot(source)]
    for _change in range(source.integer(1, 2)):
        index = source.below(len(words))
        words[index] = source.choose(
            (0, 1, 2, 0x20, 0x60, 1 << 16, (1 << 32) - 1, 1 << 32, word(source))
        )
    if source.chance(20):
        words = words[: source.below(len(words))]
    content = b"".join(item.to_bytes(32, "big") for item in words)
    size = len(content).to_bytes(32, "big")
    return replace(transaction, reserved_dynamic=size + content)


def wrong_kind_of_target(
    source: Source, _: Cast, _context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """A call of the old deployer, or initcode that is too long."""
    if source.chance(30):
        data = bytes(INITCODE_LIMIT + source.choose((0, 1, 32)))
        gas = transaction.gas_limit + 4 * len(data) + 4000
        return replace(transaction, to=None, data=data, gas_limit=gas)
    return replace(transaction, to=WASM_DEPLOYER)


def wrong_pubdata_limit(
    source: Source, _: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Less pubdata price than the block asks, or more than a word."""
    limit = source.choose((max(0, context.gas_per_pubdata - 1), 1 << 32))
    return replace(transaction, gas_per_pubdata=limit)


def with_paymaster(
    source: Source, cast: Cast, _: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Paid by somebody else, which only type 0x71 knows, and nobody implements."""
    flow = source.choose((b"\x8c\x5a\x34\x45", b"\x94\x94\x31\xdc", b""))
    if flow[:1] == b"\x94":
        token = source.choose(cast.contracts).to_bytes(32, "big")
        flow += token + word(source).to_bytes(32, "big")
        flow = flow if source.chance(85) else flow[: source.below(len(flow))]
    paymaster = source.choose(cast.contracts)
    return replace(transaction, paymaster=paymaster, paymaster_input=flow)


def foreign_fields(
    source: Source, cast: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Factory dependencies, which most types may not have."""
    if transaction.kind is Kind.EIP712:
        return wrong_nonce(source, cast, context, transaction)
    return replace(transaction, factory_deps=(source.bytes(32),))


FAULTS: Final[tuple[Fault, ...]] = (
    wrong_nonce,
    wrong_signature,
    wrong_fee,
    wrong_gas,
    wrong_chain,
    wrong_words,
    wrong_value,
    wrong_sender,
    wrong_access_list,
    wrong_kind_of_target,
    wrong_pubdata_limit,
    with_paymaster,
    foreign_fields,
)

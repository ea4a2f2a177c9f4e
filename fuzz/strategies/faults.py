"""Signed transactions with one thing wrong, each refused for its own reason."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from fuzz.strategies.cast import Cast
from fuzz.strategies.contracts import INITCODE_BYTE_GAS, MAX_INITCODE_BYTES
from fuzz.strategies.fees import bad_fee
from fuzz.strategies.numbers import ALL_ONES, SECP256K1_ORDER, word
from fuzz.strategies.source import Source
from zkos.host.codecs.rlp import signing_hash
from zkos.host.context import BlockContext
from zkos.host.signing import SIGNATURE_BYTES, address_of_key, sign
from zkos.host.transactions import FieldTransaction, Kind

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
    sender = address_of_key(key)
    signature = sign(key, signing_hash(transaction, context.chain_id))
    match source.below(4):
        case 0:
            s = SECP256K1_ORDER - int.from_bytes(signature[32:64], "big")
            v = bytes([55 - signature[64]])
            signature = signature[:32] + s.to_bytes(32, "big") + v
        case 1:
            edge = source.choose(
                (
                    *(0, SECP256K1_ORDER, SECP256K1_ORDER - 1, ALL_ONES),
                    *(SECP256K1_ORDER // 2, SECP256K1_ORDER // 2 + 1),
                )
            )
            position = source.choose((0, 32))
            changed = bytearray(signature)
            changed[position : position + 32] = edge.to_bytes(32, "big")
            signature = bytes(changed)
        case 2:
            signature = signature[:64] + bytes([55 - signature[64]])
        case _:
            changed = bytearray(signature)
            changed[source.below(SIGNATURE_BYTES - 1)] ^= 1 << source.below(8)
            signature = bytes(changed)
    return replace(transaction, signature=signature, sender=sender)


def wrong_parity(
    source: Source, _: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """What stands for the parity is of another chain, another form, or none."""
    first = 35 + 2 * context.chain_id
    values = (2, 3, 26, 27, 28, 29, 255, 256, first - 1, first + 2, word(source))
    return replace(transaction, v=source.choose(values))


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


def wrong_format(
    source: Source, _: Cast, _context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """The host says that the bytes are something else."""
    return replace(transaction, format=source.choose((0, 1, 2, 255)))


def long_initcode(
    source: Source, _: Cast, _context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """A creation at the limit of initcode, or beyond it."""
    if transaction.kind is Kind.EIP7702:
        transaction = replace(
            transaction, kind=Kind.EIP1559, authorization_list=(), access_list=None
        )
    size = MAX_INITCODE_BYTES + source.choose((1, 0, 32))
    gas = transaction.gas_limit + INITCODE_BYTE_GAS * size
    return replace(transaction, to=None, data=bytes(size), gas_limit=gas)


def no_authorization(
    source: Source, cast: Cast, context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """Type 4 without anything to authorize, or without a target."""
    if transaction.kind is not Kind.EIP7702:
        return wrong_nonce(source, cast, context, transaction)
    if source.chance(50):
        return replace(transaction, authorization_list=())
    return replace(transaction, to=None)


def blobs(
    source: Source, _: Cast, _context: BlockContext, transaction: FieldTransaction
) -> FieldTransaction:
    """A type that Ethereum has and this protocol has not."""
    hashes = (1 << 248 | source.below(1 << 240),)
    return replace(
        transaction,
        kind=Kind.EIP4844,
        to=transaction.to or 0,
        eip155=True,
        authorization_list=(),
        blob_hashes=hashes,
        max_fee_per_blob_gas=1,
    )


FAULTS: Final[tuple[Fault, ...]] = (
    wrong_nonce,
    wrong_signature,
    wrong_fee,
    wrong_gas,
    wrong_chain,
    wrong_parity,
    wrong_value,
    wrong_sender,
    wrong_format,
    long_initcode,
    no_authorization,
    blobs,
)

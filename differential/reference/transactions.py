"""Transactions of a case as Ethereum knows them: signed envelopes."""

from typing import Any, Final

from eth.vm.forks.cancun.transactions import (
    CancunLegacyTransaction,
    CancunTransactionBuilder,
)

from differential.known import CHAIN_ID_ZERO, Policy
from zkos.host.case_errors import CaseError
from zkos.host.rlp import Encodable
from zkos.host.rlp import encode as encode_rlp
from zkos.host.signing import SIGNATURE_BYTES
from zkos.host.transactions import (
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    Transaction,
    TransactionError,
    encode_fields,
)

ETHEREUM_KINDS: Final = (Kind.LEGACY, Kind.EIP2930, Kind.EIP1559)


def envelope(transaction: Transaction, chain_id: int) -> bytes:
    """The signed transaction as Ethereum's network carries it.

    Raises TransactionError for what Ethereum does not have: other types, bodies given
    as bytes, fields of the body that its signature does not cover.
    """
    match transaction:
        case RawTransaction(data):
            return data
        case EncodedTransaction():
            raise TransactionError("encoded", "only ZKsync OS knows encoded bodies")
        case FieldTransaction():
            return _envelope_of_fields(transaction, chain_id)


def _envelope_of_fields(transaction: FieldTransaction, chain_id: int) -> bytes:
    kind = transaction.kind
    if kind not in ETHEREUM_KINDS:
        raise TransactionError("type", f"Ethereum has no {kind.name.lower()}")
    if any(word is not None for word in transaction.reserved):
        raise TransactionError("reserved", "not part of an Ethereum transaction")
    if transaction.reserved_dynamic is not None:
        raise TransactionError(
            "reserved_dynamic", "not part of an Ethereum transaction"
        )
    if transaction.paymaster or transaction.paymaster_input or transaction.factory_deps:
        raise TransactionError("paymaster", "not part of an Ethereum transaction")
    if kind is not Kind.EIP1559 and _priority_of_its_own(transaction):
        raise TransactionError("max_priority_fee_per_gas", "this type has none")
    if kind is Kind.LEGACY and transaction.access_list:
        raise TransactionError("access_list", "not covered by a legacy signature")
    signed_chain = chain_id if transaction.chain_id is None else transaction.chain_id
    r, s, v = _signature(encode_fields(transaction, chain_id))
    head: list[Encodable] = [
        transaction.nonce,
        *_prices(transaction),
        transaction.gas_limit,
    ]
    target = b"" if transaction.to is None else transaction.to.to_bytes(20, "big")
    body: list[Encodable] = [*head, target, transaction.value, transaction.data]
    if kind is Kind.LEGACY:
        if transaction.eip155:
            v += 8 + 2 * signed_chain
        return encode_rlp([*body, v, r, s])
    access_list: list[Encodable] = [
        [entry.address.to_bytes(20, "big"), [_word(key) for key in entry.storage_keys]]
        for entry in transaction.access_list or ()
    ]
    items: list[Encodable] = [signed_chain, *body, access_list, v - 27, r, s]
    return bytes([kind.value]) + encode_rlp(items)


def _priority_of_its_own(transaction: FieldTransaction) -> bool:
    priority = transaction.max_priority_fee_per_gas
    return priority not in (None, transaction.max_fee_per_gas)


def _prices(transaction: FieldTransaction) -> list[int]:
    if transaction.kind is not Kind.EIP1559:
        return [transaction.max_fee_per_gas]
    priority = transaction.max_priority_fee_per_gas
    maximum = transaction.max_fee_per_gas
    return [maximum if priority is None else priority, maximum]


def _signature(body: bytes) -> tuple[int, int, int]:
    """r, s and v of an encoded body (transactions spec 2 and 6)."""
    offset = int.from_bytes(body[15 * 32 : 16 * 32], "big")
    length = int.from_bytes(body[offset : offset + 32], "big")
    if length != SIGNATURE_BYTES:
        raise TransactionError("signature", f"{length} bytes long")
    signature = body[offset + 32 : offset + 32 + SIGNATURE_BYTES]
    if signature[64] not in (27, 28):
        raise TransactionError("signature", "its last byte is neither 27 nor 28")
    r, s = signature[:32], signature[32:64]
    return int.from_bytes(r, "big"), int.from_bytes(s, "big"), signature[64]


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def declared_sender(transaction: Transaction) -> int | None:
    """The sender a transaction claims, where it claims one."""
    return transaction.sender if isinstance(transaction, FieldTransaction) else None


class _SignedForChainZero(CancunLegacyTransaction):  # type: ignore[misc]
    """A legacy transaction whose signature covers chain id 0 as EIP-155 has it."""

    def get_message_for_signing(self) -> bytes:
        items = [self.nonce, self.gas_price, self.gas, self.to, self.value, self.data]
        return encode_rlp([*items, 0, 0, 0])


def decode_envelope(data: bytes, place: str, policy: Policy) -> Any:
    """py-evm's transaction of an envelope; raises CaseError."""
    try:
        decoded = CancunTransactionBuilder.decode(data)
    except Exception as error:
        # The decoder raises whatever its libraries raise.
        raise CaseError("case", place, f"not a transaction: {error}") from error
    is_legacy = isinstance(decoded, CancunLegacyTransaction)
    if is_legacy and decoded.chain_id == 0 and policy.fire(CHAIN_ID_ZERO):
        return _SignedForChainZero(*decoded)
    return decoded

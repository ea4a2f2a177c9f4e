"""Transactions as the host holds them, and their encoding for the guest.

The encoding is the ABI body of transactions spec 2 with the defaults of section 8.
Signed Ethereum transactions come in through `zkos.host.raw_transaction`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from zkos.host.rlp import Encodable
from zkos.host.signing import (
    address_of_key,
    hash_of_eip712,
    hash_of_items,
    recover,
    sign,
)


class TransactionError(Exception):
    """A transaction cannot be encoded; `field` is what stands in the way."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Kind(Enum):
    """Transaction types; the value is the type byte."""

    LEGACY = 0x00
    EIP2930 = 0x01
    EIP1559 = 0x02
    EIP712 = 0x71
    UPGRADE = 0xFE
    L1 = 0xFF

    @property
    def is_signed(self) -> bool:
        """Whether a signature authorises it; the others come from L1."""
        return self not in (Kind.L1, Kind.UPGRADE)


@dataclass(frozen=True, slots=True)
class AccessListEntry:
    """An address and slots announced by a transaction (EIP-2930)."""

    address: int
    storage_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RawTransaction:
    """A signed Ethereum transaction: typed envelope or legacy RLP."""

    data: bytes


@dataclass(frozen=True, slots=True)
class EncodedTransaction:
    """The bytes the bootloader reads, well formed or not."""

    data: bytes


@dataclass(frozen=True, slots=True)
class FieldTransaction:
    """A transaction by its fields; None means "as computed or by default"."""

    kind: Kind
    gas_limit: int
    max_fee_per_gas: int
    """Wei; the gas price of types without a priority fee."""
    max_priority_fee_per_gas: int | None = None
    """Wei; `max_fee_per_gas` when None."""
    nonce: int = 0
    to: int | None = None
    """None creates a contract (legacy, 2930 and 1559; address 0 in other types)."""
    value: int = 0
    data: bytes = b""
    gas_per_pubdata: int = 0
    access_list: tuple[AccessListEntry, ...] | None = None
    eip155: bool = True
    """Whether the signature of a legacy transaction covers the chain id."""
    chain_id: int | None = None
    """Chain id signed for; the block's when None."""
    paymaster: int = 0
    paymaster_input: bytes = b""
    factory_deps: tuple[bytes, ...] = ()
    """Bytecode hashes, 32 bytes each."""
    mint_value: int | None = None
    """Deposit of L1 types; exactly value and fee when None."""
    refund_recipient: int | None = None
    private_key: bytes | None = None
    signature: bytes | None = None
    sender: int | None = None
    reserved: tuple[int | None, ...] = ()
    """Overrides of the reserved words from the first on."""
    reserved_dynamic: bytes | None = None
    """Override of the encoded access list."""


Transaction: TypeAlias = RawTransaction | EncodedTransaction | FieldTransaction

_WORD_LIMIT: Final = 2**256
_HEAD_BYTES: Final = 19 * 32
_HAS_CREATION: Final = (Kind.LEGACY, Kind.EIP2930, Kind.EIP1559)


def encode_fields(transaction: FieldTransaction, chain_id: int) -> bytes:
    """The body the bootloader reads; `chain_id` is the block's.

    Raises TransactionError when a sender or signature is neither given nor
    computable, or a number does not fit its word.
    """
    sender = _sender(transaction, chain_id)
    head = _head(transaction, sender)
    signature = _signature(transaction, head, chain_id)
    tail = [
        _bytes_item(transaction.data),
        _bytes_item(signature),
        _words([len(transaction.factory_deps)]) + b"".join(transaction.factory_deps),
        _bytes_item(transaction.paymaster_input),
        _bytes_item(_reserved_dynamic(transaction)),
    ]
    offsets, position = [], _HEAD_BYTES
    for item in tail:
        offsets.append(position)
        position += len(item)
    return b"".join([head, _words(_reserved(transaction)), _words(offsets), *tail])


def signing_hash(transaction: FieldTransaction, sender: int, chain_id: int) -> bytes:
    """The digest a signature of this transaction covers, 32 bytes."""
    chain_id = chain_id if transaction.chain_id is None else transaction.chain_id
    if transaction.kind is Kind.EIP712:
        return hash_of_eip712(
            _head(transaction, sender),
            transaction.data,
            transaction.factory_deps,
            transaction.paymaster_input,
            chain_id,
        )
    return hash_of_items(transaction.kind.value, _signed_items(transaction, chain_id))


def _signed_items(transaction: FieldTransaction, chain_id: int) -> list[Encodable]:
    target = b"" if transaction.to is None else transaction.to.to_bytes(20, "big")
    price: list[Encodable] = [transaction.max_fee_per_gas]
    if transaction.kind is Kind.EIP1559:
        price.insert(0, _priority_fee(transaction))
    items: list[Encodable] = [
        transaction.nonce,
        *price,
        transaction.gas_limit,
        target,
        transaction.value,
        transaction.data,
    ]
    if transaction.kind is Kind.LEGACY:
        return [*items, chain_id, 0, 0] if transaction.eip155 else items
    access_list: list[Encodable] = [
        [
            entry.address.to_bytes(20, "big"),
            [key.to_bytes(32, "big") for key in entry.storage_keys],
        ]
        for entry in transaction.access_list or ()
    ]
    return [chain_id, *items, access_list]


def _sender(transaction: FieldTransaction, chain_id: int) -> int:
    if transaction.sender is not None:
        return transaction.sender
    if transaction.private_key is not None:
        return _address_of_key(transaction.private_key)
    # The digest of type 0x71 covers the sender: it cannot be recovered.
    if transaction.signature is not None and transaction.kind in _HAS_CREATION:
        digest = signing_hash(transaction, 0, chain_id)
        sender = recover(digest, transaction.signature)
        if sender is None:
            raise TransactionError("signature", "recovers no sender, and no 'from'")
        return sender
    raise TransactionError("from", "missing, and no private_key to compute it from")


def _address_of_key(private_key: bytes) -> int:
    try:
        return address_of_key(private_key)
    except ValueError as error:
        raise TransactionError("private_key", "not a secp256k1 key") from error


def _signature(transaction: FieldTransaction, head: bytes, chain_id: int) -> bytes:
    if transaction.signature is not None:
        return transaction.signature
    if not transaction.kind.is_signed:
        return b""
    if transaction.private_key is None:
        raise TransactionError("private_key", "missing, and no signature instead")
    _address_of_key(transaction.private_key)
    sender = int.from_bytes(head[32:64], "big")
    return sign(transaction.private_key, signing_hash(transaction, sender, chain_id))


def _head(transaction: FieldTransaction, sender: int) -> bytes:
    """Words 0 to 9 of the body."""
    return _words(
        [
            transaction.kind.value,
            sender,
            transaction.to or 0,
            transaction.gas_limit,
            transaction.gas_per_pubdata,
            transaction.max_fee_per_gas,
            _priority_fee(transaction),
            transaction.paymaster,
            transaction.nonce,
            transaction.value,
        ]
    )


def _priority_fee(transaction: FieldTransaction) -> int:
    if transaction.max_priority_fee_per_gas is None:
        return transaction.max_fee_per_gas
    return transaction.max_priority_fee_per_gas


def _reserved(transaction: FieldTransaction) -> list[int]:
    """Words 10 to 13 of the body (transactions spec 3)."""
    words = [0, 0, 0, 0]
    if transaction.kind in _HAS_CREATION:
        words[0] = int(transaction.kind is Kind.LEGACY and transaction.eip155)
        words[1] = int(transaction.to is None)
    elif not transaction.kind.is_signed:
        fee = transaction.gas_limit * transaction.max_fee_per_gas
        deposit = transaction.mint_value
        words[0] = transaction.value + fee if deposit is None else deposit
        words[1] = transaction.refund_recipient or 0
    for index, override in enumerate(transaction.reserved):
        if override is not None:
            words[index] = override
    return words


def _reserved_dynamic(transaction: FieldTransaction) -> bytes:
    if transaction.reserved_dynamic is not None:
        return transaction.reserved_dynamic
    if transaction.access_list is None or transaction.kind is Kind.LEGACY:
        return b""
    return encode_access_list(transaction.access_list)


def encode_access_list(entries: tuple[AccessListEntry, ...]) -> bytes:
    """The ABI encoding of the one-element list of lists (transactions spec 4)."""
    items = [
        _words([entry.address, 0x40, len(entry.storage_keys), *entry.storage_keys])
        for entry in entries
    ]
    offsets, position = [], 32 * len(items)
    for item in items:
        offsets.append(position)
        position += len(item)
    return _words([0x20, 1, 0x20, len(items), *offsets]) + b"".join(items)


def _bytes_item(content: bytes) -> bytes:
    return _words([len(content)]) + content + bytes(-len(content) % 32)


def _words(numbers: list[int]) -> bytes:
    try:
        return b"".join(number.to_bytes(32, "big") for number in numbers)
    except OverflowError as error:
        raise TransactionError("fields", "a number does not fit 256 bits") from error

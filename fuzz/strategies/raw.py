"""Signed transactions as wallets send them: RLP with the signature at the end."""

from zkos.host import rlp
from zkos.host.signing import address_of_key, sign
from zkos.host.transactions import (
    FieldTransaction,
    Kind,
    RawTransaction,
    signing_hash,
)


def raw_transaction(transaction: FieldTransaction, chain_id: int) -> RawTransaction:
    """The envelope of a transaction that has its key."""
    key = transaction.private_key
    assert key is not None
    digest = signing_hash(transaction, address_of_key(key), chain_id)
    signature = sign(key, digest)
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:64], "big")
    parity = signature[64] - 27
    items = unsigned_items(transaction, chain_id)
    if transaction.kind is Kind.LEGACY:
        v = 35 + parity + 2 * chain_id if transaction.eip155 else 27 + parity
        return RawTransaction(rlp.encode([*items, v, r, s]))
    items += [parity, r, s]
    return RawTransaction(bytes([transaction.kind.value]) + rlp.encode(items))


def unsigned_items(transaction: FieldTransaction, chain_id: int) -> list[rlp.Encodable]:
    """What comes before the signature."""
    if transaction.kind is Kind.LEGACY:
        return _common(transaction)
    return [chain_id, *_common(transaction), _access_list(transaction)]


def _common(transaction: FieldTransaction) -> list[rlp.Encodable]:
    """From nonce to data."""
    items: list[rlp.Encodable] = [transaction.nonce]
    if transaction.kind is Kind.EIP1559:
        priority = transaction.max_priority_fee_per_gas
        items.append(transaction.max_fee_per_gas if priority is None else priority)
    items += [transaction.max_fee_per_gas, transaction.gas_limit]
    target = transaction.to
    items.append(b"" if target is None else target.to_bytes(20, "big"))
    return [*items, transaction.value, transaction.data]


def _access_list(transaction: FieldTransaction) -> rlp.Encodable:
    return [
        [
            entry.address.to_bytes(20, "big"),
            [key.to_bytes(32, "big") for key in entry.storage_keys],
        ]
        for entry in transaction.access_list or ()
    ]

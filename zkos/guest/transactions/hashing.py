"""The hashes of transactions and authorizations (transactions spec 5).

A transaction is named by the hash of its bytes as they were given. What is signed has
a list header of its own, made here; its fields are the bytes given.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.native import keccak_native
from zkos.guest.protocol.transactions import AUTHORIZATION_MAGIC, TYPE_LEGACY
from zkos.guest.rlp.writer import RlpHasher, list_length, number_length
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.authorizations import Authorizations
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U8, U32, U64, U256, Bytes32

ABI_HEAD: Final = U256(0x20)
"""The offset with which the encoding of an L1 transaction begins on L1."""
ADDRESS_ITEM_BYTES: Final = U32(21)
EMPTY_ITEMS_BYTES: Final = U32(2)


def charge_keccak(resources: Resources, length: U32) -> None:
    """Pay for hashing `length` bytes: native only. Raises OutOfNative."""
    resources.charge(U64(0), keccak_native(length))


class TransactionHasher:
    """Charges for hashes and computes them."""

    keccak: Keccak256
    rlp: RlpHasher
    chain_id: U256

    def __init__(self, keccak: Keccak256, chain_id: U64) -> None:
        self.keccak = keccak
        self.rlp = RlpHasher(keccak)
        self.chain_id = U256(chain_id)

    def l2(self, transaction: Transaction, resources: Resources) -> None:
        """Both hashes of an L2 transaction. Raises OutOfNative."""
        # Both are charged by the whole encoding.
        charge_keccak(resources, transaction.encoding.length())
        charge_keccak(resources, transaction.encoding.length())
        transaction.hash = self.keccak.hash(transaction.encoding)
        transaction.signing_hash = self._signing_hash(transaction)

    def l1(self, transaction: Transaction, resources: Resources) -> None:
        """The hash of a transaction from L1. Raises OutOfNative."""
        encoding = transaction.encoding
        charge_keccak(resources, encoding.length() + 32)
        keccak = self.keccak
        keccak.reset()
        keccak.update_u256(ABI_HEAD)
        keccak.update(encoding)
        transaction.hash = keccak.finish()

    def authorization(self, entry: Authorizations, resources: Resources) -> Bytes32:
        """What the signature of an authorization covers. Raises OutOfNative."""
        payload = number_length(entry.chain_id) + ADDRESS_ITEM_BYTES
        payload = payload + number_length(U256(entry.nonce))
        charge_keccak(resources, list_length(payload) + 1)
        keccak = self.keccak
        rlp = self.rlp
        keccak.reset()
        keccak.update_u8(AUTHORIZATION_MAGIC)
        rlp.put_list(payload)
        rlp.put_number(entry.chain_id)
        rlp.put_address(entry.address)
        rlp.put_number(U256(entry.nonce))
        return keccak.finish()

    def _signing_hash(self, transaction: Transaction) -> Bytes32:
        keccak = self.keccak
        rlp = self.rlp
        signed = transaction.signed
        length = signed.length()
        keccak.reset()
        if transaction.kind != TYPE_LEGACY:
            keccak.update_u8(U8(transaction.kind))
        if transaction.names_chain:
            length = length + number_length(self.chain_id) + EMPTY_ITEMS_BYTES
        rlp.put_list(length)
        keccak.update(signed)
        if transaction.names_chain:
            rlp.put_number(self.chain_id)
            rlp.put_number(U256(0))
            rlp.put_number(U256(0))
        return keccak.finish()

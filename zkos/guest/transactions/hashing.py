"""Transaction hashes (transactions spec 5) with their native cost.

The hash of a transaction is not Ethereum's: signature items follow in the order r, s, v
and v is the raw byte. Signing hashes are Ethereum's.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.native import keccak_native
from zkos.guest.protocol.transactions import TYPE_EIP712, TYPE_EIP1559, TYPE_LEGACY
from zkos.guest.rlp.writer import (
    RlpHasher,
    bytes_length,
    list_length,
    number_length,
)
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.abi import Transaction
from zkos.guest.transactions.access_list import AccessList
from zkos.lang.ints import U8, U32, U64, U256, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes

EIP712_DOMAIN_TYPE: Final = U256(
    0xC2F87871_76B8AC6B_F7215B4A_DCC1E069_BF4AB82D_9AB1DF05_A57A91D4_25935B6E
)
"""Hash of `EIP712Domain(string name,string version,uint256 chainId)`."""
EIP712_DOMAIN_NAME: Final = U256(
    0x19B453CE_45AAAAF3_A300F5A9_EC95869B_4F28AB10_430B572E_E218C3A6_A5E07D6F
)
"""Hash of "zkSync"."""
EIP712_DOMAIN_VERSION: Final = U256(
    0xAD7C5BEF_027816A8_00DA1736_444FB58A_807EF4C9_603B7848_673F7E3A_68EB14A5
)
"""Hash of "2"."""
EIP712_TRANSACTION_TYPE: Final = U256(
    0x848E1BFA_1AC4E357_6B728BDA_6721B215_C70A7799_A5B48662_82A71BAB_954BAAC8
)
EIP712_DOMAIN_BYTES: Final = U32(128)
EIP712_STRUCT_BYTES: Final = U32(448)
EIP712_FIELDS_BYTES: Final = U32(320)
EIP712_MESSAGE_BYTES: Final = U32(66)


def charge_keccak(resources: Resources, length: U32) -> None:
    """Pay for hashing `length` bytes: native only. Raises OutOfNative."""
    resources.charge(U64(0), keccak_native(length))


class TransactionHasher:
    """Both hashes of a transaction whose access list is walked already."""

    transaction: Transaction
    access_list: AccessList
    chain_id: U64
    keccak: Keccak256
    rlp: RlpHasher
    message: ByteView
    """Prefix and the two hashes of an EIP-712 message."""

    def __init__(
        self,
        transaction: Transaction,
        access_list: AccessList,
        chain_id: U64,
        keccak: Keccak256,
    ) -> None:
        self.transaction = transaction
        self.access_list = access_list
        self.chain_id = chain_id
        self.keccak = keccak
        self.rlp = RlpHasher(keccak)
        self.message = allocate_bytes(EIP712_MESSAGE_BYTES)

    def signing_hash(self, resources: Resources) -> Bytes32:
        """What an L2 transaction's signature covers. Raises OutOfNative."""
        if self.transaction.kind == TYPE_EIP712:
            return self._eip712_signing_hash(resources)
        return self._ethereum_hash(resources, False)

    def transaction_hash(self, resources: Resources) -> Bytes32:
        """What names the transaction. Raises OutOfNative."""
        transaction = self.transaction
        if transaction.is_l1():
            return self._l1_hash(resources)
        if transaction.kind == TYPE_EIP712:
            return self._eip712_hash(resources)
        return self._ethereum_hash(resources, True)

    def _ethereum_hash(self, resources: Resources, signed: bool) -> Bytes32:
        payload = self._payload_length(signed)
        charge_keccak(resources, list_length(payload))

        transaction = self.transaction
        kind = transaction.kind
        rlp = self.rlp
        self.keccak.reset()
        if kind != TYPE_LEGACY:
            self.keccak.update_u8(U8(kind))
        rlp.put_list(payload)
        if kind != TYPE_LEGACY:
            rlp.put_number(U256(self.chain_id))
        rlp.put_number(transaction.nonce)
        if kind == TYPE_EIP1559:
            rlp.put_number(U256(transaction.max_priority_fee))
        rlp.put_number(U256(transaction.max_fee))
        rlp.put_number(U256(transaction.gas_limit))
        if transaction.is_creation():
            rlp.put_bytes(transaction.data.window(0, 0))
        else:
            rlp.put_address(transaction.to)
        rlp.put_number(transaction.value)
        rlp.put_bytes(transaction.data)
        if kind != TYPE_LEGACY:
            self.access_list.put(rlp)
        if signed:
            rlp.put_number(transaction.signature.load_u256_be(0))
            rlp.put_number(transaction.signature.load_u256_be(32))
            rlp.put_number(self._v())
        elif self._is_eip155():
            rlp.put_number(U256(self.chain_id))
            rlp.put_number(U256(0))
            rlp.put_number(U256(0))
        return self.keccak.finish()

    def _payload_length(self, signed: bool) -> U32:
        transaction = self.transaction
        kind = transaction.kind
        length = number_length(transaction.nonce)
        length = length + number_length(U256(transaction.max_fee))
        length = length + number_length(U256(transaction.gas_limit))
        length = length + (U32(1) if transaction.is_creation() else U32(21))
        length = length + number_length(transaction.value)
        length = length + bytes_length(transaction.data)
        if kind != TYPE_LEGACY:
            length = length + number_length(U256(self.chain_id))
            length = length + list_length(self.access_list.payload_bytes)
        if kind == TYPE_EIP1559:
            length = length + number_length(U256(transaction.max_priority_fee))
        if signed:
            length = length + number_length(transaction.signature.load_u256_be(0))
            length = length + number_length(transaction.signature.load_u256_be(32))
            length = length + number_length(self._v())
        elif self._is_eip155():
            length = length + number_length(U256(self.chain_id)) + 2
        return length

    def _is_eip155(self) -> bool:
        transaction = self.transaction
        return transaction.kind == TYPE_LEGACY and transaction.first_reserved != 0

    def _v(self) -> U256:
        v = U256(self.transaction.signature[64])
        if self._is_eip155():
            return v + 8 + (U256(self.chain_id) << 1)
        return v

    def _eip712_signing_hash(self, resources: Resources) -> Bytes32:
        message = self.message
        message[0] = U8(0x19)
        message[1] = U8(0x01)
        message.store_u256_be(2, U256(self._eip712_domain(resources)))
        message.store_u256_be(34, U256(self._eip712_struct(resources)))
        charge_keccak(resources, EIP712_MESSAGE_BYTES)
        return self.keccak.hash(message)

    def _eip712_domain(self, resources: Resources) -> Bytes32:
        charge_keccak(resources, EIP712_DOMAIN_BYTES)
        keccak = self.keccak
        keccak.reset()
        keccak.update_u256(EIP712_DOMAIN_TYPE)
        keccak.update_u256(EIP712_DOMAIN_NAME)
        keccak.update_u256(EIP712_DOMAIN_VERSION)
        keccak.update_u256(U256(self.chain_id))
        return keccak.finish()

    def _eip712_struct(self, resources: Resources) -> Bytes32:
        transaction = self.transaction
        charge_keccak(resources, EIP712_STRUCT_BYTES)
        charge_keccak(resources, transaction.data.length())
        charge_keccak(resources, transaction.factory_deps.length())
        charge_keccak(resources, transaction.paymaster_input.length())
        keccak = self.keccak
        data = U256(keccak.hash(transaction.data))
        factory_deps = U256(keccak.hash(transaction.factory_deps))
        paymaster_input = U256(keccak.hash(transaction.paymaster_input))
        keccak.reset()
        keccak.update_u256(EIP712_TRANSACTION_TYPE)
        keccak.update(transaction.body.window(0, EIP712_FIELDS_BYTES))
        keccak.update_u256(data)
        keccak.update_u256(factory_deps)
        keccak.update_u256(paymaster_input)
        return keccak.finish()

    def _eip712_hash(self, resources: Resources) -> Bytes32:
        signing_hash = U256(self._eip712_signing_hash(resources))
        signature = self.transaction.signature
        charge_keccak(resources, U32(64) + signature.length())
        keccak = self.keccak
        signature_hash = U256(keccak.hash(signature))
        keccak.reset()
        keccak.update_u256(signing_hash)
        keccak.update_u256(signature_hash)
        return keccak.finish()

    def _l1_hash(self, resources: Resources) -> Bytes32:
        body = self.transaction.body
        charge_keccak(resources, body.length() + 32)
        keccak = self.keccak
        keccak.reset()
        keccak.update_u256(U256(32))
        keccak.update(body)
        return keccak.finish()

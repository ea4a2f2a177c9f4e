"""An account record: its properties, their 124-byte encoding and its history.

The encoding is system spec 3.3; the leaf of the tree holds its BLAKE2s. What the
lengths and hashes of code mean is state spec 1.
"""

from typing import Final

from zkos.guest.state.artifacts import stored_length
from zkos.guest.state.preimages import Preimage
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView

ENCODED_BYTES: Final = U32(124)
DEPLOYED_EVM: Final = U64(0x0101010000000000)
"""Versioning of a deployed EVM contract: status, environment and code version 1."""
DELEGATED: Final = U64(0x0201010000000000)
"""Versioning of an account that runs another one's code (EIP-7702)."""
VERSIONING_KEPT: Final = U64(0x000000FFFFFFFFFF)
"""The bits that deployment and delegation leave alone."""
STATUS_DELEGATED: Final = U32(2)
DESIGNATION_BYTES: Final = U32(23)
"""Code of a delegated account: a prefix and the other's address."""
DESIGNATION_PREFIX: Final = (U8(0xEF), U8(0x01), U8(0x00))
VERSION_PLAIN: Final = U8(0)
"""Code is stored without artifacts."""
VERSION_ARTIFACTS: Final = U8(1)
EMPTY_KECCAK: Final = U256(
    0xC5D2460186F7233C927E7DB2DCC703C0E500B653CA82273B7BFAD8045D85A470
)


class Properties:
    """The properties of an account at one moment."""

    versioning: U64
    nonce: U64
    balance: U256
    bytecode_hash: U256
    code_length: U32
    artifacts_length: U32
    observable_hash: U256
    observable_length: U32

    def __init__(self) -> None:
        self.versioning = U64(0)
        self.nonce = U64(0)
        self.balance = U256(0)
        self.bytecode_hash = U256(0)
        self.code_length = U32(0)
        self.artifacts_length = U32(0)
        self.observable_hash = U256(0)
        self.observable_length = U32(0)


class Account:
    """An account of the block with its current properties."""

    address: Address
    versioning: U64
    """Status, environment and code version from the top byte down."""
    nonce: U64
    balance: U256
    """In wei."""
    bytecode_hash: U256
    """BLAKE2s of the stored code; 0 when nothing was ever deployed."""
    code_length: U32
    """In bytes, without padding and artifacts."""
    artifacts_length: U32
    observable_hash: U256
    """Keccak-256 of the code."""
    observable_length: U32

    initial: Properties
    """At the start of the block."""
    not_publish: bool
    """The pubdata names the code by hash only (force deployment)."""
    unset: bool
    """It costs more when cold: absent in the sense of `absence`."""
    deconstructed: bool
    """Destroyed: to be wiped at the end of the transaction."""
    deployed_in: U32
    """The transaction of the last deployment; 0 none."""
    touched_in: U32
    """The last transaction in which it was warm; 0 none."""
    code: Preimage
    """The stored code last read; only valid while its hash is `bytecode_hash`."""
    journaled: U32
    """1 + the index of its newest journal entry of this transaction; 0 none."""

    def __init__(self, address: Address, code: Preimage) -> None:
        self.address = address
        self.versioning = U64(0)
        self.nonce = U64(0)
        self.balance = U256(0)
        self.bytecode_hash = U256(0)
        self.code_length = U32(0)
        self.artifacts_length = U32(0)
        self.observable_hash = U256(0)
        self.observable_length = U32(0)
        self.initial = Properties()
        self.not_publish = False
        self.unset = False
        self.deconstructed = False
        self.deployed_in = U32(0)
        self.touched_in = U32(0)
        self.code = code
        self.journaled = U32(0)

    def environment(self) -> U8:
        """The type byte of the environment that runs its code."""
        return U8.truncate(self.versioning >> 48)

    def code_version(self) -> U8:
        """How its code is stored; the meaning is the environment's."""
        return U8.truncate(self.versioning >> 40)

    def is_delegated(self) -> bool:
        """Whether its code is the designation of another account (EIP-7702)."""
        return self.versioning.word(1) >> 24 == STATUS_DELEGATED

    def has_code(self) -> bool:
        return self.code_length != 0

    def stored_length(self) -> U32:
        """Bytes of its stored code."""
        return stored_length(self.code_length, self.artifacts_length)

    def can_be_created(self) -> bool:
        """Whether a contract may come to be here (system spec 3.4)."""
        return not self.has_code() and self.nonce == 0

    def is_empty(self) -> bool:
        """Dead in the sense of EIP-161."""
        return self.nonce == 0 and self.code_length == 0 and self.balance == 0

    def hash_for_extcodehash(self) -> U256:
        """What EXTCODEHASH answers (system spec 3.3, EIP-1052)."""
        if self.observable_hash != 0:
            return self.observable_hash
        if self.nonce == 0 and self.balance == 0:
            return U256(0)
        return EMPTY_KECCAK

    def store_into(self, properties: Properties) -> None:
        """Copy the current properties."""
        properties.versioning = self.versioning
        properties.nonce = self.nonce
        properties.balance = self.balance
        properties.bytecode_hash = self.bytecode_hash
        properties.code_length = self.code_length
        properties.artifacts_length = self.artifacts_length
        properties.observable_hash = self.observable_hash
        properties.observable_length = self.observable_length

    def restore(self, properties: Properties) -> None:
        """Make these the current properties."""
        self.versioning = properties.versioning
        self.nonce = properties.nonce
        self.balance = properties.balance
        self.bytecode_hash = properties.bytecode_hash
        self.code_length = properties.code_length
        self.artifacts_length = properties.artifacts_length
        self.observable_hash = properties.observable_hash
        self.observable_length = properties.observable_length

    def decode(self, data: ByteView) -> None:
        """Take the current properties from their 124-byte encoding."""
        self.versioning = data.load_u64_be(0)
        self.nonce = data.load_u64_be(8)
        self.balance = data.load_u256_be(16)
        self.bytecode_hash = data.load_u256_be(48)
        self.code_length = data.load_u32_be(80)
        self.artifacts_length = data.load_u32_be(84)
        self.observable_hash = data.load_u256_be(88)
        self.observable_length = data.load_u32_be(120)

    def encode(self, out: ByteView) -> None:
        """Write the 124-byte encoding of the current properties."""
        out.store_u64_be(0, self.versioning)
        out.store_u64_be(8, self.nonce)
        out.store_u256_be(16, self.balance)
        out.store_u256_be(48, self.bytecode_hash)
        out.store_u32_be(80, self.code_length)
        out.store_u32_be(84, self.artifacts_length)
        out.store_u256_be(88, self.observable_hash)
        out.store_u32_be(120, self.observable_length)

    def code_changed_since(self, before: Properties) -> bool:
        """Whether anything but nonce and balance differs from `before`."""
        return (
            self.versioning != before.versioning
            or self.bytecode_hash != before.bytecode_hash
            or self.code_length != before.code_length
            or self.artifacts_length != before.artifacts_length
            or self.observable_hash != before.observable_hash
            or self.observable_length != before.observable_length
        )

    def changed_since(self, before: Properties) -> bool:
        """Whether any property differs from `before`."""
        return (
            self.nonce != before.nonce
            or self.balance != before.balance
            or self.code_changed_since(before)
        )

    def changed(self) -> bool:
        """Whether any property differs from the block start."""
        return self.changed_since(self.initial)

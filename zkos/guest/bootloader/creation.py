"""What precedes a constructor: checks, nonce, address, collision (EVM spec 4)."""

from enum import Enum
from typing import Final

from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.rlp.writer import byte_length
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.calls import Frame
from zkos.guest.system.errors import NonceOverflow
from zkos.guest.system.resources import INFINITE, Resources
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes

BUFFER_BYTES: Final = U32(96)
ADDRESS_END: Final = U32(32)
"""Where the deployer's address ends in the buffer; what precedes it is prefix."""


class Creation(Enum):
    """How the preparation ended."""

    READY = 0
    """The frame may run."""
    REFUSED = 1
    """No balance for the value, or no nonce left: all gas stays with the deployer."""
    COLLIDED = 2
    """The address is taken: the constructor's share of the gas is lost."""


class Origin(Enum):
    """What the new address is derived from."""

    OWN_NONCE = 0
    """The deployer's nonce, which is increased."""
    GIVEN_NONCE = 1
    SALT = 2


class Preparation:
    """Prepares one creation at a time; a `by_` method says how before."""

    system: System
    io: Io
    origin: Origin
    nonce: U64
    salt: U256
    buffer: ByteView

    def __init__(self, system: System) -> None:
        self.system = system
        self.io = system.io
        self.origin = Origin.OWN_NONCE
        self.nonce = U64(0)
        self.salt = U256(0)
        self.buffer = allocate_bytes(BUFFER_BYTES)

    def by_own_nonce(self) -> None:
        """CREATE."""
        self.origin = Origin.OWN_NONCE

    def by_salt(self, salt: U256) -> None:
        """CREATE2."""
        self.origin = Origin.SALT
        self.salt = salt

    def by_nonce(self, nonce: U64) -> None:
        """A creation transaction, whose nonce is increased already."""
        self.origin = Origin.GIVEN_NONCE
        self.nonce = nonce

    def prepare(
        self,
        payer: Resources,
        frame: Frame,
        deployer: Address,
        value: U256,
        initcode: ByteView,
    ) -> Creation:
        """Check a creation and fill `frame`, which gets its share of the resources.

        Only native is charged. Raises OutOfNative and Fatal.
        """
        ergs = payer.ergs
        share = ergs - ((ergs >> 14) << 8)
        payer.ergs = INFINITE
        verdict = self._check(payer, frame, deployer, value, initcode)
        if verdict is Creation.REFUSED:
            payer.ergs = ergs
            return verdict
        payer.ergs = ergs - share
        if verdict is Creation.COLLIDED:
            return verdict
        frame.resources.ergs = share
        frame.resources.native = payer.native
        payer.native = U64(0)
        frame.caller = deployer
        frame.code_address = frame.address
        frame.value = value
        frame.code = initcode
        frame.input = initcode.window(0, 0)
        frame.static = False
        frame.constructor = True
        frame.under_construction = True
        return verdict

    def _check(
        self,
        payer: Resources,
        frame: Frame,
        deployer: Address,
        value: U256,
        initcode: ByteView,
    ) -> Creation:
        io = self.io
        account = io.read_account(NO_ENVIRONMENT, payer, deployer)
        if account.balance < value:
            return Creation.REFUSED
        if self.origin is Origin.OWN_NONCE or self.origin is Origin.SALT:
            try:
                self.nonce = io.increment_nonce(NO_ENVIRONMENT, payer, deployer)
            except NonceOverflow:
                return Creation.REFUSED
        if self.origin is Origin.SALT:
            digest = io.keccak(payer, initcode)
            frame.address = self._address_by_salt(deployer, digest)
        else:
            frame.address = self._address_by_nonce(deployer)
        target = io.read_account(NO_ENVIRONMENT, payer, frame.address)
        if not target.can_be_created():
            return Creation.COLLIDED
        return Creation.READY

    def _address_by_nonce(self, deployer: Address) -> Address:
        """Last 20 bytes of keccak-256 of rlp[deployer, nonce]."""
        buffer = self.buffer
        buffer.store_u256_be(0, U256(deployer))
        nonce = U256(self.nonce)
        length = U32(1)
        if self.nonce == 0:
            buffer[32] = U8(0x80)
        elif nonce < U256(0x80):
            buffer[32] = U8(nonce)
        else:
            digits = byte_length(nonce)
            buffer.store_u64_be(33, self.nonce << (U32(64) - (digits << 3)))
            buffer[32] = U8(0x80) + U8(digits)
            length = digits + 1
        buffer[11] = U8(0x94)
        buffer[10] = U8(0xC0 + 21) + U8(length)
        return self._hash_from(U32(10), ADDRESS_END + length)

    def _address_by_salt(self, deployer: Address, digest: Bytes32) -> Address:
        """The same of 0xff, deployer, salt and the hash of the initcode (EIP-1014)."""
        buffer = self.buffer
        buffer.store_u256_be(0, U256(deployer))
        buffer[11] = U8(0xFF)
        buffer.store_u256_be(32, self.salt)
        buffer.store_u256_be(64, U256(digest))
        return self._hash_from(U32(11), BUFFER_BYTES)

    def _hash_from(self, start: U32, end: U32) -> Address:
        digest = self.system.keccak.hash(self.buffer.window(start, end - start))
        return Address.truncate(digest)

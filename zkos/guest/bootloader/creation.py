"""What precedes a constructor: address, checks, nonce, collision (EVM spec 4)."""

from enum import Enum
from typing import Final

from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.io_ergs import TARGET_NEEDS_CODE
from zkos.guest.protocol.limits import (
    CALL_DEPTH,
    CREATION_LOOKS_TWICE,
    HIGHEST_NONCE,
)
from zkos.guest.protocol.quirks import QUIRK_WARMS_REFUSED_CREATION
from zkos.guest.rlp.writer import RlpHasher, number_length
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.calls import Frame
from zkos.guest.system.errors import NonceOverflow
from zkos.guest.system.resources import INFINITE, Resources
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes

ADDRESS_RLP_BYTES: Final = U32(21)
BUFFER_BYTES: Final = U32(96)
SALTED_START: Final = U32(11)
"""Where 0xff comes before the deployer, salt and hash of the initcode (EIP-1014)."""
SALTED_PREFIX: Final = U8(0xFF)


class Creation(Enum):
    """How the preparation ended."""

    READY = 0
    """The frame may run."""
    REFUSED = 1
    """Too deep, no balance for the value, or no nonce left: all gas stays."""
    COLLIDED = 2
    """The address is taken: the constructor's share of the gas is lost."""


class Origin(Enum):
    """What the new address is derived from."""

    NONCE = 0
    SALT = 1


class Preparation:
    """Prepares one creation at a time; a `by_` method says how before."""

    system: System
    io: Io
    rlp: RlpHasher
    origin: Origin
    nonce: U64
    salt: U256
    buffer: ByteView
    """Ends with what is hashed for a salted address."""
    warms_refused: bool
    """Upstream's fault, see `QUIRK_WARMS_REFUSED_CREATION`."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.io = system.io
        self.rlp = RlpHasher(system.keccak)
        self.origin = Origin.NONCE
        self.nonce = U64(0)
        self.salt = U256(0)
        self.buffer = allocate_bytes(BUFFER_BYTES)
        bits = system.options.quirk_bits
        self.warms_refused = bits & QUIRK_WARMS_REFUSED_CREATION != 0

    def by_nonce(self, nonce: U64) -> None:
        """A creation transaction, whose nonce is increased already."""
        self.origin = Origin.NONCE
        self.nonce = nonce

    def by_own_nonce(self, resources: Resources, deployer: Address) -> None:
        """CREATE. Raises OutOfNative and Fatal."""
        account = self.io.read_account(NO_ENVIRONMENT, resources, deployer)
        self.by_nonce(account.nonce)

    def by_salt(self, salt: U256) -> None:
        """CREATE2."""
        self.origin = Origin.SALT
        self.salt = salt

    def prepare(
        self,
        payer: Resources,
        frame: Frame,
        deployer: Address,
        value: U256,
        initcode: ByteView,
    ) -> Creation:
        """Check a creation and fill `frame`, which gets its share of the resources.

        Only native is charged. The entry frame gets everything, and its deployer's
        nonce is increased already. Raises OutOfNative and Fatal.
        """
        ergs = payer.ergs
        share = ergs
        if frame.depth != 0:
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
        frame.has_artifacts = False
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
        """Derive the address and judge; what else refuses it keeps it cold."""
        io = self.io
        if self.origin is Origin.SALT:
            digest = io.keccak(payer, initcode)
            frame.address = self._address_by_salt(deployer, digest)
        else:
            frame.address = self._address_by_nonce(deployer)
        if not CREATION_LOOKS_TWICE and self.warms_refused:
            self._target(payer, frame)
        if frame.depth > CALL_DEPTH:
            return Creation.REFUSED
        if CREATION_LOOKS_TWICE:
            if self._is_refused(payer, frame, deployer, value):
                return Creation.REFUSED
            self._target(payer, frame)
        if value != 0:
            account = io.read_account(NO_ENVIRONMENT, payer, deployer)
            if account.balance < value:
                return Creation.REFUSED
        if frame.depth != 0:
            try:
                io.increment_nonce(NO_ENVIRONMENT, payer, deployer)
            except NonceOverflow:
                return Creation.REFUSED
        if not CREATION_LOOKS_TWICE and not self.warms_refused:
            self._target(payer, frame)
        target = io.account(frame.address)
        return Creation.READY if io.can_be_created(target) else Creation.COLLIDED

    def _is_refused(
        self, payer: Resources, frame: Frame, deployer: Address, value: U256
    ) -> bool:
        """Look at what refuses a creation before its address is looked at."""
        io = self.io
        if value != 0:
            account = io.read_account(NO_ENVIRONMENT, payer, deployer)
            if account.balance < value:
                return True
        if frame.depth == 0:
            return False
        account = io.read_account(NO_ENVIRONMENT, payer, deployer)
        return account.nonce == HIGHEST_NONCE

    def _target(self, payer: Resources, frame: Frame) -> None:
        """Look at the account at the new address, where needed with its code."""
        if TARGET_NEEDS_CODE:
            self.io.read_account_with_code(NO_ENVIRONMENT, payer, frame.address)
        else:
            self.io.read_account(NO_ENVIRONMENT, payer, frame.address)

    def _address_by_nonce(self, deployer: Address) -> Address:
        """Last 20 bytes of keccak-256 of rlp[deployer, nonce]."""
        rlp = self.rlp
        nonce = U256(self.nonce)
        rlp.put_list(ADDRESS_RLP_BYTES + number_length(nonce))
        rlp.put_address(deployer)
        rlp.put_number(nonce)
        return Address.truncate(self.system.keccak.finish())

    def _address_by_salt(self, deployer: Address, digest: Bytes32) -> Address:
        """The same of 0xff, deployer, salt and the hash of the initcode (EIP-1014)."""
        buffer = self.buffer
        buffer.store_u256_be(0, U256(deployer))
        buffer[SALTED_START] = SALTED_PREFIX
        buffer.store_u256_be(32, self.salt)
        buffer.store_u256_be(64, U256(digest))
        salted = buffer.window(SALTED_START, BUFFER_BYTES - SALTED_START)
        return Address.truncate(self.system.keccak.hash(salted))

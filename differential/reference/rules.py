"""What the declared differences do, in numbers: the one place that applies them.

Adapters of references ask here where Ethereum decides something that ZKsync OS
decides otherwise, and do as they are told. They apply faults of their own reference
themselves (`Origin.REFERENCE`), and nothing else.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from differential.known import (
    ABSENT_PRECOMPILES_ARE_COLD,
    BLOB_BASE_FEE_IS_ONE,
    CREATION_OVER_STORAGE,
    DELEGATED_DESTRUCTION_SPARED,
    DELEGATED_TO_NOTHING,
    DESTRUCTION_SPARES_UNSEEN_SLOTS,
    EMPTY_CODE_HAS_HASH,
    FEES_TO_COINBASE,
    GAS_LIMIT_BINDS_GAS_USED,
    GAS_LIMIT_CAPPED,
    LIMITS_OF_THE_BLOCK,
    MEMORY_LIMIT,
    MODEXP_LENGTH_LIMIT,
    NATIVE_GAS,
    NO_BLAKE2F,
    NO_BLS_PRECOMPILES,
    NO_CALLDATA_FLOOR,
    NO_POINT_EVALUATION,
    NO_STATE_CLEARING,
    OUT_OF_NATIVE,
    OUT_OF_RETURN_MEMORY,
    P256_IS_COLD,
    P256_PRECOMPILE,
    PREVRANDAO_IS_ONE,
    PUBDATA_NOT_COVERED,
    SENDER_PAYS_TOUCHES,
    WARMS_REFUSED_CREATION,
)
from differential.policy import Policy
from zkos.guest.protocol.addresses import (
    BASE_TOKEN,
    BYTECODE_SETTER,
    CONTRACT_DEPLOYER,
    L1_MESSENGER,
    MESSAGE_SENDER,
    MINTER,
)
from zkos.host.context import BlockContext
from zkos.versions import VERSIONS, Protocol

BLAKE2F: Final = 0x09
POINT_EVALUATION: Final = 0x0A
BLS: Final = frozenset(range(0x0B, 0x12))
P256: Final = 0x100
ETHEREUM: Final = frozenset(range(1, 0x12))
"""Precompiles of Prague."""
_HOOKS: Final = (
    (31, (CONTRACT_DEPLOYER, MESSAGE_SENDER, BYTECODE_SETTER, MINTER)),
    (30, (CONTRACT_DEPLOYER, L1_MESSENGER, BASE_TOKEN)),
)
"""Versions from which on there are these system contracts that are no code."""
TOUCH_GAS: Final = 300
HEAP_BYTES: Final = 2**27
OFFSET_LIMIT: Final = 2**32 - 32
_MACHINE_WORD: Final = 2**32
_BLOB_FEE_FRACTIONS: Final = {"Cancun": 3_338_477, "Prague": 5_007_716}

PREVRANDAO: Final = 0x44
ADDRESS_AT: Final = {
    **dict.fromkeys((0x31, 0x3B, 0x3C, 0x3F, 0xFF), 0),
    **dict.fromkeys((0xF1, 0xF2, 0xF4, 0xFA), 1),
}
"""Opcodes that look at an account, and where on the stack its address is."""
CALLS: Final = frozenset({0xF1, 0xF2, 0xF4, 0xFA})
WATCHED: Final = frozenset({*ADDRESS_AT, PREVRANDAO})
"""Opcodes that `Rules.see` is to be told of before they run."""


class Unanswerable(Exception):
    """Ethereum has no answer to this; the text says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a reference is told of our run, since Ethereum does not have it."""

    out_of_native: frozenset[int] = frozenset()
    """Transactions by index, here and below."""
    out_of_return_memory: frozenset[int] = frozenset()
    not_covered: frozenset[int] = frozenset()
    """Reverted for their pubdata."""
    dropped: frozenset[int] = frozenset()
    """For reasons that Ethereum does not have."""
    beyond_gas_limit: frozenset[int] = frozenset()
    """Dropped for the gas limit of the block."""
    native_used: Mapping[int, int] = field(default_factory=dict)
    """Without what pays for pubdata."""
    pubdata_used: Mapping[int, int] = field(default_factory=dict)
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What is decided of a transaction before it runs."""

    takes_all: bool = False
    """It reverts with all its gas, unseen."""
    reverts: bool = False
    """It reverts once it has run, if it does not anyway."""
    least_gas: int = 0
    """It uses no less, refunds included."""


class Rules:
    """The rules of a policy in a block; counts the gas the block uses."""

    def __init__(
        self,
        policy: Policy,
        context: BlockContext,
        excess_blob_gas: int = 0,
        told: Told | None = None,
        *,
        hooks: frozenset[int] = frozenset(),
    ) -> None:
        self.policy = policy
        self.context = context
        self._excess_blob_gas = excess_blob_gas
        self._told = Told() if told is None else told
        self._gas_used = 0
        self._hooks = hooks
        self.precompiles = _precompiles(policy)
        self.warm = _warm(policy)

    # Transactions

    def fate_of(self, index: int, gas_price: int, gas_limit: int) -> Fate | None:
        """What becomes of a transaction; None for one that is dropped."""
        if index in self._told.dropped and self.policy.fire(LIMITS_OF_THE_BLOCK):
            return None
        if index in self._told.beyond_gas_limit and self.policy.fire(NATIVE_GAS):
            return None  # how much gas its native resource was worth is not known
        takes_all = (
            index in self._told.out_of_native and self.policy.fire(OUT_OF_NATIVE)
        ) or (
            index in self._told.out_of_return_memory
            and self.policy.fire(OUT_OF_RETURN_MEMORY)
        )
        not_covered = index in self._told.not_covered
        reverts = not_covered and self.policy.fire(PUBDATA_NOT_COVERED)
        least = min(gas_limit, self._native_gas(index, gas_price))
        return Fate(takes_all, reverts, least)

    def _native_gas(self, index: int, gas_price: int) -> int:
        """Native resource used, that for pubdata included, in gas."""
        context = self.context
        price, told = context.native_price, self._told
        if not (price and gas_price and self.policy.allows(NATIVE_GAS)):
            return 0
        for_pubdata = told.pubdata_used.get(index, 0) * (context.pubdata_price // price)
        native = told.native_used.get(index, 0) + for_pubdata
        return native // -(-gas_price // price)

    def floor_of(self, calldata_floor: int, fate: Fate) -> int:
        """The least gas a transaction pays for, of which the floor is Ethereum's."""
        if self.policy.allows(NO_CALLDATA_FLOOR):
            calldata_floor = 0
        return max(calldata_floor, fate.least_gas)

    def see_gas(self, calldata_floor: int, fate: Fate, gas: int, paid: int) -> None:
        """Note what gas was used, before floors, and what is paid for."""
        if calldata_floor > paid:
            self.policy.fire(NO_CALLDATA_FLOOR)
        if paid > gas and fate.least_gas == paid:
            self.policy.fire(NATIVE_GAS, paid - gas)

    def touch_gas(self, *, has_environment: bool) -> int:
        """Gas a sender pays besides, whose account says it is a contract."""
        if has_environment and self.policy.fire(SENDER_PAYS_TOUCHES):
            return TOUCH_GAS
        return 0

    def admits(self, gas_limit: int) -> bool:
        """Whether a transaction with a gas limit may be tried in the block."""
        if gas_limit > self.context.gas_limit:
            return False
        capped = gas_limit > self.context.max_tx_gas_limit
        if capped and self.policy.fire(GAS_LIMIT_CAPPED):
            return False
        left = self.context.gas_limit - self._gas_used
        return gas_limit <= left or self.policy.fire(GAS_LIMIT_BINDS_GAS_USED)

    def takes(self, gas_used: int) -> bool:
        """Whether the block has room for a transaction that ran; it is counted."""
        if self._gas_used + gas_used > self.context.gas_limit:
            return False
        self._gas_used += gas_used
        return True

    def burns(self, gas_used: int) -> bool:
        """Whether the base fee is burned, and not the coinbase's."""
        if self.policy.allows(FEES_TO_COINBASE):
            if gas_used * self.context.eip1559_basefee:
                self.policy.fire(FEES_TO_COINBASE)
            return False
        return True

    # The block's environment

    @property
    def prevrandao(self) -> int:
        """What PREVRANDAO gives."""
        if self.policy.allows(PREVRANDAO_IS_ONE):
            return 1
        return self.context.mix_hash

    def blob_base_fee(self) -> int:
        """What BLOBBASEFEE gives (EIP-4844, EIP-7691)."""
        fee = _blob_base_fee(self._excess_blob_gas, self.policy.fork)
        if fee != 1 and self.policy.fire(BLOB_BASE_FEE_IS_ONE):
            return 1
        return fee

    # What code does

    def see(
        self,
        opcode: int,
        peek: Callable[[int], int | None],
        is_warm: Callable[[int], bool],
    ) -> None:
        """Note an opcode about to run: its stack, and which addresses are warm."""
        if opcode == PREVRANDAO:
            if self.context.mix_hash != 1:
                self.policy.fire(PREVRANDAO_IS_ONE)
            return
        word = peek(ADDRESS_AT[opcode])
        if word is not None:
            address = word % 2**160
            self.see_address(
                address, calls=opcode in CALLS, is_warm=lambda: is_warm(address)
            )

    def see_address(
        self, address: int, *, calls: bool, is_warm: Callable[[], bool]
    ) -> None:
        """Note that an account is looked at, or called.

        Raises Unanswerable for the call of a system contract.
        """
        if calls and address in self._hooks:
            raise Unanswerable(f"a call of the system contract {address:#06x}")
        if address in BLS:
            self.policy.fire(NO_BLS_PRECOMPILES)
        elif address == P256:
            self.policy.fire(P256_PRECOMPILE)
            if not is_warm():
                self.policy.fire(P256_IS_COLD)
        if address in (BLAKE2F, POINT_EVALUATION) and not is_warm():
            self.policy.fire(ABSENT_PRECOMPILES_ARE_COLD)
        if calls and address == BLAKE2F:
            self.policy.fire(NO_BLAKE2F)
        elif calls and address == POINT_EVALUATION:
            self.policy.fire(NO_POINT_EVALUATION)

    def refuses_modexp(self, lengths: Collection[int]) -> bool:
        """Whether MODEXP fails for its lengths: of base, exponent and modulus."""
        base, _, modulus = lengths
        nothing = base == 0 and modulus == 0
        long = max(lengths) >= _MACHINE_WORD
        return long and not nothing and self.policy.fire(MODEXP_LENGTH_LIMIT)

    def refuses_memory(
        self, end: int, growth: int, of_all_frames: int, *, is_affordable: bool
    ) -> bool:
        """Whether memory may not grow to `end`, where gas allows it."""
        fits = end <= OFFSET_LIMIT and of_all_frames + growth < HEAP_BYTES
        return not fits and is_affordable and self.policy.fire(MEMORY_LIMIT)

    def takes_for_empty(
        self, nonce: int, balance: int, delegate_code: bytes | None
    ) -> bool:
        """Whether a callee counts as empty; without code of a delegate it does not."""
        nothing = nonce == 0 and balance == 0 and delegate_code == b""
        return nothing and self.policy.fire(DELEGATED_TO_NOTHING)

    def has_hash(self, *, is_empty_contract: bool) -> bool:
        """Whether the code of an account that Ethereum calls empty has a hash."""
        return is_empty_contract and self.policy.fire(EMPTY_CODE_HAS_HASH)

    def warms_refused_creation(self, *, is_warm: bool) -> bool:
        """Whether a creation that is refused warms its address."""
        return not is_warm and self.policy.fire(WARMS_REFUSED_CREATION)

    def collides(self, *, has_storage: bool) -> bool:
        """Whether a creation meets storage that stands in its way."""
        return has_storage and not self.policy.fire(CREATION_OVER_STORAGE)

    @property
    def keeps_storage(self) -> bool:
        """Whether a creation leaves the storage of its target alone."""
        return self.policy.allows(CREATION_OVER_STORAGE)

    # What becomes of accounts

    def spares_construction(self, *, is_below: bool) -> bool:
        """Whether SELFDESTRUCT spares an account under construction.

        `is_below` where code runs that the constructor delegates to.
        """
        return is_below and self.policy.fire(DELEGATED_DESTRUCTION_SPARED)

    def spared_slots(
        self, before: Mapping[int, int], seen: Collection[int]
    ) -> dict[int, int]:
        """Slots of a destroyed account that stay, of those before the block."""
        unseen = {slot: value for slot, value in before.items() if slot not in seen}
        if unseen and self.policy.fire(DESTRUCTION_SPARES_UNSEEN_SLOTS):
            return unseen
        return {}

    def keeps_empty_account(self, *, has_storage: bool) -> bool:
        """Whether an empty account that was touched stays."""
        return has_storage and self.policy.fire(NO_STATE_CLEARING)


def _precompiles(policy: Policy) -> frozenset[int]:
    """Addresses where a precompile is."""
    absent = {
        *(BLS if policy.allows(NO_BLS_PRECOMPILES) else ()),
        *((BLAKE2F,) if policy.allows(NO_BLAKE2F) else ()),
        *((POINT_EVALUATION,) if policy.allows(NO_POINT_EVALUATION) else ()),
    }
    more = {P256} if policy.allows(P256_PRECOMPILE) else set()
    return ETHEREUM - absent | more


def _warm(policy: Policy) -> frozenset[int]:
    """Addresses that are warm from the beginning."""
    absent = BLS if policy.allows(NO_BLS_PRECOMPILES) else frozenset[int]()
    if policy.allows(ABSENT_PRECOMPILES_ARE_COLD):
        absent |= {BLAKE2F, POINT_EVALUATION}
    warm = policy.allows(P256_PRECOMPILE) and not policy.allows(P256_IS_COLD)
    return ETHEREUM - absent | ({P256} if warm else set())


def hooks_of(protocol: Protocol) -> frozenset[int]:
    """Addresses of system contracts that are no code."""
    number = VERSIONS[protocol].number
    return next(
        frozenset(map(int, hooks)) for since, hooks in _HOOKS if since <= number
    )


def _blob_base_fee(excess_blob_gas: int, fork: str) -> int:
    """E to the excess over the fork's fraction, as EIP-4844 approximates it."""
    fraction = _BLOB_FEE_FRACTIONS[fork]
    total, step, term = 0, 1, fraction
    while term > 0:
        total += term
        term = term * excess_blob_gas // (fraction * step)
        step += 1
    return total // fraction

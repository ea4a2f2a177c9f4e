"""Declared differences: where ZKsync OS is not Ethereum, and where py-evm is not.

Every rule is narrow and has a name. Adapters of reference engines apply them, and
count each time a rule made them answer differently; nothing else is forgiven. The
rules have a positive and a negative test each.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from differential.outcome import DeclaredDifference
from zkos.host.profile import Quirks, RunOptions


class Origin(Enum):
    """Whose doing a difference is."""

    PROTOCOL = "protocol"
    """ZKsync OS differs from Ethereum on purpose; the spec says so."""
    QUIRK = "quirk"
    """A fault of upstream, reproduced in runs with `quirks=upstream` only."""
    REFERENCE = "reference"
    """The reference engine is not Ethereum; the EIP says so."""
    INPUT = "input"
    """ZKsync OS cannot be given the transaction at all."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared difference."""

    name: str
    reason: str
    """What differs and why."""
    section: str
    """Where it is declared: section of the spec, or EIP."""
    how: str
    """How the adapter applies it, and so when it fires."""
    origin: Origin = Origin.PROTOCOL


NO_REFUNDS: Final = Rule(
    "no_refunds",
    "There is no refund counter: clearing a slot gives no gas back.",
    "evm 6.3",
    "a refund above zero is not paid",
)
FEES_TO_COINBASE: Final = Rule(
    "fees_to_coinbase",
    "Nothing is burned: the base fee goes to the coinbase as well.",
    "evm 6.14",
    "the coinbase gets gas used times the whole price, after destroyed accounts "
    "are wiped; fires where the base fee part is above zero",
)
FEES_HELD_BY_BOOTLOADER: Final = Rule(
    "fees_held_by_bootloader",
    "While a transaction runs, its whole fee is the balance of 0x8001, which is warm.",
    "bootloader 4.15",
    "the fee is credited to 0x8001 and taken back; fires when code looks there",
)
BOOTLOADER_BALANCE_SWEPT: Final = Rule(
    "bootloader_balance_swept",
    "After each transaction, also a dropped one, the balance of 0x8001 goes to the "
    "coinbase.",
    "bootloader 3f",
    "what is left there is moved after each transaction",
)
MOCK_BLAKE2F: Final = Rule(
    "mock_blake2f",
    "Precompile 0x09 is a mock: free, and empty output for 213 bytes of input.",
    "evm 6.5, system 5",
    "replaces the precompile",
)
MOCK_POINT_EVALUATION: Final = Rule(
    "mock_point_evaluation",
    "Precompile 0x0a is a mock: free, and empty output for 193 bytes of input.",
    "evm 6.5, system 5",
    "replaces the precompile",
)
BLOB_BASE_FEE_IS_ONE: Final = Rule(
    "blob_base_fee_is_one",
    "There are no blobs: BLOBBASEFEE is 1 whatever the block says.",
    "evm 6.6",
    "fires when the opcode runs in a block with another fee",
)
CREATE_AT_DEPTH_LIMIT: Final = Rule(
    "create_at_depth_limit",
    "CREATE at depth 1024 fails after the nonce, the address and its warmth.",
    "evm 4.6, 6.7",
    "the nonce is incremented, the address warmed and checked for a collision",
)
CODELESS_CALL_AT_DEPTH_LIMIT: Final = Rule(
    "codeless_call_at_depth_limit",
    "A call to an account without code succeeds below the depth limit too.",
    "evm 3, system 4.5",
    "such a call at depth 1024 is let through",
)
REFUSED_CODE_IS_RETURNED: Final = Rule(
    "refused_code_is_returned",
    "Code refused for its length or first byte is RETURNDATA of the creator.",
    "evm 4.9, 6.7",
    "the failed creation keeps its output",
)
CREATION_OVER_STORAGE: Final = Rule(
    "creation_over_storage",
    "A creation looks at code and nonce of its target, not at storage (EIP-7610), "
    "and keeps that storage.",
    "evm 6.7, system 3.4",
    "CREATE2 does not clear the slots of its target",
)
DESTRUCTION_SPARES_UNSEEN_SLOTS: Final = Rule(
    "destruction_spares_unseen_slots",
    "A destroyed account loses the slots touched in the block. What was there before "
    "its creation and was not touched stays.",
    "system 3.5",
    "the other slots get their values back",
)
COLLISION_KEEPS_GAS: Final = Rule(
    "collision_keeps_gas",
    "A creation transaction that hits an existing account loses 63/64 of its gas.",
    "evm 4.5, 6.7",
    "1/64 of the gas is given back",
)
SELFDESTRUCT_TO_UNTOUCHED_PRECOMPILE: Final = Rule(
    "selfdestruct_to_untouched_precompile",
    "SELFDESTRUCT to a precompile not touched in the transaction costs 100 more.",
    "evm 5, 6.8",
    "100 gas is charged",
)
CREATION_GAS_IN_EXECUTION: Final = Rule(
    "creation_gas_in_execution",
    "The 32000 gas of a creation transaction are charged in execution: where they "
    "are missing, the transaction is reverted and not dropped.",
    "bootloader 4, EOA execution",
    "the transaction reverts with all its gas",
)
NO_STATE_CLEARING: Final = Rule(
    "no_state_clearing",
    "Leaves are never removed: an empty account that is touched keeps its storage.",
    "state 2",
    "the account is not deleted; fires where it has storage",
)
OUT_OF_NATIVE: Final = Rule(
    "out_of_native",
    "A transaction out of native resource reverts and loses its gas.",
    "evm 6.4, bootloader 4.17",
    "transactions that ours names so are reverted with all their gas",
)
MEMORY_LIMIT: Final = Rule(
    "memory_limit",
    "All frames share less than 2**27 bytes of memory, with offsets below 2**32 - 32.",
    "evm 1, 6.10",
    "growing beyond is out of gas",
)
MODEXP_LENGTH_LIMIT: Final = Rule(
    "modexp_length_limit",
    "MODEXP fails for lengths that do not fit a machine word.",
    "system 5",
    "the call fails although it could pay",
)
FEE_LIMIT: Final = Rule(
    "fee_limit",
    "Prices, and price times gas limit, are below 2**128.",
    "transactions 2, bootloader 11",
    "the transaction is refused",
)
NO_GAS_POOL: Final = Rule(
    "no_gas_pool",
    "The gas limit of a block binds each transaction, not their sum.",
    "bootloader 3",
    "a transaction beyond what is left of the block is run",
)
BLOCK_ABOVE_GAS_LIMIT: Final = Rule(
    "block_above_gas_limit",
    "In a block with a gas limit above (2**64 - 1) / 256 every transaction is dropped.",
    "bootloader 2, 4.2",
    "the transaction is refused",
)
WASM_DEPLOYER_REVERTS: Final = Rule(
    "wasm_deployer_reverts",
    "A transaction to 0x9000, where WASM was once deployed, pays for its data as for "
    "initcode and reverts with all its gas.",
    "bootloader 4.8 and EOA execution, 11; corrected: design 6",
    "so it does; with more than 49152 bytes, or no gas for the words, it is refused",
)
EMPTY_CONTRACT_PAYS_TOUCHES: Final = Rule(
    "empty_contract_pays_touches",
    "A sender that was deployed with empty code pays 100 gas for each of four touches "
    "of accounts in validation; out of gas there, what the touches did remains.",
    "bootloader 5, 7",
    "400 gas are taken; short of them the transaction is dropped, short of 200 without "
    "a trace, then without its nonce, and short of the last 100 without its fee too",
)
SHIFT_LOW_WORD: Final = Rule(
    "shift_low_word",
    "SHL and SHR reduce amounts below 2**64 to their low 32 bits.",
    "evm 6.1",
    "so does the adapter",
    Origin.QUIRK,
)
EMPTY_KECCAK_OFFSET: Final = Rule(
    "empty_keccak_offset",
    "KECCAK256 of nothing halts for offsets of 2**32 and more.",
    "evm 6.2",
    "so does the adapter",
    Origin.QUIRK,
)
DELEGATED_DESTRUCTION_SPARED: Final = Rule(
    "delegated_destruction_spared",
    "SELFDESTRUCT by code that a constructor delegates to does not end the account.",
    "system 3.5",
    "the account stays",
    Origin.QUIRK,
)
WIPED_AGAIN: Final = Rule(
    "wiped_again",
    "An account destroyed in the block is wiped again by every later transaction that "
    "touches it.",
    "system 3.5",
    "so it is; fires where it has become something",
    Origin.QUIRK,
)
SENDER_WITH_CODE: Final = Rule(
    "sender_with_code",
    "py-evm accepts transactions of accounts with code.",
    "EIP-3607",
    "refused",
    Origin.REFERENCE,
)
PRIORITY_FEE_ABOVE_MAXIMUM: Final = Rule(
    "priority_fee_above_maximum",
    "py-evm accepts a priority fee above the maximum fee.",
    "EIP-1559",
    "refused",
    Origin.REFERENCE,
)
BALANCE_FOR_MAXIMUM_FEE: Final = Rule(
    "balance_for_maximum_fee",
    "py-evm asks for the maximum fee, or for the effective fee and the value, but "
    "not for the maximum fee and the value.",
    "EIP-1559",
    "refused",
    Origin.REFERENCE,
)
LATE_REFUSAL: Final = Rule(
    "late_refusal",
    "py-evm refuses initcode of more than 49152 bytes only once fee and nonce are "
    "taken, and leaves the state so.",
    "EIP-3860",
    "the state before the transaction is restored",
    Origin.REFERENCE,
)
INITCODE_GAS: Final = Rule(
    "initcode_gas",
    "py-evm does not count the words of initcode as intrinsic gas.",
    "EIP-3860",
    "refused where the gas is short of them",
    Origin.REFERENCE,
)
INITCODE_SIZE_FIRST: Final = Rule(
    "initcode_size_first",
    "py-evm looks at the balance before the length of initcode.",
    "EIP-3860",
    "CREATE with too long initcode is out of gas, whatever else is wrong",
    Origin.REFERENCE,
)
CHAIN_ID_ZERO: Final = Rule(
    "chain_id_zero",
    "py-evm signs chain id 0 in a legacy transaction as the byte 0, not as nothing.",
    "EIP-155, RLP of integers",
    "the signed message has an empty chain id",
    Origin.REFERENCE,
)
MODEXP_EMPTY_BASE: Final = Rule(
    "modexp_empty_base",
    "py-evm's modexp takes a base of no bytes to the result 0, also for 0**0.",
    "EIP-198",
    "the precompile's arithmetic is replaced for such a base",
    Origin.REFERENCE,
)
NO_BLOB_TRANSACTIONS: Final = Rule(
    "no_blob_transactions",
    "There is no transaction type 3.",
    "evm 6.13, transactions 1",
    "the case is counted and not run",
    Origin.INPUT,
)
NO_WITHDRAWALS: Final = Rule(
    "no_withdrawals",
    "A block has no withdrawals (EIP-4895): nothing is credited outside transactions.",
    "bootloader 3",
    "the case is counted and not run",
    Origin.INPUT,
)
BLOCK_GAS_LIMIT: Final = Rule(
    "block_gas_limit",
    "The gas limit of a block is at most (2**64 - 1) / 256.",
    "bootloader 2",
    "cases above are imported with the largest limit, for all engines",
    Origin.INPUT,
)
NO_SYSTEM_CALLS: Final = Rule(
    "no_system_calls",
    "A block begins and ends without calls of its own (EIP-4788).",
    "bootloader 3",
    "imported blocks run without, on all engines; fires where the beacon root "
    "contract exists",
    Origin.INPUT,
)

NOT_RUN: Final = frozenset({NO_BLOB_TRANSACTIONS.name, NO_WITHDRAWALS.name})
"""Rules that leave nothing of a case to run."""
RULES: Final = {
    rule.name: rule for rule in tuple(globals().values()) if isinstance(rule, Rule)
}
"""All rules by name."""


@dataclass(slots=True)
class Policy:
    """The rules in force for a run, and how often each fired."""

    enabled: frozenset[str]
    transaction: int = 0
    """Index of the transaction in work."""
    fired: Counter[tuple[int, str]] = field(default_factory=Counter)
    amounts: Counter[tuple[int, str]] = field(default_factory=Counter)
    """What the rules withheld: gas, for refunds."""

    @classmethod
    def of(cls, options: RunOptions) -> "Policy":
        """The rules of a variant of the OS."""
        names = set(RULES)
        if options.quirks is Quirks.NONE:
            names -= {r.name for r in RULES.values() if r.origin is Origin.QUIRK}
        if options.real_precompiles:
            names -= {MOCK_BLAKE2F.name, MOCK_POINT_EVALUATION.name}
        return cls(frozenset(names))

    @classmethod
    def ethereum(cls) -> "Policy":
        """Ethereum itself: only the reference's own faults are corrected."""
        return cls(
            frozenset(r.name for r in RULES.values() if r.origin is Origin.REFERENCE)
        )

    def without(self, rules: Iterable[Rule]) -> "Policy":
        """A fresh policy in which these differences are not declared."""
        return Policy(self.enabled - {rule.name for rule in rules})

    def allows(self, rule: Rule) -> bool:
        """Whether a rule is in force."""
        return rule.name in self.enabled

    def fire(self, rule: Rule, amount: int = 0) -> bool:
        """Whether a rule is in force, where it makes a difference."""
        if rule.name not in self.enabled:
            return False
        self.fired[self.transaction, rule.name] += 1
        self.amounts[self.transaction, rule.name] += amount
        return True

    def declared(self) -> tuple[DeclaredDifference, ...]:
        """What fired, by transaction and name."""
        return tuple(
            DeclaredDifference(
                transaction, name, times, self.amounts[transaction, name]
            )
            for (transaction, name), times in sorted(self.fired.items())
        )

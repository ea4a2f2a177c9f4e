"""Declared differences: where ZKsync OS is not Ethereum, and where py-evm is not.

Ethereum is Prague here (`FORK`). Every rule is narrow and has a name. A rule belongs
to the comparison with any reference of Ethereum: `differential.reference.rules` says
what it does, the adapters of the references ask there, and each time a rule made them
answer differently is counted. Nothing else is forgiven. The rules have a positive and
a negative test each, on every reference.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

FORK: Final = "Prague"
"""The rules of Ethereum that references follow where no rule says otherwise."""


class Origin(Enum):
    """Whose doing a difference is."""

    PROTOCOL = "protocol"
    """ZKsync OS differs from Ethereum on purpose; the spec says so."""
    QUIRK = "quirk"
    """A fault of upstream, reproduced in runs with `quirks=upstream` only."""
    REFERENCE = "reference"
    """py-evm is not Ethereum; the EIP says so."""
    INPUT = "input"
    """ZKsync OS cannot be given the transaction or block at all."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared difference."""

    name: str
    reason: str
    """What differs and why."""
    section: str
    """Where it is declared: section of the spec, or EIP."""
    how: str
    """How it is applied, and so when it fires."""
    origin: Origin = Origin.PROTOCOL
    fork: str = ""
    """Ethereum's fork that has what ours has not: no difference from an earlier one."""
    since: int = 30
    """The first version of the protocol that it holds for."""
    until: int | None = None
    """The first version that it holds for no more; None where none is known."""

    def holds_in(self, version: int) -> bool:
        """Whether it holds for a version of the protocol."""
        return self.since <= version and (self.until is None or version < self.until)


NO_CALLDATA_FLOOR: Final = Rule(
    "no_calldata_floor",
    "Calldata has no floor price (EIP-7623).",
    "bootloader 2, EVM 6",
    "fires where the floor is above the gas used, or above the gas limit",
    fork="Prague",
    until=32,
)
NO_BLS_PRECOMPILES: Final = Rule(
    "no_bls_precompiles",
    "Addresses 0x0b to 0x11 are ordinary ones: there is no BLS12-381 (EIP-2537).",
    "EVM, fork; system 5",
    "they are cold and have no code; fires when one is looked at or called",
    fork="Prague",
)
P256_PRECOMPILE: Final = Rule(
    "p256_precompile",
    "Address 0x100 is P256VERIFY, as in Ethereum's next fork (EIP-7951).",
    "EVM, fork; system 5",
    "it is there, and warm; fires when it is looked at or called",
)
NO_BLAKE2F: Final = Rule(
    "no_blake2f",
    "Address 0x09 has no code; before v31 it is warm all the same.",
    "EVM 6.5, system 5",
    "there is no precompile; fires when it is called",
)
NO_POINT_EVALUATION: Final = Rule(
    "no_point_evaluation",
    "Address 0x0a has no code; before v31 it is warm all the same.",
    "EVM 6.5, system 5",
    "there is no precompile; fires when it is called",
)
ABSENT_PRECOMPILES_ARE_COLD: Final = Rule(
    "absent_precompiles_are_cold",
    "Addresses 0x09 and 0x0a are cold like others: there is no precompile.",
    "system 5, EVM 6.11",
    "they are not warm from the beginning; fires when one is looked at while cold",
    since=31,
)
BLOB_BASE_FEE_IS_ONE: Final = Rule(
    "blob_base_fee_is_one",
    "There are no blobs: BLOBBASEFEE is 1 whatever the block says.",
    "EVM 2",
    "fires when the opcode runs in a block with another fee",
)
PREVRANDAO_IS_ONE: Final = Rule(
    "prevrandao_is_one",
    "PREVRANDAO is 1 whatever the block says.",
    "bootloader 1, EVM 2",
    "fires when the opcode runs in a block with another number; not in replay",
)
FEES_TO_COINBASE: Final = Rule(
    "fees_to_coinbase",
    "Nothing is burned: the base fee goes to the coinbase as well.",
    "EVM 6.14",
    "the coinbase gets gas used times the whole price; fires where the base fee part "
    "is above zero; not in replay",
)
NATIVE_GAS: Final = Rule(
    "native_gas",
    "A transaction pays for the native resource it used where that is worth more than "
    "its gas.",
    "bootloader 4, refund",
    "gas used is at least what ours says it used of native, in gas; what ours drops "
    "for the gas limit of the block is dropped; not in replay",
)
OUT_OF_NATIVE: Final = Rule(
    "out_of_native",
    "A transaction out of native resource reverts and loses its gas; it has at most "
    "2**35 of it to compute with, also in replay.",
    "EVM 6.4, bootloader 4.15",
    "transactions that ours names so are reverted with all their gas; what their "
    "authorizations give back is paid",
)
OUT_OF_RETURN_MEMORY: Final = Rule(
    "out_of_return_memory",
    "Return data of a transaction is at most 2**28 bytes; beyond, it reverts and "
    "loses its gas.",
    "EVM 1, bootloader 4.15",
    "as `out_of_native`",
)
PUBDATA_NOT_COVERED: Final = Rule(
    "pubdata_not_covered",
    "A transaction that cannot pay for its pubdata with native resource reverts once "
    "it has run.",
    "bootloader 4.15",
    "transactions that ours names so are reverted, with the gas they used; what they "
    "return is not compared; not in replay",
)
LIMITS_OF_THE_BLOCK: Final = Rule(
    "limits_of_the_block",
    "Native resource, pubdata and L1 logs of a block are limited; a transaction "
    "beyond, or short of native in validation, is dropped, and so is every one where "
    "native resource has no price.",
    "bootloader 3.1, 4.4, 4.5",
    "transactions that ours drops for it are not run",
)
GAS_LIMIT_BINDS_GAS_USED: Final = Rule(
    "gas_limit_binds_gas_used",
    "The gas limit of a block binds the gas its transactions use, not the limits they "
    "set; one that leads beyond is dropped once it has run.",
    "bootloader 3.1",
    "fires for a transaction whose limit is above what is left of the block",
)
GAS_LIMIT_CAPPED: Final = Rule(
    "gas_limit_capped",
    "The gas limit of a transaction is at most what the configuration of the chain "
    "says, 2**24 or more (EIP-7825).",
    "v32 6.2",
    "a transaction beyond is dropped",
    since=32,
)
MEMORY_LIMIT: Final = Rule(
    "memory_limit",
    "All frames share less than 2**27 bytes of memory, with offsets below 2**32 - 32.",
    "EVM 1, 6.10",
    "growing beyond is out of gas",
)
MODEXP_LENGTH_LIMIT: Final = Rule(
    "modexp_length_limit",
    "MODEXP fails for lengths that do not fit a machine word.",
    "system 5",
    "the call fails although it could pay",
)
CREATION_OVER_STORAGE: Final = Rule(
    "creation_over_storage",
    "A creation looks at code and nonce of its target, not at storage (EIP-7610), "
    "and keeps that storage.",
    "EVM 4, 6.7",
    "so it does",
)
DESTRUCTION_SPARES_UNSEEN_SLOTS: Final = Rule(
    "destruction_spares_unseen_slots",
    "A destroyed account loses the slots touched in the block. What was there before "
    "its creation and was not touched stays.",
    "system 3.5",
    "the other slots get their values back",
)
NO_STATE_CLEARING: Final = Rule(
    "no_state_clearing",
    "Leaves are never removed: an empty account that is touched keeps its storage.",
    "state 9",
    "the account is not deleted; fires where it has storage",
)
EMPTY_CODE_HAS_HASH: Final = Rule(
    "empty_code_has_hash",
    "EXTCODEHASH of an account that was deployed with empty code is the hash of that, "
    "also without nonce and balance: governance deploys such accounts.",
    "system 3.4, 4",
    "fires where Ethereum calls the account empty and says 0",
)
DELEGATED_TO_NOTHING: Final = Rule(
    "delegated_to_nothing",
    "To calls with value an account is empty that has neither nonce nor balance and is "
    "delegated to one without code.",
    "EVM 3",
    "25000 gas more are charged; no authorization leaves an account without nonce",
)
P256_IS_COLD: Final = Rule(
    "p256_is_cold",
    "The first access to 0x100 in a transaction costs as a cold one.",
    "EVM 6.11",
    "so it does",
    Origin.QUIRK,
    until=31,
)
WARMS_REFUSED_CREATION: Final = Rule(
    "warms_refused_creation",
    "The address of a creation is warm also where depth, balance or nonce refuse it.",
    "EVM 4",
    "it is warmed; fires where it was cold",
    Origin.QUIRK,
    until=31,
)
SENDER_PAYS_TOUCHES: Final = Rule(
    "sender_pays_touches",
    "A sender that is delegated, or was deployed with empty code, pays 100 gas for "
    "each of three looks at its account.",
    "bootloader 5",
    "300 gas more are intrinsic",
    Origin.QUIRK,
    until=31,
)
DELEGATED_DESTRUCTION_SPARED: Final = Rule(
    "delegated_destruction_spared",
    "SELFDESTRUCT by code that a constructor delegates to does not end the account.",
    "EVM 5, system 3.5",
    "the account stays",
    Origin.QUIRK,
)
LAX_RLP_LENGTHS: Final = Rule(
    "lax_rlp_lengths",
    "Length bytes of long RLP items may begin with zeros.",
    "transactions 2",
    "such a transaction is read as the same one in canonical form",
    Origin.QUIRK,
    until=31,
)
SENDER_WITH_CODE: Final = Rule(
    "sender_with_code",
    "py-evm accepts transactions of accounts with code.",
    "EIP-3607",
    "refused, but for delegated accounts",
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
INITCODE_GAS_TWICE: Final = Rule(
    "initcode_gas_twice",
    "py-evm takes a creation by the code of a delegated sender for a creation "
    "transaction, and charges the words of its initcode again.",
    "EIP-3860, EIP-7702",
    "they are charged once",
    Origin.REFERENCE,
)
INITCODE_SIZE_FIRST: Final = Rule(
    "initcode_size_first",
    "py-evm looks at the balance before the length of initcode.",
    "EIP-3860",
    "CREATE with too long initcode is out of gas, whatever else is wrong",
    Origin.REFERENCE,
)
FLOOR_UNCHECKED: Final = Rule(
    "floor_unchecked",
    "py-evm accepts gas limits below the floor of calldata.",
    "EIP-7623",
    "refused, where there is a floor",
    Origin.REFERENCE,
)
STORAGE_COLLISION: Final = Rule(
    "storage_collision",
    "py-evm does not see a collision of a creation on storage alone.",
    "EIP-7610",
    "it is one, where there are such collisions",
    Origin.REFERENCE,
)
EMPTY_LIST_IS_ZERO: Final = Rule(
    "empty_list_is_zero",
    "py-evm takes an empty list for the number 0 (rlp 5.0.0).",
    "RLP of integers, transactions 1",
    "a transaction that is not what its fields encode to is refused",
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
    "EVM 6.13, transactions 1",
    "such a transaction is dropped",
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
    "bootloader 3",
    "cases above are imported with the largest limit, for all engines",
    Origin.INPUT,
)
NO_SYSTEM_CALLS: Final = Rule(
    "no_system_calls",
    "A block begins and ends without calls of its own (EIP-4788, EIP-2935, EIP-7002, "
    "EIP-7251), and asks nothing of the chain's consensus (EIP-7685).",
    "bootloader 3",
    "imported blocks run without, on all engines; fires where a contract of theirs "
    "exists",
    Origin.INPUT,
)

NOT_RUN: Final = frozenset({NO_WITHDRAWALS.name})
"""Rules that leave nothing of a case to run."""
RULES: Final = {
    rule.name: rule for rule in tuple(globals().values()) if isinstance(rule, Rule)
}
"""All rules by name."""

"""What is not known of a protocol version, and what ours does there: the whole list.

A version whose source or images are not at hand is put together from what others have
logged and published. Where that leaves a question open, ours takes one answer, which
is named here, so that no run passes a guess for a fact. Each row has one owner: the
module to change once the answer is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from zkos.versions import Protocol


@dataclass(frozen=True, slots=True)
class Open:
    """A question that no source answers."""

    name: str
    question: str
    ours: str
    """What ours does meanwhile."""
    owner: str
    """The module that decides it."""
    section: str
    """Of the version's specification."""


_V32: Final = (
    Open(
        "oracle_words",
        "the id of the query for the configuration, the order of queries, and whether "
        "answers are packed more tightly than in v31",
        "asks 0x40070004 first in a run, and reads words as v31 does",
        "zkos.guest.protocol.queries",
        "9",
    ),
    Open(
        "forks",
        "whether CLZ, the prices of EIP-7883, EIP-2537, EIP-152, EIP-4844 and the "
        "writes of EIP-2935 are on",
        "has none of them, as v31",
        "zkos.versions",
        "6.3",
    ),
    Open(
        "fri_proofs",
        "transactions 0x7c and precompile 0x7003, and what the flag of the "
        "configuration changes besides its hash",
        "refuses 0x7c, has no code at 0x7003, and only binds the flag",
        "zkos.guest.transactions.service",
        "7",
    ),
    Open(
        "l1_native",
        "the native that transactions from L1 and upgrades pay at first",
        "takes 3,297,816 and 2 a byte, from a later source",
        "zkos.guest.protocol.transactions",
        "5.3",
    ),
    Open(
        "l1_floor",
        "whether EIP-7623 binds transactions from L1 and upgrades",
        "does not apply it to them",
        "zkos.guest.flow.capped_terms",
        "6.1",
    ),
    Open(
        "lists",
        "prices of access lists and authorizations",
        "takes 254,038 an address, 250,154 a key, 1,014,368 and 75 bytes an "
        "authorization, from a later source",
        "zkos.guest.protocol.worst_case",
        "5.1",
    ),
    Open(
        "free_gas",
        "what an L2 transaction pays at first where gas is free",
        "takes 1,158,552 native, from a later source",
        "zkos.guest.protocol.transactions",
        "5.1",
    ),
    Open(
        "later_changes",
        "what a slot or account costs that the block has read or changed before",
        "pays for absence once a block and for a change once a transaction, from a "
        "later source; nine deposits in one block differ by just that",
        "zkos.guest.state.paid_slot",
        "5.8",
    ),
    Open(
        "other_prices",
        "native prices of opcodes and precompiles that no logged transaction used",
        "takes them from later sources",
        "zkos.guest.protocol.evm_native",
        "5.4",
    ),
    Open(
        "modexp_native",
        "the native of modular exponentiation, and what happens where only the worst "
        "case of its exponent cannot be paid",
        "counts squares and products of the exponent given",
        "zkos.guest.hooks.modexp_by_work",
        "5.5",
    ),
    Open(
        "hash_of_nothing",
        "whether KECCAK256 of no bytes pays for a permutation",
        "does not charge it, as v31",
        "zkos.guest.evm.instructions.system",
        "5.4",
    ),
    Open(
        "forced_code",
        "how the pubdata tells a deployment by hash, and what is paid for it",
        "writes no length of artifacts and charges four bytes more than it writes",
        "zkos.guest.state.diff_encoding",
        "3",
    ),
    Open(
        "no_native_price",
        "what a block does whose native resource has no price",
        "drops its transactions, as v31",
        "zkos.guest.flow.worst_case_terms",
        "6.4",
    ),
    Open(
        "roots",
        "the state of a chain that was logged before its first block",
        "computes roots that were compared with no chain",
        "zkos.guest.models.flat.tree",
        "10",
    ),
)
UNSETTLED: Final[Mapping[Protocol, tuple[Open, ...]]] = MappingProxyType(
    {
        Protocol.V30: (),
        Protocol.V31: (),
        Protocol.V32: _V32,
    }
)


def lines(protocol: Protocol) -> list[str]:
    """The list of a version, one line a question; none if nothing is open."""
    return [
        f"{protocol.value} does not settle {item.name}: {item.question}; ours "
        f"{item.ours}"
        for item in UNSETTLED[protocol]
    ]

"""State tests of the Ethereum test suite for the Ethereum instance: nothing is bent.

A file holds named tests, a test one state and transaction template and, for each fork,
the variants of it. Filled tests give the signed transaction, others (those of fuzzers)
the key to sign it with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from differential.ethereum.blocks import Account, State
from differential.importers.state_test import spelled, transaction_of
from zkos.host.case_reader import Node, optional, read_json
from zkos.host.codecs.rlp import encode_signed
from zkos.host.transactions import RawTransaction, TransactionError
from zkos.versions import Fork

CHAIN_ID: Final = 1
DEFAULT_BASE_FEE: Final = 10
"""In wei, where a test has none (as in geth)."""
FORK_NAMES: Final[Mapping[str, Fork]] = MappingProxyType({
    "Prague": Fork.PRAGUE,
    "Osaka": Fork.OSAKA,
    "BPO1": Fork.BPO1,
    "BPO2": Fork.BPO2,
})  # fmt: skip
"""What tests call the forks."""


@dataclass(frozen=True)
class Environment:
    """The terms of a test's block."""

    coinbase: int
    number: int
    timestamp: int
    gas_limit: int
    base_fee: int
    """In wei."""
    mix_hash: int
    excess_blob_gas: int


@dataclass(frozen=True)
class StateVariant:
    """One transaction on a state, and what the suite says of it."""

    source: str
    test: str
    """The name of the test in its file."""
    fork_name: str
    """As the file has it."""
    label: str
    """Indices into data, gas and value."""
    environment: Environment
    before: State
    transaction: bytes | None
    """Signed; None if it cannot be made."""
    problem: str
    """Why not."""
    state_root: bytes
    logs_hash: bytes
    exception: str | None
    """Why the transaction is invalid; None for a valid one."""

    @property
    def name(self) -> str:
        """Test, fork and indices."""
        return f"{self.test}[{self.fork_name}-{self.label}]"


def read_state_variants(path: Path) -> list[StateVariant]:
    """All variants of all tests of a file, of all forks; raises CaseError."""
    return list(state_variants(read_json(path)))


def state_variants(root: Node) -> Iterator[StateVariant]:
    """The same of JSON that is read already; raises CaseError."""
    for name, test in root.members().items():
        yield from parse_test(name, test)


def parse_test(name: str, test: Node) -> Iterator[StateVariant]:
    """The variants of a test; raises CaseError."""
    fields = test.members()
    for needed in ("env", "pre", "transaction", "post"):
        if needed not in fields:
            test.fail(f"not a state test: field {needed} is missing")
    config = optional(fields.get("config"), Node.members, {})
    chain_id = optional(config.get("chainid"), lambda node: node.number(64), CHAIN_ID)
    environment = _environment(fields["env"])
    before = read_state(fields["pre"])
    for fork, posts in fields["post"].members().items():
        for post in posts.items():
            entry = post.members()
            indices = {
                key: node.number(32)
                for key, node in optional(
                    entry.get("indexes"), Node.members, {}
                ).items()
            }
            transaction, problem = _signed(fields["transaction"], indices, entry)
            if chain_id != CHAIN_ID:
                transaction, problem = None, f"chain id {chain_id}"
            yield StateVariant(
                test.source,
                name,
                fork,
                "-".join(str(indices.get(key, 0)) for key in ("data", "gas", "value")),
                environment,
                before,
                transaction,
                problem,
                _hash(post, entry, "hash"),
                _hash(post, entry, "logs"),
                optional(entry.get("expectException"), Node.text, None),
            )


def read_state(node: Node) -> dict[int, Account]:
    """The accounts of a `pre`, `postState` or allocation object; raises CaseError."""
    accounts = {}
    for name, member in node.members().items():
        fields = member.members()
        storage = optional(fields.get("storage"), Node.members, {})
        slots = {
            spelled(member.renamed(key)).number(): value.number()
            for key, value in storage.items()
        }
        accounts[spelled(member.renamed(name)).address()] = Account(
            optional(fields.get("nonce"), lambda item: item.number(64), 0),
            optional(fields.get("balance"), Node.number, 0),
            optional(fields.get("code"), lambda item: spelled(item).data(), b""),
            {key: value for key, value in slots.items() if value},
        )
    return accounts


def _environment(node: Node) -> Environment:
    fields = node.members()
    needed = ("currentCoinbase", "currentNumber", "currentTimestamp", "currentGasLimit")
    for name in needed:
        if name not in fields:
            node.fail(f"field {name} is missing")

    def number(name: str, bits: int, default: int = 0) -> int:
        return optional(fields.get(name), lambda item: item.number(bits), default)

    return Environment(
        coinbase=spelled(fields["currentCoinbase"]).address(),
        number=number("currentNumber", 64),
        timestamp=number("currentTimestamp", 64),
        gas_limit=number("currentGasLimit", 64),
        base_fee=number("currentBaseFee", 64, DEFAULT_BASE_FEE),
        mix_hash=number("currentRandom", 256),
        excess_blob_gas=number("currentExcessBlobGas", 64),
    )


def _signed(
    template: Node, indices: dict[str, int], entry: dict[str, Node]
) -> tuple[bytes | None, str]:
    """The signed transaction, or why there is none; raises CaseError."""
    transaction = transaction_of(template, indices, entry)
    if isinstance(transaction, RawTransaction):
        return transaction.data, ""
    try:
        return encode_signed(transaction, CHAIN_ID), ""
    except (TransactionError, OverflowError, ValueError) as error:
        return None, f"the transaction cannot be encoded: {error}"


def _hash(post: Node, entry: dict[str, Node], name: str) -> bytes:
    if name not in entry:
        post.fail(f"field {name} is missing")
    return spelled(entry[name]).data(32)

"""Ours beside Ethereum: the same block on a reference engine, under the policy.

The only thing the reference is told about our run is which transactions ran out of
native resource, which it does not model; they must then revert with all their gas.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Final

from differential.compare import compare
from differential.importers.fixtures import Fixture
from differential.importers.state_test import StateTest
from differential.known import FEES_TO_COINBASE, NO_REFUNDS, RULES, Origin, Policy
from differential.outcome import Difference, Log, Outcome, TransactionStatus
from differential.reference_cache import ReferenceCache
from differential.runners import py_evm
from zkos.host.accounts import keccak_bytes
from zkos.host.case import Block
from zkos.host.profile import RunOptions
from zkos.host.rlp import Encodable
from zkos.host.rlp import encode as encode_rlp
from zkos.host.state import ChainState

HARMLESS: Final = frozenset(
    {FEES_TO_COINBASE.name, NO_REFUNDS.name}
    | {rule.name for rule in RULES.values() if rule.origin is Origin.REFERENCE}
)
"""Rules that change neither logs nor what is valid."""
OUT_OF_NATIVE_REASON: Final = "OutOfNative"


@dataclass(frozen=True, slots=True)
class EthereumComparison:
    """What became of a comparison with Ethereum."""

    reference: Outcome
    difference: Difference | None

    @property
    def declared(self) -> dict[str, int]:
        """How often each declared difference fired, by name."""
        counts: dict[str, int] = {}
        for item in self.reference.detail.declared or ():
            counts[item.rule] = counts.get(item.rule, 0) + item.times
        return counts


def out_of_native(outcome: Outcome) -> frozenset[int]:
    """Transactions our run says ran out of native resource."""
    return frozenset(
        index
        for index, transaction in enumerate(outcome.transactions or ())
        if transaction.status is TransactionStatus.REVERTED
        and transaction.reason == OUT_OF_NATIVE_REASON
    )


def compare_with_ethereum(
    block: Block,
    state: ChainState,
    options: RunOptions,
    ours: Outcome | None,
    *,
    policy: Policy | None = None,
    engine: str = "py_evm",
    cache: ReferenceCache | None = None,
    excess_blob_gas: int = 0,
) -> EthereumComparison:
    """Run the block on a reference engine and compare; raises CaseError.

    Without `ours` nothing is compared. The cache is for py-evm only.
    """
    policy = Policy.of(options) if policy is None else policy
    exhausted = frozenset[int]() if ours is None else out_of_native(ours)
    run = _runner(engine, cache)
    reference = run(
        block,
        state,
        policy,
        options,
        out_of_native=exhausted,
        excess_blob_gas=excess_blob_gas,
    )
    difference = None
    if ours is not None and reference.succeeded:
        difference = compare(("ours", engine), ours, reference)
    return EthereumComparison(reference, difference)


def _runner(engine: str, cache: ReferenceCache | None) -> Callable[..., Outcome]:
    if engine == "py_evm":
        return py_evm.run_with if cache is None else cache.run_with
    run: Callable[..., Outcome] = import_module(
        f"differential.runners.{engine}"
    ).run_with
    return run


def first_transaction_apart(
    block: Block,
    state: ChainState,
    options: RunOptions,
    run: Callable[[Block, ChainState, RunOptions], Outcome],
) -> int | None:
    """Index of the first transaction after which ours and py-evm are not in one state.

    Ours reports what a block changed and not what a transaction did, so beginnings of
    the block are run: a logarithmic number, on the assumption that states which part
    stay apart. None if they agree after the whole block.
    """

    def agrees(length: int) -> bool:
        beginning = replace(block, transactions=block.transactions[:length])
        ours = run(beginning, state, options)
        compared = compare_with_ethereum(beginning, state, options, ours)
        return ours.succeeded and compared.difference is None

    if agrees(len(block.transactions)):
        return None
    same, apart = 0, len(block.transactions)
    while apart - same > 1:
        middle = (same + apart) // 2
        if agrees(middle):
            same = middle
        else:
            apart = middle
    return apart - 1


def compare_with_suite(
    fixture: Fixture, ours: Outcome, declared: Mapping[str, int]
) -> Difference | None:
    """What a state test itself expects, where no declared difference bears on it.

    That is whether the transaction is valid, and the hash of its logs. (The state
    root is Ethereum's: only the reference engine can have it.)
    """
    if not isinstance(fixture, StateTest) or ours.transactions is None:
        return None
    if not HARMLESS.issuperset(declared):
        return None
    receipt = ours.transactions[0]
    invalid = receipt.status is TransactionStatus.INVALID
    if invalid != (fixture.exception is not None):
        values = fixture.exception or "valid", receipt.status.value
        return Difference(("suite", "ours"), "status", "transactions[0]", values)
    logs = hash_of_logs(receipt.logs or ())
    if logs != fixture.logs_hash:
        hashes = f"{fixture.logs_hash:#066x}", f"{logs:#066x}"
        return Difference(("suite", "ours"), "logs", "transactions[0]", hashes)
    return None


def hash_of_logs(logs: Iterable[Log]) -> int:
    """Keccak-256 of the RLP list of logs, as state tests have it."""
    items: list[Encodable] = [
        [
            log.address.to_bytes(20, "big"),
            [topic.to_bytes(32, "big") for topic in log.topics],
            log.data,
        ]
        for log in logs
    ]
    return int.from_bytes(keccak_bytes(encode_rlp(items)), "big")

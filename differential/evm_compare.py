"""Ours beside Ethereum: the same block on a reference engine, under the policy.

The only thing the reference is told about our run is which transactions ran out of
native resource, which it does not model; they must then revert with all their gas.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeAlias

from differential.compare import compare
from differential.known import Policy
from differential.outcome import Difference, Outcome, TransactionStatus
from differential.runners import py_evm
from zkos.host.case import Block
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

Reference: TypeAlias = Callable[[Collection[int]], Outcome]
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
    ours: Outcome,
    policy: Policy | None = None,
) -> EthereumComparison:
    """Run the block on py-evm and compare; raises CaseError."""
    reference = py_evm.run_with(
        block,
        state,
        Policy.of(options) if policy is None else policy,
        options,
        out_of_native=out_of_native(ours),
    )
    return EthereumComparison(reference, compare(("ours", "py_evm"), ours, reference))

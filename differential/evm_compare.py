"""Ours beside Ethereum: the same block on a reference engine, under the policy.

A reference decides everything that Ethereum decides. It is told of our run what only
ZKsync OS has (`told_by`): which transactions ran out of native resource or return
memory, which were dropped for native resource or limits of the block, and how much
native resource the others used, which in production is part of what they pay.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Final

from differential.compare import compare
from differential.importers.fixtures import Fixture
from differential.importers.state_test import StateTest
from differential.known import FEES_TO_COINBASE, FORK, NATIVE_GAS, RULES, Origin
from differential.outcome import Difference, Log, Outcome, TransactionStatus
from differential.policy import Policy
from differential.reference.rules import Told
from differential.reference_cache import ReferenceCache
from zkos.host.case import Block
from zkos.host.profile import RunOptions
from zkos.host.rlp import Encodable
from zkos.host.rlp import encode as encode_rlp
from zkos.host.signing import keccak256
from zkos.host.state import ChainState

REFERENCES: Final = ("py_evm", "eels")
"""Engines that are Ethereum under the rules of `known`."""
HARMLESS: Final = frozenset(
    {FEES_TO_COINBASE.name, NATIVE_GAS.name}
    | {rule.name for rule in RULES.values() if rule.origin is Origin.REFERENCE}
)
"""Rules that change neither logs nor what is valid."""
OUT_OF_NATIVE_REASON: Final = "OutOfNative"
OUT_OF_RETURN_MEMORY_REASON: Final = "OutOfReturnMemory"
GAS_LIMIT_REASON: Final = "BlockGasLimitReached"
NOT_COVERED_REASON: Final = "PubdataNotCovered"
DROPPED_REASONS: Final = frozenset(
    {
        "OutOfNativeResourcesDuringValidation",
        "NativePriceZero",
        "BlockNativeLimitReached",
        "BlockPubdataLimitReached",
        "BlockL2ToL1LogsLimitReached",
    }
)
"""Of dropped transactions that Ethereum would not refuse."""


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a comparison of several engines."""

    difference: Difference
    """The first there is, between the engines it names."""
    alone: str = ""
    """The engine that all others are against; empty where there is none."""


def told_by(ours: Outcome | None) -> Told:
    """What references are told of our run."""
    receipts = () if ours is None else ours.transactions or ()

    def of(status: TransactionStatus, reasons: Iterable[str]) -> frozenset[int]:
        return frozenset(
            index
            for index, receipt in enumerate(receipts)
            if receipt.status is status and _name_of(receipt.reason) in reasons
        )

    reverted, invalid = TransactionStatus.REVERTED, TransactionStatus.INVALID
    return Told(
        out_of_native=of(reverted, {OUT_OF_NATIVE_REASON}),
        out_of_return_memory=of(reverted, {OUT_OF_RETURN_MEMORY_REASON}),
        not_covered=of(reverted, {NOT_COVERED_REASON}),
        dropped=of(invalid, DROPPED_REASONS),
        beyond_gas_limit=of(invalid, {GAS_LIMIT_REASON}),
        native_used={
            index: receipt.native_used or 0
            for index, receipt in enumerate(receipts)
            if receipt.status is not invalid
        },
        pubdata_used={
            index: receipt.pubdata_used or 0
            for index, receipt in enumerate(receipts)
            if receipt.status is not invalid
        },
    )


def _name_of(reason: str | None) -> str:
    """A reason without the values it compared."""
    words = (reason or "").replace("(", " ").replace(":", " ").split()
    return words[0] if words else ""


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

    Without `ours` nothing is compared.
    """
    policy = Policy.of(options) if policy is None else policy
    reference = _runner(engine, cache)(
        block,
        state,
        policy,
        options,
        told=told_by(ours),
        excess_blob_gas=excess_blob_gas,
    )
    difference = None
    if ours is not None and reference.succeeded:
        difference = compare(("ours", engine), ours, reference)
    return EthereumComparison(reference, difference)


def judge(outcomes: Mapping[str, Outcome]) -> Judgement | None:
    """The first difference of several engines, and who is alone with it.

    It is between the first engine and one that differs from it; where the first agrees
    with none but one of three, that one and the third are named by the votes.
    """
    names = list(outcomes)
    pairs = {
        (one, two): compare((one, two), outcomes[one], outcomes[two])
        for at, one in enumerate(names)
        for two in names[at + 1 :]
    }
    found = next((pair for pair in pairs.values() if pair is not None), None)
    if found is None:
        return None
    agree = {pair for pair, difference in pairs.items() if difference is None}
    alone = [
        name
        for name in names
        if not any(name in pair for pair in agree)
        and all(pair in agree for pair in pairs if name not in pair)
    ]
    is_told = len(names) > 2 and len(alone) == 1
    return Judgement(found, alone[0] if is_told else "")


def _runner(engine: str, cache: ReferenceCache | None) -> Callable[..., Outcome]:
    if cache is not None:
        return partial(cache.run_with, engine=engine)
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
    root is Ethereum's: only the reference engines can have it.)
    """
    if not isinstance(fixture, StateTest) or ours.transactions is None:
        return None
    later = {
        rule.name
        for rule in RULES.values()
        if rule.fork == FORK and fixture.fork != FORK
    }
    if not (HARMLESS | later).issuperset(declared):
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
    return int.from_bytes(keccak256(encode_rlp(items)), "big")

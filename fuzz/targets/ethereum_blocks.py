"""Whole blocks of Ethereum: native, RISC-V, EELS and under Prague py-evm agree.

No difference is declared. A block that Ethereum refuses must be refused by ours, one
that it accepts must come to the same hash, receipts, accounts and slots.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from differential.ethereum.blocks import KnownBlock
from differential.ethereum.reducing import smaller_blocks
from differential.ethereum.writing import blocks_to_text
from differential.importers.ethereum_blocks import read_blocks
from differential.outcome import Result
from fuzz.coverage.counters import Counters, magnitude, semantic
from fuzz.coverage.target import Observation, Problem
from fuzz.coverage.text import read_json
from fuzz.mutation.ethereum import mutate_chain
from fuzz.strategies.ethereum.chains import Chain, chain
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_features import Receipts
from fuzz.targets.block_runs import Run, first_unlike
from fuzz.targets.ethereum_engines import (
    EELS,
    IMAGED,
    PY_EVM,
    Opinion,
    ask,
    counting_library,
    difference,
    outcome_of,
    prepare,
    run_native,
    run_riscv,
)
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.channel import OracleError
from zkos.versions import Fork

_GAS_OF_BYTE: Final = 100
_FIXED: Final = 64
"""What an account, a slot or a transaction weighs beside its bytes."""
_HEADER: Final = 512


class EthereumTarget:
    """Engines and references say the same of every block, in every field."""

    suffix: Final = ".json"

    def __init__(
        self,
        name: str,
        generate: Callable[[Source], Chain] = chain,
        mutate: Callable[[Source, Chain, Chain], Chain] = mutate_chain,
        *,
        images: bool = True,
        counts: bool = True,
    ) -> None:
        self.name: Final = name
        self._generate: Final = generate
        self._mutate: Final = mutate
        self._images: Final = images
        """Whether the RISC-V image is run too."""
        self._counters: Final = Counters.of(counting_library()) if counts else None

    @property
    def counters(self) -> Counters | None:
        """Those of the compiled instance under Osaka."""
        return self._counters

    def generate(self, source: Source) -> Chain:
        """A chain with its state."""
        return self._generate(source)

    def mutate(self, source: Source, parent: Chain, donor: Chain) -> Chain:
        """A changed chain."""
        return self._mutate(source, parent, donor)

    def run(self, value: Chain) -> Observation:
        """Run all blocks; the first difference ends it."""
        seen = Observation()
        for index, known in enumerate(value):
            problem = self._run_block(known, seen)
            if problem is not None:
                seen.problem = problem
                break
            seen.semantic |= semantic("block", known.block.fork.value, index)
        return seen

    def _run_block(self, known: KnownBlock, seen: Observation) -> Problem | None:
        try:
            first = run_native(known, counts=self._counters is not None)
        except OracleError:
            seen.rejected += 1
            return None
        receipts = Receipts.of(first.channel.messages)
        seen.semantic |= _features(known, first, receipts)
        if first.ending.result is Result.SUCCESS:
            seen.included += receipts.included
            seen.reverted += receipts.reverted
            gas = sum(gas for *_, gas in receipts.rows)
            seen.work += gas // _GAS_OF_BYTE
        else:
            seen.rejected += 1
        if self._images and known.block.fork in IMAGED:
            problem = _unlike(first, run_riscv(known), known.block.fork)
            if problem is not None:
                return problem
        judge = ask(EELS, known)
        seen.peer_seconds += judge.seconds
        problem = _judged(first, judge, known)
        if problem is not None or judge.failed:
            return problem
        seen.compared += 1
        if known.block.fork is Fork.PRAGUE and judge.outcome.succeeded:
            # Of what it must refuse py-evm accepts some.
            other = ask(PY_EVM, known)
            seen.peer_seconds += other.seconds
            problem = _judged(first, other, known)
            if problem is not None:
                site = f"{problem.site} {EELS} is with ours".strip()
                return replace(problem, site=site)
        return None

    def weight(self, value: Chain) -> int:
        """About the size of state and transactions."""
        weight = 0
        for known in value:
            weight += _HEADER + len(known.block.withdrawals)
            weight += sum(_FIXED + len(item) for item in known.block.transactions)
        for account in (value[0].before or {}).values():
            weight += _FIXED + len(account.code) + _FIXED * len(account.storage)
        return weight

    def encode(self, value: Chain) -> bytes:
        """A file of blocks, which all commands read."""
        return blocks_to_text(value)

    def decode(self, content: bytes) -> Chain:
        """The inverse; ValueError for anything else."""
        try:
            blocks = read_blocks(Node("input", "", read_json(content)), "input")
        except CaseError as error:
            raise ValueError(str(error)) from error
        if any(known.before is None for known in blocks):
            raise ValueError("input: blocks whose state is not known in full")
        return tuple(blocks)

    def shrink(self, value: Chain) -> Iterator[Chain]:
        """Chains with less in them."""
        return smaller_blocks(value)


def _features(known: KnownBlock, run: Run, receipts: Receipts) -> int:
    fork = known.block.fork.value
    features = semantic("end", run.ending.result.value, run.ending.reason)
    for type_byte, status, reason, gas in receipts.rows:
        features |= semantic("transaction", fork, type_byte, status, reason)
        features |= semantic("gas", status, magnitude(gas))
    for query, count in run.channel.queries.items():
        features |= semantic("queries", query, magnitude(count))
    for kind, count in receipts.kinds.items():
        features |= semantic("reports", kind, magnitude(count))
    return features | semantic("withdrawals", len(known.block.withdrawals) // 40)


def _unlike(first: Run, second: Run, fork: Fork) -> Problem | None:
    """The first word in which two of our engines differ."""
    unlike = first_unlike(first, second)
    if unlike is None:
        return None
    names = (first.engine, second.engine)
    ends = (outcome_of(run, fork).reason for run in (first, second))
    site = " | ".join(reason for reason in ends if reason)
    return Problem("diverge", names, unlike.layer, unlike.where, site, unlike.values)


def _judged(run: Run, opinion: Opinion, known: KnownBlock) -> Problem | None:
    """Where a reference says something else of a block."""
    names = (run.engine, opinion.name)
    theirs = opinion.outcome
    if opinion.failed:
        site = theirs.reason.split(":")[0]
        return Problem("crash", names[1:], "outcome", "", site, (theirs.reason,))
    ours = outcome_of(run, known.block.fork)
    if ours.result in (Result.CRASH, Result.TIMEOUT) and run.channel.fault is None:
        return Problem("crash", names[:1], ours.result.value, "", ours.reason)
    if ours.succeeded != theirs.succeeded:
        reason = ours.reason or theirs.reason.split(":")[0]
        says = (ours.reason or "accepted", theirs.reason or "accepted")
        return Problem("diverge", names, "outcome", "", reason, says)
    if not ours.succeeded:
        return None
    found = difference(ours, opinion)
    if found is None:
        return None
    return Problem("diverge", names, found.layer, found.where, "", found.values)


def ethereum_blocks() -> EthereumTarget:
    """Ethereum's blocks: native, RISC-V, EELS and py-evm agree in every field."""
    prepare(images=True)
    return EthereumTarget("ethereum_blocks")


if __name__ == "__main__":
    main("ethereum_blocks")

"""Property: blocks as one batch come to what they come to alone, on both engines.

Each case is a chain of up to eight blocks under any way of publishing. Its blocks run
one by one, then together: what is said of a block must be the same, and the batch must
commit to what an independent judge makes of its blocks.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from differential.outcome import Result
from fuzz.coverage.target import Observation, Problem
from fuzz.strategies.cases import as_batch, batch
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import BlockEngine, coverage_engine, riscv_engine
from fuzz.targets.block_judge import Misjudged, judge_run, must_end
from fuzz.targets.block_runs import Run, Transcript, first_unlike
from fuzz.targets.blocks import OPTIONS, BlockTarget, Step
from fuzz.targets.versions import extras_of, named
from zkos.guest.protocol.report import KIND_BATCH
from zkos.host.case import Case
from zkos.host.channel import QueryChannel
from zkos.host.edits import edited
from zkos.host.oracle import BatchOracle, HonestOracle
from zkos.host.profile import RunOptions
from zkos.versions import DEFAULT, Protocol

_BATCH: Final = int(KIND_BATCH).to_bytes(4, "little")
Reference = Callable[[Sequence[Step], RunOptions, Run], Problem | None]
"""Compares what ours said of a batch with an engine that is not ours."""


class BatchTarget(BlockTarget):
    """Every engine says the same of a batch as of its blocks."""

    def __init__(
        self,
        name: str,
        engines: Sequence[BlockEngine],
        options: RunOptions = OPTIONS,
        *,
        reference: Reference | None = None,
    ) -> None:
        """Blocks alone run on the first engine only."""
        generate = partial(batch, extras=extras_of(options.protocol))
        super().__init__(name, engines[:1], options, generate=generate, repair=as_batch)
        self._together: Final = tuple(engines)
        self._about_batch: Final = reference

    def decode(self, content: bytes) -> Case:
        """A case as a batch; ValueError for what is none."""
        return as_batch(super().decode(content))

    def run(self, value: Case) -> Observation:
        """Run the blocks, then the batch of those that succeeded."""
        seen = Observation()
        steps = self.run_blocks(value, seen)
        if seen.problem is not None or not steps:
            return seen
        runs = [self._run_batch(engine, steps) for engine in self._together]
        seen.problem = _judge(runs, steps)
        seen.compared = len(runs) - 1
        if self._about_batch is not None and seen.problem is None:
            seen.problem = self._about_batch(steps, self.options, runs[0])
            seen.compared += 1
        return seen

    def _run_batch(self, engine: BlockEngine, steps: Sequence[Step]) -> Run:
        oracles = [
            edited(
                HonestOracle(
                    step.state, step.block.context, step.served, self.options.protocol
                ),
                step.block.edits,
            )
            for step in steps
        ]
        transcript = Transcript(BatchOracle(oracles))
        channel = QueryChannel(transcript)
        options = replace(self.options, batch=True)
        return Run(engine.name, engine.run(channel, options), channel, transcript)


def _judge(runs: Sequence[Run], steps: Sequence[Step]) -> Problem | None:
    first = runs[0]
    for other in runs[1:]:
        unlike = first_unlike(first, other)
        if unlike is not None:
            names = (first.engine, other.engine)
            where = f"batch {unlike.where}".strip()
            return Problem("diverge", names, unlike.layer, where, "", unlike.values)
    ending, sealed = first.ending, [step.judged.sealed for step in steps]
    if must_end(sealed) and ending.result is Result.ABORT:
        return None
    if ending.result is not Result.SUCCESS:
        kind = "abort" if ending.result is Result.ABORT else "crash"
        return Problem(
            kind, (first.engine,), ending.result.value, "batch", ending.reason
        )
    if _told(first) != [item for step in steps for item in _told(step.run)]:
        return Problem("diverge", (first.engine, "alone"), "messages", "batch")
    try:
        judge_run(sealed, first)
    except Misjudged as error:
        return error.problem(first.engine)
    return None


def _told(run: Run) -> list[tuple[int, bytes]]:
    """The messages of a run about its blocks."""
    return [item for item in run.channel.messages if item[1][:4] != _BATCH]


def block_batch(protocol: Protocol = DEFAULT) -> BatchTarget:
    """Batches on the compiled OS and its image, and block by block."""
    engines = [coverage_engine(protocol), riscv_engine(protocol)]
    options = replace(OPTIONS, protocol=protocol)
    return BatchTarget(named("block_batch", protocol), engines, options)


if __name__ == "__main__":
    main("block_batch")

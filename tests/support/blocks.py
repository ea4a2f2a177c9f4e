"""Whole blocks as tests run them, on the engine that is chosen.

A test module says `GUEST = BLOCKS` and uses the fixture `target`: each of its tests
then runs on every engine, with builds that the whole suite shares.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Final

from differential.outcome import Outcome
from differential.runners import cpython, native, riscv
from differential.runners.base import Ending, run_chain
from zkos.host.case import Block, Case
from zkos.host.channel import QueryChannel
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

RUNNERS: Final = {"cpython": cpython, "native": native, "riscv": riscv}


class Blocks:
    """The OS, on one engine after the other."""

    def __init__(self) -> None:
        self._runner: ModuleType | None = None

    @contextmanager
    def on(self, engine: str) -> Iterator["Blocks"]:
        """Have what follows run on this engine."""
        self._runner = RUNNERS[engine]
        try:
            yield self
        finally:
            self._runner = None

    @property
    def runner(self) -> ModuleType:
        assert self._runner is not None, "the test does not use `target`"
        return self._runner

    def run_block(
        self, block: Block, state: ChainState, options: RunOptions
    ) -> Outcome:
        return self.runner.run_block(block, state, options)

    def run_batch(
        self, blocks: Sequence[Block], states: Sequence[ChainState], options: RunOptions
    ) -> Outcome:
        return self.runner.run_batch(blocks, states, options)

    def run_guest(self, channel: QueryChannel, options: RunOptions) -> Ending:
        return self.runner.run_guest(channel, options)

    def run_first(self, case: Case, options: RunOptions) -> Outcome:
        """The first block of a case."""
        return next(iter(run_chain(self.run_block, case, options)))


BLOCKS: Final = Blocks()

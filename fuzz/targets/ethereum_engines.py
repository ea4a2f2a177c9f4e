"""Blocks of Ethereum on our engines, word by word, and on references."""

import time
from dataclasses import dataclass
from functools import cache
from typing import Final

from differential.compare import first_difference
from differential.ethereum import eels, py_evm
from differential.ethereum.blocks import KnownBlock
from differential.ethereum.running import conclude
from differential.outcome import Difference, Outcome, Result
from differential.own_engine import describe_exception
from differential.runners import native, riscv
from fuzz.coverage.lines import counting
from fuzz.targets.block_engines import SEARCH
from fuzz.targets.block_runs import Run, Transcript
from zkos.compiler.native import NativeLibrary
from zkos.host.channel import QueryChannel
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.host.profile import RunOptions
from zkos.versions import Build, Fork, Instance

COUNTED: Final = Fork.OSAKA
"""The fork whose build counts what it reaches; others differ in few places."""
IMAGED: Final = (Fork.PRAGUE, Fork.OSAKA)
"""The forks whose images are run too; later ones change three numbers about blobs."""
EELS: Final = "eels"
PY_EVM: Final = "py_evm"


@cache
def counting_library() -> NativeLibrary:
    """The compiled instance with coverage counters."""
    build = Build(instance=Instance.ETHEREUM, variant=counting(SEARCH), fork=COUNTED)
    return native.library(build)


def prepare(*, images: bool) -> None:
    """Compile the builds of all forks, and load what runs images."""
    for fork in Fork:
        build = Build(instance=Instance.ETHEREUM, fork=fork)
        native.library(build)
        if images and fork in IMAGED:
            riscv.translate(riscv.program(build).image())


def options_for(fork: Fork) -> RunOptions:
    """How blocks of a fork are run."""
    return RunOptions(instance=Instance.ETHEREUM, fork=fork)


def run_native(known: KnownBlock, *, counts: bool) -> Run:
    """On the compiled OS; raises OracleError for a witness without a parent."""
    options = options_for(known.block.fork)
    transcript = Transcript(WitnessOracle(known.block))
    channel = QueryChannel(transcript)
    if counts and known.block.fork is COUNTED:
        main = options.build().main
        ending = native.run_library(counting_library(), channel, options, main=main)
    else:
        ending = native.run_guest(channel, options)
    return Run("native", ending, channel, transcript)


def run_riscv(known: KnownBlock) -> Run:
    """On the image; raises OracleError as above."""
    options = options_for(known.block.fork)
    transcript = Transcript(WitnessOracle(known.block))
    channel = QueryChannel(transcript)
    return Run("riscv", riscv.run_guest(channel, options), channel, transcript)


def outcome_of(run: Run, fork: Fork) -> Outcome:
    """A run of a block, decoded."""
    return conclude(run.channel, run.ending, options_for(fork))


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reference says of a block, and how long it took."""

    name: str
    outcome: Outcome
    seconds: float
    """Of the processor."""

    @property
    def failed(self) -> bool:
        """Whether it gave no answer."""
        return self.outcome.result in (Result.CRASH, Result.TIMEOUT)


def ask(name: str, known: KnownBlock) -> Opinion:
    """What a reference says; one that raises has crashed."""
    run = eels.run_block if name == EELS else py_evm.run_block
    started = time.process_time()
    try:
        outcome = run(known)
    except Exception as error:
        outcome = Outcome(Result.CRASH, describe_exception(error))
    return Opinion(name, outcome, time.process_time() - started)


def difference(ours: Outcome, opinion: Opinion) -> Difference | None:
    """Where a reference's outcome is another than that of our OS, if both accept."""
    return first_difference({opinion.name: opinion.outcome, "native": ours})

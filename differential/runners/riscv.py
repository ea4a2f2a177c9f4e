"""The guest as an RV32IM image on the emulated machine: the prover's path."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from differential.outcome import DELEGATIONS, Outcome, Result
from differential.runners.base import (
    Ending,
    conclude,
    conclude_batch,
    prepare,
    prepare_batch,
)
from zkos.compiler.build import Progress
from zkos.compiler.image import Program, build_program
from zkos.compiler.lines import NO_LINES, describe_address, stored_table
from zkos.compiler.native import describe_site
from zkos.host.case import Block
from zkos.host.channel import Channel, QueryChannel
from zkos.host.profile import Emulation, RunOptions
from zkos.host.state import ChainState
from zkos.machine.channels import NoWord
from zkos.machine.execution import MachineResult, Stop
from zkos.machine.machine import Machine
from zkos.machine.translator.engine import TranslatedEngine
from zkos.machine.translator.translation import is_translated
from zkos.terminal.steps import step
from zkos.versions import STANDARD, Build

MODULE: Final = STANDARD.entry
CYCLE_LIMIT: Final = 1 << 36
HEAP_USED: Final = "__heap_used"
"""Symbol of our images: bytes of the heap given out."""
_RESULTS: Final = {
    Stop.FINISHED: Result.SUCCESS,
    Stop.ABORTED: Result.ABORT,
    Stop.CYCLE_LIMIT: Result.TIMEOUT,
}


_programs: Final[dict[Build, Program]] = {}


def program(build: Build = STANDARD, progress: Progress = step) -> Program:
    """A build of the OS as an image, linked once a process."""
    if build not in _programs:
        made = build_program([build.entry], build.main, progress, build.linked())
        _programs[build] = made
    return _programs[build]


@cache
def machine() -> Machine:
    """The machine: translated code for images that `translate` was told of."""
    return Machine(_engine())


@cache
def interpreter() -> Machine:
    """The machine without translations."""
    return Machine("native")


@cache
def _engine() -> TranslatedEngine:
    return TranslatedEngine()


@cache
def translate(image: bytes, progress: Progress = step, *, build: bool = True) -> None:
    """Have an image run translated: half a minute once, then several times as fast.

    Without `build` only if that was done before. Raises ImageError.
    """
    if build or is_translated(image):
        _engine().prepare(image, progress)


def run_block(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    """Run a block on a state, which stays as it is; raises CaseError."""
    channel = prepare(block, state, options)
    return conclude(channel, run_guest(channel, options), state, options)


def run_batch(
    blocks: Sequence[Block], states: Sequence[ChainState], options: RunOptions
) -> Outcome:
    """Run blocks as one batch, each on its state; raises CaseError."""
    options = replace(options, batch=True)
    channel = prepare_batch(blocks, states, options)
    return conclude_batch(channel, run_guest(channel, options), options, len(blocks))


def run_guest(channel: QueryChannel, options: RunOptions) -> Ending:
    """Run the guest against any host, honest or not."""
    ours = program(options.build())
    if options.emulation is Emulation.INTERPRETED:
        emulator = interpreter()
    else:
        translate(ours.image(), build=False)
        emulator = machine()
    return run_image(channel, ours.image((options.word(),)), ours, emulator)


def run_image(
    channel: Channel,
    image: bytes,
    source: Program | None = None,
    emulator: Machine | None = None,
    cycle_limit: int = CYCLE_LIMIT,
) -> Ending:
    """Run any Airbender image; `source` explains the traps of ours."""
    started = time.perf_counter()
    heap_used = None if source is None else source.linked.symbols[HEAP_USED]
    done = (emulator or machine()).run(image, channel, cycle_limit, watch=heap_used)
    seconds = time.perf_counter() - started
    result = _RESULTS.get(done.reason, Result.CRASH)
    if isinstance(done.error, NoWord):
        result = Result.ABORT  # as every engine ends on an answer that is too short
    return Ending(
        result,
        "" if done.reason is Stop.FINISHED else _reason(done, source),
        done.public_input if done.reason is Stop.FINISHED else None,
        words_read=done.words_read,
        cycles=done.cycles,
        delegations={name: done.delegations.get(name, 0) for name in DELEGATIONS},
        seconds=seconds,
        heap_bytes=done.watched,
    )


def _reason(done: MachineResult, source: Program | None) -> str:
    if done.reason is Stop.ABORTED and source is not None:
        return describe_site(source.sites, done.registers[10])
    text = done.describe()
    if source is not None:
        # No table is made here: a run may have little time, and the text must come.
        lines = stored_table(source.origin) or NO_LINES
        text += f" in {describe_address(source.linked, lines, done.pc)}"
    return text

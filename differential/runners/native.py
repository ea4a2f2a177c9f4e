"""The guest compiled to this machine: the sequencer's path."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from differential.outcome import Outcome, Result
from differential.runners.base import (
    Ending,
    conclude,
    conclude_batch,
    prepare,
    prepare_batch,
)
from zkos.compiler.build import Progress
from zkos.compiler.native import (
    GuestError,
    GuestFinished,
    GuestTrap,
    NativeLibrary,
    build_native,
)
from zkos.host.case import Block
from zkos.host.channel import QueryChannel
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.terminal.steps import step
from zkos.versions import STANDARD, Build

MODULE: Final = STANDARD.entry
MAIN: Final = STANDARD.main


_libraries: Final[dict[Build, NativeLibrary]] = {}


def library(build: Build = STANDARD, progress: Progress = step) -> NativeLibrary:
    """A build of the OS for this machine, made or loaded once a process."""
    if build not in _libraries:
        roots, exports = [build.entry], [build.main]
        made = build_native(roots, exports, progress, build.linked())
        _libraries[build] = made
    return _libraries[build]


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
    build = options.build()
    return run_library(library(build), channel, options, main=build.main)


def run_library(
    compiled: NativeLibrary,
    channel: QueryChannel,
    options: RunOptions,
    more_options: Sequence[int] = (),
    main: str = MAIN,
) -> Ending:
    """Run any build of the guest; `more_options` are words after the first."""
    compiled.reset()
    compiled.attach(channel, (options.word(), *more_options))
    started = time.perf_counter()
    result, reason, public_input = _run(compiled, main)
    seconds = time.perf_counter() - started
    words_read = compiled.words[0]
    heap_bytes = compiled.heap_used
    compiled.flush()
    compiled.attach(None)
    return Ending(
        result,
        reason,
        public_input,
        words_read=words_read,
        seconds=seconds,
        heap_bytes=heap_bytes,
    )


def _run(compiled: NativeLibrary, main: str) -> tuple[Result, str, bytes | None]:
    try:
        compiled.call(main)
    except GuestFinished as end:
        return Result.SUCCESS, "", end.public_input
    except GuestTrap as trap:
        return Result.ABORT, str(trap), None
    except GuestError as error:
        return Result.CRASH, f"uncaught {error}", None
    return Result.CRASH, "the guest returned without a public input", None

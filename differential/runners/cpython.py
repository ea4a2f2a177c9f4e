"""The guest as ordinary Python: slow, exact, debuggable."""

import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final

from differential.outcome import Outcome, Result
from differential.runners.base import (
    Ending,
    conclude,
    conclude_batch,
    prepare,
    prepare_batch,
)
from zkos.host.case import Block
from zkos.host.channel import NothingToRead, QueryChannel, WordChannel
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.lang.intrinsics import Finished, attach
from zkos.lang.linkage import ModuleTable
from zkos.lang.trap import Trap
from zkos.versions import STANDARD, Build

_ROOT: Final = Path(__file__).resolve().parents[2]
_GUEST: Final = _ROOT / "zkos" / "guest"
_PUBLIC_INPUT_BYTES: Final = 32
MODULE: Final = STANDARD.entry


class OutOfTime(BaseException):
    """The time limit passed; no guest code may catch it."""


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
    """Run the guest against any host, honest or not.

    A time limit works in the main thread of a process only.
    """
    return run_build(options.build(), channel, options)


@cache
def modules(build: Build = STANDARD) -> ModuleTable:
    """The guest's modules as a build links them, apart from those of other builds."""
    return ModuleTable(build.linked())


def run_build(build: Build, channel: QueryChannel, options: RunOptions) -> Ending:
    """Run any build of the guest, likewise."""
    main = modules(build).load(build.entry).main
    engine = WordChannel(channel, (options.word(),))
    started = time.perf_counter()
    result, reason, public_input = _run(main, engine, options.time_limit)
    seconds = time.perf_counter() - started
    return Ending(
        result,
        reason,
        public_input,
        words_read=engine.words_read,
        seconds=seconds,
    )


def _run(
    main: Callable[[], None], engine: WordChannel, time_limit: float | None
) -> tuple[Result, str, bytes | None]:
    attach(engine)
    try:
        with _alarm(time_limit):
            main()
    except Finished as end:
        output = int(end.public_input).to_bytes(_PUBLIC_INPUT_BYTES, "big")
        return Result.SUCCESS, "", output
    except (Trap, AssertionError) as end:
        # In the guest's language a failed assert is a trap.
        return Result.ABORT, f"{end} ({_place(end.__traceback__)})", None
    except OutOfTime as end:
        place = _place(end.__traceback__)
        return Result.TIMEOUT, f"after {time_limit} s ({place})", None
    except NothingToRead as end:
        return Result.ABORT, f"oracle: {end} ({_place(end.__traceback__)})", None
    except Exception as error:
        name = type(error).__name__
        return Result.CRASH, f"{name}: {error} ({_place(error.__traceback__)})", None
    finally:
        engine.flush()
        attach(None)
    return Result.CRASH, "the guest returned without a public input", None


@contextmanager
def _alarm(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime in the body when it takes longer."""
    if seconds is None:
        yield
        return

    def ring(_: int, __: FrameType | None) -> None:
        raise OutOfTime

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _place(trace: TracebackType | None) -> str:
    """File and line of the innermost guest code of a traceback."""
    place = "outside the guest"
    for frame in traceback.extract_tb(trace):
        path = Path(frame.filename)
        if path.is_relative_to(_GUEST):
            place = f"{path.relative_to(_ROOT)}:{frame.lineno}"
    return place

"""Processes that run engines, so that the death of an engine is only an outcome.

A worker is killed when it takes too long or too much memory; a job whose worker died
ends as a crash, and a new worker takes the place. What belongs together (the same
case, the same engine) is the caller's business: jobs are independent.
"""

import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from differential.engines import Engine
from differential.outcome import UNSUPPORTED, Outcome, Result
from differential.own_engine import describe_exception
from differential.processes import die_with_parent
from differential.runners.base import state_after, state_of_case
from zkos.host.case import Case
from zkos.host.case_errors import CaseError
from zkos.host.expected import Batch
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

GIGABYTE: Final = 1 << 30
_STANDARD_OUTPUT: Final = 1
_STANDARD_ERROR: Final = 2
_GRACE_SECONDS: Final = 2.0
"""Past the limit: an engine that watches the time itself says where it was."""
_WATCH_SECONDS: Final = 0.1
_ADDRESS_SPACE_BYTES: Final = 16 * GIGABYTE
"""Reserved and not used: arenas, the machine's memory, code."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of an engine may take."""

    seconds: float | None = 600.0
    memory_bytes: int = 6 * GIGABYTE
    """Resident memory of the worker."""


@dataclass(frozen=True, slots=True)
class Job:
    """A block of a case on an engine, or all of them as one batch."""

    ticket: int
    """Chosen by the caller, to find the result's place."""
    engine: Engine
    case: Case
    block: int
    history: tuple[Outcome, ...]
    """Outcomes of the blocks before, which made the state."""
    options: RunOptions
    batch: Batch | None = None
    """Blocks at once; `history` lacks only the last one, `block` means nothing."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a job."""

    job: Job
    outcome: Outcome | None
    """None if the case cannot be used."""
    fault: tuple[str, str] | None = None
    """Field of the case and what is wrong with it."""


class Worker:
    """A process and the pipe to it."""

    def __init__(self, limits: Limits) -> None:
        # A fork shares what is already imported; with threads it is not safe.
        method = "fork" if threading.active_count() == 1 else "spawn"
        context: Any = multiprocessing.get_context(method)
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_serve, args=(theirs, limits), daemon=True
        )
        self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.started = 0.0

    def give(self, job: Job) -> None:
        """Start a job; raises OSError if the process is gone."""
        self.job = job
        self.started = time.monotonic()
        self.connection.send(job)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.join()
        self.connection.close()

    def resident_bytes(self) -> int:
        """Memory the process occupies now; 0 if it is gone."""
        try:
            return _memory(str(self.process.pid))[1]
        except OSError:
            return 0

    def last_words(self) -> str:
        """How the process ended."""
        self.process.join(_GRACE_SECONDS)
        code = self.process.exitcode
        if code is None:
            return "the engine's process does not answer"
        if code < 0:
            return f"the engine's process was ended by {signal.Signals(-code).name}"
        return f"the engine's process ended with exit code {code}"


class Pool:
    """At most `size` workers; gives outcomes in the order in which they are ready."""

    def __init__(self, size: int, limits: Limits) -> None:
        self._size = size
        self._limits = limits
        self._idle: list[Worker] = []
        self._busy: list[Worker] = []
        self._waiting: deque[Job] = deque()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pending(self) -> int:
        """Jobs without a result."""
        return len(self._waiting) + len(self._busy)

    @property
    def process_ids(self) -> list[int]:
        """Of all workers alive."""
        workers = [*self._idle, *self._busy]
        return [worker.process.pid for worker in workers if worker.process.pid]

    def submit(self, job: Job) -> None:
        """Put a job last in the queue."""
        self._waiting.append(job)
        self._start_waiting()

    def results(self, *, block: bool = True) -> Iterator[Done]:
        """What is ready, waiting for at least one result if `block`."""
        while self._busy or self._waiting:
            found = list(self._collect())
            self._start_waiting()
            yield from found
            if found or not block:
                return

    def close(self) -> None:
        """End all workers."""
        for worker in [*self._idle, *self._busy]:
            worker.kill()
        self._idle, self._busy = [], []

    def _start_waiting(self) -> None:
        while self._waiting and len(self._busy) < self._size:
            worker = self._idle.pop() if self._idle else Worker(self._limits)
            try:
                worker.give(self._waiting[0])
            except OSError:
                worker.kill()  # it died while idle: no job is lost
                continue
            self._waiting.popleft()
            self._busy.append(worker)

    def _collect(self) -> Iterator[Done]:
        connections = [worker.connection for worker in self._busy]
        ready = set(wait(connections, _WATCH_SECONDS))
        for worker in list(self._busy):
            assert worker.job is not None
            if worker.connection in ready:
                yield self._receive(worker, worker.job)
                continue
            broken = self._broken(worker)
            if broken is not None:
                self._busy.remove(worker)
                worker.kill()
                yield Done(worker.job, broken)

    def _receive(self, worker: Worker, job: Job) -> Done:
        self._busy.remove(worker)
        try:
            outcome, fault = worker.connection.recv()
        except (EOFError, OSError):
            reason = worker.last_words()
            worker.kill()
            return Done(job, Outcome(Result.CRASH, reason))
        worker.job = None
        self._idle.append(worker)
        return Done(job, outcome, fault)

    def _broken(self, worker: Worker) -> Outcome | None:
        """The outcome of a worker that must not go on."""
        limits = self._limits
        taken = time.monotonic() - worker.started
        if limits.seconds is not None and taken > limits.seconds + _GRACE_SECONDS:
            reason = f"after {limits.seconds:g} s"
            return Outcome(Result.TIMEOUT, reason, seconds=taken)
        resident = worker.resident_bytes()
        if resident > limits.memory_bytes:
            return Outcome(Result.CRASH, _too_much(limits), seconds=taken)
        return None


def _too_much(limits: Limits) -> str:
    return f"out of memory: more than {limits.memory_bytes / GIGABYTE:g} GB"


def _memory(process: str) -> tuple[int, int]:
    """Bytes mapped and bytes resident of a process; OSError if it is gone."""
    fields = Path(f"/proc/{process}/statm").read_text().split()
    page = resource.getpagesize()
    return int(fields[0]) * page, int(fields[1]) * page


def _serve(connection: Connection, limits: Limits) -> None:
    """Run jobs until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    # The copy of a large process begins with all that was mapped there.
    space = _memory("self")[0] + limits.memory_bytes + _ADDRESS_SPACE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What an engine prints is no result of ours.
    os.dup2(_STANDARD_ERROR, _STANDARD_OUTPUT)
    sys.stdout = sys.stderr
    states = _States()
    while True:
        try:
            job = connection.recv()
        except (EOFError, OSError):
            return
        done = _run(job, states, limits)
        try:
            connection.send(done)
        except (TypeError, AttributeError, ValueError, pickle.PicklingError) as error:
            reason = f"its outcome cannot be handed on: {error}"
            connection.send((Outcome(Result.CRASH, reason), None))


def _run(
    job: Job, states: "_States", limits: Limits
) -> tuple[Outcome | None, tuple[str, str] | None]:
    options = replace(job.options, time_limit=limits.seconds)
    try:
        if job.batch is not None:
            return _run_batch(job, job.batch, states, options), None
        state = states.before(job)
        block = job.case.blocks[job.block]
        outcome: Any = job.engine.run_block(block, state, options)
        if not isinstance(outcome, Outcome):
            kind = type(outcome).__name__
            return Outcome(Result.CRASH, f"run_block gave {kind}, no Outcome"), None
        return outcome, None
    except CaseError as error:
        return None, (error.field, error.reason)
    except MemoryError:
        return Outcome(Result.CRASH, _too_much(limits)), None
    except (Exception, SystemExit) as error:
        # Whatever an engine raises is its outcome: the campaign goes on.
        return Outcome(Result.CRASH, describe_exception(error)), None


def _run_batch(
    job: Job, batch: Batch, states: "_States", options: RunOptions
) -> Outcome:
    chosen = slice(batch.first, batch.last + 1)
    if len({job.case.protocol_at(i) for i in range(batch.first, batch.last + 1)}) > 1:
        reason = f"{UNSUPPORTED}blocks of several protocol versions are no batch"
        return Outcome(Result.CRASH, reason)
    blocks = job.case.blocks[chosen]
    return job.engine.run_batch(blocks, states.between(job)[chosen], options)


class _States:
    """The state made last, for the other engines of the same block."""

    def __init__(self) -> None:
        self._key: tuple[Case, tuple[Outcome, ...]] | None = None
        self._states = [ChainState()]

    def between(self, job: Job) -> list[ChainState]:
        """The states that the blocks of a job's case start from, as far as known."""
        key = (job.case, job.history)
        if self._key != key:
            states = [state_of_case(job.case)]
            for outcome in job.history:
                states.append(state_after(states[-1], outcome))
            self._key, self._states = key, states
        return self._states

    def before(self, job: Job) -> ChainState:
        """The state a job starts from."""
        return self.between(job)[-1]

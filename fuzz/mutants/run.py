"""Hunts many mutants, each in its own process, and keeps the score.

Results are appended to a file of JSON lines the moment they are there.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from fuzz.mutants.grounds import NO_HUNT, Trail
from fuzz.mutants.hunt import Catch
from fuzz.mutants.mutant import Hunt, Mutant, Where
from fuzz.mutants.yard import Yard
from zkos.terminal import json_text
from zkos.terminal.errors import UserError
from zkos.terminal.files import open_to_append, read_file, writing

BUILD_SECONDS: Final = 600.0
RECORDED: Final = 20
"""Cases whose conversations are recorded for each fault, and at most for all."""
MOST_RECORDED: Final = 1_500
SHARE: Final = 0.1
"""The least part of a core a hunt may get: with less it is taken for a hang."""


_CATCH: Final = {
    "name": str,
    "found": bool,
    "what": str,
    "number": int,
    "seed": int,
    "seconds": int | float,
    "build_seconds": int | float,
}
"""Types of a result's fields in JSON."""
Process: TypeAlias = subprocess.Popen[str]


def run_one(
    mutant: Mutant, seed: int, seconds: float, at_work: set[Process] | None = None
) -> Catch:
    """Hunt one mutant; a process that dies or hangs has found it too.

    The process is in `at_work` while it lives, for others to end it.
    """
    command = [sys.executable, "-m", "fuzz.mutants.hunt", mutant.name]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if at_work is not None:
        at_work.add(process)
    try:
        out, err = process.communicate(timeout=BUILD_SECONDS + seconds / SHARE)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return _died(mutant, seed, started, "hang" if "built" in err else "", err)
    finally:
        process.kill()
        if at_work is not None:
            at_work.discard(process)
    if process.returncode == 0 and out.strip():
        return Catch(**json.loads(out.strip().splitlines()[-1]))
    if process.returncode < 0 and '"built"' in err:
        killed = signal.Signals(-process.returncode)
        what = "hang" if killed is signal.SIGXCPU else f"crash: {killed.name}"
        return _died(mutant, seed, started, what, err)
    last = err.strip().splitlines()[-1] if err.strip() else "no reason given"
    return replace(_died(mutant, seed, started, "", err), what=f"{NO_HUNT}: {last}")


def _died(mutant: Mutant, seed: int, started: float, what: str, err: str) -> Catch:
    took = time.perf_counter() - started
    build = 0.0
    for line in err.splitlines():
        if line.startswith('{"built"'):
            build = float(json.loads(line)["built"])
    return Catch(mutant.name, bool(what), what, -1, seed, round(took - build, 1), build)


def run_all(
    mutants: Sequence[Mutant], seed: int, seconds: float, jobs: int
) -> Generator[Catch, None, None]:
    """Hunt all, as many at once as `jobs`; results as they come."""
    pool = ThreadPoolExecutor(max_workers=jobs)
    at_work: set[Process] = set()
    shared = [item for item in mutants if in_yard(item)]
    yards = {item.protocol: Yard(seed, protocol=item.protocol) for item in shared}
    for protocol, yard in yards.items():
        mine = [item for item in shared if item.protocol is protocol]
        yard.grow(min(MOST_RECORDED, RECORDED * len(mine)))
        if any(item.hunt is Hunt.ORACLE for item in mine):
            yard.rehearse()

    def hunt_one(mutant: Mutant) -> Catch:
        if not in_yard(mutant):
            return run_one(mutant, seed, seconds, at_work)
        yard = yards[mutant.protocol]
        chase = yard.lie if mutant.hunt is Hunt.ORACLE else yard.chase
        trail = yard.hunt((mutant.patch,), seconds, chase)
        return catch_of(mutant, seed, trail)

    try:
        waiting = {pool.submit(hunt_one, item) for item in mutants}
        while waiting:
            done: set[Future[Catch]]
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in tuple(at_work):
            process.kill()


def in_yard(mutant: Mutant) -> bool:
    """Whether a fault is hunted beside others, in children of this process."""
    blocks = mutant.hunt in (Hunt.BLOCKS, Hunt.ORACLE)
    return mutant.where is Where.NATIVE and blocks


def catch_of(mutant: Mutant, seed: int, trail: Trail) -> Catch:
    """A trail of the yard as the score has it."""
    what = f"{NO_HUNT}: {trail.what}" if trail.refused else trail.what
    number = trail.case if trail.found else trail.runs
    return Catch(
        mutant.name,
        trail.found,
        what,
        number,
        seed,
        trail.seconds,
        round(trail.build_seconds, 1),
    )


def record(
    catches: Iterator[Catch], path: Path | None, tell: Callable[[Catch], None]
) -> None:
    """Append results to a file of JSON lines, if one is wanted."""
    for catch in catches:
        if path is not None:
            with writing(path), open_to_append(path) as file:
                file.write(json.dumps(asdict(catch)).encode() + b"\n")
        tell(catch)


def best_of(path: Path) -> dict[str, Catch]:
    """The results in a file: for each mutant where it was found, else the longest.

    Raises UserError.
    """
    best: dict[str, Catch] = {}
    try:
        catches = [_catch(row) for row in _rows(read_file(path).decode())]
    except (ValueError, TypeError) as error:
        reason = f"no results of `zkos mutants run`: {error}"
        raise UserError(f"{path}: {reason}") from error
    for catch in catches:
        if catch.what.startswith(NO_HUNT):
            continue
        known = best.get(catch.name)
        if known is None or (catch.found, catch.number) >= (known.found, known.number):
            best[catch.name] = catch
    return best


def _catch(row: Any) -> Catch:
    """A result from its JSON; ValueError or TypeError for anything else."""
    catch = Catch(**row)
    for name, kind in _CATCH.items():
        if not isinstance(getattr(catch, name), kind):
            raise ValueError(f"{name} is {getattr(catch, name)!r}")
    return catch


def _rows(text: str) -> list[dict[str, Any]]:
    """Objects on a line each, or in a list as a night keeps them."""
    if text.lstrip().startswith("["):
        rows: list[dict[str, Any]] = json_text.parse(text)
        return rows
    return [json_text.parse(line) for line in text.splitlines()]

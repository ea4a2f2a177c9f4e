"""One hunt in a process of its own: `python -m fuzz.mutants.hunt NAME --seconds 60`.

A line of JSON says what was found. A fault may hang or crash the process: whoever
started it counts that as found, and knows where from the lines before.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

from fuzz.mutants.mutant import Hunt, Mutant, Where, source_of
from fuzz.mutants.patching import plant
from fuzz.mutants.table import MUTANTS
from zkos.host.store.library import is_compiled, use

if TYPE_CHECKING:
    from fuzz.targets.calls import CallTarget

HANG_SECONDS: Final = 20.0
"""A case that takes longer of a core hangs."""


@dataclass(frozen=True, slots=True)
class Catch:
    """What a hunt came to."""

    name: str
    found: bool
    what: str
    number: int
    """Case that gave it away, or the last tried."""
    seed: int
    seconds: float
    """Of one core, for hunting without building."""
    build_seconds: float
    """Likewise."""


Attempt = Callable[[int], str | None]


def prepare(mutant: Mutant, seed: int) -> Attempt:
    """Build what is changed; the function that tries case `number`."""
    if is_compiled(mutant.patch.module):
        use(mutant.variant)
    elif mutant.where in (Where.HOST, Where.TRANSLATOR):
        plant(mutant.patch)
    match mutant.hunt:
        case Hunt.STREAMS:
            return _streams_attempt(mutant, seed)
        case Hunt.ORACLE:
            return _oracle_attempt(mutant, seed)
        case Hunt.FIELDS:
            return _fields_attempt(mutant, seed)
        case Hunt.PRECOMPILES:
            return _precompiles_attempt(mutant, seed)
        case Hunt.BLOCKS:
            return _blocks_attempt(mutant, seed)


def _streams_attempt(mutant: Mutant, seed: int) -> Attempt:
    from fuzz.mutants.streams import StreamPair

    streams = StreamPair(mutant)
    return lambda number: streams.attempt(seed, number)


def _blocks_attempt(mutant: Mutant, seed: int) -> Attempt:
    from fuzz.mutants.blocks import attempt_of
    from fuzz.mutants.yard import told

    tried = attempt_of(mutant)

    def attempt(number: int) -> str | None:
        problem = tried(seed, number)
        return None if problem is None else told(problem)

    return attempt


def _oracle_attempt(mutant: Mutant, seed: int) -> Attempt:
    from fuzz.mutants.yard import Yard, liars

    yard = Yard(seed, protocol=mutant.protocol)
    library = yard.workshop.build((mutant.patch,)).library
    return liars(library, seed, mutant.protocol)


def _fields_attempt(mutant: Mutant, seed: int) -> Attempt:
    from fuzz.targets.fields import fields

    return _calls_attempt(fields(replace(mutant.variant, coverage=True)), seed)


def _precompiles_attempt(mutant: Mutant, seed: int) -> Attempt:
    from fuzz.targets.precompiles import precompiles

    return _calls_attempt(precompiles(replace(mutant.variant, coverage=True)), seed)


def _calls_attempt(target: "CallTarget", seed: int) -> Attempt:
    def attempt(number: int) -> str | None:
        call = target.generate(source_of(seed, number))
        problem = target.run(call).problem
        return None if problem is None else f"{problem.kind}: {call.name}"

    return attempt


def hunt(
    mutant: Mutant, seed: int, seconds: float, *, own_process: bool = False
) -> Catch:
    """Try cases until one gives the fault away or the time of a core is over.

    In a process of its own a case that never ends is killed by the system.
    """
    begun = time.process_time()
    attempt = prepare(mutant, seed)
    started = time.process_time()
    build_seconds = started - begun
    sys.stderr.write(json.dumps({"built": round(build_seconds, 1)}) + "\n")
    sys.stderr.flush()
    if own_process:
        last = int(started + seconds + HANG_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (last, last + 1))
    number = 0
    what: str | None = None
    for number in count():
        what = attempt(number)
        if what is not None or time.process_time() - started > seconds:
            break
    took = time.process_time() - started
    return Catch(
        mutant.name,
        what is not None,
        what or "",
        number,
        seed,
        round(took, 3),
        round(build_seconds, 1),
    )


def main() -> int:
    """Hunt as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(MUTANTS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    catch = hunt(MUTANTS[given.name], given.seed, given.seconds, own_process=True)
    sys.stdout.write(json.dumps(asdict(catch)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Hunts planted faults of the Ethereum instance: blocks, damaged blocks, lies.

The plain build is the peer: a changed one must accept what it accepts, with the same
report, and refuse what it refuses. What EELS says of the same blocks the targets
`ethereum_blocks` and `ethereum_invalid` compare.

    python -m fuzz.mutants.ethereum --seed 1 --seconds 60
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from typing import Final

from differential.ethereum.blocks import KnownBlock
from differential.outcome import Result
from differential.runners import native
from fuzz.adversary.campaign import HonestRejected
from fuzz.adversary.engines import NativeEngine
from fuzz.adversary.ethereum_campaign import EthereumCampaign
from fuzz.mutants.hunt import Catch
from fuzz.mutants.mutant import Mutant, source_of
from fuzz.mutants.tables.ethereum import ETHEREUM
from fuzz.mutants.tables.ethereum_rules import ETHEREUM_RULES
from fuzz.mutants.workshop import Workshop
from fuzz.strategies.ethereum.chains import chain, lone_block
from fuzz.strategies.ethereum.damage import damaged
from fuzz.targets.ethereum_engines import options_for
from zkos.compiler.native import NativeLibrary
from zkos.host.channel import OracleError, QueryChannel
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.versions import Build, Fork, Instance

FORK: Final = Fork.OSAKA
CHAINS: Final = 60
"""Generated for all hunts together; EELS makes each."""
SCENES: Final = 12
"""Blocks that are lied about."""
_DAMAGES: Final = 25
"""Of each block."""
_FAULTY: Final = 40
Said = tuple[Result, bytes | None, tuple[tuple[int, bytes], ...]]
"""How a run ended and what it reported."""


class Range:
    """Blocks to hunt on, with what the plain build says of each."""

    def __init__(self, seed: int, chains: int = CHAINS) -> None:
        build = Build(instance=Instance.ETHEREUM, fork=FORK)
        self._seed: Final = seed
        self._main: Final = build.main
        self._workshop: Final = Workshop(
            (build.entry,), (build.main,), variant=build.linked()
        )
        self._honest: Final[list[KnownBlock]] = []
        self._damaged: Final[list[KnownBlock]] = []
        for number in range(chains):
            source = source_of(seed, number)
            self._honest.extend(chain(source, FORK))
            link = lone_block(source, _FAULTY, FORK)
            for _ in range(_DAMAGES):
                try:
                    self._damaged.append(damaged(source, link.known, link.refused))
                except ValueError:
                    continue
        plain = self._workshop.plain
        self._said: Final = [self._run(plain, known) for known in self._all()]
        plain.reset()  # all builds of a workshop share its memory

    def _all(self) -> Iterator[KnownBlock]:
        yield from self._honest
        yield from self._damaged

    def hunt(self, mutant: Mutant, seconds: float) -> Catch:
        """Look for the fault until it is found or the time of a core is over."""
        begun = time.process_time()
        built = self._workshop.build((mutant.patch,)).library
        started = time.process_time()
        what, number = self._blocks(built, started + seconds)
        if what is None:
            what, number = self._lies(built, started + seconds)
        built.reset()
        took = time.process_time() - started
        return Catch(
            mutant.name,
            what is not None,
            what or "",
            number,
            self._seed,
            round(took, 3),
            round(started - begun, 1),
        )

    def _blocks(self, library: NativeLibrary, end: float) -> tuple[str | None, int]:
        number = 0
        for number, known in enumerate(self._all()):
            said, plain = self._run(library, known), self._said[number]
            if said != plain:
                kind = "block" if number < len(self._honest) else "damaged block"
                return f"{kind}: {_unlike(plain, said)}", number
            if time.process_time() > end:
                break
        return None, number

    def _lies(self, library: NativeLibrary, end: float) -> tuple[str | None, int]:
        engine = NativeEngine(library, self._main)
        blocks = {f"block_{at}": k for at, k in enumerate(self._honest[:SCENES])}
        try:
            campaign = EthereumCampaign(engine, blocks, self._seed)
        except HonestRejected as error:
            return f"honest answers rejected: {error}", 0
        number = 0
        for number in count():
            stage, attack, trial = campaign.trial(number)
            if trial.verdict.is_bad:
                return f"{trial.verdict.value}: {attack.kind} on {stage.name}", number
            if time.process_time() > end:
                break
        return None, number

    def _run(self, library: NativeLibrary, known: KnownBlock) -> Said:
        try:
            channel = QueryChannel(WitnessOracle(known.block))
        except OracleError:
            return Result.ABORT, None, ()
        options = options_for(FORK)
        ending = native.run_library(library, channel, options, main=self._main)
        refused = channel.fault is not None
        result = Result.ABORT if refused else ending.result
        messages = tuple(channel.messages) if result is Result.SUCCESS else ()
        return result, ending.public_input, messages


def _unlike(plain: Said, said: Said) -> str:
    if plain[0] is not said[0]:
        return f"{said[0].value} instead of {plain[0].value}"
    return "another output" if plain[1] != said[1] else "another report"


def main() -> int:
    """Hunt as the command line says; a line of JSON for each fault, then the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chains", type=int, default=CHAINS)
    given = parser.parse_args()
    known = {m.name: m for m in (*ETHEREUM.mutants, *ETHEREUM_RULES.mutants)}
    unknown = [name for name in given.names if name not in known]
    if unknown:
        parser.error(f"no fault is called {unknown[0]!r}")
    ground = Range(given.seed, given.chains)
    found = 0
    names = given.names or list(known)
    for name in names:
        catch = ground.hunt(known[name], given.seconds)
        found += catch.found
        sys.stdout.write(json.dumps(asdict(catch)) + "\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps({"found": found, "of": len(names)}) + "\n")
    return 0 if found == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())

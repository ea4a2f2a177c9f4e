"""Property: no lie of the host is accepted with an output no honest run gives.

Run as a program it attacks for a number of edits and prints one line of JSON; the
seed, the scene and the number of an attack reproduce it.
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from typing import Final

from differential.runners import native, riscv
from fuzz.adversary.campaign import Campaign, HonestRejected, Tally
from fuzz.adversary.engines import Engine, NativeEngine, RiscvEngine
from fuzz.adversary.ethereum_campaign import EthereumCampaign
from fuzz.adversary.ethereum_scenes import ethereum_scenes
from fuzz.adversary.scenes import scenes
from zkos.host.profile import Quirks
from zkos.versions import DEFAULT, Build, Fork, Instance, Protocol

FINDINGS: Final = 1
"""Exit code when there were any."""


def make_engine(name: str, protocol: Protocol = DEFAULT) -> Engine:
    """The engine called `native` or `riscv`."""
    build = Build(protocol)
    if name == "riscv":
        return RiscvEngine(riscv.program(build))
    return NativeEngine(native.library(build))


def ethereum_campaign(name: str, fork: Fork, seed: int) -> EthereumCampaign:
    """Attacks on blocks of Ethereum. Raises HonestRejected."""
    build = Build(instance=Instance.ETHEREUM, fork=fork)
    engine: Engine
    if name == "riscv":
        engine = RiscvEngine(riscv.program(build))
    else:
        engine = NativeEngine(native.library(build), build.main)
    return EthereumCampaign(engine, ethereum_scenes(fork), seed)


def main(arguments: list[str] | None = None) -> int:
    """Attack as the command line says; the exit code."""
    given = _parser().parse_args(arguments)
    protocol = Protocol(given.protocol)
    tally = Tally()
    campaign: Campaign | EthereumCampaign
    try:
        if given.instance == Instance.ETHEREUM.value:
            campaign = ethereum_campaign(given.engine, Fork(given.fork), given.seed)
        else:
            engine = make_engine(given.engine, protocol)
            quirks = Quirks(given.quirks)
            campaign = Campaign(engine, scenes(protocol), given.seed, quirks, protocol)
    except HonestRejected as error:
        sys.stdout.write(json.dumps({"honest_rejected": str(error)}) + "\n")
        return FINDINGS
    numbers = range(given.start, given.start + given.count)
    for finding in campaign.run(numbers, tally, time_limit=given.seconds):
        sys.stderr.write(json.dumps(asdict(finding)) + "\n")
    sys.stdout.write(json.dumps(_summary(given, tally)) + "\n")
    return FINDINGS if tally.findings else 0


def _summary(given: argparse.Namespace, tally: Tally) -> dict[str, object]:
    kinds: dict[str, Counter[str]] = {}
    for (kind, verdict), times in sorted(tally.kinds.items()):
        kinds.setdefault(kind, Counter())[verdict] = times
    return {
        "engine": given.engine,
        "protocol": given.protocol,
        "instance": given.instance,
        "quirks": given.quirks,
        "seed": given.seed,
        "start": given.start,
        "edits": tally.count,
        "seconds": round(tally.seconds, 2),
        "slowest": round(tally.slowest, 4),
        "verdicts": tally.verdicts,
        "kinds": kinds,
        "findings": len(tally.findings),
        "sites": Counter(f"{x.verdict}: {x.about}" for x in tally.findings),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("native", "riscv"), default="native")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=None)
    names = [item.value for item in Protocol]
    parser.add_argument("--protocol", choices=names, default=DEFAULT.value)
    instances = [item.value for item in Instance]
    parser.add_argument("--instance", choices=instances, default=Instance.ZK.value)
    forks = [item.value for item in Fork]
    parser.add_argument("--fork", choices=forks, default=Fork.OSAKA.value)
    parser.add_argument("--quirks", choices=("none", "upstream"), default="none")
    return parser


if __name__ == "__main__":
    sys.exit(main())

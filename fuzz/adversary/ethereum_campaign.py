"""Many attacks on blocks of Ethereum, reproducible one by one; as `campaign`."""

import time
from collections.abc import Iterator, Mapping
from typing import Final

from differential.ethereum.blocks import KnownBlock
from fuzz.adversary.campaign import Finding, HonestRejected, Tally, complaint
from fuzz.adversary.engines import Engine
from fuzz.adversary.ethereum_judge import EthereumJudge, honest_fault
from fuzz.adversary.ethereum_schemes import EthereumAttacker
from fuzz.adversary.ethereum_stage import EthereumAttack, EthereumStage
from fuzz.adversary.judge import Trial
from fuzz.strategies.source import RandomSource, Source
from zkos.host.profile import Mode, RunOptions

OPTIONS: Final = RunOptions(mode=Mode.PROVING, report=False)


class EthereumCampaign:
    """Attacks by number. Blocks are rehearsed with the engine under attack."""

    def __init__(
        self, engine: Engine, blocks: Mapping[str, KnownBlock], seed: int
    ) -> None:
        """Raises HonestRejected if honest answers are refused."""
        self._engine: Final = engine
        self._seed: Final = seed
        self._judge: Final = EthereumJudge(engine)
        self.attackers: Final = [
            rehearsed(engine, name, known) for name, known in blocks.items()
        ]

    def trial(self, number: int) -> tuple[EthereumStage, EthereumAttack, Trial]:
        """Attack `number`, judged."""
        scene = number % len(self.attackers)
        return self.attempt(scene, RandomSource((self._seed << 40) + number))

    def attempt(
        self, scene: int, source: Source
    ) -> tuple[EthereumStage, EthereumAttack, Trial]:
        """An attack on a scene, judged."""
        attacker = self.attackers[scene % len(self.attackers)]
        attack = attacker.draw(source)
        return attacker.stage, attack, self._judge.judge(attacker.stage, attack)

    def run(
        self, numbers: range, tally: Tally, *, time_limit: float | None = None
    ) -> Iterator[Finding]:
        """Judge attacks until the end of the numbers or of time; bad ones as found."""
        started = time.perf_counter()
        before = tally.seconds
        clock = time.process_time()
        for number in numbers:
            stage, attack, trial = self.trial(number)
            now = time.process_time()
            took, clock = now - clock, now
            tally.seconds = before + time.perf_counter() - started
            tally.slowest = max(tally.slowest, took)
            tally.verdicts[trial.verdict.value] += 1
            tally.kinds[attack.kind, trial.verdict.value] += 1
            verdict = complaint(trial, took, self._engine.slow_seconds)
            if verdict is not None:
                finding = Finding(
                    self._seed,
                    stage.name,
                    number,
                    attack.kind,
                    verdict,
                    trial.reason,
                    trial.about,
                    took,
                )
                tally.findings.append(finding)
                yield finding
            if time_limit is not None and tally.seconds - before > time_limit:
                return


def rehearsed(engine: Engine, name: str, known: KnownBlock) -> EthereumAttacker:
    """A block ready to be attacked. Raises HonestRejected."""
    stage = EthereumStage(name, known, OPTIONS.word())
    fault = honest_fault(stage, stage.rehearse(engine))
    if fault:
        raise HonestRejected(fault)
    return EthereumAttacker(stage)

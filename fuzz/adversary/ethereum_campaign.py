"""Many attacks on blocks of Ethereum, reproducible one by one; as `campaign`."""

from collections.abc import Mapping
from typing import Final

from differential.ethereum.blocks import KnownBlock
from fuzz.adversary.campaign import Attacks, HonestRejected
from fuzz.adversary.engines import Engine
from fuzz.adversary.ethereum_judge import EthereumJudge, honest_fault
from fuzz.adversary.ethereum_schemes import EthereumAttacker
from fuzz.adversary.ethereum_stage import EthereumAttack, EthereumStage
from fuzz.adversary.judge import Trial
from fuzz.strategies.source import RandomSource, Source
from zkos.host.profile import Mode, RunOptions

OPTIONS: Final = RunOptions(mode=Mode.PROVING, report=False)


class EthereumCampaign(Attacks):
    """Attacks by number. Blocks are rehearsed with the engine under attack."""

    def __init__(
        self, engine: Engine, blocks: Mapping[str, KnownBlock], seed: int
    ) -> None:
        """Raises HonestRejected if honest answers are refused."""
        super().__init__(engine, seed)
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


def rehearsed(engine: Engine, name: str, known: KnownBlock) -> EthereumAttacker:
    """A block ready to be attacked. Raises HonestRejected."""
    stage = EthereumStage(name, known, OPTIONS.word())
    fault = honest_fault(stage, stage.rehearse(engine))
    if fault:
        raise HonestRejected(fault)
    return EthereumAttacker(stage)

"""The lying host of the Ethereum instance as a campaign target.

An input is a scene and the choices an attack on it is drawn from, as for `oracle`.
"""

from typing import Final

from fuzz.adversary.engines import NativeEngine
from fuzz.adversary.ethereum_campaign import EthereumCampaign
from fuzz.adversary.ethereum_scenes import ethereum_scenes
from fuzz.adversary.judge import Verdict
from fuzz.coverage.counters import Counters, semantic
from fuzz.coverage.target import Observation, Problem
from fuzz.strategies.source import BytesSource
from fuzz.targets.atheris_driver import main
from fuzz.targets.ethereum_engines import COUNTED, counting_library
from fuzz.targets.oracle import Lie, LieTarget
from zkos.versions import Build, Instance

_SEED: Final = 1


class EthereumOracleTarget(LieTarget):
    """No lie about a block is accepted with an output that is not its meaning."""

    def __init__(self) -> None:
        library = counting_library()
        main_name = Build(instance=Instance.ETHEREUM, fork=COUNTED).main
        self._engine: Final = NativeEngine(library, main_name)
        blocks = ethereum_scenes(COUNTED)
        self._campaign: Final = EthereumCampaign(self._engine, blocks, _SEED)
        super().__init__(
            "oracle_ethereum", Counters.of(library), len(self._campaign.attackers)
        )

    def run(self, value: Lie) -> Observation:
        """Tell the lie and judge what the guest makes of it."""
        stage, attack, trial = self._campaign.attempt(
            value.scene, BytesSource(value.choices)
        )
        seen = Observation(
            semantic("attack", attack.kind, trial.verdict, trial.ending.reason)
        )
        seen.included = trial.verdict is Verdict.REJECTED
        seen.reverted = trial.verdict is not Verdict.REJECTED
        if trial.verdict.is_bad:
            seen.problem = Problem(
                trial.verdict.value,
                (self._engine.name,),
                "answers",
                site=trial.about,
                values=(f"{trial.reason} ({attack.kind} on {stage.name})",),
            )
        return seen


def oracle_ethereum() -> EthereumOracleTarget:
    """Lies about blocks of Ethereum: none is accepted with another meaning."""
    return EthereumOracleTarget()


if __name__ == "__main__":
    main("oracle_ethereum")

"""The lying host of the Ethereum instance as a campaign target.

An input is a scene and the choices an attack on it is drawn from, as for `oracle`.
"""

from typing import Final

from fuzz.adversary.engines import NativeEngine
from fuzz.adversary.ethereum_campaign import EthereumCampaign
from fuzz.adversary.ethereum_scenes import ethereum_scenes
from fuzz.coverage.counters import Counters
from fuzz.coverage.target import Observation
from fuzz.strategies.source import BytesSource
from fuzz.targets.atheris_driver import main
from fuzz.targets.ethereum_engines import COUNTED, counting_library
from fuzz.targets.oracle import Lie, LieTarget, observed
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
        return observed(self._engine, stage.name, attack.kind, trial)


def oracle_ethereum() -> EthereumOracleTarget:
    """Lies about blocks of Ethereum: none is accepted with another meaning."""
    return EthereumOracleTarget()


if __name__ == "__main__":
    main("oracle_ethereum")

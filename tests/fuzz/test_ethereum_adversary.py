"""The host that lies about blocks of Ethereum, and its judge."""

import pytest

from differential.outcome import Result
from fuzz.adversary.campaign import HonestRejected, Tally
from fuzz.adversary.engines import Ending, NativeEngine
from fuzz.adversary.ethereum_campaign import EthereumCampaign
from fuzz.strategies.ethereum.chains import chain
from fuzz.strategies.source import RandomSource
from zkos.host.signing import keccak256
from zkos.versions import Build, Fork, Instance

# Builds of the whole OS that believe the host serve these tests alone.
pytestmark = pytest.mark.slow

pytest.importorskip("ethereum")
BUILD = Build(instance=Instance.ETHEREUM, fork=Fork.OSAKA)


class Believer:
    """Accepts everything, with the hash of the header it is told."""

    name = "believer"
    slow_seconds = 10.0

    def __init__(self, engine, output=keccak256):
        self._engine = engine
        self._output = output

    def run(self, channel, options):
        self._engine.run(channel, options)
        asked = {item.query: item.response for item in channel.asked}
        if 0x4001E004 not in asked:
            return Ending(Result.ABORT)
        size = int.from_bytes(asked[0x4001E003][4:12], "little")
        header = asked[0x4001E004][4 : 4 + size]
        return Ending(Result.SUCCESS, self._output(header))


@pytest.fixture(scope="module")
def scenes():
    return {f"scene_{n}": chain(RandomSource(n), Fork.OSAKA)[0] for n in range(3)}


@pytest.fixture(scope="module")
def engine():
    from differential.runners import native

    return NativeEngine(native.library(BUILD), BUILD.main)


@pytest.mark.native
def test_no_lie_is_accepted_with_another_meaning(engine, scenes):
    tally = Tally()
    findings = list(EthereumCampaign(engine, scenes, 1).run(range(150), tally))

    assert findings == []
    assert tally.verdicts["rejected"] > 60
    assert {kind for kind, _ in tally.kinds} >= {"edit", "node", "account", "body"}


@pytest.mark.native
def test_an_attack_can_be_repeated(engine, scenes):
    one, two = (EthereumCampaign(engine, scenes, 3).trial(11) for _ in range(2))

    assert one[1].kind == two[1].kind
    assert one[2].verdict is two[2].verdict


@pytest.mark.native
def test_an_engine_that_believes_is_found_out(engine, scenes):
    campaign = EthereumCampaign(Believer(engine), scenes, 7)
    verdicts = {campaign.trial(number)[2].verdict.value for number in range(60)}

    assert "unsound" in verdicts


@pytest.mark.native
def test_an_output_that_is_no_hash_of_the_header_is_a_finding(engine, scenes):
    with pytest.raises(HonestRejected, match="not the hash"):
        EthereumCampaign(Believer(engine, lambda _: bytes(32)), scenes, 7)

"""The host that lies, under later versions: scenes, statements, configurations."""

import pytest

from differential.outcome import Result
from differential.runners import native
from fuzz.adversary import lies
from fuzz.adversary.attack import Attack
from fuzz.adversary.campaign import Campaign, Tally
from fuzz.adversary.claims import BlockLie, FieldLie
from fuzz.adversary.conversation import Liar
from fuzz.adversary.engines import Ending, NativeEngine
from fuzz.adversary.judge import Trial, Verdict, judge
from fuzz.adversary.knowledge import is_new
from fuzz.adversary.queries import CONFIGURATION, SLOT, fields
from fuzz.adversary.scenes import scenes
from fuzz.adversary.stage import Stage
from fuzz.adversary.statement import Malformed, hear
from fuzz.targets.oracle_adversary import make_engine
from zkos.host.channel import Channel, framed
from zkos.host.profile import RunOptions
from zkos.versions import Build, Protocol

BEFORE = -1
LATER = [Protocol.V31, Protocol.V32]
EDITS = 150
pytestmark = pytest.mark.native


def stage(name: str, protocol: Protocol = Protocol.V32) -> Stage:
    made = Stage(
        name, scenes(protocol)[name], RunOptions(report=False).word(), protocol
    )
    ending = made.rehearse(make_engine("native", protocol))
    assert ending.result is Result.SUCCESS, ending
    return made


def tried(made: Stage, *liars: Liar) -> Trial:
    engine = make_engine("native", made.protocol)
    return judge(engine, made, Attack(liars, "test"))


def another(name: str, value: int) -> FieldLie:
    given = value.to_bytes(8, "little")
    return FieldLie(BEFORE, CONFIGURATION, name, given, Protocol.V32)


@pytest.mark.parametrize("protocol", LATER)
def test_no_lie_is_accepted_with_another_output(protocol: Protocol) -> None:
    chosen = {
        name: case
        for name, case in scenes(protocol).items()
        if name in ("storage", "native", "services", "receipts", "configured_batch")
    }
    tally = Tally()
    campaign = Campaign(
        make_engine("native", protocol), chosen, seed=7, protocol=protocol
    )
    list(campaign.run(range(EDITS), tally))
    assert set(tally.verdicts) <= {"rejected", "same", "stated", "dropped"}
    assert tally.count == EDITS
    assert tally.verdicts["rejected"] > EDITS // 2
    assert tally.verdicts["stated"] > EDITS // 50
    kinds = {kind for kind, _ in tally.kinds}
    assert ("configuration" in kinds) == (protocol is Protocol.V32)


@pytest.mark.parametrize("protocol", LATER)
def test_last_slot_can_just_be_paid(protocol: Protocol) -> None:
    made = stage("native", protocol)
    asked = [x for x in made.honest if x.query == SLOT and not is_new(x)]
    paid = made.answer_honestly(make_engine("native", protocol), made.statement)
    assert paid.output == made.output
    lie = lies.SlotLie(asked[-1].parameters, 1, bytes(32))
    assert tried(made, lie).verdict is Verdict.REJECTED


def test_statement_has_the_configuration_in_place_of_the_id() -> None:
    made = stage("configured_batch")
    assert hear(made.honest, Protocol.V32) == made.statement
    assert made.statement.configured("chain_id") == 506
    assert made.statement.configured("proves_fri") == 1
    assert made.statement.configured("max_tx_gas_limit") == (1 << 24) + 2
    assert made.statement.blocks[1].metadatum("gas_limit") > 1 << 24
    assert made.statement.broken_rule() is None
    engine = make_engine("native", Protocol.V32)
    assert made.misfit(engine, made.statement) is None
    asked = [item for item in made.honest if item.query == CONFIGURATION]
    assert len(asked) == 1
    with pytest.raises(Malformed):
        hear([*made.honest, *asked], Protocol.V32)
    with pytest.raises(Malformed):
        hear([item for item in made.honest if item not in asked], Protocol.V32)


def test_older_chains_have_no_configuration() -> None:
    made = stage("transfer", Protocol.V31)
    assert made.configuration == b""
    assert all(item.query != CONFIGURATION for item in made.honest)
    assert hear(made.honest, Protocol.V31) == made.statement


@pytest.mark.parametrize("name", ["floor", "configured_batch"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("proves_fri", 0), ("max_tx_gas_limit", 1 << 24), ("max_tx_gas_limit", 1 << 63)],
)
def test_another_configuration_is_another_statement(
    name: str, field: str, value: int
) -> None:
    trial = tried(stage(name), another(field, value))
    assert trial.verdict is Verdict.STATED


def test_transactions_are_of_one_chain() -> None:
    """That of another are dropped, which their senders cannot help."""
    trial = tried(stage("floor"), another("chain_id", 38))
    assert trial.verdict is Verdict.STATED


@pytest.mark.parametrize(
    "lie",
    [
        another("proves_fri", 2),
        another("max_tx_gas_limit", (1 << 24) - 1),
        BlockLie(BEFORE, CONFIGURATION, framed(bytes(16))),
        BlockLie(BEFORE, CONFIGURATION, framed(b"\1" + bytes(31))),
        BlockLie(BEFORE, CONFIGURATION, b""),
    ],
)
def test_what_is_no_configuration_is_refused(lie: Liar) -> None:
    assert tried(stage("receipts"), lie).verdict is Verdict.REJECTED


def test_cap_is_what_drops() -> None:
    made = stage("caps")
    cap = (1 << 24) + 3
    assert tried(made, another("max_tx_gas_limit", cap)).verdict is Verdict.STATED
    assert fields(CONFIGURATION)[-1] == "max_tx_gas_limit"


def test_rules_of_configurations() -> None:
    made = stage("floor")
    low = made.statement._replace(
        configuration=made.configuration[:16] + bytes(8),
    )
    assert low.broken_rule() == "the chain allows transactions too little gas"
    odd = made.statement._replace(
        configuration=made.configuration[:8] + b"\2" + made.configuration[9:],
    )
    assert odd.broken_rule() == "the configuration's flag is none"


class Careless(NativeEngine):
    """Asks for everything, and always says what is right without lies."""

    def __init__(self, output: bytes) -> None:
        super().__init__(native.library(Build(Protocol.V32)))
        self._output = output

    def run(self, channel: Channel, options: int) -> Ending:
        ending = super().run(channel, options)
        return Ending(Result.SUCCESS, output=self._output) if ending.output else ending


def test_output_that_binds_no_configuration_is_a_finding() -> None:
    made = stage("floor")
    careless = Careless(made.output)
    trial = judge(careless, made, Attack((another("proves_fri", 0),), "test"))
    assert trial.verdict is Verdict.UNSOUND
    assert trial.about == "configuration.proves_fri"
    assert trial.reason == "chains of two configurations have the same output"

from dataclasses import replace

import pytest

from differential.outcome import Result
from fuzz.adversary import lies
from fuzz.adversary.attack import Attack, is_new
from fuzz.adversary.campaign import Campaign, Tally
from fuzz.adversary.engines import Ending, Engine, NativeEngine, RiscvEngine
from fuzz.adversary.judge import Verdict, judge
from fuzz.adversary.scenes import scenes
from fuzz.adversary.stage import (
    CONTENT,
    PATIENCE,
    SIZE,
    SLOT,
    STATE,
    Asked,
    Liar,
    Stage,
)
from zkos.host.profile import Quirks, RunOptions

EDITS = 4_000


def stage(engine: Engine, name: str, quirks: Quirks = Quirks.NONE) -> Stage:
    options = RunOptions(quirks=quirks, report=False).word()
    made = Stage(name, scenes()[name], options)
    ending = made.rehearse(engine)
    assert ending.result is Result.SUCCESS, ending
    return made


def last_present_slot(made: Stage) -> Asked:
    return [x for x in made.honest if x.query == SLOT and not is_new(x)][-1]


@pytest.fixture(params=["native", "riscv"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return NativeEngine() if request.param == "native" else RiscvEngine()


def test_no_lie_is_accepted_with_another_output() -> None:
    tally = Tally()
    campaign = Campaign(NativeEngine(), scenes(), seed=7)
    assert list(campaign.run(range(EDITS), tally)) == []
    assert tally.count == EDITS
    assert tally.verdicts["rejected"] > EDITS // 2
    assert tally.verdicts["same"] > 0
    assert tally.verdicts["stated"] > 0


def test_attacks_repeat_by_number() -> None:
    first, second = (Campaign(NativeEngine(), scenes(), seed=3) for _ in range(2))
    for number in range(0, 400, 7):
        one, two = first.trial(number), second.trial(number)
        assert one[1].kind == two[1].kind
        assert one[2].verdict is two[2].verdict
        assert one[2].ending == two[2].ending


def test_engines_judge_alike() -> None:
    native = Campaign(NativeEngine(), scenes(), seed=5)
    riscv = Campaign(RiscvEngine(), scenes(), seed=5)
    for number in range(96):
        one, two = native.trial(number)[2], riscv.trial(number)[2]
        assert one.verdict is two.verdict, number
        assert one.ending.output == two.ending.output, number


@pytest.mark.parametrize("quirks", Quirks)
def test_value_of_a_slot_without_leaf_is_believed_by_upstream_only(
    engine: Engine, quirks: Quirks
) -> None:
    made = stage(engine, "storage", quirks)
    absent = [x for x in made.honest if x.query == SLOT and is_new(x)]
    read = next(x for x in absent if x.parameters[-1] == 50)
    attack = Attack((lies.SlotLie(read.parameters, 1, b"\x01" * 32),), "value")
    trial = judge(engine, made, attack)
    # Slot 50 is read and dropped: the value shows nowhere.
    believed = quirks is Quirks.UPSTREAM
    assert trial.verdict is (Verdict.SAME if believed else Verdict.REJECTED)
    written = next(x for x in absent if x.parameters[-1] == 51)
    attack = Attack((lies.SlotLie(written.parameters, 1, b"\x01" * 32),), "value")
    trial = judge(engine, made, attack)
    assert trial.verdict is (Verdict.UNSOUND if believed else Verdict.REJECTED)


@pytest.mark.parametrize("quirks", Quirks)
def test_slot_that_could_not_be_paid_is_proven(engine: Engine, quirks: Quirks) -> None:
    """Called new, the last slot costs more than there is: the frame fails."""
    made = stage(engine, "native", quirks)
    asked = last_present_slot(made)
    attack = Attack((lies.SlotLie(asked.parameters, 1, bytes(32)),), "denial")
    trial = judge(engine, made, attack)
    believed = quirks is Quirks.UPSTREAM
    assert trial.verdict is (Verdict.UNSOUND if believed else Verdict.REJECTED)


def test_other_state_is_another_statement(engine: Engine) -> None:
    made = stage(engine, "storage")
    asked = last_present_slot(made)
    state = made.state.fork()
    state.tree.write(lies.flat_key(asked.parameters), b"\x07" * 32)
    other = made.other_world(state)
    whole = judge(engine, made, Attack((lies.WorldLie(other, (), whole=True),), ""))
    assert whole.verdict is Verdict.STATED
    queries = tuple(range(SLOT, 10))
    part = judge(engine, made, Attack((lies.WorldLie(other, queries),), ""))
    assert part.verdict is Verdict.REJECTED
    root_only = judge(engine, made, Attack((lies.WorldLie(other, (STATE,)),), ""))
    assert root_only.verdict is Verdict.REJECTED


class Believer:
    """An engine that accepts anything: what a guest without checks comes to."""

    name = "believer"

    def __init__(self, inner: Engine) -> None:
        self.inner = inner

    def run(self, channel: object, options: int) -> Ending:
        ending = self.inner.run(channel, options & ~1)  # type: ignore[arg-type]
        return replace(ending, reason="")


def test_guest_without_checks_is_found_unsound() -> None:
    tally = Tally()
    campaign = Campaign(Believer(NativeEngine()), scenes(), seed=7)
    found = [item.verdict for item in campaign.run(range(200), tally)]
    assert "unsound" in found


def test_honest_liar_changes_nothing(engine: Engine) -> None:
    made = stage(engine, "calls")
    trial = judge(engine, made, Attack((Liar(),), "none"))
    assert trial.verdict is Verdict.SAME


def test_host_that_always_has_another_transaction_hangs_up(engine: Engine) -> None:
    made = stage(engine, "dropped")
    assert 10 * len(made.honest) < PATIENCE
    more = lies.FickleLie(SIZE, b"", lies.number(5))
    content = lies.FickleLie(CONTENT, b"", lies.number(0))
    ending, asked = made.perform(engine, (more, content))
    assert ending.result is Result.ABORT
    assert len(asked) == PATIENCE

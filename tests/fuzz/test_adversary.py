from dataclasses import replace

import pytest

from differential.outcome import Result
from fuzz.adversary import lies
from fuzz.adversary.attack import Attack
from fuzz.adversary.blobs import FORGERIES, BlobLie
from fuzz.adversary.campaign import Campaign, Tally
from fuzz.adversary.claims import (
    BlockLie,
    ChainLie,
    CountLie,
    FieldLie,
    TransactionsLie,
)
from fuzz.adversary.conversation import PATIENCE, Liar, number
from fuzz.adversary.engines import Ending, Engine, NativeEngine, RiscvEngine
from fuzz.adversary.judge import Trial, Verdict, judge
from fuzz.adversary.knowledge import is_new
from fuzz.adversary.queries import (
    CONTENT,
    METADATA,
    PROOF_DATA,
    SCHEME,
    SENDER,
    SIZE,
    SLOT,
    STATE,
    changed_fields,
)
from fuzz.adversary.scenes import scenes
from fuzz.adversary.stage import Stage, variations
from fuzz.adversary.statement import Asked, Malformed, Statement, hear
from zkos.host.channel import framed
from zkos.host.profile import Quirks, RunOptions

EDITS = 4_000
NOBODY = framed(b"\x05" * 20 + bytes(4))


def stage(engine: Engine, name: str, quirks: Quirks = Quirks.NONE) -> Stage:
    options = RunOptions(quirks=quirks, report=False).word()
    made = Stage(name, scenes()[name], options)
    ending = made.rehearse(engine)
    assert ending.result is Result.SUCCESS, ending
    return made


def tried(engine: Engine, made: Stage, *liars: Liar) -> Trial:
    return judge(engine, made, Attack(liars, "test"))


def said(made: Stage, block: int, place: int, **answers: bytes) -> TransactionsLie:
    served = list(made.told[block].served)
    served[place] = served[place]._replace(**answers)
    return TransactionsLie(block, tuple(served))


def without(statement: Statement, block: int, place: int) -> Statement:
    blocks = list(statement.blocks)
    kept = list(blocks[block].transactions)
    del kept[place]
    blocks[block] = blocks[block]._replace(transactions=tuple(kept))
    return statement._replace(blocks=tuple(blocks))


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
    for verdict in ("same", "stated", "dropped"):
        assert tally.verdicts[verdict] > EDITS // 50


def test_attacks_repeat_by_number() -> None:
    first, second = (Campaign(NativeEngine(), scenes(), seed=3) for _ in range(2))
    for position in range(0, 400, 7):
        one, two = first.trial(position), second.trial(position)
        assert one[1].kind == two[1].kind
        assert one[2].verdict is two[2].verdict
        assert one[2].ending == two[2].ending


def test_engines_judge_alike() -> None:
    native = Campaign(NativeEngine(), scenes(), seed=5)
    riscv = Campaign(RiscvEngine(), scenes(), seed=5)
    for position in range(96):
        one, two = native.trial(position)[2], riscv.trial(position)[2]
        assert one.verdict is two.verdict, position
        assert one.ending.output == two.ending.output, position


@pytest.mark.parametrize("quirks", Quirks)
def test_value_of_a_slot_without_leaf_is_refused(
    engine: Engine, quirks: Quirks
) -> None:
    made = stage(engine, "storage", quirks)
    for asked in made.honest:
        if asked.query == SLOT and is_new(asked):
            lie = lies.SlotLie(asked.parameters, 1, b"\x01" * 32)
            assert tried(engine, made, lie).verdict is Verdict.REJECTED


@pytest.mark.parametrize("quirks", Quirks)
def test_slot_that_could_not_be_paid_is_proven(engine: Engine, quirks: Quirks) -> None:
    """Called new, the last slot costs more than there is: the frame fails."""
    made = stage(engine, "native", quirks)
    asked = last_present_slot(made)
    trial = tried(engine, made, lies.SlotLie(asked.parameters, 1, bytes(32)))
    if quirks is Quirks.NONE:
        assert trial.verdict is Verdict.REJECTED
        return
    assert trial.verdict is Verdict.UNSOUND
    assert trial.about == "storage_slot.is_new storage_slot.value"


def test_other_state_is_another_statement(engine: Engine) -> None:
    made = stage(engine, "storage")
    asked = last_present_slot(made)
    state = made.state.fork()
    state.tree.write(lies.flat_key(asked.parameters), b"\x07" * 32)
    other = made.world(state)
    whole = lies.WorldLie(other, (*STATE, PROOF_DATA))
    assert tried(engine, made, whole).verdict is Verdict.STATED
    for part in (STATE, (PROOF_DATA,)):
        trial = tried(engine, made, lies.WorldLie(other, part))
        assert trial.verdict is Verdict.REJECTED


def test_padding_of_a_preimage_is_nothing(engine: Engine) -> None:
    made = stage(engine, "transfer")
    digest = made.state.slot(0x8003, made.transactions[0][0].sender)
    assert digest is not None
    name = digest.to_bytes(32, "big")
    content = made.state.preimages.get(name) or b""
    padded = lies.PreimageLie(name, content + b"pads")
    assert tried(engine, made, padded).verdict is Verdict.SAME
    longer = lies.PreimageLie(name, content + b"and more")
    assert tried(engine, made, longer).verdict is Verdict.REJECTED


def test_wrong_jump_map_is_no_preimage(engine: Engine) -> None:
    made = stage(engine, "stored_code")
    for content in made.state.preimages:
        if content and len(content) != 124:
            flipped = content[:-1] + bytes([content[-1] ^ 1])
            lie = lies.PreimageLie(lies.hash_bytes(content), flipped)
            trial = tried(engine, made, lie)
            assert trial.verdict in (Verdict.REJECTED, Verdict.SAME)


class Believer:
    """An engine that accepts anything: what a guest without checks comes to."""

    name = "believer"
    slow_seconds = 2.0

    def __init__(self, inner: Engine) -> None:
        self.inner = inner

    def run(self, channel: object, options: int) -> Ending:
        ending = self.inner.run(channel, options & ~1)  # type: ignore[arg-type]
        return replace(ending, reason="")


def test_guest_without_checks_is_found_unsound() -> None:
    tally = Tally()
    campaign = Campaign(Believer(NativeEngine()), scenes(), seed=7)
    found = list(campaign.run(range(200), tally))
    assert "unsound" in {item.verdict for item in found}
    assert all(item.about for item in found)


def test_honest_liar_changes_nothing(engine: Engine) -> None:
    made = stage(engine, "calls")
    assert tried(engine, made, Liar()).verdict is Verdict.SAME


# The sender, and transactions that cannot be read


@pytest.mark.parametrize(
    "answers",
    [
        {"sender": NOBODY},
        {"sender": framed(bytes(24))},
        {"encoding": number(7)},
        {"size": framed(b"")},
        {"size": framed(bytes(16))},
        {"size": number(1 << 32)},
        {"content": framed(bytes(400))},
    ],
    ids=str,
)
@pytest.mark.parametrize("place", [0, 1])
def test_dropped_is_an_honest_run_without_just_those(
    engine: Engine, answers: dict[str, bytes], place: int
) -> None:
    made = stage(engine, "late_decree")
    trial = tried(engine, made, said(made, 0, place, **answers))
    rest = made.answer_honestly(engine, without(made.statement, 0, place))
    assert trial.ending.output == rest.output
    # The upgrade, second and so too late, is dropped anyway.
    assert trial.verdict is (Verdict.SAME if place else Verdict.DROPPED)


def test_upper_bytes_of_a_sender_make_it_another(engine: Engine) -> None:
    made = stage(engine, "transfer")
    honest = made.transactions[0][1].sender
    for bit in (160, 191):
        answer = framed((honest | 1 << bit).to_bytes(24, "little"))
        trial = tried(engine, made, said(made, 0, 1, sender=answer))
        assert trial.verdict is Verdict.DROPPED


def test_guest_that_believes_senders_would_be_unsound() -> None:
    """Such a guest gives the output of the whole statement in spite of the lie."""

    class Trusting(NativeEngine):
        def run(self, channel: object, options: int) -> Ending:
            channel._liars = ()  # type: ignore[attr-defined]
            ending = super().run(channel, options)  # type: ignore[arg-type]
            asked = channel.asked  # type: ignore[attr-defined]
            for place, item in enumerate(asked):
                if item.query == SENDER:
                    asked[place] = item._replace(response=self.answer or item.response)
                    break
            return ending

        answer = b""

    engine = Trusting()
    made = stage(engine, "transfer")
    engine.answer = NOBODY
    assert tried(engine, made, Liar()).verdict is Verdict.UNSOUND


def test_missing_content_is_zeros_and_not_what_was_read_before(engine: Engine) -> None:
    made = stage(engine, "transfer")
    served = made.told[0].served
    nobody = served[0]._replace(sender=NOBODY)
    hollow = served[0]._replace(content=framed(b""))
    lie = TransactionsLie(0, (nobody, hollow))
    trial = tried(engine, made, lie)
    assert trial.verdict is Verdict.DROPPED
    none = made.answer_honestly(engine, stated(made, ()))
    assert trial.ending.output == none.output


def stated(made: Stage, transactions: tuple[object, ...]) -> Statement:
    block = made.statement.blocks[0]._replace(transactions=transactions)  # type: ignore[arg-type]
    return Statement((block,), 1)


def test_other_transactions_are_another_statement(engine: Engine) -> None:
    made = stage(engine, "transfer")
    served = made.told[0].served
    trial = tried(engine, made, TransactionsLie(0, served[:1]))
    assert trial.verdict is Verdict.STATED
    assert tried(engine, made, TransactionsLie(0, served)).verdict is Verdict.SAME


@pytest.mark.parametrize("always", ["transaction", "bad size"])
def test_host_that_never_ends_hangs_up(engine: Engine, always: str) -> None:
    made = stage(engine, "dropped")
    assert 10 * len(made.honest) < PATIENCE
    served = made.told[0].served[0]
    if always == "bad size":
        served = served._replace(size=framed(bytes(16)))
    played = made.perform(engine, (TransactionsLie(0, (served,), for_ever=True),))
    assert played.ending.result is Result.ABORT
    assert len(played.asked) == PATIENCE
    assert {item.query for item in played.asked[-8:]} >= {SIZE}


# Blocks


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("timestamp", 41, Verdict.STATED),
        ("gas_limit", (2**64 - 1) // 256 + 1, Verdict.REJECTED),
        ("coinbase", 1 << 160, Verdict.REJECTED),
        ("coinbase", 0xBEEF, Verdict.STATED),
        ("mix_hash", 5, Verdict.SAME),
        ("block_hashes", 1, Verdict.STATED),
    ],
)
def test_metadata_is_what_a_proof_is_about(
    engine: Engine, name: str, value: int, verdict: Verdict
) -> None:
    made = stage(engine, "transfer")
    length = 8192 if name == "block_hashes" else 24 if name == "coinbase" else 8
    length = 32 if name == "mix_hash" else length
    lie = FieldLie(0, METADATA, name, value.to_bytes(length, "little"))
    assert tried(engine, made, lie).verdict is verdict


@pytest.mark.parametrize("scheme", range(6))
def test_schemes_of_publishing(engine: Engine, scheme: int) -> None:
    made = stage(engine, "transfer")
    trial = tried(engine, made, BlockLie(0, SCHEME, number(scheme)))
    known = {1: Verdict.STATED, 3: Verdict.SAME, 4: Verdict.STATED}
    assert trial.verdict is known.get(scheme, Verdict.REJECTED)


def test_root_binds_nothing_when_nothing_is_looked_at(engine: Engine) -> None:
    made = stage(engine, "idle")
    lie = FieldLie(0, PROOF_DATA, "root", b"\x07" * 32)
    assert tried(engine, made, lie).verdict is Verdict.STATED


@pytest.mark.parametrize(
    ("count", "verdict"),
    [
        (0, Verdict.REJECTED),
        (1, Verdict.STATED),
        (2, Verdict.STATED),
        (3, Verdict.SAME),
        (4, Verdict.REJECTED),
    ],
)
def test_number_of_blocks_is_stated(
    engine: Engine, count: int, verdict: Verdict
) -> None:
    made = stage(engine, "three_blocks")
    trial = tried(engine, made, CountLie(count.to_bytes(4, "little")))
    assert trial.verdict is verdict


def test_blocks_of_a_batch_must_fit(engine: Engine) -> None:
    made = stage(engine, "two_blocks")
    again = (made.told[0], made.told[0])
    for query in (METADATA, PROOF_DATA, *STATE):
        trial = tried(engine, made, ChainLie(again, 1, (query,)))
        assert trial.verdict in (Verdict.REJECTED, Verdict.SAME)
    for lie in (
        ChainLie(again, 1),
        BlockLie(1, SCHEME, number(1)),
        FieldLie(1, METADATA, "chain_id", (38).to_bytes(8, "little")),
        FieldLie(1, METADATA, "block_number", (3).to_bytes(8, "little")),
        FieldLie(1, METADATA, "block_hashes", bytes(8192)),
        FieldLie(1, PROOF_DATA, "timestamp", (43).to_bytes(8, "little")),
        FieldLie(1, PROOF_DATA, "next_free_slot", (1 << 20).to_bytes(8, "little")),
    ):
        assert tried(engine, made, lie).verdict is Verdict.REJECTED, lie


def test_batch_goes_on_without_a_dropped_transaction(engine: Engine) -> None:
    made = stage(engine, "two_blocks")
    found = variations(made, engine)
    assert [item.left_out for item in found] == [(0, 0), (0, 1)]
    for item in found:
        assert item.left_out is not None
        lie = said(made, *item.left_out, sender=NOBODY)
        assert tried(engine, made, lie).verdict is Verdict.REJECTED
        later = ChainLie(item.told, 1)
        assert tried(engine, made, lie, later).verdict is Verdict.DROPPED


def test_upgrade_must_be_in_the_first_block(engine: Engine) -> None:
    made = stage(engine, "three_blocks")
    upgrade = made.told[0].served[0]
    late = TransactionsLie(2, (upgrade, *made.told[2].served))
    assert tried(engine, made, late).verdict is Verdict.REJECTED
    fewer = TransactionsLie(2, made.told[2].served[:1])
    assert tried(engine, made, fewer).verdict is Verdict.STATED


def test_no_forged_blob_is_accepted(engine: Engine) -> None:
    made = stage(engine, "blob_batch")
    for name in FORGERIES:
        assert tried(engine, made, BlobLie(name)).verdict is Verdict.REJECTED, name


# Statements


def test_statement_is_heard_as_it_was_told() -> None:
    for name in ("three_blocks", "priority", "idle"):
        made = stage(NativeEngine(), name)
        assert hear(made.honest) == made.statement
        kept, dropped = made.statement.believable(made.signer)
        assert kept == made.statement
        assert not any(dropped)
        assert made.statement.broken_rule() is None
        assert made.misfit(NativeEngine(), made.statement) is None


def test_answers_of_another_length_are_no_statement() -> None:
    made = stage(NativeEngine(), "transfer")
    for query in (METADATA, SCHEME, PROOF_DATA, SENDER):
        asked = [
            item._replace(response=framed(item.response[4:] + bytes(8)))
            if item.query == query
            else item
            for item in made.honest
        ]
        with pytest.raises(Malformed):
            hear(asked)


def test_rules_of_statements() -> None:
    engine = NativeEngine()
    made = stage(engine, "two_blocks")
    first, second = made.statement.blocks
    fewer = made.statement._replace(block_count=1)
    assert fewer.broken_rule() == "another number of blocks"
    for changed, rule in (
        (second._replace(scheme=1), "blocks are published in different ways"),
        (second._replace(scheme=2), "no scheme of publishing"),
        (
            second._replace(proof_data=second.proof_data[:40] + b"\xff" * 8),
            "a block is older than the one before",
        ),
    ):
        statement = made.statement._replace(blocks=(first, changed))
        assert statement.broken_rule() == rule
    again = made.statement._replace(blocks=(first, first))
    assert again.broken_rule() is None
    assert made.misfit(engine, again) is not None


def test_what_a_lie_is_about_holds_no_values() -> None:
    honest = number(1) + bytes(32)
    assert changed_fields(SLOT, honest, honest) == set()
    assert changed_fields(SLOT, honest, honest[:-1] + b"\x01") == {"storage_slot.value"}
    assert changed_fields(SLOT, honest, number(0) + bytes(32)) == {
        "storage_slot.is_new"
    }
    assert changed_fields(SLOT, honest, honest[:-4]) == {"storage_slot.length"}
    assert changed_fields(CONTENT, number(1), number(2)) == {"tx_content"}

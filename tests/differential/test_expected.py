import hashlib
import itertools

from differential.expected import load_expected
from differential.outcome import L1Log, Result, TransactionOutcome, TransactionStatus
from zkos.host.profile import Profile


def load(shared, name, profile=Profile.APP):
    return load_expected(shared / "vectors" / f"{name}.expected.json", profile)


def test_success_is_read_in_full(shared):
    (outcome,) = load(shared, "calls")
    assert outcome.result is Result.SUCCESS
    assert outcome.public_input.hex().startswith("efdeaf530b863671")
    assert outcome.next_free_slot == 15
    assert outcome.cycles == 1111397
    assert (outcome.blake2s, outcome.u256) == (5770, 42773)
    assert outcome.oracle_words == 5433 + 488
    assert len(outcome.pubdata) == 613
    assert outcome.detail.queries["storage_slot"] == 16
    digest = hashlib.blake2s(outcome.pubdata).hexdigest()
    assert digest.startswith("11e5490947aa1eef8a962dca0490110d")


def test_batch_knows_no_pubdata(shared):
    (outcome,) = load(shared, "calls", Profile.SERVER)
    assert outcome.pubdata is None
    assert outcome.detail.block_hash is None
    assert outcome.next_free_slot == 15


def test_abort_has_no_public_input(shared):
    (outcome,) = load(shared, "abort_pubdata_shrinks")
    assert outcome.result is Result.ABORT
    assert outcome.reason == "csr (guest abort) 0xc00"
    assert outcome.public_input is None
    assert outcome.state_root is None


def test_chain_gives_an_outcome_a_block(shared):
    outcomes = load(shared, "chain_3")
    assert len(outcomes) == 3
    for before, after in itertools.pairwise(outcomes):
        assert after.detail.root_before == before.state_root


def test_logs_and_messages_are_read(shared):
    (outcome,) = load(shared, "l1_message_call")
    value = 0x1C8AFF950685C2ED4BC3174F3472287B56D9517B9C948127319A09A7A36DEAC8
    assert outcome.detail.l1_messages == (b"hello", b"hello")
    assert outcome.detail.l1_logs == (
        L1Log(0, 0x8008, 0xC0001, value),
        L1Log(1, 0x8008, 0xC0001, value),
    )


def test_all_published_outcomes_are_read(shared):
    paths = sorted((shared / "vectors").glob("*.expected.json*"))
    assert len(paths) > 50
    for path in paths:
        for profile in Profile:
            for outcome in load_expected(path, profile):
                succeeded = outcome.result is Result.SUCCESS
                assert succeeded == (outcome.public_input is not None), path.name


def test_receipts_of_the_logging_build_are_read(shared):
    (outcome,) = load(shared, "bad_signature", Profile.SERVER)
    sender, nobody = "0x1a642f0e3c3af545e7acbd38b07251b3990914f1", "0x" + "0" * 40
    assert outcome.transactions == (
        TransactionOutcome(
            TransactionStatus.INVALID,
            f"IncorrectFrom {{ tx: {sender}, recovered: {nobody} }}",
        ),
        TransactionOutcome(TransactionStatus.SUCCESS, None, gas_used=21000),
    )
    (silent,) = load(shared, "bad_signature")
    assert silent.transactions is None

"""Published outcomes as ours are held."""

import itertools

import pytest

from differential.expected import load_expected, load_expected_batch
from differential.outcome import L1Log, Result, TransactionOutcome, TransactionStatus
from tests.support.published import NAMES, expected_path
from zkos.host.context import DataAvailability


def load(name, da=DataAvailability.KECCAK):
    return load_expected(expected_path(name), da)


pytestmark = pytest.mark.published


def test_success_is_read_in_full():
    (outcome,) = load("calls")
    assert outcome.result is Result.SUCCESS
    assert outcome.cycles == 1348670
    assert outcome.delegations == {"blake2s": 5560, "u256": 41780, "keccak": 0}
    assert outcome.oracle_words == 5248 + 468
    assert outcome.detail.queries["storage_slot"] == 15
    assert outcome.detail.words_aside == 0
    assert outcome.pubdata[0] == 1
    assert outcome.block_hash == int.from_bytes(outcome.pubdata[1:33], "big")
    assert [item.status for item in outcome.transactions] == [TransactionStatus.SUCCESS]


def test_schemes_have_public_inputs_of_their_own():
    inputs = {load("calls", da)[0].public_input for da in DataAvailability}
    assert len(inputs) == 3


def test_chain_gives_an_outcome_a_block():
    outcomes = load("chain_3")
    assert len(outcomes) == 3
    for before, after in itertools.pairwise(outcomes):
        assert after.detail.root_before == before.state_root


def test_batch_is_one_outcome():
    published = expected_path("chain_3")
    batch = load_expected_batch(published, DataAvailability.KECCAK)
    assert batch.public_input.hex().startswith("57f30ef79759810c")
    assert batch.detail.queries["block_count"] == 1
    assert batch.detail.words_aside == 3
    assert load_expected_batch(published, DataAvailability.NONE) is None


def test_words_of_advice_are_not_published():
    (outcome,) = load("pre_modexp")
    assert outcome.detail.queries["modexp_advice"] > 0
    assert outcome.detail.words_aside is None


def test_logs_and_messages_are_read():
    first, _ = load("batch_2_l1")
    value = 0x1C8AFF950685C2ED4BC3174F3472287B56D9517B9C948127319A09A7A36DEAC8
    assert first.detail.l1_messages == (b"hello",)
    assert first.detail.l1_logs[1] == L1Log(1, 0x8008, 0xC0001, value)


def test_receipts_of_the_image_that_logs_are_read():
    (outcome,) = load("invalid_sig")
    sender, nobody = "0x1a642f0e3c3af545e7acbd38b07251b3990914f1", "0x" + "0" * 40
    assert outcome.transactions[0] == TransactionOutcome(
        TransactionStatus.INVALID,
        f"IncorrectFrom {{ tx: {sender}, recovered: {nobody} }}",
    )
    (limited,) = load("block_gas_limit")
    reasons = [item.reason for item in limited.transactions]
    assert "BlockGasLimitReached" in reasons


@pytest.mark.parametrize("name", NAMES)
def test_all_published_outcomes_are_read(name):
    for da in DataAvailability:
        for outcome in load(name, da):
            succeeded = outcome.result is Result.SUCCESS
            assert succeeded == (outcome.public_input is not None)

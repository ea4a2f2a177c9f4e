import pytest

from differential.outcome import Result
from differential.runners.base import oracle_of, state_of_case
from differential.runners.cpython import run_guest
from zkos.host.case import load_case
from zkos.host.channel import QueryChannel
from zkos.host.profile import Mode, RunOptions
from zkos.host.tape import Player, Recorder, tape_of_witness

pytestmark = pytest.mark.cpython


@pytest.fixture(scope="module")
def recorded(shared):
    """A tape of one transfer, and how the run that made it ended."""
    case = load_case(shared / "vectors" / "transfer_1.json")
    recorder = Recorder(oracle_of(case.blocks[0], state_of_case(case)))
    ending = run_guest(QueryChannel(recorder), RunOptions())
    return recorder.tape(), ending


def play(tape, *, strict=False, mode=Mode.PROVING):
    channel = QueryChannel(Player(tape, strict=strict))
    return run_guest(channel, RunOptions(mode=mode))


def test_replay_needs_no_state(recorded):
    tape, ending = recorded
    again = play(tape, strict=True)
    assert again.result is Result.SUCCESS
    assert again.public_input == ending.public_input


def test_witness_is_what_the_guest_read(recorded):
    tape, ending = recorded
    assert len(tape.witness()) == ending.words_read
    again = play(tape_of_witness(tape.witness()), strict=True)
    assert again.public_input == ending.public_input


def test_cut_tape_is_refused(recorded):
    tape, _ = recorded
    cut = tape.replaced(len(tape.exchanges) - 1)
    assert play(cut).result is Result.ABORT


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("storage_slot", 3),
        ("preimage", 1),
        ("proof", 3),
        ("proof", 11),
        ("proof", 21),
        ("prev_index", 1),
    ],
)
def test_lie_about_the_state_is_refused(recorded, query, word):
    tape, _ = recorded
    place = tape.find(query)[-1]
    response = tape.exchanges[place].response
    honest = int.from_bytes(response[4 * word : 4 * word + 4], "little")
    lying = tape.with_word(place, word, honest ^ 1)
    assert play(lying).result is Result.ABORT


def test_lie_about_a_length_is_refused(recorded):
    tape, _ = recorded
    place = tape.find("storage_slot")[0]
    assert play(tape.with_word(place, 0, 11)).result is Result.ABORT

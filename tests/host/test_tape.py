import struct

import pytest

from zkos.host.channel import QUERY_IDS, OracleError, framed
from zkos.host.tape import (
    Exchange,
    Player,
    Recorder,
    Tape,
    TapeError,
    load_tape,
    load_witness,
    save_tape,
    save_witness,
    tape_of_witness,
)

PREIMAGE = QUERY_IDS["preimage"]


class Counting:
    def __init__(self):
        self.count = 0

    def answer(self, query, parameters):
        self.count += 1
        return framed(bytes([self.count] * self.count))


@pytest.fixture
def tape():
    recorder = Recorder(Counting())
    recorder.answer(3, b"")
    recorder.answer(PREIMAGE, bytes(32))
    recorder.answer(8, b"\1" * 32)
    return recorder.tape()


@pytest.mark.parametrize("name", ["tape.jsonl", "tape.jsonl.gz"])
def test_tape_survives_a_round_trip(tape, tmp_path, name):
    save_tape(tape, tmp_path / name)
    assert load_tape(tmp_path / name) == tape


def test_strict_player_repeats_the_recording(tape):
    player = Player(tape, strict=True)
    assert player.answer(3, b"") == framed(b"\1")
    assert player.answer(PREIMAGE, bytes(32)) == framed(b"\2\2")
    with pytest.raises(OracleError, match="departs from the tape at 2"):
        player.answer(8, bytes(32))
    assert player.answer(8, b"\1" * 32) == framed(b"\3\3\3")
    with pytest.raises(OracleError, match="ends after 3"):
        player.answer(8, b"\1" * 32)


def test_lenient_player_answers_whatever_is_asked(tape):
    player = Player(tape, strict=False)
    responses = [player.answer(4, b"?") for _ in range(4)]
    assert responses == [framed(b"\1"), framed(b"\2\2"), framed(b"\3\3\3"), b""]


def test_word_of_a_response_can_be_replaced(tape):
    edited = tape.with_word(1, 0, 7)
    assert edited.exchanges[1].response == struct.pack("<3I", 7, 0x0202, 0)
    assert edited.exchanges[0] == tape.exchanges[0]
    assert tape.exchanges[1].response == struct.pack("<3I", 2, 0x0202, 0)


def test_exchange_can_be_dropped_and_doubled(tape):
    first, second, third = tape.exchanges
    assert tape.replaced(1).exchanges == (first, third)
    assert tape.replaced(2, first, third).exchanges == (first, second, first, third)


def test_edit_without_a_place_is_refused(tape):
    for edit in (
        lambda: tape.replaced(3),
        lambda: tape.with_word(-1, 0, 0),
        lambda: tape.with_word(0, 3, 0),
    ):
        with pytest.raises(TapeError):
            edit()


def test_queries_are_found_by_name(tape):
    assert tape.find("preimage") == [1]
    assert tape.find("proof") == []


def test_witness_is_the_words_read_and_replays(tape, tmp_path):
    words = tape.witness()
    assert words == [2, 1, 0, 2, 0x0202, 0, 2, 0x030303, 0]
    save_witness(words, tmp_path / "witness")
    assert (tmp_path / "witness").read_text().startswith("00000002000000010000")
    replayed = tape_of_witness(load_witness(tmp_path / "witness"))
    responses = [exchange.response for exchange in replayed.exchanges]
    assert responses == [exchange.response for exchange in tape.exchanges]
    assert Player(replayed, strict=True).answer(9, b"any") == framed(b"\1")


def test_witness_that_ends_early_is_refused():
    with pytest.raises(TapeError, match="inside the response at word 1"):
        tape_of_witness([0, 2, 5])


@pytest.mark.parametrize("content", ["0000000", "0000000g", "00000001é"])
def test_file_that_is_no_witness_is_refused(tmp_path, content):
    path = tmp_path / "witness"
    path.write_text(content, "utf-8")
    with pytest.raises(TapeError, match="witness: not a w"):
        load_witness(path)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"query": 1, "parameters": ""}',
        '{"query": "1", "parameters": "", "response": ""}',
        '{"query": 1, "parameters": "", "response": "000000"}',
        '{"query": 1, "parameters": "x", "response": ""}',
    ],
)
def test_file_that_is_no_tape_is_refused(tmp_path, line):
    path = tmp_path / "tape"
    path.write_text(f'{{"query": 1, "parameters": "", "response": ""}}\n{line}\n')
    with pytest.raises(TapeError, match="line 2 is no exchange"):
        load_tape(path)


def test_missing_tape_is_refused(tmp_path):
    with pytest.raises(TapeError, match="cannot be read"):
        load_tape(tmp_path / "none")


def test_empty_tape_has_no_words():
    assert Tape().witness() == []
    assert Exchange(None, b"", framed(b"")).with_word(0, 1).response == b"\1\0\0\0"

import struct

import pytest

from zkos.host.advice import BLOB
from zkos.host.channel import (
    QUERY_IDS,
    REPORT,
    UART,
    NothingToRead,
    OracleError,
    QueryChannel,
    WordChannel,
    framed,
)


def words(*numbers):
    return struct.pack(f"<{len(numbers)}I", *numbers)


class Echo:
    """Answers with the query's id and its parameters."""

    def answer(self, query, parameters):
        if query == 5:
            raise OracleError("five is unknown")
        return framed(words(query) + parameters)


@pytest.fixture
def channel():
    return QueryChannel(Echo())


def read_all(engine, count):
    return [engine.read() for _ in range(count)]


def send(engine, *numbers):
    for number in numbers:
        engine.write(number)


def test_response_is_framed_in_64_bit_words():
    assert framed(b"") == words(0)
    assert framed(b"\1") == words(2, 1, 0)
    assert framed(bytes(8)) == words(2, 0, 0)


def test_query_is_answered_when_its_last_word_arrives(channel):
    assert channel.exchange(words(9)) == b""
    assert channel.exchange(words(2, 7)) == b""
    assert channel.exchange(words(8)) == words(4, 9, 7, 8, 0)
    assert channel.words_written == 4
    assert channel.words_answered == 5


def test_engine_reads_an_answer_word_by_word(channel):
    engine = WordChannel(channel, ())
    send(engine, 4, 1, 6)
    assert read_all(engine, 3) == [2, 4, 6]
    assert engine.words_read == 3


def test_next_write_drops_leftovers(channel):
    engine = WordChannel(channel, ())
    send(engine, 7, 2, 1, 2)
    assert engine.read() == 4
    send(engine, 8, 0)
    assert read_all(engine, 2) == [2, 8]
    assert engine.words_read == 3


def test_reading_too_much_is_an_error(channel):
    engine = WordChannel(channel, ())
    with pytest.raises(NothingToRead):
        engine.read()
    send(engine, 0, 0)
    read_all(engine, 3)
    with pytest.raises(NothingToRead):
        engine.read()


def test_reading_inside_a_query_is_an_error(channel):
    engine = WordChannel(channel, ())
    send(engine, 4, 2, 1)
    with pytest.raises(NothingToRead):
        engine.read()


def test_messages_are_kept_and_not_counted(channel):
    engine = WordChannel(channel, ())
    send(engine, UART, 2, 3, 0x636261)
    send(engine, 3, 0)
    assert engine.read() == 2
    send(engine, REPORT, 1, 7)
    engine.flush()
    assert channel.messages == [(UART, words(3, 0x636261)), (REPORT, words(7))]
    assert channel.words_written == 2
    assert channel.queries == {3: 1}


def test_message_leaves_nothing_to_read(channel):
    assert channel.exchange(words(3, 0, REPORT, 0)) == b""


def test_fault_is_kept_and_silences_the_host(channel):
    assert channel.exchange(words(5, 0)) == b""
    assert channel.fault == "five is unknown"
    assert channel.exchange(words(3, 0)) == b""


def test_queries_are_counted_by_name(channel):
    slot, index = QUERY_IDS["storage_slot"], QUERY_IDS["prev_index"]
    channel.exchange(words(slot, 0, slot, 0, index, 1, 0, 0x1234, 0))
    names = channel.queries_by_name()
    assert names == {"storage_slot": 2, "prev_index": 1, "0x1234": 1}


def test_option_words_beyond_the_given_are_zero(channel):
    engine = WordChannel(channel, (5,))
    assert [engine.option(0), engine.option(1)] == [5, 0]


def test_query_that_points_is_about_what_lies_there(channel):
    asked = words(BLOB, 4, 0x100, 0, 5, 0)
    assert channel.exchange(asked) == b""
    assert "no memory is connected" in channel.fault
    channel = QueryChannel(Echo())
    channel.see(lambda address, length: b"hello" if address == 0x100 else b"")
    assert channel.exchange(asked) == framed(words(BLOB) + b"hello")
    assert channel.words_written == 6


def test_words_of_queries_one_may_ask_or_not_are_counted_apart(channel):
    count = QUERY_IDS["block_count"]
    channel.exchange(words(count, 0, 3, 0))
    assert channel.words_aside == 2 + 3

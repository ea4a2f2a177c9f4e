import pytest

from tests.guest.bootloader.test_transaction import body, parse, words
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.access_list import AccessList, MalformedAccessList
from zkos.host.transactions import AccessListEntry, encode_access_list
from zkos.lang.ints import U64

ENTRIES = (AccessListEntry(0xAA, (1, 2)), AccessListEntry(0xBB, ()))


class Recorder:
    """What was touched, in order."""

    def __init__(self):
        self.touched = []

    def touch_account(self, environment, _, address, in_access_list):
        assert environment == 0
        assert in_access_list
        self.touched.append(int(address))

    def touch_slot(self, _, address, key):
        self.touched.append((int(address), int(key)))


def walk(dynamic):
    transaction, valid = parse(body(dynamic=dynamic))
    assert valid
    io = Recorder()
    try:
        AccessList().warm(transaction, io, Resources(U64(0), U64(0)))
    except MalformedAccessList:
        return io.touched, False
    return io.touched, True


def test_empty_string_is_an_empty_list():
    assert walk(b"") == ([], True)


def test_list_is_walked_in_order():
    touched = [0xAA, (0xAA, 1), (0xAA, 2), 0xBB]
    assert walk(encode_access_list(ENTRIES)) == (touched, True)


@pytest.mark.parametrize("outer", [0, 2])
def test_outer_list_has_one_element(outer):
    assert walk(words(32, outer, 32, 0)) == ([], False)


def test_only_the_low_word_counts_and_the_high_bytes_of_an_address_do_not():
    high = 2**32 * 7
    item = words(2**255 + 0xCC, high + 64, high + 1, 5)
    touched, whole = walk(words(high + 32, high + 1, 32, high + 1, high + 32) + item)
    assert (touched, whole) == ([0xCC, (0xCC, 5)], True)


def test_offsets_wrap_to_before_the_list():
    # The pointer of the only item leads back to the start of the body: its address is
    # the type byte 2, and the sender 0xa the offset of a count that reads as 0.
    transaction, _ = parse(body(dynamic=words(32, 1, 32, 1, 0)))
    head = int(transaction.access_list_offset) + 32 + 4 * 32
    assert walk(words(32, 1, 32, 1, 2**32 - head)) == ([2], True)


def test_what_precedes_a_malformed_item_is_warm():
    good = words(0xCC, 64, 0)
    dynamic = words(32, 1, 32, 2, 64, 10_000) + good
    assert walk(dynamic) == ([0xCC], False)


def test_keys_must_lie_in_the_transaction():
    dynamic = words(32, 1, 32, 1, 32) + words(0xCC, 64, 3, 1, 2)
    assert walk(dynamic) == ([0xCC, (0xCC, 1), (0xCC, 2)], False)
    dynamic = words(32, 1, 32, 1, 32) + words(0xCC, 64, 2**32 - 1, 9)
    assert walk(dynamic) == ([0xCC, (0xCC, 9)], False)


@pytest.mark.parametrize("word", range(4))
def test_offset_outside_is_malformed(word):
    numbers = [32, 1, 32, 1]
    numbers[word] = 2**31
    touched, whole = walk(words(*numbers) + words(32, 0xCC, 64, 0))
    assert not whole
    assert touched in ([], [0xCC])

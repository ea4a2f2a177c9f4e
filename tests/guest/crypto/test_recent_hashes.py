"""Remembered digests are those of Keccak-256, whatever was hashed before."""

import pytest
from Crypto.Hash import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.recent_hashes import SLOTS, RecentHashes, slot_of
from zkos.lang.ints import U32
from zkos.lang.memory import view_of

pytestmark = pytest.mark.cpython


def expected(data):
    return int.from_bytes(keccak.new(digest_bits=256, data=data).digest(), "big")


class Counted(Keccak256):
    def __init__(self):
        super().__init__()
        self.count = 0

    def hash(self, data):
        self.count += 1
        return super().hash(data)


few = st.sampled_from([b"", b"\0", b"\1", b"\0\1", b"ab"])
messages = st.tuples(few, st.sampled_from([0, 31, 32, 33, 63, 64, 65, 136])).map(
    lambda made: made[0].rjust(made[1], b"\0")
)


@settings(max_examples=30, deadline=None)
@given(st.lists(messages, max_size=12))
def test_digests_are_those_of_keccak(data):
    hashes = RecentHashes(Keccak256())

    for message in data:
        assert hashes.hash(view_of(message)) == expected(message)


@pytest.mark.parametrize("length", [32, 64])
def test_the_same_message_is_hashed_once(length):
    hasher = Counted()
    hashes = RecentHashes(hasher)
    message = bytes(range(length))

    digests = {int(hashes.hash(view_of(message))) for _ in range(3)}

    assert digests == {expected(message)}
    assert hasher.count == 1


def test_messages_of_one_place_drive_each_other_out():
    hasher = Counted()
    hashes = RecentHashes(hasher)
    one, two = bytes(64), bytes([1]) + bytes(63)
    assert slot_of(view_of(one)) == slot_of(view_of(two)) < SLOTS

    for message in (one, two, one):
        assert hashes.hash(view_of(message)) == expected(message)
    assert hasher.count == 3


def test_a_message_is_not_taken_for_its_beginning():
    hashes = RecentHashes(Keccak256())

    for length in (64, 32, 64):
        assert hashes.hash(view_of(bytes(length))) == expected(bytes(length))
    assert hashes.lengths[slot_of(view_of(bytes(64)))] == U32(64)

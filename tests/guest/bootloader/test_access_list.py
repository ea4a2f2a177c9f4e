"""What walking an access list touches, and what it costs before it fails."""

import pytest
import rlp

from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.system.errors import OutOfNative
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.access_list import AccessList
from zkos.lang.ints import U64
from zkos.lang.memory import view_of

A, B = b"\xaa" * 20, b"\xbb" * 20
FIRST, SECOND = int(A.hex(), 16), int(B.hex(), 16)


class Recorder:
    """What was touched, in order."""

    def __init__(self):
        self.touched = []

    def touch_account(self, environment, resources, address, in_access_list):
        assert environment == 0
        assert in_access_list
        resources.charge(U64(0), U64(1))
        self.touched.append(int(address))

    def touch_slot(self, resources, address, key):
        resources.charge(U64(0), U64(1))
        self.touched.append((int(address), int(key)))


def key(number):
    return number.to_bytes(32, "big")


def content(entries):
    encoded = rlp.encode(entries)
    return encoded[len(encoded) - sum(len(rlp.encode(item)) for item in entries) :]


def walk(entries, native=100):
    io = Recorder()
    view = view_of(content(entries))
    AccessList(False).check(view)
    try:
        AccessList(False).warm(view, io, Resources(U64(0), U64(native)))
    except (MalformedRlp, OutOfNative) as error:
        return io.touched, type(error)
    return io.touched, None


def test_empty_list_touches_nothing():
    assert walk([]) == ([], None)


def test_list_is_walked_in_order_and_repeats_count():
    entries = [[A, [key(1), key(2**255)]], [B, []], [A, [key(1)]]]
    touched = [FIRST, (FIRST, 1), (FIRST, 2**255), SECOND, FIRST, (FIRST, 1)]
    assert walk(entries) == (touched, None)


@pytest.mark.parametrize(
    "keys", [[b"\1" * 16, b"\1" * 15], [b"\1" * 31, b""], [[b"\1" * 31]]]
)
def test_key_that_is_none_is_found_after_what_precedes_it(keys):
    entries = [[B, [key(7)]], [A, keys], [B, []]]
    assert walk(entries) == ([SECOND, (SECOND, 7), FIRST], MalformedRlp)


def test_bad_second_key_leaves_the_first_touched():
    keys = [key(7), b"\1" * 16, b"\1" * 15]
    assert walk([[A, keys]]) == ([FIRST, (FIRST, 7)], MalformedRlp)


@pytest.mark.parametrize("native", range(4))
def test_resources_run_out_on_the_way(native):
    entries = [[A, [key(1)]], [B, [b"\1" * 16, b"\1" * 15]]]
    touched, error = walk(entries, native)
    assert touched == [FIRST, (FIRST, 1), SECOND][:native]
    assert error is (MalformedRlp if native == 3 else OutOfNative)

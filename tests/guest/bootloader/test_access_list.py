"""What walking an access list touches, and what it costs before it fails."""

import pytest
import rlp

from tests.guest.objects import OBJECTS, AccessList, Resources, attach
from tests.guest.system.conftest import new_io
from tests.guest.system.world import ACCOUNTS, SLOT, World
from zkos.guest.protocol.options import OPTION_PROVING
from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.system.errors import OutOfNative
from zkos.lang.ints import U64
from zkos.lang.memory import view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
A, B = b"\xaa" * 20, b"\xbb" * 20
FIRST, SECOND = int(A.hex(), 16), int(B.hex(), 16)
PLENTY = 10**9
ACCOUNT, SLOT_PRICE, WARM = 250_240, 246_240, 4_000


class Recorder(World):
    """Which slots were asked for, in order; those of accounts too."""

    def __init__(self):
        super().__init__(int(OPTION_PROVING))
        self.touched = []

    def answer(self, query, parameters):
        if query == SLOT:
            data = b"".join(word.to_bytes(4, "little") for word in parameters)
            address = int.from_bytes(data[:24], "little")
            self.touched.append((address, int.from_bytes(data[24:], "big")))
        return super().answer(query, parameters)


def account(address):
    return ACCOUNTS, address


def key(number):
    return number.to_bytes(32, "big")


def content(entries):
    encoded = rlp.encode(entries)
    return encoded[len(encoded) - sum(len(rlp.encode(item)) for item in entries) :]


def walk(entries, native=PLENTY):
    """What was touched first, the native it took, and the error."""
    world = Recorder()
    attach(world)
    io = new_io()
    view = view_of(content(entries))
    AccessList(False).check(view)
    purse, error = Resources(U64(PLENTY * 256), U64(native)), None
    try:
        AccessList(False).warm(view, io, purse)
    except (MalformedRlp, OutOfNative) as caught:
        error = type(caught)
    return world.touched, native - int(purse.native), error


def test_empty_list_touches_nothing():
    assert walk([]) == ([], 0, None)


def test_list_is_walked_in_order_and_repeats_count():
    entries = [[A, [key(1), key(2**255)]], [B, []], [A, [key(1)]]]
    touched = [account(FIRST), (FIRST, 1), (FIRST, 2**255), account(SECOND)]
    native = 2 * ACCOUNT + 2 * SLOT_PRICE + 2 * WARM
    assert walk(entries) == (touched, native, None)


@pytest.mark.parametrize(
    "keys", [[b"\1" * 16, b"\1" * 15], [b"\1" * 31, b""], [[b"\1" * 31]]]
)
def test_key_that_is_none_is_found_after_what_precedes_it(keys):
    entries = [[B, [key(7)]], [A, keys], [B, []]]
    touched = [account(SECOND), (SECOND, 7), account(FIRST)]
    assert walk(entries) == (touched, 2 * ACCOUNT + SLOT_PRICE, MalformedRlp)


def test_bad_second_key_leaves_the_first_touched():
    keys = [key(7), b"\1" * 16, b"\1" * 15]
    touched = [account(FIRST), (FIRST, 7)]
    assert walk([[A, keys]]) == (touched, ACCOUNT + SLOT_PRICE, MalformedRlp)


@pytest.mark.parametrize("steps", range(4))
def test_resources_run_out_on_the_way(steps):
    entries = [[A, [key(1)]], [B, [b"\1" * 16, b"\1" * 15]]]
    prices = [ACCOUNT, SLOT_PRICE, ACCOUNT]
    native = sum(prices[: steps + 1]) - (steps < 3)
    touched, _, error = walk(entries, native)
    assert touched == [account(FIRST), (FIRST, 1), account(SECOND)][: steps + 1]
    assert error is (MalformedRlp if steps == 3 else OutOfNative)

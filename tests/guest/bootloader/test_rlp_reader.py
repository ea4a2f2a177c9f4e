import pytest
import rlp

from tests.guest.objects import OBJECTS, RlpReader
from zkos.guest.rlp.reader import MalformedRlp
from zkos.lang.memory import view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

M64, M256 = 2**64 - 1, 2**256 - 1


def reader(data, *, lax=False):
    made = RlpReader(lax)
    made.open(view_of(data))
    return made


def refused(data, method, *, lax=False):
    with pytest.raises(MalformedRlp):
        getattr(reader(data, lax=lax), method)()
    return True


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\x7f", b"\x80", b"ab", bytes(55), bytes(56), bytes(255), bytes(300)],
)
def test_string_is_its_content(content):
    made = reader(rlp.encode(content))
    assert bytes(made.string()) == content
    assert made.is_empty()


@pytest.mark.parametrize("count", [0, 1, 55, 56, 255, 256, 70_000])
def test_list_is_its_content(count):
    made = reader(rlp.encode([b"\1"] * count) + b"\2")
    assert bytes(made.sublist()) == b"\1" * count
    assert bytes(made.string()) == b"\2"
    assert made.is_empty()


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 2**56, M64])
def test_number_of_8_bytes(value):
    data = rlp.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
    assert reader(data).u64() == value
    assert reader(data).u256() == value


@pytest.mark.parametrize("value", [2**64, 2**128 + 5, 2**255, M256])
def test_number_of_more_bytes(value):
    data = rlp.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
    assert reader(data).u256() == value
    assert refused(data, "u64")


def test_number_beyond_32_bytes_is_refused():
    assert refused(rlp.encode(b"\1" + bytes(32)), "u256")


@pytest.mark.parametrize("data", [b"\0", b"\x82\0\1", b"\x88" + bytes(7) + b"\1"])
def test_number_has_no_leading_zero(data):
    for method in ("u64", "u256"):
        assert refused(data, method)


def test_address_has_20_bytes():
    for length in (0, 1, 19, 21, 32):
        assert refused(rlp.encode(b"\x99" * length), "address")
    assert reader(rlp.encode(b"\x99" * 20)).address() == int("99" * 20, 16)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81",
        b"\x81\x7f",
        b"\x82\1",
        b"\xb7" + bytes(54),
        b"\xb8",
        b"\xb8\x37" + bytes(55),
        b"\xb8\x38" + bytes(55),
        b"\xb9\1",
        b"\xbc\0\0\0\0\x38" + bytes(56),
        b"\xbb\xff\xff\xff\xff",
        b"\xbf" + b"\xff" * 8,
        b"\xc0",
    ],
    ids=lambda data: data[:8].hex(),
)
def test_no_string(data):
    assert refused(data, "string")
    assert refused(data, "string", lax=True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1",
        b"\xbf",
        b"\xc1",
        b"\xf7" + bytes(54),
        b"\xf8",
        b"\xf8\x37" + bytes(55),
        b"\xf8\x38" + bytes(55),
        b"\xfb\xff\xff\xff\xff",
        b"\xfc\0\0\0\0\x38" + bytes(56),
    ],
    ids=lambda data: data[:8].hex(),
)
def test_no_list(data):
    assert refused(data, "sublist")
    assert refused(data, "sublist", lax=True)


@pytest.mark.parametrize("zeros", [1, 2, 3])
@pytest.mark.parametrize(("method", "base"), [("string", 0xB7), ("sublist", 0xF7)])
def test_length_with_leading_zeros_is_read_by_the_lax_only(zeros, method, base):
    data = bytes([base + 1 + zeros]) + bytes(zeros) + b"\x40" + b"\1" * 64
    assert refused(data, method)
    assert bytes(getattr(reader(data, lax=True), method)()) == b"\1" * 64


def test_what_is_left_over_is_refused_by_finish():
    made = reader(b"\1\2")
    made.string()
    with pytest.raises(MalformedRlp):
        made.finish()
    made.string()
    made.finish()

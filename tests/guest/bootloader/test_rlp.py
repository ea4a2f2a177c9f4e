import pytest
import rlp
from Crypto.Hash import keccak

from tests.guest.objects import (
    OBJECTS,
    Keccak256,
    RlpHasher,
    byte_length,
    bytes_length,
    list_length,
    number_length,
)
from zkos.lang.ints import U32, U256, Address
from zkos.lang.memory import view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

NUMBERS = [0, 1, 127, 128, 255, 256, 2**64 - 1, 2**160, 2**248, 2**256 - 1]
STRINGS = [b"", b"\0", b"\x7f", b"\x80", b"ab", bytes(55), bytes(56), bytes(70_000)]


def number(value):
    return rlp.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def digest(data):
    return keccak.new(data=data, digest_bits=256).digest()


def hashed(put):
    hasher = Keccak256()
    put(RlpHasher(hasher))
    return int(hasher.finish()).to_bytes(32, "big")


@pytest.mark.parametrize("value", NUMBERS)
def test_number(value):
    assert hashed(lambda out: out.put_number(U256(value))) == digest(number(value))
    assert number_length(U256(value)) == len(number(value))
    assert byte_length(U256(value)) == (value.bit_length() + 7) // 8


@pytest.mark.parametrize("data", STRINGS)
def test_bytes(data):
    view = view_of(data)
    assert hashed(lambda out: out.put_bytes(view)) == digest(rlp.encode(data))
    assert bytes_length(view) == len(rlp.encode(data))


@pytest.mark.parametrize("address", [0, 1, 2**160 - 1])
def test_address(address):
    expected = digest(rlp.encode(address.to_bytes(20, "big")))
    assert hashed(lambda out: out.put_address(Address(address))) == expected


@pytest.mark.parametrize("payload", [0, 1, 55, 56, 255, 256, 65_535, 65_536])
def test_list_prefix(payload):
    whole = rlp.encode([b"\x01"] * payload)
    prefix = whole[: len(whole) - payload]
    assert hashed(lambda out: out.put_list(U32(payload))) == digest(prefix)
    assert list_length(U32(payload)) == len(whole)

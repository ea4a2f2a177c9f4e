"""Transactions from L1: layout, ranges, structure (transactions spec 4)."""

import pytest

from tests.guest.bootloader.encodings import body, decode_abi, words
from tests.guest.objects import OBJECTS

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

DATA, SIGNATURE, FACTORY_DEPS, PAYMASTER_INPUT, DYNAMIC = range(448, 608, 32)


def accepted(data):
    _, reason = decode_abi(data)
    assert reason in ("", "INVALID_ENCODING")
    return not reason


def replaced(data, offset, content):
    return data[:offset] + content + data[offset + len(content) :]


@pytest.mark.parametrize("kind", [0x7E, 0x7F])
def test_fields_are_taken(kind):
    record, reason = decode_abi(body(kind=kind, priority=4))
    assert not reason
    assert record.kind == kind
    assert (record.sender, record.to, record.is_creation) == (0xA, 0xB, False)
    assert record.is_sender_known
    assert (record.gas_limit, record.gas_per_pubdata) == (21000, 9)
    assert (record.max_fee, record.max_priority_fee, record.value) == (7, 4, 5)
    assert (record.deposit, record.refund_recipient) == (10**9, 0xC)
    assert bytes(record.data) == b"\1\0\2"
    assert record.non_zero_bytes == 2
    assert record.authorization_count == 0
    assert record.access_list.length() == 0


@pytest.mark.parametrize(
    ("field", "largest"),
    [
        ("sender", 2**160 - 1),
        ("to", 2**160 - 1),
        ("gas_limit", 2**64 - 1),
        ("per_pubdata", 2**32 - 1),
        ("max_fee", 2**256 - 1),
        ("priority", 2**256 - 1),
        ("paymaster", 0),
        ("nonce", 2**256 - 1),
        ("value", 2**256 - 1),
        ("r0", 2**256 - 1),
        ("r1", 2**256 - 1),
        ("r2", 0),
        ("r3", 0),
    ],
)
def test_field_has_a_range(field, largest):
    assert accepted(body(**{field: largest}))
    if largest < 2**256 - 1:
        assert not accepted(body(**{field: largest + 1}))


@pytest.mark.parametrize("kind", [0, 1, 2, 4, 0x71, 0x7D, 0x80, 0xFE, 0xFF, 0x17F])
def test_other_types_are_refused(kind):
    record, reason = decode_abi(body(kind=kind))
    assert reason == "INVALID_ENCODING"
    assert (record.kind, record.sender) == (0, 0)


@pytest.mark.parametrize("offset", range(DATA, DYNAMIC + 32, 32))
def test_offset_must_be_the_position(offset):
    data = body()
    for step in (-32, 32, 2**32, 2**255):
        number = int.from_bytes(data[offset : offset + 32], "big") + step
        assert not accepted(replaced(data, offset, words(number)))


@pytest.mark.parametrize("offset", [608 + 32 + 3, 608 + 32 + 31])
def test_padding_must_be_zero(offset):
    assert not accepted(replaced(body(), offset, b"\1"))


@pytest.mark.parametrize("length", [4, 33, 2**31, 2**32 - 1, 2**32, 2**256 - 1])
def test_length_must_fit(length):
    data = body(data=b"\xff" * 32)
    assert not accepted(replaced(data, 608, words(length)))


@pytest.mark.parametrize("count", [1, 2**27, 2**32 - 1, 2**256 - 1])
def test_factory_dependencies_must_fit(count):
    data = body()
    place = int.from_bytes(data[FACTORY_DEPS : FACTORY_DEPS + 32], "big")
    assert not accepted(replaced(data, place, words(count)))


def test_factory_dependencies_are_ignored():
    assert accepted(body(deps=[1, 2**256 - 1]))


@pytest.mark.parametrize("item", ["signature", "paymaster_input", "dynamic"])
def test_other_items_are_empty(item):
    assert not accepted(body(**{item: b"\0"}))


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 1000])
def test_calldata_has_any_length(length):
    record, reason = decode_abi(body(data=b"\1" * length))
    assert not reason
    assert record.data.length() == record.non_zero_bytes == length


@pytest.mark.parametrize("cut", [1, 31, 32, 64, 300])
def test_body_ends_with_the_last_item(cut):
    assert not accepted(body()[:-cut])
    assert not accepted(body() + bytes(cut))


@pytest.mark.parametrize("length", [0, 1, 607, 608])
def test_short_body_is_refused(length):
    assert not accepted(body()[:length])

import json

import pytest

from zkos.guest.transactions.abi import PREFIX_BYTES, Transaction
from zkos.lang.ints import U32

DATA, SIGNATURE, FACTORY_DEPS, PAYMASTER_INPUT, DYNAMIC = range(448, 608, 32)


def words(*numbers):
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def padded(content):
    return words(len(content)) + content + bytes(-len(content) % 32)


def body(**changes):
    """A well-formed body; keywords change single fields."""
    fields = {
        "kind": 2,
        "sender": 0xA,
        "to": 0xB,
        "gas_limit": 21000,
        "per_pubdata": 0,
        "max_fee": 7,
        "priority": 7,
        "paymaster": 0,
        "nonce": 3,
        "value": 5,
        "r0": 0,
        "r1": 0,
        "r2": 0,
        "r3": 0,
    }
    tail = {
        "data": b"\x01\x00\x02",
        "signature": bytes(range(65)),
        "deps": [],
        "paymaster_input": b"",
        "dynamic": b"",
    }
    fields.update({name: value for name, value in changes.items() if name in fields})
    tail.update({name: value for name, value in changes.items() if name in tail})
    items = [
        padded(tail["data"]),
        padded(tail["signature"]),
        words(len(tail["deps"]), *tail["deps"]),
        padded(tail["paymaster_input"]),
        padded(tail["dynamic"]),
    ]
    offsets = [608 + sum(map(len, items[:index])) for index in range(5)]
    return words(*fields.values(), *offsets) + b"".join(items)


def parse(data):
    transaction = Transaction()
    room = transaction.reserve(U32(len(data)))
    for index, byte in enumerate(data):
        room[index] = byte
    return transaction, transaction.parse()


def replaced(data, offset, content):
    return data[:offset] + content + data[offset + len(content) :]


def test_fields_are_taken():
    transaction, valid = parse(body())
    assert valid
    assert transaction.kind == 2
    assert (transaction.sender, transaction.to) == (0xA, 0xB)
    assert transaction.gas_limit == 21000
    assert (transaction.max_fee, transaction.max_priority_fee) == (7, 7)
    assert (transaction.nonce, transaction.value) == (3, 5)
    assert bytes(transaction.data) == b"\x01\x00\x02"
    assert bytes(transaction.signature) == bytes(range(65))
    assert not transaction.is_creation()


def test_buffer_grows_and_keeps_room_before_the_body():
    transaction, valid = parse(body(data=bytes(40_000)))
    assert valid
    assert transaction.data.length() == 40_000
    window = transaction.buffer.window(PREFIX_BYTES, transaction.body.length())
    assert bytes(window) == bytes(transaction.body)


@pytest.mark.parametrize(
    ("field", "largest", "valid_kind"),
    [
        ("sender", 2**160 - 1, 2),
        ("to", 2**160 - 1, 2),
        ("gas_limit", 2**64 - 1, 2),
        ("per_pubdata", 2**32 - 1, 2),
        ("max_fee", 2**128 - 1, 2),
        ("priority", 2**128 - 1, 2),
        ("paymaster", 2**160 - 1, 0x71),
        ("nonce", 2**256 - 1, 2),
        ("value", 2**256 - 1, 2),
    ],
)
def test_field_has_a_range(field, largest, valid_kind):
    assert parse(body(kind=valid_kind, **{field: largest}))[1]
    if largest < 2**256 - 1:
        assert not parse(body(kind=valid_kind, **{field: largest + 1}))[1]


@pytest.mark.parametrize("offset", [DATA, SIGNATURE, FACTORY_DEPS, PAYMASTER_INPUT])
def test_offset_must_be_the_position(offset):
    data = body()
    for step in (32, 2**32, 2**255):
        number = int.from_bytes(data[offset : offset + 32], "big") + step
        assert not parse(replaced(data, offset, words(number)))[1]


@pytest.mark.parametrize("offset", [608 + 32 + 3, 608 + 32 + 31])
def test_padding_must_be_zero(offset):
    assert not parse(replaced(body(), offset, b"\x01"))[1]


@pytest.mark.parametrize("length", [4, 2**31, 2**32 - 1, 2**32, 2**256 - 1])
def test_length_must_fit(length):
    data = body(data=b"\xff" * 32)
    assert not parse(replaced(data, 608, words(length)))[1]


@pytest.mark.parametrize("count", [1, 2**27, 2**32 - 1])
def test_factory_deps_must_fit(count):
    data = body(kind=0x71)
    place = int.from_bytes(data[FACTORY_DEPS : FACTORY_DEPS + 32], "big")
    assert not parse(replaced(data, place, words(count)))[1]


@pytest.mark.parametrize("cut", [1, 31, 32, 64, 300])
def test_body_ends_with_the_last_item(cut):
    assert not parse(body()[:-cut])[1]
    assert not parse(body() + bytes(cut))[1]


@pytest.mark.parametrize("length", [0, 1, 607])
def test_short_body_is_refused(length):
    assert not parse(body()[:length])[1]


@pytest.mark.parametrize("kind", [3, 4, 0x70, 0x7E, 0x7F, 0xFD, 0x100])
def test_unknown_type_is_refused(kind):
    assert not parse(body(kind=kind))[1]


L1 = {"kind": 0xFF, "signature": b""}


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": 0},
        {"kind": 0, "r0": 1},
        {"kind": 1},
        {"kind": 2, "priority": 1},
        {"kind": 0x71, "paymaster": 1, "paymaster_input": b"\x01"},
        {"kind": 0x71, "deps": [1, 2]},
        {"r1": 1, "to": 0},
        {"r1": 2**255, "to": 0},
        L1,
        {**L1, "r0": 7, "r1": 2**255, "deps": [9]},
        {**L1, "kind": 0xFE, "priority": 0},
        {"dynamic": b"anything"},
    ],
)
def test_consistent_transaction_is_accepted(changes):
    assert parse(body(**changes))[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": 0, "priority": 6},
        {"kind": 1, "priority": 6},
        {"kind": 2, "paymaster": 1},
        {**L1, "paymaster": 1},
        {"kind": 1, "r0": 1},
        {"kind": 2, "r0": 1},
        {"kind": 0x71, "r0": 1},
        {"kind": 0x71, "r1": 1, "to": 0},
        {"kind": 2, "r1": 1},
        {"r2": 1},
        {"r3": 2**255},
        {**L1, "r2": 1},
        {"kind": 0xFF},
        {"signature": b""},
        {"signature": bytes(64)},
        {"kind": 0x71, "signature": bytes(66)},
        {"kind": 2, "paymaster_input": b"\x01"},
        {**L1, "paymaster_input": b"\x01"},
        {"kind": 0, "deps": [1]},
    ],
)
def test_inconsistent_transaction_is_refused(changes):
    assert not parse(body(**changes))[1]


def test_published_transactions_parse(shared):
    seen = 0
    for path in sorted((shared / "vectors").glob("*.expected.json")):
        if path.name.startswith("malformed"):
            continue
        encoded = json.loads(path.read_text()).get("encoded_txs", ())
        for text in _flat(encoded):
            transaction, valid = parse(bytes.fromhex(text[2:]))
            assert valid, path.name
            assert transaction.gas_limit == int(text[2 + 192 : 2 + 256], 16)
            seen += 1
    assert seen > 50


def _flat(encoded):
    for item in encoded:
        if isinstance(item, str):
            yield item
        else:
            yield from _flat(item)

"""L2 transactions: fields, bounds, order of errors (transactions spec 2 and 3)."""

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from tests.guest.bootloader.encodings import (
    CHAIN,
    FIELDS,
    TO,
    authorization,
    decode_rlp,
    encode,
    items,
)
from tests.guest.objects import OBJECTS

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

KINDS = list(FIELDS)
TYPED = [1, 2, 4]
STRUCTURE, ENCODING = "INVALID_STRUCTURE", "INVALID_ENCODING"
KEY = bytes(31) + b"\1"


def reason(data, *, lax=False):
    return decode_rlp(data, lax=lax)[1]


def listed(*entries):
    return [[address, list(keys)] for address, *keys in entries]


@pytest.mark.parametrize("kind", KINDS)
def test_fields_are_taken(kind):
    record, why = decode_rlp(encode(kind))
    assert not why
    assert record.kind == kind
    assert (record.nonce, record.gas_limit, record.value) == (3, 21000, 5)
    assert record.max_fee == 7
    assert record.max_priority_fee == (2 if kind > 1 else 7)
    assert (record.to, record.is_creation) == (int(TO.hex(), 16), False)
    assert bytes(record.data) == b"\1\0\2"
    assert record.non_zero_bytes == 2
    assert (record.is_odd, record.names_chain) == (False, False)
    assert (record.r, record.s) == (2**255 - 19, 0x1234)
    assert record.authorization_count == (1 if kind == 4 else 0)


@pytest.mark.parametrize(
    ("field", "largest"),
    [
        ("nonce", 2**64 - 1),
        ("gas_limit", 2**64 - 1),
        ("gas_price", 2**256 - 1),
        ("priority", 2**256 - 1),
        ("value", 2**256 - 1),
        ("r", 2**256 - 1),
        ("s", 2**256 - 1),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_number_has_a_bound_and_no_leading_zero(kind, field, largest):
    if field in FIELDS[kind] or field in ("r", "s"):
        assert not reason(encode(kind, **{field: largest}))
        assert not reason(encode(kind, **{field: 0}))
        assert reason(encode(kind, **{field: largest + 1})) == STRUCTURE
        assert reason(encode(kind, **{field: b"\0"})) == STRUCTURE
        assert reason(encode(kind, **{field: b"\0\1"})) == STRUCTURE
        assert reason(encode(kind, **{field: []})) == STRUCTURE


@pytest.mark.parametrize("kind", TYPED)
def test_chain_must_be_the_blocks(kind):
    for other in (0, CHAIN - 1, CHAIN + 1, 2**64 - 1):
        assert reason(encode(kind, chain_id=other)) == "INVALID_CHAIN_ID"
    assert reason(encode(kind, chain_id=2**64)) == STRUCTURE


@pytest.mark.parametrize("kind", KINDS)
def test_recipient_is_an_address_or_absent(kind):
    record, why = decode_rlp(encode(kind, to=b""))
    if kind == 4:
        assert why == STRUCTURE
    else:
        assert not why
        assert record.is_creation
    assert not reason(encode(kind, to=bytes(20)))
    for length in (1, 19, 21, 32):
        assert reason(encode(kind, to=b"\1" * length)) == STRUCTURE


@pytest.mark.parametrize("kind", TYPED)
def test_parity_is_0_or_1(kind):
    assert not decode_rlp(encode(kind, v=0))[0].is_odd
    assert decode_rlp(encode(kind, v=1))[0].is_odd
    for value in (2, 27, 256, b"\0"):
        assert reason(encode(kind, v=value)) == STRUCTURE


@pytest.mark.parametrize(
    ("v", "odd", "names_chain"),
    [
        (27, False, False),
        (28, True, False),
        (35 + 2 * CHAIN, False, True),
        (36 + 2 * CHAIN, True, True),
    ],
)
def test_v_of_a_legacy_signature(v, odd, names_chain):
    record, why = decode_rlp(encode(0, v=v))
    assert not why
    assert (record.is_odd, record.names_chain) == (odd, names_chain)


@pytest.mark.parametrize(
    "v", [0, 1, 26, 29, 34 + 2 * CHAIN, 37 + 2 * CHAIN, 2**64, 2**256 - 1]
)
def test_v_of_another_chain(v):
    assert reason(encode(0, v=v)) == ENCODING


def test_v_beyond_256_bits():
    assert reason(encode(0, v=2**256)) == STRUCTURE


@pytest.mark.parametrize("kind", KINDS)
def test_list_has_all_items_and_no_more(kind):
    prefix = bytes([kind]) if kind else b""
    whole = items(kind)
    assert reason(prefix + rlp.encode(whole)) == ""
    assert reason(prefix + rlp.encode(whole[:-1])) == STRUCTURE
    assert reason(prefix + rlp.encode([*whole, b""])) == STRUCTURE
    assert reason(prefix + rlp.encode([])) == STRUCTURE
    assert reason(prefix + rlp.encode(whole) + b"\0") == STRUCTURE
    assert reason(prefix + rlp.encode(whole)[:-1]) == STRUCTURE
    assert reason(prefix + rlp.encode(b"".join(map(rlp.encode, whole)))) == STRUCTURE


@pytest.mark.parametrize("first", [3, 5, 0x71, 0x7E, 0x7F])
def test_other_types_are_no_encoding(first):
    assert reason(bytes([first]) + rlp.encode(items(2))) == ENCODING


@pytest.mark.parametrize("first", ["80", "8180", "8182", "81ff"])
def test_other_numbers_are_no_encoding(first):
    assert reason(bytes.fromhex(first) + rlp.encode(items(2))) == ENCODING


@pytest.mark.parametrize("first", ["00", "8101", "8102", "8200", "b8", "bf"])
def test_what_is_no_number_is_a_malformed_list(first):
    assert reason(bytes.fromhex(first)) == STRUCTURE
    assert reason(bytes.fromhex(first) + rlp.encode(items(2))) == STRUCTURE


def test_cut_number_is_a_malformed_list():
    assert reason(b"\x81") == STRUCTURE


@pytest.mark.parametrize("kind", TYPED)
def test_type_byte_alone_is_malformed(kind):
    assert reason(bytes([kind])) == STRUCTURE


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize(
    "entries", [(), listed((TO,)), listed((TO, KEY, KEY), (TO,)) * 20]
)
def test_access_list_is_taken_whole(kind, entries):
    record, why = decode_rlp(encode(kind, access_list=entries))
    assert not why
    whole = rlp.encode(entries)
    assert whole.endswith(bytes(record.access_list))
    assert len(whole) - int(record.access_list.length()) in (1, 2, 3)


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize(
    "entries",
    [
        b"",
        [b""],
        [[]],
        [[TO]],
        [[TO, b""]],
        [[TO, [], []]],
        [[TO[1:], []]],
        [[TO + b"\0", []]],
        [[b"", []]],
        [[TO, [KEY[1:]]]],
        [[TO, [KEY, b""]]],
    ],
)
def test_malformed_access_list(kind, entries):
    assert reason(encode(kind, access_list=entries)) == STRUCTURE


def test_key_headers_are_not_looked_at():
    keys = [b"\1" * 16, b"\1" * 15]  # 33 bytes together
    assert not reason(encode(1, access_list=[[TO, keys]]))


@pytest.mark.parametrize("count", [1, 2, 100])
def test_authorizations_are_counted(count):
    record, why = decode_rlp(encode(4, authorizations=[authorization()] * count))
    assert not why
    assert record.authorization_count == count


@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({"chain_id": 2**256 - 1}, True),
        ({"chain_id": 2**256}, False),
        ({"chain_id": b"\0"}, False),
        ({"address": bytes(20)}, True),
        ({"address": b""}, False),
        ({"address": bytes(21)}, False),
        ({"nonce": 2**64 - 1}, True),
        ({"nonce": 2**64}, False),
        ({"parity": 255}, True),
        ({"parity": 256}, False),
        ({"r": 0, "s": 0}, True),
        ({"r": 2**256 - 1, "s": 2**256 - 1}, True),
        ({"r": 2**256}, False),
        ({"s": 2**256}, False),
        ({"r": b"\0\1"}, False),
        ({"s": b"\0"}, False),
    ],
)
def test_bounds_of_an_authorization(changes, accepted):
    data = encode(4, authorizations=[authorization(), authorization(**changes)])
    assert reason(data) == ("" if accepted else STRUCTURE)


@pytest.mark.parametrize(
    "entry", [b"", [], authorization()[:-1], [*authorization(), b""]]
)
def test_malformed_authorization(entry):
    assert reason(encode(4, authorizations=[entry])) == STRUCTURE


def test_errors_come_in_the_order_of_the_fields():
    empty = {"authorizations": []}
    assert reason(encode(4, **empty)) == "AUTH_LIST_IS_EMPTY"
    assert reason(encode(4, access_list=[b""], **empty)) == STRUCTURE
    assert reason(encode(4, r=2**256, **empty)) == "AUTH_LIST_IS_EMPTY"
    assert reason(encode(4, chain_id=1, **empty)) == "AUTH_LIST_IS_EMPTY"
    assert reason(encode(4, chain_id=1, v=2)) == STRUCTURE
    assert reason(encode(0, v=1, s=2**256)) == STRUCTURE


@pytest.mark.parametrize("kind", KINDS)
def test_list_length_with_leading_zeros_is_taken_by_the_lax_only(kind):
    content = rlp.encode(items(kind))[2:]
    assert 56 <= len(content) < 256
    prefix = bytes([kind]) if kind else b""
    data = prefix + b"\xf9\0" + bytes([len(content)]) + content
    assert reason(data) == STRUCTURE
    assert reason(data, lax=True) == ""


@given(st.lists(st.sampled_from([0, 0, 1, 0x7F, 0x80, 0xFF]), max_size=90).map(bytes))
def test_calldata_is_counted_at_every_offset(data):
    for nonce in (0, 2**8, 2**16, 2**24):
        record, why = decode_rlp(encode(0, nonce=nonce, data=data))
        assert not why
        assert record.non_zero_bytes == sum(byte != 0 for byte in data)

"""Transactions and metadata as bytes, and back."""

import json
from dataclasses import replace

import pytest

from tests.host.published_transfer import ENVELOPE
from tests.support.published import NAMES, case_path, expected_path
from zkos.host.case import load_case
from zkos.host.codecs.abi import decode_body, encode_body, hash_of_body
from zkos.host.codecs.metadata import decode_metadata, encode_metadata
from zkos.host.codecs.rlp import (
    authorization_hash,
    decode_signed,
    encode_signed,
    sender_of,
    signing_hash,
)
from zkos.host.context import BlockContext
from zkos.host.delivery import Delivery, decode_transaction, deliver
from zkos.host.rlp import decode
from zkos.host.rlp import encode as rlp
from zkos.host.signing import address_of_key, keccak256, recover, sign
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    TransactionError,
)

KEY = b"\1" * 32
SENDER = 0x1A642F0E3C3AF545E7ACBD38B07251B3990914F1
HIGHER_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
CHAIN = 37
SIGNED = FieldTransaction(
    kind=Kind.EIP1559,
    gas_limit=100_000,
    max_fee_per_gas=500,
    max_priority_fee_per_gas=20,
    nonce=3,
    to=0x42,
    value=10**18,
    data=bytes(range(100)),
    access_list=(AccessListEntry(7, (1, 2)), AccessListEntry(8)),
    private_key=KEY,
)
LEGACY = replace(
    SIGNED, kind=Kind.LEGACY, access_list=None, max_priority_fee_per_gas=None
)
DEPOSIT = FieldTransaction(
    kind=Kind.L1, gas_limit=100, max_fee_per_gas=7, value=5, sender=1, to=0x42
)
BY_RLP = {
    "legacy": LEGACY,
    "unprotected": replace(LEGACY, eip155=False),
    "2930": replace(SIGNED, kind=Kind.EIP2930, max_priority_fee_per_gas=None),
    "1559": SIGNED,
    "creation": replace(SIGNED, to=None),
    "4844": replace(
        SIGNED, kind=Kind.EIP4844, blob_hashes=(1, 2**255), max_fee_per_blob_gas=9
    ),
    "7702": replace(
        SIGNED,
        kind=Kind.EIP7702,
        authorization_list=(
            Authorization(0xC0DE, 5, private_key=b"\2" * 32),
            Authorization(0, 2**64, 2**200, y=2, r=0, s=2**255),
        ),
    ),
}
BY_ABI = {
    "l1": DEPOSIT,
    "without target": replace(DEPOSIT, to=None),
    "upgrade": replace(DEPOSIT, kind=Kind.UPGRADE, data=b"x" * 33),
    "odd": replace(
        DEPOSIT,
        gas_per_pubdata=3,
        mint_value=2**200,
        refund_recipient=2**200,
        factory_deps=(b"a" * 32, b"b" * 32),
        reserved=(None, None, 7, 9),
        reserved_dynamic=b"odd",
        signature=b"s",
    ),
}


def word(body, index):
    return int.from_bytes(body[32 * index : 32 * index + 32], "big")


@pytest.mark.parametrize("name", NAMES)
def test_published_transactions_are_delivered_byte_for_byte(name):
    case = load_case(case_path(name))
    published = json.loads(expected_path(name).read_text())
    for block, expected in zip(case.blocks, published["encoded_txs"], strict=True):
        found = [deliver(tx, block.context.chain_id) for tx in block.transactions]
        assert [(f"0x{item.data.hex()}", item.format) for item in found] == [
            (item["bytes"], item["format"]) for item in expected
        ]
        senders = [item.sender for item in found if item.format == 1]
        assert senders == [int(i["from"], 16) for i in expected if i["format"] == 1]


def test_legacy_example_of_eip_155_is_decoded():
    # The worked example of EIP-155: key 0x46.., nonce 9, chain id 1.
    raw = bytes.fromhex(
        "f86c098504a817c800825208943535353535353535353535353535353535353535880d"
        "e0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1"
        "590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1"
        "966a3b6d83"
    )
    transaction = decode_signed(raw)
    assert transaction.sender == address_of_key(b"\x46" * 32)
    assert transaction.nonce == 9
    assert transaction.max_fee_per_gas == 20 * 10**9
    assert transaction.gas_limit == 21000
    assert transaction.to == int("35" * 20, 16)
    assert transaction.value == 10**18
    assert transaction.chain_id == 1
    assert transaction.eip155
    assert transaction.signature[64] == 27
    digest = signing_hash(transaction, 1).hex()
    assert digest == "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
    assert encode_signed(transaction, 1) == raw


@pytest.mark.parametrize("name", BY_RLP)
def test_envelope_is_read_back_into_fields_that_encode_alike(name):
    given = BY_RLP[name]
    raw = encode_signed(given, CHAIN)
    read = decode_signed(raw)
    assert encode_signed(read, CHAIN) == raw
    assert read.sender == SENDER
    assert read.private_key is None
    for field in ("kind", "to", "nonce", "value", "data", "access_list", "eip155"):
        expected = getattr(given, field)
        assert getattr(read, field) == expected, field


@pytest.mark.parametrize("name", BY_ABI)
def test_body_is_read_back_into_fields_that_encode_alike(name):
    given = BY_ABI[name]
    body = encode_body(given)
    read = decode_body(body)
    assert encode_body(read) == body
    for field in ("kind", "nonce", "value", "data", "signature", "factory_deps"):
        assert getattr(read, field) == getattr(given, field), field


def test_signature_covers_the_payload_of_the_type():
    raw = encode_signed(SIGNED, CHAIN)
    items = decode(raw[1:])
    assert signing_hash(SIGNED, CHAIN) == keccak256(b"\2" + rlp(items[:-3]))
    y, r, s = (int.from_bytes(item, "big") for item in items[-3:])
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([27 + y])
    assert recover(signing_hash(SIGNED, CHAIN), signature) == SENDER


def test_hash_is_of_the_bytes_as_given():
    assert Delivery(ENVELOPE, 1, SENDER).hash == keccak256(ENVELOPE)
    body = encode_body(DEPOSIT)
    assert Delivery(body, 0, 0).hash == hash_of_body(body)
    assert hash_of_body(body) == keccak256((32).to_bytes(32, "big") + body)


def test_authorization_is_signed_for_chain_address_and_nonce():
    entry = BY_RLP["7702"].authorization_list[0]
    raw = encode_signed(BY_RLP["7702"], CHAIN)
    first, second = decode(raw[1:])[9]
    target = (0xC0DE).to_bytes(20, "big")
    digest = keccak256(b"\5" + rlp([CHAIN, target, 5]))
    assert authorization_hash(entry, CHAIN) == digest
    made = sign(b"\2" * 32, digest)
    assert first[:3] == [bytes([CHAIN]), target, b"\5"]
    assert [first[4], first[5]] == [made[:32], made[32:64]]
    assert second[3:] == [b"\2", b"", b"\x80" + bytes(31)]


def test_parts_of_an_authorization_replace_what_is_signed():
    entry = replace(BY_RLP["7702"].authorization_list[0], r=7)
    raw = encode_signed(replace(BY_RLP["7702"], authorization_list=(entry,)), CHAIN)
    ((*_, r, s),) = decode(raw[1:])[9]
    assert r == b"\7"
    assert len(s) == 32


def test_v_and_chain_id_stand_as_given():
    assert decode(encode_signed(replace(LEGACY, v=75), CHAIN))[6] == bytes([75])
    assert decode(encode_signed(replace(SIGNED, v=2), CHAIN)[1:])[-3] == b"\2"
    foreign = replace(SIGNED, chain_id=1)
    assert decode(encode_signed(foreign, CHAIN)[1:])[0] == b"\1"
    assert signing_hash(foreign, CHAIN) == signing_hash(SIGNED, 1)
    legacy = decode_signed(encode_signed(replace(LEGACY, chain_id=1), CHAIN))
    assert (legacy.chain_id, legacy.sender) == (1, SENDER)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"\x05\xc0", "unsupported type byte 0x05"),
        (b"\x71\xc0", "unsupported type byte 0x71"),
        (b"\xc0", "0 items, expected 9"),
        (b"\x02\xc1\x80", "1 items, expected 12"),
        (b"\x02\x80", "not an RLP list"),
        (b"\xc1", "not RLP: an item ends outside the data"),
        (b"\xf8\x01\x80", "not RLP: a short item has a long prefix"),
        (b"\xc2\x81\x01", "stands for itself has a prefix"),
        (b"\xc1" * 5000 + b"\x80", "not RLP"),
        (b"\xc0\x00", "not RLP: 1 bytes follow the item"),
        (rlp([b"\0", 1, 1, b"", 1, b"", 27, 1, 1]), "not a minimal number"),
        (rlp([1, 1, 1, b"\1", 1, b"", 27, 1, 1]), "neither empty nor 20 bytes long"),
        (rlp([1, 1, 1, b"", 1, [], 27, 1, 1]), "a list where bytes belong"),
        (
            b"\x01" + rlp([1, 1, 1, 1, b"", 1, b"", [[b"\1" * 20]], 0, 1, 1]),
            "an entry is not [address, keys]",
        ),
        (
            b"\x01" + rlp([1, 1, 1, 1, b"", 1, b"", [[b"\1", []]], 0, 1, 1]),
            "an item is not 20 bytes long",
        ),
        (
            b"\x04" + rlp([1, 1, 1, 1, 1, b"", 1, b"", [], [[1]], 0, 1, 1]),
            "an entry has not six parts",
        ),
    ],
)
def test_damaged_envelope_is_refused(raw, reason):
    with pytest.raises(TransactionError) as caught:
        decode_signed(raw)
    assert reason in caught.value.reason


def word_set(index, number):
    body = bytearray(encode_body(DEPOSIT))
    body[32 * index : 32 * index + 32] = number.to_bytes(32, "big")
    return bytes(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        bytes(31),
        bytes(700),
        encode_body(DEPOSIT)[:-1],
        encode_body(DEPOSIT) + b"\0",
        word_set(0, 2),
        word_set(1, 2**160),
        word_set(2, 2**160),
        word_set(7, 1),
        word_set(14, 2**255),
        word_set(15, 672),
        word_set(19, 2**200),
    ],
)
def test_body_that_no_fields_encode_to_is_refused(body):
    with pytest.raises(TransactionError) as caught:
        decode_body(body)
    assert caught.value.field == "encoded"


def test_body_has_the_words_of_the_type():
    body = encode_body(replace(BY_ABI["odd"], reserved=()))
    assert word(body, 0) == 0x7F
    assert word(body, 4) == 3
    assert word(body, 6) == 7
    assert [word(body, index) for index in range(10, 14)] == [2**200, 2**200, 0, 0]
    assert word(body, 14) == 608
    upgrade = encode_body(BY_ABI["upgrade"])
    assert word(upgrade, 0) == 0x7E


def test_deposit_covers_value_and_fee_of_type_0x7f_only():
    assert word(encode_body(DEPOSIT), 10) == 705
    assert word(encode_body(BY_ABI["upgrade"]), 10) == 0


def test_refunds_go_to_1_without_a_target():
    assert word(encode_body(DEPOSIT), 11) == 0
    assert word(encode_body(BY_ABI["without target"]), 11) == 1


@pytest.mark.parametrize("key", [bytes(32), HIGHER_ORDER.to_bytes(32, "big")])
def test_number_that_is_no_key_is_refused(key):
    signed = replace(SIGNED, private_key=key)
    for fields in (signed, replace(signed, sender=1)):
        with pytest.raises(TransactionError, match="not a secp256k1 key"):
            deliver(fields, CHAIN)


def test_sender_is_the_one_said_else_who_signed():
    signature = sign(KEY, signing_hash(SIGNED, CHAIN))
    given = replace(SIGNED, private_key=None, signature=signature)
    assert sender_of(given, CHAIN) == SENDER
    assert encode_signed(given, CHAIN) == encode_signed(SIGNED, CHAIN)
    assert sender_of(replace(given, sender=5), CHAIN) == 5
    with pytest.raises(TransactionError, match="recovers no sender"):
        sender_of(replace(given, signature=bytes(65)), CHAIN)
    with pytest.raises(TransactionError, match="missing"):
        deliver(replace(DEPOSIT, sender=None), CHAIN)


def test_oversized_deposit_is_refused():
    with pytest.raises(TransactionError, match="256 bits"):
        encode_body(replace(DEPOSIT, gas_limit=2**200, max_fee_per_gas=2**200))


@pytest.mark.parametrize(
    ("transaction", "delivery"),
    [
        (RawTransaction(ENVELOPE), (ENVELOPE, 1, SENDER)),
        (RawTransaction(ENVELOPE, 7, 0), (ENVELOPE, 0, 7)),
        (RawTransaction(b"\xc0"), (b"\xc0", 1, 0)),
        (EncodedTransaction(b"\1\2\3"), (b"\1\2\3", 0, 0)),
        (EncodedTransaction(b"", 9, 255), (b"", 255, 9)),
        (replace(DEPOSIT, format=1), (encode_body(DEPOSIT), 1, 1)),
    ],
)
def test_bytes_are_delivered_as_they_are(transaction, delivery):
    assert deliver(transaction, CHAIN) == delivery


def test_transactions_of_all_forms_are_decoded():
    assert decode_transaction(SIGNED) is SIGNED
    assert decode_transaction(RawTransaction(ENVELOPE)).value == 100
    assert decode_transaction(EncodedTransaction(encode_body(DEPOSIT))).value == 5
    with pytest.raises(TransactionError):
        decode_transaction(RawTransaction(b"\xc0"))


def test_keccak_is_the_original_padding():
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == empty


def test_metadata_is_read_back():
    hashes = tuple(range(1, 257))
    context = BlockContext(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, hashes)
    content = encode_metadata(context, hashes)
    assert decode_metadata(content) == context
    with pytest.raises(ValueError, match="no block metadata"):
        decode_metadata(content[:-4])

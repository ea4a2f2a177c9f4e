import gzip
import json

import pytest

from zkos.host.case import load_case
from zkos.host.raw_transaction import decode_raw, encode
from zkos.host.rlp import encode as rlp
from zkos.host.signing import address_of_key, keccak256, recover, sign
from zkos.host.transactions import (
    AccessListEntry,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    TransactionError,
    encode_access_list,
    encode_fields,
    signing_hash,
)

KEY = b"\1" * 32
SENDER = 0x1A642F0E3C3AF545E7ACBD38B07251B3990914F1
HIGHER_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def word(body, index):
    return int.from_bytes(body[32 * index : 32 * index + 32], "big")


def read_expected(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        return json.load(file)


def test_all_published_transactions_are_encoded_byte_for_byte(shared):
    compared = 0
    for path in sorted((shared / "vectors").glob("*.expected.json*")):
        expected = read_expected(path)
        if "encoded_txs" not in expected:
            continue
        block = load_case(path.with_name(path.name.replace(".expected", ""))).blocks[0]
        chain_id = block.context.chain_id
        found = ["0x" + encode(tx, chain_id).hex() for tx in block.transactions]
        assert found == expected["encoded_txs"], path.name
        compared += len(found)
    assert compared > 90


def test_mainnet_signatures_recover_their_senders(shared):
    case = load_case(shared / "vectors" / "mainnet_22244135.json.gz")
    block = case.blocks[0]
    for transaction in block.transactions:
        digest = signing_hash(transaction, 0, block.context.chain_id)
        assert recover(digest, transaction.signature) == transaction.sender


def test_legacy_example_of_eip_155_is_decoded():
    # The worked example of EIP-155: key 0x46.., nonce 9, chain id 1.
    raw = bytes.fromhex(
        "f86c098504a817c800825208943535353535353535353535353535353535353535880d"
        "e0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1"
        "590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1"
        "966a3b6d83"
    )
    transaction = decode_raw(raw)
    assert transaction.sender == address_of_key(b"\x46" * 32)
    assert transaction.nonce == 9
    assert transaction.max_fee_per_gas == 20 * 10**9
    assert transaction.gas_limit == 21000
    assert transaction.to == int("35" * 20, 16)
    assert transaction.value == 10**18
    assert transaction.chain_id == 1
    assert transaction.eip155
    assert transaction.signature[64] == 27
    digest = signing_hash(transaction, 0, 1).hex()
    assert digest == "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"


@pytest.mark.parametrize("kind", [Kind.LEGACY, Kind.EIP2930, Kind.EIP1559])
@pytest.mark.parametrize("eip155", [True, False])
@pytest.mark.parametrize("to", [None, 0x42])
def test_raw_transaction_encodes_like_its_fields(kind, eip155, to):
    access_list = None
    if kind is not Kind.LEGACY:
        access_list = (AccessListEntry(7, (1, 2)), AccessListEntry(8))
    fields = FieldTransaction(
        kind=kind,
        gas_limit=100_000,
        max_fee_per_gas=500,
        max_priority_fee_per_gas=20 if kind is Kind.EIP1559 else None,
        nonce=3,
        to=to,
        value=10**18,
        data=bytes(range(100)),
        access_list=access_list,
        eip155=eip155,
        private_key=KEY,
    )
    digest = signing_hash(fields, 0, 37)
    signature = sign(KEY, digest)
    raw = make_raw(fields, signature)
    assert encode(RawTransaction(raw), 37) == encode_fields(fields, 37)


def make_raw(fields, signature):
    y = signature[64] - 27
    r, s = (
        int.from_bytes(signature[:32], "big"),
        int.from_bytes(signature[32:64], "big"),
    )
    to = b"" if fields.to is None else fields.to.to_bytes(20, "big")
    rest = [fields.gas_limit, to, fields.value, fields.data]
    if fields.kind is Kind.LEGACY:
        v = 35 + 2 * 37 + y if fields.eip155 else 27 + y
        return rlp([fields.nonce, fields.max_fee_per_gas, *rest, v, r, s])
    fees = [fields.max_fee_per_gas]
    if fields.kind is Kind.EIP1559:
        fees = [fields.max_priority_fee_per_gas, fields.max_fee_per_gas]
    entries = [
        [
            entry.address.to_bytes(20, "big"),
            [k.to_bytes(32, "big") for k in entry.storage_keys],
        ]
        for entry in fields.access_list
    ]
    items = [37, fields.nonce, *fees, *rest, entries, y, r, s]
    return bytes([fields.kind.value]) + rlp(items)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"\x03\xc0", "unsupported type byte 0x03"),
        (b"\x71\xc0", "unsupported type byte 0x71"),
        (b"\xc0", "0 items, expected 9"),
        (b"\x02\xc1\x80", "1 items, expected 12"),
        (b"\x02\x80", "not an RLP list"),
        (b"\xc1", "not RLP: an item ends outside the data"),
        (b"\xf8\x01\x80", "not RLP: Long list prefix used for short list"),
        (b"\xc2\x81\x01", "single byte was possible"),
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
    ],
)
def test_damaged_raw_transaction_is_refused(raw, reason):
    with pytest.raises(TransactionError) as caught:
        decode_raw(raw)
    assert reason in caught.value.reason


def test_encoded_transaction_passes_unchanged():
    assert encode(EncodedTransaction(b"\1\2\3"), 37) == b"\1\2\3"


def test_legacy_flags_are_in_the_reserved_words():
    fields = FieldTransaction(Kind.LEGACY, 21000, 9, private_key=KEY)
    body = encode_fields(fields, 37)
    assert [word(body, index) for index in range(10, 14)] == [1, 1, 0, 0]
    assert word(body, 1) == SENDER
    assert word(body, 6) == 9
    offsets = [word(body, index) for index in range(14, 19)]
    assert offsets == [608, 640, 768, 800, 832]
    assert len(body) == 864


def test_l1_deposit_covers_value_and_fee():
    fields = FieldTransaction(
        Kind.L1,
        100,
        7,
        value=5,
        sender=1,
        refund_recipient=2,
        data=b"x",
        gas_per_pubdata=3,
    )
    body = encode_fields(fields, 37)
    assert [word(body, index) for index in range(10, 14)] == [705, 2, 0, 0]
    assert word(body, 4) == 3
    assert body[word(body, 15) :][:32] == bytes(32)


def test_overrides_win():
    fields = FieldTransaction(
        Kind.EIP1559,
        1,
        1,
        private_key=KEY,
        sender=5,
        signature=b"s" * 65,
        reserved=(None, 7, None, 9),
        reserved_dynamic=b"odd",
    )
    body = encode_fields(fields, 37)
    assert word(body, 1) == 5
    assert [word(body, index) for index in range(10, 14)] == [0, 7, 0, 9]
    assert body[word(body, 15) + 32 :][:65] == b"s" * 65
    assert body[word(body, 18) :] == (3).to_bytes(32, "big") + b"odd" + bytes(29)


def test_access_list_encoding_has_one_inner_list():
    entries = (AccessListEntry(0xA, (1, 2)), AccessListEntry(0xB))
    data = encode_access_list(entries)
    words = [word(data, index) for index in range(len(data) // 32)]
    assert words == [32, 1, 32, 2, 64, 224, 0xA, 64, 2, 1, 2, 0xB, 64, 0]
    assert len(encode_access_list(())) == 128


def test_absent_and_empty_access_lists_differ():
    absent = FieldTransaction(Kind.EIP1559, 1, 1, to=1, private_key=KEY)
    empty = FieldTransaction(Kind.EIP1559, 1, 1, to=1, access_list=(), private_key=KEY)
    lengths = []
    for fields in (absent, empty):
        body = encode_fields(fields, 37)
        lengths.append(word(body[word(body, 18) :], 0))
    assert lengths == [0, 128]


def test_chain_id_of_the_signature_can_differ():
    ours = FieldTransaction(Kind.LEGACY, 1, 1, private_key=KEY)
    foreign = FieldTransaction(Kind.LEGACY, 1, 1, private_key=KEY, chain_id=1)
    digest = signing_hash(foreign, SENDER, 37)
    body = encode_fields(foreign, 37)
    signature = body[word(body, 15) + 32 :][:65]
    assert digest != signing_hash(ours, SENDER, 37)
    assert recover(digest, signature) == SENDER


@pytest.mark.parametrize("key", [bytes(32), HIGHER_ORDER.to_bytes(32, "big")])
def test_number_that_is_no_key_is_refused(key):
    with pytest.raises(TransactionError, match="not a secp256k1 key"):
        encode_fields(FieldTransaction(Kind.LEGACY, 1, 1, private_key=key), 37)
    fields = FieldTransaction(Kind.LEGACY, 1, 1, private_key=key, sender=1)
    with pytest.raises(TransactionError, match="not a secp256k1 key"):
        encode_fields(fields, 37)


def test_unrecoverable_signature_without_sender_is_refused():
    fields = FieldTransaction(Kind.LEGACY, 1, 1, signature=bytes(65))
    with pytest.raises(TransactionError, match="recovers no sender"):
        encode_fields(fields, 37)


def test_sender_is_recovered_from_a_given_signature():
    signed = FieldTransaction(Kind.EIP2930, 1, 1, private_key=KEY, access_list=())
    signature = sign(KEY, signing_hash(signed, 0, 37))
    given = FieldTransaction(Kind.EIP2930, 1, 1, signature=signature, access_list=())
    assert encode_fields(given, 37) == encode_fields(signed, 37)


def test_oversized_deposit_is_refused():
    fields = FieldTransaction(Kind.L1, 2**200, 2**200, sender=1)
    with pytest.raises(TransactionError, match="256 bits"):
        encode_fields(fields, 37)


def test_keccak_is_the_original_padding():
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == empty

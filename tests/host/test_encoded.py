"""Encoded bodies read back into fields."""

from dataclasses import replace

import pytest

from zkos.host.raw_transaction import decode_encoded, decode_transaction, encode
from zkos.host.transactions import (
    AccessListEntry,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    TransactionError,
    encode_fields,
)

KEY = b"\1" * 32
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
ACCOUNT = replace(
    SIGNED,
    kind=Kind.EIP712,
    access_list=None,
    gas_per_pubdata=9,
    paymaster=0x77,
    paymaster_input=b"\x8c\x5a",
    factory_deps=(b"a" * 32, b"b" * 32),
)
DEPOSIT = FieldTransaction(
    kind=Kind.L1,
    gas_limit=100,
    max_fee_per_gas=7,
    value=5,
    sender=1,
    to=0x42,
    refund_recipient=2,
    mint_value=2**200,
)
CASES = {
    "1559": SIGNED,
    "creation": replace(SIGNED, to=None),
    "empty list": replace(SIGNED, access_list=()),
    "no list": replace(SIGNED, access_list=None),
    "2930": replace(SIGNED, kind=Kind.EIP2930, max_priority_fee_per_gas=None),
    "legacy": replace(SIGNED, kind=Kind.LEGACY, access_list=None),
    "unprotected": replace(SIGNED, kind=Kind.LEGACY, access_list=None, eip155=False),
    "712": ACCOUNT,
    "l1": DEPOSIT,
    "upgrade": replace(DEPOSIT, kind=Kind.UPGRADE),
    "odd words": replace(SIGNED, reserved=(None, 7, None, 9)),
    "odd list": replace(SIGNED, reserved_dynamic=b"odd"),
    "long signature": replace(SIGNED, signature=bytes(66), sender=5),
    "no signature": replace(SIGNED, signature=b"", sender=5),
    "signed deposit": replace(DEPOSIT, signature=b"s"),
}


@pytest.mark.parametrize("name", CASES)
def test_body_is_read_back_into_fields_that_encode_alike(name):
    body = encode_fields(CASES[name], CHAIN)
    read = decode_encoded(body, CHAIN)
    assert encode_fields(read, CHAIN) == body
    assert read.private_key is None
    given = CASES[name]
    for field in ("kind", "to", "nonce", "value", "data", "access_list", "eip155"):
        if field != "access_list" or given.reserved_dynamic is None:
            assert getattr(read, field) == getattr(given, field)


def word_set(index, number):
    body = bytearray(encode_fields(SIGNED, CHAIN))
    body[32 * index : 32 * index + 32] = number.to_bytes(32, "big")
    return bytes(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        bytes(31),
        bytes(700),
        encode_fields(SIGNED, CHAIN)[:-1],
        encode_fields(SIGNED, CHAIN) + b"\0",
        word_set(0, 3),
        word_set(1, 2**160),
        word_set(2, 2**160),
        word_set(14, 2**255),
        word_set(15, 640),
        word_set(19, 2**200),
    ],
)
def test_body_that_no_fields_encode_to_is_refused(body):
    with pytest.raises(TransactionError) as caught:
        decode_encoded(body, CHAIN)
    assert caught.value.field == "encoded"


def test_list_longer_than_the_body_is_left_as_bytes():
    odd = replace(
        SIGNED,
        reserved_dynamic=b"".join(
            number.to_bytes(32, "big") for number in (32, 1, 32, 2**250)
        ),
    )
    read = decode_encoded(encode_fields(odd, CHAIN), CHAIN)
    assert read.access_list is None
    assert read.reserved_dynamic == odd.reserved_dynamic


def test_transactions_of_all_forms_are_decoded():
    body = encode_fields(SIGNED, CHAIN)
    assert decode_transaction(SIGNED, CHAIN) is SIGNED
    assert encode(decode_transaction(EncodedTransaction(body), CHAIN), CHAIN) == body
    with pytest.raises(TransactionError):
        decode_transaction(RawTransaction(b"\xc0"), CHAIN)

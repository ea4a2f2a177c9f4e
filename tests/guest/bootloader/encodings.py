"""Encoded transactions of every kind, field by field, and the decoders under test."""

import rlp

from tests.guest.objects import (
    AbiDecoder,
    AccessList,
    Authorizations,
    RlpDecoder,
    Transaction,
)
from zkos.guest.protocol import report
from zkos.lang.ints import U64
from zkos.lang.memory import view_of

CHAIN = 300
TO = bytes.fromhex("0b" * 20)
REASONS = {
    int(value): name.removeprefix("REASON_")
    for name, value in vars(report).items()
    if name.startswith("REASON_")
}
LEGACY_FIELDS = ("nonce", "gas_price", "gas_limit", "to", "value", "data")
FIELDS = {
    0: LEGACY_FIELDS,
    1: ("chain_id", *LEGACY_FIELDS, "access_list"),
    2: (
        *("chain_id", "nonce", "priority", "gas_price", "gas_limit", "to", "value"),
        *("data", "access_list"),
    ),
    4: (
        *("chain_id", "nonce", "priority", "gas_price", "gas_limit", "to", "value"),
        *("data", "access_list", "authorizations"),
    ),
}
ENTRY = {"chain_id": CHAIN, "address": TO, "nonce": 5, "parity": 1, "r": 7, "s": 9}


def number(value):
    """The shortest bytes of a number; bytes and lists stay."""
    if isinstance(value, int):
        return value.to_bytes((value.bit_length() + 7) // 8, "big")
    return value


def authorization(**changes):
    return [number(value) for value in {**ENTRY, **changes}.values()]


def fields(kind, **changes):
    """The unsigned items of a transaction."""
    values = {
        "chain_id": CHAIN,
        "nonce": 3,
        "priority": 2,
        "gas_price": 7,
        "gas_limit": 21000,
        "to": TO,
        "value": 5,
        "data": b"\1\0\2",
        "access_list": [],
        "authorizations": [authorization()],
        **changes,
    }
    return [number(values[name]) for name in FIELDS[kind]]


def items(kind, **changes):
    """All items of a signed transaction."""
    v = changes.get("v", 27 if kind == 0 else 0)
    signature = [v, changes.get("r", 2**255 - 19), changes.get("s", 0x1234)]
    return [*fields(kind, **changes), *map(number, signature)]


def encode(kind, **changes):
    """A signed transaction as it is sent."""
    prefix = bytes([kind]) if kind else b""
    return prefix + rlp.encode(items(kind, **changes))


def words(*numbers):
    return b"".join(value.to_bytes(32, "big") for value in numbers)


def padded(content):
    return words(len(content)) + content + bytes(-len(content) % 32)


def body(**changes):
    """A well-formed L1 transaction; keywords change single fields."""
    head = {
        "kind": 0x7F,
        "sender": 0xA,
        "to": 0xB,
        "gas_limit": 21000,
        "per_pubdata": 9,
        "max_fee": 7,
        "priority": 7,
        "paymaster": 0,
        "nonce": 3,
        "value": 5,
        "r0": 10**9,
        "r1": 0xC,
        "r2": 0,
        "r3": 0,
    }
    tail = {
        "data": b"\1\0\2",
        "signature": b"",
        "deps": [],
        "paymaster_input": b"",
        "dynamic": b"",
    }
    head.update({name: value for name, value in changes.items() if name in head})
    tail.update({name: value for name, value in changes.items() if name in tail})
    parts = [
        padded(tail["data"]),
        padded(tail["signature"]),
        words(len(tail["deps"]), *tail["deps"]),
        padded(tail["paymaster_input"]),
        padded(tail["dynamic"]),
    ]
    offsets = [608 + sum(map(len, parts[:index])) for index in range(5)]
    return words(*head.values(), *offsets) + b"".join(parts)


def decode_rlp(data, *, lax=False):
    """The record and the name of the reason, empty if there is none."""
    record = Transaction()
    record.begin(view_of(data))
    lists = AccessList(lax), Authorizations(lax)
    reason = RlpDecoder(lax, U64(CHAIN), *lists).decode(record)
    return record, REASONS.get(int(reason), "")


def decode_abi(data):
    """The same of an L1 transaction."""
    record = Transaction()
    record.begin(view_of(data))
    reason = AbiDecoder().decode(record)
    return record, REASONS.get(int(reason), "")

"""The JSON Schema of files of Ethereum's blocks, `zkos-ethereum-blocks/1`.

What readers do not look at may be there as well: names, notes, other judges' answers.
"""

from typing import Final

from differential.ethereum.writing import FORMAT
from zkos.docs.schema_parts import BYTES, NUMBER, Schema
from zkos.docs.schema_parts import WORD as HASH
from zkos.host.ethereum.headers import FIELDS
from zkos.versions import Fork, Instance

_ADDRESSES: Final[Schema] = {"pattern": "^0x[0-9a-fA-F]{40}$"}
_HEADERS: Final[Schema] = {"type": "array", "items": BYTES, "minItems": 1}
"""Encoded, oldest first; the last is the parent's."""


def blocks_schema() -> Schema:
    """Of a file: one block or a chain, all by the rules of a fork."""
    return _object(
        {
            "format": {"const": FORMAT},
            "instance": {"const": Instance.ETHEREUM.value},
            "fork": {"enum": [fork.value for fork in Fork]},
            "blocks": {"type": "array", "items": _block(), "minItems": 1},
        },
        ("format", "fork", "blocks"),
    )


def _block() -> Schema:
    """A block with a witness, or with the whole state before and its ancestors."""
    body = _object(
        {
            "header_rlp": BYTES,
            "transactions": {"type": "array", "items": BYTES},
            "withdrawals_rlp": BYTES,
        },
        ("header_rlp", "transactions", "withdrawals_rlp"),
    )
    witness = _object(
        {
            "state": {"type": "array", "items": BYTES},
            "codes": {"type": "array", "items": BYTES},
            "headers": _HEADERS,
        },
        ("state", "codes", "headers"),
    )
    made = _object(
        {
            "block": body,
            "witness": witness,
            "alloc": _state(),
            "alloc_complete": {"type": "boolean"},
            "headers": _HEADERS,
            "parent_header": _header(),
            "expected": _expected(),
        },
        ("block",),
    )
    known = [{"required": ["alloc", name]} for name in ("headers", "parent_header")]
    return {**made, "anyOf": [{"required": ["witness"]}, *known]}


def _state() -> Schema:
    slots: Schema = {"type": "object", "additionalProperties": NUMBER}
    account = _object(
        {
            "nonce": NUMBER,
            "balance": NUMBER,
            "code": {"anyOf": [BYTES, {"type": "null"}]},
            "storage": slots,
        },
        ("nonce", "balance", "code", "storage"),
    )
    return {
        "type": "object",
        "propertyNames": _ADDRESSES,
        "additionalProperties": account,
    }


def _header() -> Schema:
    """As Ethereum's JSON-RPC tells it."""
    properties = {name: BYTES if length else NUMBER for name, length in FIELDS}
    return _object(properties, tuple(properties))


def _expected() -> Schema:
    """What the block must come to, known from elsewhere."""
    return _object(
        {
            "block_hash": HASH,
            "state_root": HASH,
            "receipts": {"type": "array"},
            "post": {"type": "object", "propertyNames": _ADDRESSES},
        },
        ("block_hash", "state_root", "receipts", "post"),
    )


def _object(properties: Schema, required: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
    }

"""The questions of the guest as the host that lies sees them: ids, groups, fields."""

from typing import Final

from zkos.guest.protocol import queries
from zkos.host.channel import QUERY_NAMES

WORD: Final = 4
SIZE: Final = int(queries.QUERY_TRANSACTION_SIZE)
CONTENT: Final = int(queries.QUERY_TRANSACTION)
ENCODING: Final = int(queries.QUERY_TRANSACTION_ENCODING)
SENDER: Final = int(queries.QUERY_TRANSACTION_SENDER)
METADATA: Final = int(queries.QUERY_METADATA)
SCHEME: Final = int(queries.QUERY_DA_SCHEME)
PROOF_DATA: Final = int(queries.QUERY_PROOF_DATA)
COUNT: Final = int(queries.QUERY_BLOCK_COUNT)
SLOT: Final = int(queries.QUERY_SLOT)
PREIMAGE: Final = int(queries.QUERY_PREIMAGE)
PREVIOUS: Final = int(queries.QUERY_PREVIOUS_INDEX)
EXACT: Final = int(queries.QUERY_EXACT_INDEX)
PROOF: Final = int(queries.QUERY_PROOF)
BLOB: Final = int(queries.QUERY_BLOB_ADVICE)
DISCONNECT: Final = int(queries.QUERY_DISCONNECT)

STATEMENT: Final = frozenset(
    (SIZE, CONTENT, ENCODING, METADATA, SCHEME, PROOF_DATA, COUNT)
)
"""Queries whose answers are what a proof is about: bound, not verified."""
STATE: Final = (SLOT, PREIMAGE, PREVIOUS, EXACT, PROOF)
"""Queries about the state before a block: every answer must be verified."""

_FIELDS: Final[dict[int, tuple[tuple[str, int], ...]]] = {
    METADATA: (
        ("basefee", 8),
        ("pubdata_price", 8),
        ("native_price", 8),
        ("block_number", 2),
        ("timestamp", 2),
        ("chain_id", 2),
        ("gas_limit", 2),
        ("pubdata_limit", 2),
        ("coinbase", 6),
        ("block_hashes", 2048),
        ("mix_hash", 8),
        ("blob_fee", 8),
    ),
    PROOF_DATA: (("root", 8), ("next_free_slot", 2), ("timestamp", 2)),
    SLOT: (("is_new", 2), ("value", 8)),
    PROOF: (("index", 2), ("key", 8), ("value", 8), ("next", 2), ("path", 512)),
    BLOB: (("commitment", 12), ("proof", 12)),
}
"""Names of the words of an answer after its length; others are one field."""


def span(query: int, field: str) -> tuple[int, int]:
    """Where a field begins in an answer and how long it is, in bytes."""
    offset = WORD
    for name, words in _FIELDS[query]:
        if name == field:
            return offset, WORD * words
        offset += WORD * words
    raise KeyError(field)


def fields(query: int) -> tuple[str, ...]:
    """Names of the fields of an answer; none where it is one field."""
    return tuple(name for name, _ in _FIELDS.get(query, ()))


def changed_fields(query: int, honest: bytes, given: bytes) -> set[str]:
    """What a lie is about: `query.field` without any value."""
    kind = QUERY_NAMES.get(query, "unknown")
    if honest == given:
        return set()
    if honest[:WORD] != given[:WORD] or len(honest) != len(given):
        return {f"{kind}.length"}
    named = fields(query)
    if not named:
        return {kind}
    places = ((name, *span(query, name)) for name in named)
    return {
        f"{kind}.{name}"
        for name, start, length in places
        if honest[start : start + length] != given[start : start + length]
    }

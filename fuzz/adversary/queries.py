"""The questions of the guest as the host that lies sees them: ids, groups, fields."""

from typing import Final

from zkos.guest.protocol import queries
from zkos.host.channel import QUERY_NAMES
from zkos.versions import DEFAULT, Protocol

WORD: Final = 4
SIZE: Final = int(queries.QUERY_TRANSACTION_SIZE)
CONTENT: Final = int(queries.QUERY_TRANSACTION)
ENCODING: Final = int(queries.QUERY_TRANSACTION_ENCODING)
SENDER: Final = int(queries.QUERY_TRANSACTION_SENDER)
METADATA: Final = int(queries.QUERY_METADATA)
SCHEME: Final = int(queries.QUERY_DA_SCHEME)
PROOF_DATA: Final = int(queries.QUERY_PROOF_DATA)
COUNT: Final = int(queries.QUERY_BLOCK_COUNT)
CONFIGURATION: Final = int(queries.QUERY_CONFIGURATION)
SLOT: Final = int(queries.QUERY_SLOT)
PREIMAGE: Final = int(queries.QUERY_PREIMAGE)
PREVIOUS: Final = int(queries.QUERY_PREVIOUS_INDEX)
EXACT: Final = int(queries.QUERY_EXACT_INDEX)
PROOF: Final = int(queries.QUERY_PROOF)
BLOB: Final = int(queries.QUERY_BLOB_ADVICE)
DISCONNECT: Final = int(queries.QUERY_DISCONNECT)

STATEMENT: Final = frozenset(
    (SIZE, CONTENT, ENCODING, METADATA, SCHEME, PROOF_DATA, COUNT, CONFIGURATION)
)
"""Queries whose answers are what a proof is about: bound, not verified."""
STATE: Final = (SLOT, PREIMAGE, PREVIOUS, EXACT, PROOF)
"""Queries about the state before a block: every answer must be verified."""

_METADATA: Final = (
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
)
_LACKING: Final = {
    Protocol.V30: ("blob_fee",),
    Protocol.V31: (),
    Protocol.V32: ("chain_id",),
}
"""Fields of the metadata that a version does not have."""
_FIELDS: Final[dict[int, tuple[tuple[str, int], ...]]] = {
    CONFIGURATION: (("chain_id", 2), ("proves_fri", 2), ("max_tx_gas_limit", 2)),
    PROOF_DATA: (("root", 8), ("next_free_slot", 2), ("timestamp", 2)),
    SLOT: (("is_new", 2), ("value", 8)),
    PROOF: (("index", 2), ("key", 8), ("value", 8), ("next", 2), ("path", 512)),
    BLOB: (("commitment", 12), ("proof", 12)),
}
"""Names of the words of an answer after its length; others are one field."""


def span(query: int, field: str, protocol: Protocol = DEFAULT) -> tuple[int, int]:
    """Where a field begins in an answer and how long it is, in bytes."""
    offset = WORD
    for name, words in _layout(query, protocol):
        if name == field:
            return offset, WORD * words
        offset += WORD * words
    raise KeyError(field)


def fields(query: int, protocol: Protocol = DEFAULT) -> tuple[str, ...]:
    """Names of the fields of an answer; none where it is one field."""
    return tuple(name for name, _ in _layout(query, protocol))


def _layout(query: int, protocol: Protocol) -> tuple[tuple[str, int], ...]:
    if query != METADATA:
        return _FIELDS.get(query, ())
    return tuple(item for item in _METADATA if item[0] not in _LACKING[protocol])


def changed_fields(
    query: int, honest: bytes, given: bytes, protocol: Protocol = DEFAULT
) -> set[str]:
    """What a lie is about: `query.field` without any value."""
    kind = QUERY_NAMES.get(query, "unknown")
    if honest == given:
        return set()
    if honest[:WORD] != given[:WORD] or len(honest) != len(given):
        return {f"{kind}.length"}
    named = fields(query, protocol)
    if not named:
        return {kind}
    places = ((name, *span(query, name, protocol)) for name in named)
    return {
        f"{kind}.{name}"
        for name, start, length in places
        if honest[start : start + length] != given[start : start + length]
    }

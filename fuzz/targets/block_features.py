"""What a block did, beside the code it ran: features from its report.

Receipts are read without decoding the report: their first words lie at fixed places
(`zkos/guest/README.md`).
"""

import struct
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from differential.runners.base import Ending
from fuzz.coverage.counters import magnitude, semantic
from zkos.guest.protocol.report import KIND_TRANSACTION
from zkos.host.case import Block
from zkos.host.channel import QUERY_IDS, REPORT, QueryChannel
from zkos.host.context import MAX_BLOCK_GAS_LIMIT, BlockContext, DataAvailability
from zkos.host.profile import Quirks
from zkos.host.report import Status
from zkos.host.tree import hash_bytes

_UPSTREAM_ABORT: Final = "a transaction ends the block"
"""What ends a block with upstream's faults (bootloader spec 11)."""
_UNREADABLE: Final = (
    "preimage does not match its hash",
    "unexpected length of a preimage",
)
_TOO_MUCH_FOR_BLOBS: Final = "more pubdata than blobs can hold"
_LAYER: Final = "the settlement layer is not the one announced"
_HEADER: Final = "commitment/header.py"
"""Where numbers of the header must fit."""
_PREIMAGE: Final = QUERY_IDS["preimage"]
_RECEIPT: Final = struct.Struct("<5I")
_GAS_USED: Final = 4 * (5 + 16)


def declared_abort(
    reason: str,
    context: BlockContext,
    asked: Sequence[tuple[int, bytes]],
    quirks: Quirks,
    decreed: Collection[bytes],
) -> bool:
    """Whether a block may end so; any other trap is a fault of ours.

    `asked` is all that the guest asked, `decreed` is plain code, for which only the
    deployer asks: told another length than the code's, it gets no answer that can be
    true. The rest is metadata that no block can have.
    """
    if any(text in reason for text in _UNREADABLE):
        about = asked[-1] if asked else (0, b"")
        return about[0] == _PREIMAGE and about[1] in map(hash_bytes, decreed)
    if _UPSTREAM_ABORT in reason:
        return quirks is Quirks.UPSTREAM
    if "block gas limit too high" in reason:
        return context.gas_limit > MAX_BLOCK_GAS_LIMIT
    if "older than the one before" in reason:
        return context.timestamp < (context.last_block_timestamp or 0)
    if _HEADER in reason:
        return context.eip1559_basefee >> 64 != 0
    if _TOO_MUCH_FOR_BLOBS in reason:
        return context.da is DataAvailability.BLOBS
    # The code of a system contract may say what is not so (v31 system spec 6.8).
    return _LAYER in reason


@dataclass(slots=True)
class Receipts:
    """What became of the transactions of a block."""

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Type byte, status, reason and gas used."""
    kinds: Counter[int] = field(default_factory=Counter)
    """Messages of the report by kind."""
    included: int = 0
    reverted: int = 0
    rejected: int = 0

    @classmethod
    def of(cls, messages: Iterable[tuple[int, bytes]]) -> "Receipts":
        """The receipts among the messages of a run."""
        made = cls()
        for channel, content in messages:
            if channel != REPORT:
                continue
            kind = content[0]
            made.kinds[kind] += 1
            if kind == int(KIND_TRANSACTION):
                made._add(content)
        return made

    def _add(self, content: bytes) -> None:
        _, _, type_byte, status, reason = _RECEIPT.unpack_from(content)
        gas = int.from_bytes(content[_GAS_USED : _GAS_USED + 8], "little")
        self.rows.append((type_byte, status, reason, gas))
        self.included += status == Status.SUCCESS
        self.reverted += status == Status.REVERTED
        self.rejected += status == Status.INVALID


def block_features(
    block: Block, ending: Ending, channel: QueryChannel, receipts: Receipts
) -> int:
    """Features of one block as a set."""
    features = semantic("end", ending.result.value, ending.reason)
    for type_byte, status, reason, gas in receipts.rows:
        features |= semantic("transaction", type_byte, status, reason)
        features |= semantic("gas", status, magnitude(gas))
    for kind, count in receipts.kinds.items():
        features |= semantic("reports", kind, magnitude(count))
    for query, count in channel.queries.items():
        features |= semantic("queries", query, magnitude(count))
    statuses = tuple(row[1] for row in receipts.rows[:4])
    features |= semantic("order", statuses)
    return features | semantic("transactions", magnitude(len(block.transactions)))

"""What a block did, beside the code it ran: features from its report.

Receipts are read without decoding the report: their first words lie at fixed places
(`zkos/guest/README.md`).
"""

import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from differential.runners.base import Ending
from fuzz.coverage.counters import magnitude, semantic
from zkos.guest.protocol.report import KIND_TRANSACTION
from zkos.host.case import Block
from zkos.host.channel import REPORT, QueryChannel
from zkos.host.profile import Quirks
from zkos.host.report import Status
from zkos.host.transactions import (
    EncodedTransaction,
    FieldTransaction,
    Kind,
    Transaction,
)

_UPSTREAM_ABORTS: Final = (
    "a transaction ends the block",
    "more ether than there can be",
    "transaction too long",
)
"""What ends a block upstream (bootloader spec 11, `corpora/regressions`)."""
_UNREADABLE: Final = ("preimage does not match its hash", "preimage too short")
_RECEIPT: Final = struct.Struct("<5I")
_GAS_USED: Final = 4 * (5 + 16)


def declared_abort(
    reason: str, encoded: Sequence[bytes], quirks: Quirks, *, decreed: bool = False
) -> bool:
    """Whether a block may end so; any other trap is a fault of ours.

    `decreed`: governance may have put code somewhere before. The deployer believes it
    the length, and an account of another length than its code's cannot be read.
    """
    if decreed and any(text in reason for text in _UNREADABLE):
        return True
    if quirks is Quirks.UPSTREAM and any(text in reason for text in _UPSTREAM_ABORTS):
        return True
    # The reference host sends whole 64-bit words (oracle spec 3).
    odd = any(1 <= len(item) % 8 <= 4 for item in encoded)
    return odd and "unexpected length of an answer" in reason


def has_decree(block: Block) -> bool:
    """Whether governance has a word in the block."""
    return any(map(_is_upgrade, block.transactions))


def _is_upgrade(item: Transaction) -> bool:
    match item:
        case FieldTransaction(kind=kind):
            return kind is Kind.UPGRADE
        case EncodedTransaction(data=body):
            return int.from_bytes(body[:32], "big") == Kind.UPGRADE.value
    return False


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

"""What a block binds since v32, computed once more (v32 2, 4).

Plain Python, written from the specification: it shares nothing with the guest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from zkos.host.context import BlockContext
from zkos.host.rlp import Encodable, encode
from zkos.host.signing import keccak256
from zkos.host.tree import hash_bytes

_HEIGHT: Final = 32
_EMPTY: Final = bytes(32)
_BLOOM: Final = bytes(256)


@dataclass(frozen=True, slots=True)
class Log:
    """An event in a receipt."""

    address: int
    topics: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction that stays."""

    kind: int
    success: bool
    gas_used: int
    """By it alone."""
    logs: tuple[Log, ...]


def configuration_hash(context: BlockContext) -> bytes:
    """Of the configuration of a block's chain."""
    numbers = context.chain_id, int(context.proves_fri), context.max_tx_gas_limit
    return keccak256(b"".join(number.to_bytes(32, "big") for number in numbers))


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The root of the tree that begins with these leaves."""
    level, empty = list(leaves), _EMPTY
    for _ in range(_HEIGHT):
        if len(level) % 2:
            level.append(empty)
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [hash_bytes(left + right) for left, right in pairs]
        empty = hash_bytes(empty * 2)
    return level[0] if level else empty


def receipts_root(receipts: Sequence[Receipt]) -> bytes:
    """The root of the tree of a block's receipts."""
    leaves, gas = [], 0
    for receipt in receipts:
        gas += receipt.gas_used
        logs: list[Encodable] = [
            [
                log.address.to_bytes(20, "big"),
                [topic.to_bytes(32, "big") for topic in log.topics],
                log.data,
            ]
            for log in receipt.logs
        ]
        content = encode([int(receipt.success), gas, _BLOOM, logs])
        head = bytes([receipt.kind]) if receipt.kind else b""
        leaves.append(hash_bytes(head + content))
    return tree_root(leaves)

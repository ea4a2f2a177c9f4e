"""What the header of a block binds of its transactions, version by version (v32 4).

A part of the independent judge: it shares nothing with the guest.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from fuzz.targets.outside_judge import NOTHING_HASHED, Event, knows_chains
from zkos.host.commitments import rolling_hash
from zkos.host.receipts import Log, Receipt, receipts_root, tree_root
from zkos.versions import VERSIONS, Protocol

_TREES_SINCE: Final = 32
_NO_RECEIPTS: Final = bytes(32)


def has_trees(protocol: Protocol) -> bool:
    """Whether blocks of a version have trees, and their chain a configuration."""
    return VERSIONS[protocol].number >= _TREES_SINCE


def roots(
    protocol: Protocol,
    hashes: Iterable[bytes],
    results: Sequence[tuple[int, bool, int]],
    events: Iterable[Event],
) -> tuple[bytes, bytes]:
    """What binds the transactions that stay, and what binds their receipts.

    A result is type byte, success and gas used.
    """
    if not has_trees(protocol):
        first = NOTHING_HASHED if knows_chains(protocol) else _NO_RECEIPTS
        return rolling_hash(hashes, first), _NO_RECEIPTS
    logs: dict[int, list[Log]] = {}
    for event in events:
        made = Log(event.address, event.topics, event.data)
        logs.setdefault(event.transaction, []).append(made)
    receipts = [
        Receipt(*result, tuple(logs.get(number, ())))
        for number, result in enumerate(results)
    ]
    return tree_root(hashes), receipts_root(receipts)

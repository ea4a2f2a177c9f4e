"""What a block says of other chains: its events and slots (v31 state spec 6.1).

A part of the independent judge: it shares nothing with the guest.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from fuzz.targets.block_runs import report_words
from zkos.guest.protocol.report import KIND_EVENT
from zkos.host.channel import QueryChannel
from zkos.host.commitments import InteropRoot, Outside
from zkos.host.signing import keccak256
from zkos.host.state import ChainState
from zkos.versions import VERSIONS, Protocol

NOTHING_HASHED: Final = keccak256(b"")
"""Where the rolling hash of a block's transactions begins since v31."""
_FIRST_VERSION: Final = 31
_ROOTS: Final = 0x10008
_ROOT_ADDED: Final = int.from_bytes(
    keccak256(b"InteropRootAdded(uint256,uint256,bytes32[])"), "big"
)
_MESSAGES: Final = 0x10005
_HEIGHT_SLOT: Final = 4
_NODES_SLOT: Final = 6
_CONTEXT: Final = 0x800B


class Event(NamedTuple):
    """An event as a guest reports it."""

    transaction: int
    """Position among the transactions that stay."""
    address: int
    topics: tuple[int, ...]
    data: bytes


def knows_chains(protocol: Protocol) -> bool:
    """Whether blocks of a version say something of other chains."""
    return VERSIONS[protocol].number >= _FIRST_VERSION


def events_of(channel: QueryChannel) -> Iterable[Event]:
    """The events that stay in a block, in order."""
    for words in report_words(channel, int(KIND_EVENT)):
        number = words.u32()
        address = words.address()
        topics = tuple(words.u256() for _ in range(words.u32()))
        yield Event(number, address, topics, words.data())


def outside_of(
    transactions: int, events: Iterable[Event], after: ChainState
) -> Outside:
    """What the events say, and what slots hold after the block."""
    roots = tuple(
        InteropRoot(
            event.topics[1], event.topics[2], int.from_bytes(event.data[64:96], "big")
        )
        for event in events
        if event.address == _ROOTS and event.topics[:1] == (_ROOT_ADDED,)
    )
    return Outside(
        transactions,
        roots,
        _message_root(after),
        after.slot(_CONTEXT, 0) or 0,
    )


def _message_root(state: ChainState) -> int:
    """The first node of the highest level of the tree of messages."""
    height = state.slot(_MESSAGES, _HEIGHT_SLOT) or 0
    levels = int.from_bytes(keccak256(_NODES_SLOT.to_bytes(32, "big")), "big")
    place = (levels + height) % (1 << 256)
    node = int.from_bytes(keccak256(place.to_bytes(32, "big")), "big")
    return state.slot(_MESSAGES, node) or 0

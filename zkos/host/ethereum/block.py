"""A block of Ethereum as the guest is served it, and the witness of its state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from zkos.host.signing import keccak256
from zkos.versions import Fork


@dataclass(frozen=True)
class Witness:
    """What proves the state before a block: the content of `debug_executionWitness`.

    Nodes of tries and codes, in no order, and headers of ancestors.
    """

    nodes: tuple[bytes, ...]
    codes: tuple[bytes, ...]
    headers: tuple[bytes, ...]
    """Oldest first; the last is the parent's."""

    @cached_property
    def by_hash(self) -> Mapping[bytes, bytes]:
        """Nodes and codes by their keccak-256."""
        return {keccak256(item): item for item in (*self.nodes, *self.codes)}

    def ancestor(self, depth: int) -> bytes | None:
        """The header at a depth, 0 for the parent."""
        return self.headers[-1 - depth] if depth < len(self.headers) else None


@dataclass(frozen=True)
class EthereumBlock:
    """A block, encoded as in Ethereum, with the witness that it runs on."""

    fork: Fork
    """Whose rules hold; the time in the header does not decide it."""
    header: bytes
    transactions: tuple[bytes, ...]
    """As in the transactions trie."""
    withdrawals: bytes
    """The encoded list."""
    witness: Witness

    @cached_property
    def hash(self) -> bytes:
        """Keccak-256 of the header."""
        return keccak256(self.header)


def distinct(items: Iterable[bytes]) -> tuple[bytes, ...]:
    """The items without repetitions, in order."""
    return tuple(dict.fromkeys(items))

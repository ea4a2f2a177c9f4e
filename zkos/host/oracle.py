"""The honest oracle of one block: answers from state, context and transactions.

Framing is `zkos.host.channel`'s; the meaning of the queries is oracle spec 2.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from zkos.host.channel import QUERY_IDS, QUERY_NAMES, OracleError, framed
from zkos.host.context import BlockContext
from zkos.host.state import ChainState
from zkos.host.tree import NO_VALUE, hash_bytes

_ABOUT_TREE: Final = frozenset(
    QUERY_IDS[name] for name in ("storage_slot", "proof", "prev_index", "exact_index")
)
"""Queries whose answers depend on the tree alone."""
NOTHING: Final = framed(b"")
_ADDRESS_BYTES: Final = 24
_ADDRESS_LIMIT: Final = 2**160


class HonestOracle:
    """Serves a block on a state that stays as it is during the run."""

    def __init__(
        self, state: ChainState, context: BlockContext, transactions: Sequence[bytes]
    ) -> None:
        self._tree = state.tree
        self._preimages = state.preimages
        self._metadata = _metadata(context)
        self._transactions = transactions
        self._next = 0

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; OracleError if it makes no sense."""
        if query in _ABOUT_TREE:
            # Engines ask alike, and so do blocks that differ little.
            said = self._tree.answers
            response = said.get((query, parameters))
            if response is None:
                response = said[query, parameters] = self._answer(query, parameters)
            return response
        return self._answer(query, parameters)

    def _answer(self, query: int, parameters: bytes) -> bytes:
        known = _ANSWERS.get(query)
        if known is None:
            raise OracleError(f"the guest asked query {query:#x}, which does not exist")
        size, answer = known
        if len(parameters) != size:
            raise OracleError(
                f"the guest sent {len(parameters)} bytes of parameters with "
                f"{QUERY_NAMES[query]}"
            )
        return answer(self, parameters)

    def _next_size(self, _: bytes) -> bytes:
        if self._next == len(self._transactions):
            return _number(0)
        return _number(len(self._transactions[self._next]))

    def _content(self, _: bytes) -> bytes:
        if self._next == len(self._transactions):
            raise OracleError("the guest asked for a transaction after the last")
        self._next += 1
        return framed(self._transactions[self._next - 1])

    def _io_init(self, _: bytes) -> bytes:
        return framed(
            self._tree.root()
            + self._tree.next_free_slot.to_bytes(8, "little")
            + bytes(32 + 8 + 8)
        )

    def _slot(self, parameters: bytes) -> bytes:
        address = int.from_bytes(parameters[:_ADDRESS_BYTES], "little")
        if address >= _ADDRESS_LIMIT:
            raise OracleError("the guest asked for a slot of no address")
        place = address.to_bytes(32, "big") + parameters[_ADDRESS_BYTES:]
        value = self._tree.value(hash_bytes(place))
        is_new = value is None
        return framed(int(is_new).to_bytes(8, "little") + (value or NO_VALUE))

    def _block_metadata(self, _: bytes) -> bytes:
        return self._metadata

    def _disconnect(self, _: bytes) -> bytes:
        return NOTHING

    def _preimage(self, digest: bytes) -> bytes:
        preimage = self._preimages.get(digest)
        if preimage is None:
            raise OracleError(f"no preimage is known for 0x{digest.hex()}")
        return framed(preimage)

    def _proof(self, parameters: bytes) -> bytes:
        proof = self._tree.proof(int.from_bytes(parameters, "little"))
        leaf = proof.leaf
        return framed(
            b"".join(
                (
                    parameters,
                    leaf.key,
                    leaf.value,
                    leaf.next.to_bytes(8, "little"),
                    *proof.path,
                )
            )
        )

    def _previous_index(self, key: bytes) -> bytes:
        return _number(self._tree.previous_index(key))

    def _exact_index(self, key: bytes) -> bytes:
        index = self._tree.index_of(key)
        if index is None:
            raise OracleError(f"no leaf has the key 0x{key.hex()}")
        return _number(index)


_ANSWERS: Final[dict[int, tuple[int, Callable[[HonestOracle, bytes], bytes]]]] = {
    QUERY_IDS[name]: (size, answer)
    for name, size, answer in (
        ("next_tx_size", 0, HonestOracle._next_size),
        ("tx_content", 0, HonestOracle._content),
        ("io_init", 0, HonestOracle._io_init),
        ("block_metadata", 0, HonestOracle._block_metadata),
        ("storage_slot", 56, HonestOracle._slot),
        ("preimage", 32, HonestOracle._preimage),
        ("disconnect", 0, HonestOracle._disconnect),
        ("proof", 8, HonestOracle._proof),
        ("prev_index", 32, HonestOracle._previous_index),
        ("exact_index", 32, HonestOracle._exact_index),
    )
}
"""Bytes of the parameters of a query, and who answers it."""


@lru_cache(maxsize=64)
def _metadata(context: BlockContext) -> bytes:
    """The answer to the metadata query; a block is often run on several engines."""
    return framed(context.metadata())


def _number(value: int) -> bytes:
    return framed(value.to_bytes(8, "little"))

"""The honest oracle: answers from state, context and transactions (oracle spec).

Framing is `zkos.host.channel`'s.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from zkos.guest.protocol.queries import (
    QUERY_BLOB_ADVICE,
    QUERY_BLOCK_COUNT,
    QUERY_CONFIGURATION,
    QUERY_DA_SCHEME,
    QUERY_DISCONNECT,
    QUERY_METADATA,
    QUERY_PROOF_DATA,
)
from zkos.host.advice import BLOB, MODEXP, AdviceError, advise
from zkos.host.channel import (
    QUERY_IDS,
    QUERY_NAMES,
    OracleError,
    QueryChannel,
    Responder,
    framed,
)
from zkos.host.codecs.metadata import (
    encode_configuration,
    encode_metadata,
    encode_proof_data,
)
from zkos.host.context import BlockContext
from zkos.host.delivery import Delivery
from zkos.host.quick import Heard, Layout, QuickAnswers
from zkos.host.state import ChainState
from zkos.host.tree import NO_VALUE, hash_bytes
from zkos.versions import DEFAULT, Protocol

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
        self,
        state: ChainState,
        context: BlockContext,
        transactions: Sequence[Delivery],
        protocol: Protocol = DEFAULT,
    ) -> None:
        self._tree = state.tree
        self._preimages = state.preimages
        self._context = context
        self._protocol = protocol
        hashes = context.block_hashes
        self._hashes = state.block_hashes if hashes is None else hashes
        before = context.last_block_timestamp
        self._timestamp = state.timestamp if before is None else before
        self._transactions = transactions
        self._given = memoryview(bytearray(4)).cast("I")
        """How many transactions have been given, by this or in its place."""

    def quick(self, channel: QueryChannel, heard: Heard | None = None) -> QuickAnswers:
        """The same answers from memory, for the compiled guest of a channel.

        `heard` is told the queries before this answers one, and in the end.
        """
        fixed = {
            int(QUERY_METADATA): self._block_metadata(b""),
            int(QUERY_PROOF_DATA): self._proof_data(b""),
            int(QUERY_DA_SCHEME): self._da_scheme(b""),
            int(QUERY_CONFIGURATION): self._configuration(b""),
            int(QUERY_DISCONNECT): NOTHING,
        }
        tree, preimages = self._tree.settled(), self._preimages.settled()
        layout = Layout(fixed, self._transactions, tree, preimages)
        answers = QuickAnswers(layout, channel, self._given[0], heard)
        self._given = answers.given
        return answers

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
        if size is not None and len(parameters) != size:
            raise OracleError(
                f"the guest sent {len(parameters)} bytes of parameters with "
                f"{QUERY_NAMES[query]}"
            )
        return answer(self, parameters)

    def _next_size(self, _: bytes) -> bytes:
        if self._given[0] == len(self._transactions):
            return _number(0)
        return _number(len(self._transactions[self._given[0]].data))

    def _content(self, _: bytes) -> bytes:
        if self._given[0] == len(self._transactions):
            raise OracleError("the guest asked for a transaction after the last")
        self._given[0] += 1
        return framed(self._current().data)

    def _format(self, _: bytes) -> bytes:
        return _number(self._current().format)

    def _sender(self, _: bytes) -> bytes:
        return framed(self._current().sender.to_bytes(_ADDRESS_BYTES, "little"))

    def _current(self) -> Delivery:
        """The transaction whose content was given last."""
        if self._given[0] == 0:
            raise OracleError("the guest asked about a transaction before the first")
        return self._transactions[self._given[0] - 1]

    def _block_metadata(self, _: bytes) -> bytes:
        return _metadata(self._context, self._hashes, self._protocol)

    def _configuration(self, _: bytes) -> bytes:
        return framed(encode_configuration(self._context))

    def _da_scheme(self, _: bytes) -> bytes:
        return _number(self._context.da.scheme)

    def _proof_data(self, _: bytes) -> bytes:
        tree = self._tree
        return framed(
            encode_proof_data(tree.root(), tree.next_free_slot, self._timestamp)
        )

    def _slot(self, parameters: bytes) -> bytes:
        address = int.from_bytes(parameters[:_ADDRESS_BYTES], "little")
        if address >= _ADDRESS_LIMIT:
            raise OracleError("the guest asked for a slot of no address")
        place = address.to_bytes(32, "big") + parameters[_ADDRESS_BYTES:]
        value = self._tree.value(hash_bytes(place))
        is_new = value is None
        return framed(int(is_new).to_bytes(8, "little") + (value or NO_VALUE))

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

    def _modexp(self, about: bytes) -> bytes:
        return _advice(MODEXP, about)

    def _blob(self, about: bytes) -> bytes:
        return _advice(BLOB, about)


class BatchOracle:
    """Serves blocks one after another, each by an oracle of its own.

    The guest disconnects from each; advice on blobs comes after the last one.
    """

    def __init__(self, blocks: Sequence[Responder]) -> None:
        self._blocks: Final = blocks
        self._block = 0

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; OracleError if it makes no sense."""
        if query == int(QUERY_BLOCK_COUNT):
            return len(self._blocks).to_bytes(4, "little")
        if self._block == len(self._blocks):
            if query == int(QUERY_BLOB_ADVICE):
                return _advice(BLOB, parameters)
            name = QUERY_NAMES.get(query, hex(query))
            raise OracleError(f"the guest asked {name} after the last block")
        answer = self._blocks[self._block].answer(query, parameters)
        if query == int(QUERY_DISCONNECT):
            self._block += 1
        return answer


_Answer: TypeAlias = tuple[int | None, Callable[[HonestOracle, bytes], bytes]]
_ANSWERS: Final[dict[int, _Answer]] = {
    QUERY_IDS[name]: (size, answer)
    for name, size, answer in (
        ("next_tx_size", 0, HonestOracle._next_size),
        ("tx_content", 0, HonestOracle._content),
        ("tx_format", 0, HonestOracle._format),
        ("tx_from", 0, HonestOracle._sender),
        ("block_metadata", 0, HonestOracle._block_metadata),
        ("configuration", 0, HonestOracle._configuration),
        ("da_scheme", 0, HonestOracle._da_scheme),
        ("proof_data", 0, HonestOracle._proof_data),
        ("storage_slot", 56, HonestOracle._slot),
        ("preimage", 32, HonestOracle._preimage),
        ("disconnect", 0, HonestOracle._disconnect),
        ("proof", 8, HonestOracle._proof),
        ("prev_index", 32, HonestOracle._previous_index),
        ("exact_index", 32, HonestOracle._exact_index),
        ("modexp_advice", None, HonestOracle._modexp),
        ("blob_advice", None, HonestOracle._blob),
    )
}
"""Bytes of the parameters of a query, and who answers it."""


@lru_cache(maxsize=64)
def _metadata(
    context: BlockContext, hashes: tuple[int, ...], protocol: Protocol
) -> bytes:
    """The answer to the metadata query; a block is often run on several engines."""
    return framed(encode_metadata(context, hashes, protocol))


def _number(value: int) -> bytes:
    return framed(value.to_bytes(8, "little"))


def _advice(query: int, about: bytes) -> bytes:
    try:
        return framed(advise(query, about))
    except AdviceError as error:
        raise OracleError(str(error)) from error

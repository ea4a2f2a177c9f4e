"""The honest oracle of the Ethereum instance: a block and its witness.

Framing is `zkos.host.channel`'s. A code or node that the witness lacks is a fault of
the host; an account or slot it does not reach is said not to exist.
"""

from collections.abc import Callable
from typing import Final

from zkos.guest.protocol import ethereum_queries as queries
from zkos.host.channel import OracleError, framed
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.ethereum.lookup import Lookup
from zkos.host.rlp import RlpError, decode
from zkos.host.signing import keccak256

_NOTHING: Final = framed(b"")
_ADDRESS_BYTES: Final = 24
_PARENT_STATE_ROOT: Final = 3
"""Index of the field in a header."""
_MALFORMED: Final = (RlpError, IndexError, TypeError, ValueError, OverflowError)
"""What comes of reading a witness that is none."""
_ANCESTOR_HASH: Final = 0x4005_0000
"""Asked by upstream's image alone."""


class WitnessOracle:
    """Answers from a block and its witness."""

    def __init__(self, block: EthereumBlock) -> None:
        """Raises OracleError for a witness without the header of a parent."""
        self._block = block
        self._next = 0
        parent = block.witness.ancestor(0)
        if parent is None:
            raise OracleError("the witness has no header of the parent")
        try:
            root = decode(parent)[_PARENT_STATE_ROOT]
        except _MALFORMED as error:
            reason = f"the header of the parent is malformed: {error}"
            raise OracleError(reason) from error
        if not isinstance(root, bytes):
            raise OracleError("the header of the parent has no state root")
        self._known = block.witness.by_hash
        self._state = Lookup(self._known, root)

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; OracleError if it makes no sense."""
        known = _ANSWERS.get(query)
        if known is None:
            raise OracleError(f"the guest asked query {query:#x}, which does not exist")
        size, answer = known
        if len(parameters) != size:
            raise OracleError(
                f"the guest sent {len(parameters)} bytes of parameters with {query:#x}"
            )
        try:
            return answer(self, parameters)
        except _MALFORMED as error:
            raise OracleError(f"the witness is malformed: {error}") from error

    def _next_size(self, _: bytes) -> bytes:
        if self._next == len(self._block.transactions):
            return _number(0)
        return _number(len(self._block.transactions[self._next]))

    def _next_transaction(self, _: bytes) -> bytes:
        if self._next == len(self._block.transactions):
            raise OracleError("the guest asked for a transaction after the last")
        self._next += 1
        return framed(self._block.transactions[self._next - 1])

    def _header_size(self, _: bytes) -> bytes:
        return _number(len(self._block.header))

    def _header(self, _: bytes) -> bytes:
        return framed(self._block.header)

    def _withdrawals_size(self, _: bytes) -> bytes:
        return _number(len(self._block.withdrawals))

    def _withdrawals(self, _: bytes) -> bytes:
        return framed(self._block.withdrawals)

    def _ancestor_size(self, depth: bytes) -> bytes:
        return _number(len(self._ancestor_at(depth)))

    def _ancestor(self, depth: bytes) -> bytes:
        return framed(self._ancestor_at(depth))

    def _ancestor_hash(self, depth: bytes) -> bytes:
        header = self._block.witness.ancestor(int.from_bytes(depth, "little"))
        return framed(bytes(32) if header is None else keccak256(header))

    def _ancestor_at(self, depth: bytes) -> bytes:
        number = int.from_bytes(depth, "little")
        header = self._block.witness.ancestor(number)
        if header is None:
            raise OracleError(f"the witness has no header of ancestor {number}")
        return header

    def _account(self, place: bytes) -> bytes:
        account = self._state.account(_address(place))
        return framed(
            account.nonce.to_bytes(8, "little")
            + account.balance.to_bytes(32, "little")
            + account.storage_root
            + account.code_hash
        )

    def _slot(self, place: bytes) -> bytes:
        address, key = _address(place[:_ADDRESS_BYTES]), place[_ADDRESS_BYTES:]
        value = self._state.slot(address, key)
        is_new = value == 0
        return framed(int(is_new).to_bytes(8, "little") + value.to_bytes(32, "big"))

    def _known_size(self, digest: bytes) -> bytes:
        return _number(len(self._behind(digest)))

    def _known_bytes(self, digest: bytes) -> bytes:
        return framed(self._behind(digest))

    def _behind(self, digest: bytes) -> bytes:
        known = self._known.get(digest)
        if known is None:
            raise OracleError(f"the witness has nothing with hash 0x{digest.hex()}")
        return known

    def _goodbye(self, _: bytes) -> bytes:
        return _NOTHING


_Answer = tuple[int, Callable[[WitnessOracle, bytes], bytes]]
_ANSWERS: Final[dict[int, _Answer]] = {
    int(query): (size, answer)
    for query, size, answer in (
        (queries.QUERY_NEXT_SIZE, 0, WitnessOracle._next_size),
        (queries.QUERY_NEXT, 0, WitnessOracle._next_transaction),
        (queries.QUERY_HEADER_SIZE, 0, WitnessOracle._header_size),
        (queries.QUERY_HEADER, 0, WitnessOracle._header),
        (queries.QUERY_WITHDRAWALS_SIZE, 0, WitnessOracle._withdrawals_size),
        (queries.QUERY_WITHDRAWALS, 0, WitnessOracle._withdrawals),
        (queries.QUERY_ANCESTOR_SIZE, 8, WitnessOracle._ancestor_size),
        (queries.QUERY_ANCESTOR, 8, WitnessOracle._ancestor),
        (_ANCESTOR_HASH, 8, WitnessOracle._ancestor_hash),
        (queries.QUERY_ACCOUNT, _ADDRESS_BYTES, WitnessOracle._account),
        (queries.QUERY_STORAGE, _ADDRESS_BYTES + 32, WitnessOracle._slot),
        (queries.QUERY_CODE_SIZE, 32, WitnessOracle._known_size),
        (queries.QUERY_CODE, 32, WitnessOracle._known_bytes),
        (queries.QUERY_NODE_SIZE, 32, WitnessOracle._known_size),
        (queries.QUERY_NODE, 32, WitnessOracle._known_bytes),
        (queries.QUERY_GOODBYE, 0, WitnessOracle._goodbye),
    )
}
"""Bytes of the parameters of a query, and who answers it."""


def _number(value: int) -> bytes:
    return framed(value.to_bytes(8, "little"))


def _address(limbs: bytes) -> bytes:
    number = int.from_bytes(limbs, "little")
    if number >> 160:
        raise OracleError("the guest asked about no address")
    return number.to_bytes(20, "big")

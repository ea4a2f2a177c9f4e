"""What a run is a statement about, as the guest has heard it.

The metadata and publishing scheme of each block, its transactions with their
encodings, the proof data, the number of blocks, the configuration of the chain. The
public input binds these, nobody verifies them: whoever answers differently states
something else.

Not of the statement is the sender of a transaction. It is asked for and compared with
the one who signed (oracle spec 4), so a wrong one makes the transaction invalid. The
same comes of a transaction that cannot be read or is in no known encoding: it is left
out and leaves no trace. A host can so have any transaction dropped, and that is all.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from fuzz.adversary.queries import (
    CONFIGURATION,
    CONTENT,
    COUNT,
    ENCODING,
    METADATA,
    PROOF_DATA,
    SCHEME,
    SENDER,
    SIZE,
    WORD,
    fields,
    span,
)
from zkos.guest.protocol.limits import TRANSACTION_GAS
from zkos.guest.protocol.queries import (
    CONFIGURATION_WORDS,
    DA_BLOBS,
    DA_KECCAK,
    DA_NONE,
    ENCODING_ABI,
    ENCODING_RLP,
    PROOF_DATA_WORDS,
    SCALAR_WORDS,
    SENDER_WORDS,
)
from zkos.host.codecs.metadata import metadata_words
from zkos.host.context import MAX_BLOCK_GAS_LIMIT
from zkos.versions import DEFAULT, Protocol

ABI: Final = int(ENCODING_ABI)
RLP: Final = int(ENCODING_RLP)
NO_SENDER: Final = -1
_NOT_ASKED: Final = -1
"""For an encoding."""
_ENCODINGS: Final = (ABI, RLP)
_SCHEMES: Final = (int(DA_NONE), int(DA_KECCAK), int(DA_BLOBS))
_LONGEST: Final = 0xFFFFFFFC
_BYTE_LIMIT: Final = 1 << 8
_ADDRESS_LIMIT: Final = 1 << 160
_MOST_ZEROS: Final = 1 << 20
_ROOT_BYTES: Final = 32
_HASH_BYTES: Final = 32


class Malformed(Exception):
    """An answer that no run may survive was accepted."""


class Asked(NamedTuple):
    """A query of a run and its whole answer."""

    query: int
    parameters: bytes
    response: bytes


class StatedTransaction(NamedTuple):
    """A transaction as the guest was told of it."""

    data: bytes
    encoding: int
    sender: int = NO_SENDER
    """Of whom it is said to be; with RLP only."""
    readable: bool = True
    """Whether size and content fit each other."""
    more: int = 0
    """Zeros after the data, where a size is a lie beyond measure."""


_UNREADABLE: Final = StatedTransaction(b"", _NOT_ASKED, readable=False)


class StatedBlock(NamedTuple):
    """A block as the guest was told of it."""

    metadata: bytes
    scheme: int
    transactions: tuple[StatedTransaction, ...]
    proof_data: bytes
    protocol: Protocol = DEFAULT

    def metadatum(self, field: str) -> int:
        """A field of the metadata as a number."""
        start, length = span(METADATA, field, self.protocol)
        return int.from_bytes(self.metadata[start - WORD :][:length], "little")

    @property
    def root(self) -> bytes:
        """Of the state before the block."""
        return self.proof_data[:_ROOT_BYTES]

    @property
    def next_free_slot(self) -> int:
        """Of the tree before the block."""
        return int.from_bytes(self.proof_data[_ROOT_BYTES : _ROOT_BYTES + 8], "little")

    @property
    def last_timestamp(self) -> int:
        """Of the block before."""
        return int.from_bytes(self.proof_data[_ROOT_BYTES + 8 :], "little")


class Statement(NamedTuple):
    """Blocks that are said to follow each other."""

    blocks: tuple[StatedBlock, ...]
    block_count: int
    configuration: bytes = b""
    """Of the chain of all blocks, since v32."""

    def configured(self, field: str) -> int:
        """A field of the configuration as a number."""
        start, length = span(CONFIGURATION, field)
        return int.from_bytes(self.configuration[start - WORD :][:length], "little")

    def believable(
        self, signer: Callable[[bytes], int]
    ) -> tuple["Statement", tuple[int, ...]]:
        """Without the transactions that must be dropped, whoever they are of.

        Also how many of each block these were.
        """
        blocks, numbers = [], []
        for block in self.blocks:
            kept = tuple(item for item in block.transactions if _is_heard(item, signer))
            blocks.append(block._replace(transactions=kept))
            numbers.append(len(block.transactions) - len(kept))
        return self._replace(blocks=tuple(blocks)), tuple(numbers)

    def broken_rule(self) -> str | None:
        """A rule of oracle spec 1 or 3 that the statement breaks, if any.

        Whether blocks fit together is not looked at but for scheme and chain.
        """
        if self.block_count != len(self.blocks) or not self.blocks:
            return "another number of blocks"
        if self.configuration:
            if self.configured("proves_fri") not in (0, 1):
                return "the configuration's flag is none"
            if self.configured("max_tx_gas_limit") < int(TRANSACTION_GAS):
                return "the chain allows transactions too little gas"
        first = self.blocks[0]
        for block in self.blocks:
            if block.metadatum("gas_limit") > MAX_BLOCK_GAS_LIMIT:
                return "the gas limit is too high"
            if block.metadatum("coinbase") >= _ADDRESS_LIMIT:
                return "the coinbase is no address"
            if block.scheme not in _SCHEMES:
                return "no scheme of publishing"
            if block.metadatum("timestamp") < block.last_timestamp:
                return "a block is older than the one before"
            if block.scheme != first.scheme:
                return "blocks are published in different ways"
            if self.configuration:
                continue  # one chain for all of them
            if block.metadatum("chain_id") != first.metadatum("chain_id"):
                return "blocks are of different chains"
        return None


def hear(asked: Iterable[Asked], protocol: Protocol = DEFAULT) -> Statement:
    """The statement of a run that was accepted; raises Malformed."""
    blocks: list[StatedBlock] = []
    count = 1
    configuration = b""
    rest = iter(asked)
    for item in rest:
        if item.query == COUNT:
            count = int.from_bytes(_payload(item.response, 0, 1), "little")
        elif item.query == CONFIGURATION:
            if configuration or blocks:
                raise Malformed("a configuration that was not the first answer")
            configuration = _words(item, int(CONFIGURATION_WORDS))
        elif item.query == METADATA:
            blocks.append(_hear_block(item, rest, protocol))
    if bool(configuration) != has_configuration(protocol):
        raise Malformed("a configuration too much or none")
    return Statement(tuple(blocks), count, configuration)


def has_configuration(protocol: Protocol) -> bool:
    """Whether chains of a version have one, instead of an id in each block."""
    return "chain_id" not in fields(METADATA, protocol)


def _hear_block(first: Asked, rest: Iterator[Asked], protocol: Protocol) -> StatedBlock:
    metadata = _words(first, metadata_words(protocol))
    pads = protocol is Protocol.V30
    scheme = -1
    transactions: list[StatedTransaction] = []
    size = 0
    for item in rest:
        query = item.query
        if query == SCHEME:
            scheme = _byte(item)
        elif query == SIZE:
            size = _size(item.response)
            if size < 0:
                transactions.append(_UNREADABLE)
        elif query == CONTENT:
            transactions.append(_content(item.response, size, pads=pads))
        elif query == ENCODING:
            transactions[-1] = transactions[-1]._replace(encoding=_byte(item))
        elif query == SENDER:
            sender = int.from_bytes(_words(item, int(SENDER_WORDS)), "little")
            transactions[-1] = transactions[-1]._replace(sender=sender)
        elif query == PROOF_DATA:
            proof_data = _words(item, int(PROOF_DATA_WORDS))
            heard = tuple(transactions)
            return StatedBlock(metadata, scheme, heard, proof_data, protocol)
    raise Malformed("a block without proof data")


def _is_heard(item: StatedTransaction, signer: Callable[[bytes], int]) -> bool:
    """Whether a transaction may stay in its block as far as the host is concerned."""
    if not item.readable or item.encoding not in _ENCODINGS:
        return False
    return item.encoding == ABI or item.sender == signer(item.data)


def _size(response: bytes) -> int:
    """Bytes of the next transaction, -1 where they cannot be read."""
    if len(response) < WORD or response[:WORD] != _count(int(SCALAR_WORDS)):
        return -1
    size = int.from_bytes(_payload(response, WORD, int(SCALAR_WORDS)), "little")
    return size if size <= _LONGEST else -1


def _content(response: bytes, size: int, *, pads: bool) -> StatedTransaction:
    """A transaction of some size; `pads`: words that are missing count as zeros."""
    words = -(-size // WORD)
    answered = int.from_bytes(_payload(response, 0, 1), "little")
    if answered > words + words % 2 or (answered < words and not pads):
        return _UNREADABLE
    data = _payload(response, WORD, min(answered, words))[:size]
    zeros = size - len(data)
    held = min(zeros, _MOST_ZEROS)
    return StatedTransaction(data + bytes(held), _NOT_ASKED, more=zeros - held)


def _words(item: Asked, words: int) -> bytes:
    if item.response[:WORD] != _count(words):
        raise Malformed("an answer of another length")
    return _payload(item.response, WORD, words)


def _byte(item: Asked) -> int:
    number = int.from_bytes(_words(item, int(SCALAR_WORDS)), "little")
    if number >= _BYTE_LIMIT:
        raise Malformed("a number above 8 bits")
    return number


def _payload(response: bytes, start: int, words: int) -> bytes:
    data = response[start : start + WORD * words]
    if len(data) != WORD * words:
        raise Malformed("words that were never sent")
    return data


def _count(words: int) -> bytes:
    return words.to_bytes(WORD, "little")


def follows(
    last: StatedBlock, block: StatedBlock, root: bytes, free: int, block_hash: int
) -> bool:
    """Whether `block` goes on where `last` ended, with this root, size and hash."""
    number = (last.metadatum("block_number") + 1) % (1 << 64)
    start, length = span(METADATA, "block_hashes", last.protocol)
    hashes = last.metadata[start - WORD + _HASH_BYTES :][: length - _HASH_BYTES]
    expected = hashes + block_hash.to_bytes(_HASH_BYTES, "little")
    return (
        block.root == root
        and block.next_free_slot == free
        and block.last_timestamp == last.metadatum("timestamp")
        and block.metadatum("block_number") == number
        and block.metadata[start - WORD :][:length] == expected
    )

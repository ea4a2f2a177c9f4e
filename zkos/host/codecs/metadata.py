"""What the guest reads about a block: metadata and proof data (oracle spec 1.1, 1.2).

Payloads, without the length word that `zkos.host.channel.framed` puts before them.
"""

from collections.abc import Sequence
from typing import Any, Final

from zkos.guest.protocol.queries import CONFIGURATION_WORDS, PROOF_DATA_WORDS
from zkos.host.context import BLOCK_HASHES, BlockContext
from zkos.versions import DEFAULT, Protocol

_ADDRESS_BYTES: Final = 24
_WORD_BYTES: Final = 4
_NUMBERS: Final = ("eip1559_basefee", "pubdata_price", "native_price")
_PLACE: Final = ("block_number", "timestamp")
_LIMITS: Final = ("gas_limit", "pubdata_limit")
_Shape = tuple[tuple[str, ...], tuple[str, ...]]
_SHAPES: Final[dict[Protocol, _Shape]] = {
    Protocol.V30: ((*_PLACE, "chain_id", *_LIMITS), ()),
    Protocol.V31: ((*_PLACE, "chain_id", *_LIMITS), ("blob_fee",)),
    Protocol.V32: ((*_PLACE, *_LIMITS), ("blob_fee",)),
}
"""Numbers of 64 bits, and those that follow the rest."""


def encode_metadata(
    context: BlockContext,
    block_hashes: Sequence[int],
    protocol: Protocol = DEFAULT,
) -> bytes:
    """The block metadata; hashes come latest first and go oldest first."""
    missing = BLOCK_HASHES - len(block_hashes)
    small, tail = _SHAPES[protocol]
    return b"".join(
        [
            *(getattr(context, name).to_bytes(32, "little") for name in _NUMBERS),
            *(getattr(context, name).to_bytes(8, "little") for name in small),
            context.coinbase.to_bytes(_ADDRESS_BYTES, "little"),
            bytes(32 * missing),
            *(value.to_bytes(32, "little") for value in reversed(block_hashes)),
            context.mix_hash.to_bytes(32, "little"),
            *(getattr(context, name).to_bytes(32, "little") for name in tail),
        ]
    )


def decode_metadata(content: bytes) -> BlockContext:
    """The context of this metadata, all 256 hashes given.

    Without the chain's id if its configuration has it. ValueError if the length is not
    that of metadata of some version.
    """
    lengths = {_length(shape): shape for shape in _SHAPES.values()}
    if len(content) not in lengths:
        raise ValueError(f"{len(content)} bytes are no block metadata")
    position = 0

    def number(size: int) -> int:
        nonlocal position
        position += size
        return int.from_bytes(content[position - size : position], "little")

    small, tail = lengths[len(content)]
    values: dict[str, Any] = {name: number(32) for name in _NUMBERS}
    values |= {name: number(8) for name in small}
    values["coinbase"] = number(_ADDRESS_BYTES)
    hashes = tuple(number(32) for _ in range(BLOCK_HASHES))
    values["mix_hash"] = number(32)
    values |= {name: number(32) for name in tail}
    return BlockContext(**values, block_hashes=hashes[::-1])


def encode_proof_data(root: bytes, next_free_slot: int, timestamp: int) -> bytes:
    """The state commitment before a block, and the time of the block before it."""
    content = (
        root + next_free_slot.to_bytes(8, "little") + timestamp.to_bytes(8, "little")
    )
    assert len(content) == _WORD_BYTES * int(PROOF_DATA_WORDS)
    return content


def encode_configuration(context: BlockContext) -> bytes:
    """The configuration of the chain (v32 2.1)."""
    numbers = (context.chain_id, int(context.proves_fri), context.max_tx_gas_limit)
    content = b"".join(number.to_bytes(8, "little") for number in numbers)
    assert len(content) == _WORD_BYTES * int(CONFIGURATION_WORDS)
    return content


def metadata_words(protocol: Protocol = DEFAULT) -> int:
    """Words of the metadata of a version."""
    return _length(_SHAPES[protocol]) // _WORD_BYTES


def _length(shape: _Shape) -> int:
    """Bytes of metadata of this shape."""
    small, tail = shape
    hashes = BLOCK_HASHES + 1 + len(_NUMBERS) + len(tail)
    return 32 * hashes + 8 * len(small) + _ADDRESS_BYTES

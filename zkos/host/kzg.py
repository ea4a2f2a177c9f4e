"""Pubdata in EIP-4844 blobs, and proofs about them, by c-kzg (state spec 6.2)."""

from functools import cache, lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from zkos.host.tree import hash_bytes

BLOB_DATA_BYTES: Final = 126976
"""Most data in a blob: 4096 elements of 31 bytes."""
MOST_BLOBS: Final = 9
"""Of a batch."""
_ELEMENTS: Final = 4096
_CARRIED: Final = 31
"""Bytes of data in an element of 32."""
_LENGTH_BYTES: Final = 31
"""Of the head before the pubdata."""
_VERSION: Final = b"\x01"
_POINT: Final = slice(16, 32)
_BLOBS_KEPT: Final = 64


class Opening(NamedTuple):
    """What is known of a blob at the point that its data decides."""

    commitment: bytes
    """48 bytes, a compressed point of G1; likewise the proof."""
    proof: bytes

    @property
    def versioned_hash(self) -> bytes:
        """By which a transaction on L1 names the blob."""
        return _versioned_hash(self.commitment)


def split(pubdata: bytes) -> list[bytes]:
    """Pubdata as it is spread over blobs: its length and itself, the last one short."""
    data = len(pubdata).to_bytes(8, "big") + bytes(_LENGTH_BYTES - 8) + pubdata
    starts = range(0, len(data), BLOB_DATA_BYTES)
    return [data[start : start + BLOB_DATA_BYTES] for start in starts]


def join(pieces: list[bytes]) -> bytes:
    """The pubdata of these pieces; ValueError if its length is not what they say."""
    data = b"".join(pieces)
    pubdata = data[_LENGTH_BYTES:]
    if len(pubdata) != int.from_bytes(data[:8], "big"):
        raise ValueError("the blobs hold no pubdata of the length they say")
    return pubdata


@lru_cache(_BLOBS_KEPT)
def open_blob(data: bytes) -> Opening:
    """Commitment to a blob with this data, and proof at its point; 0.1 s.

    ValueError if it does not fit.
    """
    import ckzg

    if len(data) > BLOB_DATA_BYTES:
        raise ValueError(f"{len(data)} bytes do not fit in a blob")
    commitment = ckzg.blob_to_kzg_commitment(_blob(data), trusted_setup())
    proof, _ = prove_at(data, point_of(data, commitment))
    return Opening(commitment, proof)


def point_of(data: bytes, commitment: bytes) -> bytes:
    """Where the blob of the data is opened that is said to have this commitment."""
    return bytes(16) + hash_bytes(_versioned_hash(commitment) + data)[_POINT]


def prove_at(data: bytes, point: bytes) -> tuple[bytes, int]:
    """The proof about a blob of the data at a point, and the value there."""
    import ckzg

    proof, value = ckzg.compute_kzg_proof(_blob(data), point, trusted_setup())
    return proof, int.from_bytes(value, "big")


def _versioned_hash(commitment: bytes) -> bytes:
    return _VERSION + sha256(commitment).digest()[1:]


def _blob(data: bytes) -> bytes:
    data += bytes(_ELEMENTS * _CARRIED - len(data))
    starts = range(0, len(data), _CARRIED)
    return b"".join(b"\0" + data[start : start + _CARRIED] for start in starts)


@cache
def trusted_setup() -> Any:
    """Ethereum's trusted setup, as py-evm ships it; two seconds to load.

    Blobs need it; who forks processes that do loads it before.
    """
    import ckzg

    found = find_spec("eth")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0])
    return ckzg.load_trusted_setup(str(folder / "_utils" / "kzg_trusted_setup.txt"), 0)

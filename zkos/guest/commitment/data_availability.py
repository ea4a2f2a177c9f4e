"""How the pubdata of a batch is committed to (state spec 6.2).

With blobs the pubdata is cut into pieces, each of which becomes an EIP-4844 blob. The
host computes commitments and openings; in proving mode they are verified.
"""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.blob import BLOB_DATA_BYTES, BlobVerifier
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.queries import DA_BLOBS, DA_KECCAK
from zkos.guest.state.system import System
from zkos.guest.system.oracle import Oracle
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256, Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes
from zkos.lang.trap import trap

MOST_BLOBS: Final = U32(9)
HEAD_BYTES: Final = U32(31)
"""One element of the first blob: the length and zeros."""
NO_HASH: Final = U256(0)


class Availability:
    """Makes the commitment of one batch."""

    oracle: Oracle
    keccak: Keccak256
    blake2s: Blake2s
    verify: bool
    versioned_hashes: List[Bytes32]
    """Of the blobs, if there are any."""

    def __init__(self, system: System) -> None:
        self.oracle = system.oracle
        self.keccak = system.keccak
        self.blake2s = system.blake2s
        self.verify = system.options.proving
        self.versioned_hashes = List(Bytes32)

    def commit(self, scheme: U32, pieces: List[ByteView]) -> Bytes32:
        """The commitment to the pubdata of all blocks, by the scheme of the batch."""
        if scheme == DA_KECCAK:
            return self.commit_keccak(pieces)
        if scheme == DA_BLOBS:
            return self.commit_blobs(pieces)
        return Bytes32(NO_HASH)

    def commit_keccak(self, pieces: List[ByteView]) -> Bytes32:
        """For one blob, whose hash is not known: 0."""
        keccak = self.keccak
        for position in urange(pieces.length()):
            keccak.update(pieces[position])
        digest = keccak.finish()
        keccak.update_u256(NO_HASH)
        keccak.update_u256(U256(digest))
        keccak.update_u8(U8(1))
        keccak.update_u256(NO_HASH)
        return keccak.finish()

    def commit_blobs(self, pieces: List[ByteView]) -> Bytes32:
        """Traps if there are too many blobs or an opening is wrong."""
        data = joined(pieces)
        length = data.length()
        if length > MOST_BLOBS * BLOB_DATA_BYTES:
            trap("more pubdata than blobs can hold")
        verifier = BlobVerifier(self.blake2s)
        advice = allocate_bytes(96)
        start = U32(0)
        while start < length:
            rest = length - start
            size = rest if rest < BLOB_DATA_BYTES else BLOB_DATA_BYTES
            blob = data.window(start, size)
            self.oracle.blob_advice(blob, advice)
            commitment = advice.window(0, 48)
            digest = verifier.versioned_hash(commitment)
            if self.verify and not verifier.opens(
                blob, commitment, digest, advice.window(48, 48)
            ):
                trap("a wrong commitment to a blob, or a wrong opening")
            self.versioned_hashes.append(digest)
            start = start + size
        for position in urange(self.versioned_hashes.length()):
            self.keccak.update_u256(U256(self.versioned_hashes[position]))
        return self.keccak.finish()


def joined(pieces: List[ByteView]) -> ByteView:
    """What goes into blobs: the length of all pieces, zeros, the pieces."""
    length = U32(0)
    for position in urange(pieces.length()):
        length = length + pieces[position].length()
    data = allocate_bytes(HEAD_BYTES + length)
    data.store_u64_be(0, U64(length))
    end = HEAD_BYTES
    for position in urange(pieces.length()):
        piece = pieces[position]
        data.window(end, piece.length()).copy_from(piece)
        end = end + piece.length()
    return data

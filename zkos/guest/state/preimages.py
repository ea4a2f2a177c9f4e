"""The preimage cache: account encodings and code by their BLAKE2s (system spec 3.2).

Never rolled back. Preimages from the oracle are verified when proving; those made in
this block are kept for the report.
"""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.system.memory import copy_of
from zkos.guest.system.oracle import Oracle
from zkos.lang.control import record
from zkos.lang.ints import U32, U256
from zkos.lang.memory import NOT_FOUND, ByteView, List, Map
from zkos.lang.trap import trap

PREIMAGE_ACCOUNT: Final = U32(0)
PREIMAGE_CODE: Final = U32(1)


@record
class Preimage:
    """Bytes and their hash."""

    hash: U256
    data: ByteView
    kind: U32


class PreimageCache:
    """All preimages the block has seen."""

    oracle: Oracle
    blake2s: Blake2s
    verify: bool
    by_hash: Map[U256, Preimage]
    made: List[Preimage]
    """Made in this block, for the host to keep."""

    def __init__(self, oracle: Oracle, blake2s: Blake2s, verify: bool) -> None:
        self.oracle = oracle
        self.blake2s = blake2s
        self.verify = verify
        self.by_hash = Map(U256, Preimage)
        self.made = List(Preimage)

    def fetch(self, digest: U256, length: U32, kind: U32) -> Preimage:
        """The preimage of this hash; asks the oracle the first time.

        One that is known is given whatever its length.
        """
        entry = self.by_hash.find(digest)
        if entry != NOT_FOUND:
            return self.by_hash.value(entry)

        data = self.oracle.preimage(digest, length)
        if self.verify and U256(self.blake2s.hash(data)) != digest:
            trap("preimage does not match its hash")
        preimage = Preimage(digest, data, kind)
        self.by_hash.insert(digest, preimage)
        return preimage

    def keep(self, digest: U256, data: ByteView, kind: U32) -> Preimage:
        """Remember a preimage made in this block; `data` must not change later."""
        entry = self.by_hash.find(digest)
        if entry != NOT_FOUND:
            return self.by_hash.value(entry)
        preimage = Preimage(digest, data, kind)
        self.by_hash.insert(digest, preimage)
        self.made.append(preimage)
        return preimage

    def keep_copy(self, digest: U256, data: ByteView, kind: U32) -> Preimage:
        """As `keep`, of bytes that may change later."""
        entry = self.by_hash.find(digest)
        if entry != NOT_FOUND:
            return self.by_hash.value(entry)
        return self.keep(digest, copy_of(data), kind)

"""The hashes of the blocks before, which every version's metadata keep alike."""

from zkos.guest.protocol.limits import BLOCK_HASHES
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView


def hash_in_window(hashes: ByteView, block_number: U64, number: U64) -> U256:
    """Hash of a block as block `block_number` sees it: of the last 256, else 0."""
    if number >= block_number:
        return U256(0)
    distance = block_number - number
    if distance > U64(BLOCK_HASHES):
        return U256(0)
    index = BLOCK_HASHES - U32(distance)
    return hashes.load_u256_be(index << 5)

import pytest
import rlp

from tests.guest.commitment.support import as_hash, be, k256, metadata, spelled
from tests.guest.objects import OBJECTS, Keccak256, hash_header
from zkos.lang.ints import U64, Bytes32
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
ROLLING = b"\x01" * 32
ZEROS = bytes(32)
HASHES = tuple(range(1000, 1256))
"""Oldest first."""


def header(value: int, *, parent: bytes, mix_hash: int) -> bytes:
    """All numbers are `value`."""
    fields = [parent, k256(rlp.encode([])), b"\xff" * 20, ZEROS, ROLLING, ZEROS]
    fields += [bytes(256), 0, value, value, value, value, b"", be(mix_hash, 32)]
    return k256(rlp.encode([*fields, bytes(8), value]))


def hashed(value: int, option_word: int = 0) -> bytes:
    fields, options = metadata(
        option_word,
        block_number=value,
        gas_limit=min(value, 2**56 - 1),
        timestamp=value,
        basefee=value,
        coinbase=2**160 - 1,
        block_hashes=HASHES,
        mix_hash=99,
    )
    fields.gas_limit = U64(value)
    digest = hash_header(
        Keccak256(), fields, options, as_hash(ROLLING), Bytes32(0), U64(value)
    )
    return spelled(digest)


@pytest.mark.parametrize(
    "value", [1, 0x7F, 0x80, 0xFF, 0x100, 2**56 - 1, 2**63, 2**64 - 1]
)
def test_header_is_rlp_with_the_newest_hash_as_parent(value):
    assert hashed(value) == header(value, parent=be(1255, 32), mix_hash=1)


def test_block_zero_has_no_parent():
    assert hashed(0) == header(0, parent=ZEROS, mix_hash=1)


def test_mix_hash_is_that_of_the_metadata_if_wanted():
    assert hashed(5, 512) == header(5, parent=be(1255, 32), mix_hash=99)


def test_base_fee_above_64_bits_is_refused():
    fields, options = metadata(basefee=2**64)
    with pytest.raises(Trap, match=r"out of range|does not fit U64"):
        hash_header(Keccak256(), fields, options, Bytes32(0), Bytes32(0), U64(0))

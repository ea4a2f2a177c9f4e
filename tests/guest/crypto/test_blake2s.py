"""BLAKE2s against hashlib, by rounds in Python and by a model of the delegation."""

from hashlib import blake2s

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zkos.guest.crypto import blake2s as module
from zkos.guest.crypto.blake2s import Blake2s
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import Array, view_of
from zkos.lang.trap import Trap

pytestmark = pytest.mark.cpython

MASK = 0xFFFFFFFF
IV = [
    *(0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A),
    *(0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19),
]
CONFIGURED_IV = [IV[0] ^ 0x01010020, *IV[1:]]
# RFC 7693, section 2.7, one hexadecimal digit an index.
SIGMA = [
    [int(digit, 16) for digit in f"{row:016x}"]
    for row in (
        *(0x0123456789ABCDEF, 0xEA489FD61C02B753, 0xB8C052FDAE367194),
        *(0x7931DCBE265A40F8, 0x905724AFE1BC683D, 0x2C6A0B834D75FE19),
        *(0xC51FED4A0763928B, 0xDB7EC13950F4862A, 0x6FE9B308C2D714A5),
        0xA2847615FB9E3CD0,
    )
]


def rotated(word, count):
    return (word >> count | word << (32 - count)) & MASK


def delegated_round(state, message, round_mask, control):
    """One call of delegation 0x7c7 as machine spec 4.1 words it."""
    mask, flags = int(round_mask), int(control)
    assert mask.bit_count() == 1
    number = mask.bit_length() - 1
    words = [int(state[i]) for i in range(24)]
    h, v = words[:8], words[8:]
    m = [int(message[i]) for i in range(16)]
    if flags & 4:
        m = m[:8] + h if flags & 2 else h + m[:8]
        if number == 0:
            v = CONFIGURED_IV + IV
            v[12] ^= 64
            v[14] ^= MASK
    elif number == 0:
        v = [*h, *IV[:4], v[12], IV[5], v[14], IV[7]]

    turn = SIGMA[number]
    for g in range(8):
        shift = g // 4
        a, b, c, d = (4 * row + (g + row * shift) % 4 for row in range(4))
        v[a] = (v[a] + v[b] + m[turn[2 * g]]) & MASK
        v[d] = rotated(v[d] ^ v[a], 16)
        v[c] = (v[c] + v[d]) & MASK
        v[b] = rotated(v[b] ^ v[c], 12)
        v[a] = (v[a] + v[b] + m[turn[2 * g + 1]]) & MASK
        v[d] = rotated(v[d] ^ v[a], 8)
        v[c] = (v[c] + v[d]) & MASK
        v[b] = rotated(v[b] ^ v[c], 7)

    if flags & 1:
        h = CONFIGURED_IV if flags & 4 else h
        h = [h[i] ^ v[i] ^ v[i + 8] for i in range(8)]
    for i, word in enumerate(h + v):
        state[i] = U32(word)


def delegated_block_round(state, block, round_mask, control):
    """The same for a block of bytes."""
    words = [block.load_u32(U32(4 * i)) for i in range(16)]
    delegated_round(state, words, round_mask, control)


@pytest.fixture(scope="module", params=["plain", "delegated"], autouse=True)
def rounds(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "delegated":
            patch.setattr(module, "DELEGATED", True)
            patch.setattr(module, "blake2s_round", delegated_round)
            patch.setattr(module, "blake2s_block_round", delegated_block_round)
        yield request.param


def expected(data: bytes) -> Bytes32:
    return Bytes32(int.from_bytes(blake2s(data).digest(), "big"))


def pattern(length: int) -> bytes:
    return bytes((7 * i + length) & 255 for i in range(length))


def words_of(data: bytes) -> Array[U32]:
    words = Array(U32, len(data) // 4)
    for i in range(len(data) // 4):
        words[i] = U32(int.from_bytes(data[4 * i : 4 * i + 4], "little"))
    return words


def bytes_of(words: Array[U32], count: int = 8) -> bytes:
    return b"".join(int(words[i]).to_bytes(4, "little") for i in range(count))


def test_the_rounds_meant_are_the_rounds_run(rounds, monkeypatch):
    def refuse(*_):
        raise AssertionError

    unused = {"delegated": ["compress"]}
    for name in unused.get(rounds, ["blake2s_round", "blake2s_block_round"]):
        monkeypatch.setattr(module, name, refuse)

    assert Blake2s().hash(view_of(b"abc")) == expected(b"abc")


def test_abc_has_the_digest_of_the_rfc():
    published = 0x508C5E8C327C14E2E1A72BA34EEB452F37458B209ED63A294D999B4C86675982
    assert Blake2s().hash(view_of(b"abc")) == published


def test_every_length_around_the_block_borders():
    hasher = Blake2s()
    for length in range(301):
        data = pattern(length)
        assert hasher.hash(view_of(data)) == expected(data), length


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=150), max_size=5))
def test_updates_in_pieces(pieces):
    hasher = Blake2s()
    for piece in pieces:
        hasher.update(view_of(piece))

    assert hasher.finish() == expected(b"".join(pieces))


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 64),
    st.integers(0, 2**256 - 1),
    st.integers(0, 2**160 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 255),
)
def test_numbers_and_words_join(prefix, word, address, short, byte):
    hasher = Blake2s()
    hasher.update(view_of(pattern(prefix)))
    hasher.update_u256(U256(word))
    hasher.update_address(Address(address))
    hasher.update_u64_be(U64(short))
    hasher.update_u64_le(U64(short))
    hasher.update_u8(U8(byte))
    hasher.update_words(words_of(pattern(32)))
    digest = Array(U32, 8)
    hasher.finish_words(digest)

    tail = word.to_bytes(32, "big") + address.to_bytes(20, "big")
    tail += short.to_bytes(8, "big") + short.to_bytes(8, "little") + bytes([byte])
    data = pattern(prefix) + tail + pattern(32)
    assert bytes_of(digest) == blake2s(data).digest()


def test_finish_and_reset_begin_a_new_message():
    hasher = Blake2s()
    hasher.update(view_of(pattern(100)))
    hasher.finish()
    assert hasher.finish() == expected(b"")

    hasher.update(view_of(pattern(100)))
    hasher.finish_words(Array(U32, 8))
    assert hasher.finish() == expected(b"")

    hasher.update(view_of(pattern(100)))
    hasher.reset()
    assert hasher.finish() == expected(b"")

    hasher.update(view_of(pattern(100)))
    assert hasher.hash(view_of(b"abc")) == expected(b"abc")


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_pair_of_hashes(left, right):
    digest = Array(U32, 8)
    Blake2s().hash_pair(words_of(left), words_of(right), digest)

    assert bytes_of(digest) == blake2s(left + right).digest()


@settings(max_examples=15, deadline=None)
@given(
    st.binary(min_size=32, max_size=32),
    st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.booleans()), max_size=5),
)
def test_fold_climbs_a_tree_beside_an_open_message(node, path):
    hasher = Blake2s()
    hasher.update(view_of(pattern(70)))
    words = words_of(node)
    for i in range(8):
        hasher.node[i] = words[i]
    for beside, node_is_right in path:
        words = words_of(beside)
        for i in range(8):
            hasher.sibling[i] = words[i]
        hasher.fold(node_is_right)
        node = blake2s(beside + node if node_is_right else node + beside).digest()

    assert bytes_of(hasher.node) == node
    assert hasher.finish() == expected(pattern(70))


def test_update_words_takes_eight_words():
    with pytest.raises(AssertionError):
        Blake2s().update_words(words_of(pattern(28)))


def test_a_message_of_four_gigabytes_traps():
    hasher = Blake2s()
    hasher.total = U32(2**32 - 64)
    with pytest.raises(Trap):
        hasher.update(view_of(pattern(129)))

"""The oracle client: the queries the guest asks, typed (oracle spec 2).

Those of the state tree are asked in `tree` and `leaves`, which keep the words as they
come.

Answers are checked for shape only; what they claim is verified by whoever asks. A
failed check ends the run. Bytes arrive packed in little-endian words, so a word is
stored as it comes; numbers arrive least significant word first.
"""

from typing import Final

from zkos.guest.protocol.limits import TRANSACTION_BYTES
from zkos.lang.control import srange, urange
from zkos.lang.intrinsics import oracle_read, oracle_write
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap

QUERY_TRANSACTION_SIZE: Final = U32(0)
QUERY_TRANSACTION: Final = U32(1)
QUERY_STATE: Final = U32(2)
QUERY_METADATA: Final = U32(3)
QUERY_SLOT: Final = U32(4)
QUERY_PREIMAGE: Final = U32(5)
QUERY_DISCONNECT: Final = U32(6)
QUERY_PROOF: Final = U32(7)
QUERY_PREVIOUS_INDEX: Final = U32(8)
QUERY_EXACT_INDEX: Final = U32(9)

STATE_WORDS: Final = U32(22)
METADATA_WORDS: Final = U32(2094)
SLOT_WORDS: Final = U32(10)
PROOF_WORDS: Final = U32(532)


class Oracle:
    """The guest's end of the channel."""

    hash_bytes: ByteView
    """Where 32-byte values are put together."""

    def __init__(self) -> None:
        self.hash_bytes = allocate_bytes(32)

    def next_transaction_size(self, strict: bool) -> U32:
        """Bytes of the next transaction; 0 when there is none.

        With `strict` one that is too long ends the run.
        """
        ask(QUERY_TRANSACTION_SIZE, U32(0))
        expect_words(U32(2))
        size = read_u32()
        if strict and size > TRANSACTION_BYTES:
            trap("transaction too long")
        return size

    def skip_transaction(self) -> None:
        """Let the host go on to the transaction after the next one."""
        ask(QUERY_TRANSACTION, U32(0))
        oracle_read()

    def next_transaction(self, out: ByteView, size: U32, strict: bool) -> None:
        """Read the transaction of that size into the start of `out`.

        `out` is at least as long as `size` rounded up to whole words. Hosts that think
        in 64-bit words answer one word more for an odd number: upstream ends the run
        then, and so does this with `strict`.
        """
        ask(QUERY_TRANSACTION, U32(0))
        words = (size + 3) >> 2
        answered = oracle_read()
        if answered != words and (strict or answered != words + (words & 1)):
            trap("unexpected length of an answer")
        for index in urange(words):
            out.store_u32(index << 2, oracle_read())

    def begin_metadata(self) -> None:
        """Ask for the block metadata; its fields are read one by one."""
        ask(QUERY_METADATA, U32(0))
        expect_words(METADATA_WORDS)

    def state_commitment(self) -> tuple[U256, U64]:
        """The root before the block, as a number, and the next free slot."""
        ask(QUERY_STATE, U32(0))
        expect_words(STATE_WORDS)
        root = self.read_hash()
        next_free_slot = read_u64()
        for _ in urange(U32(8)):
            oracle_read()
        read_u32()
        read_bool()
        return root, next_free_slot

    def initial_slot(self, address: Address, key: U256) -> tuple[bool, U256]:
        """Whether the tree lacks the slot, and its value before the block."""
        ask(QUERY_SLOT, U32(14))
        for index in srange(5):
            oracle_write(address.word(index))
        oracle_write(U32(0))
        write_hash(key)
        expect_words(SLOT_WORDS)
        is_new = read_bool()
        return is_new, self.read_hash()

    def preimage(self, digest: U256, length: U32) -> ByteView:
        """At least `length` bytes are answered; the first `length` of them."""
        ask(QUERY_PREIMAGE, U32(8))
        write_hash(digest)
        words = oracle_read()
        needed = (length >> 2) + (U32(0) if length & 3 == 0 else U32(1))
        if words < needed:
            trap("preimage too short")
        data = allocate_bytes(needed << 2)
        for index in urange(needed):
            data.store_u32(index << 2, oracle_read())
        for _ in urange(needed, words):
            oracle_read()
        return data.window(0, length)

    def disconnect(self) -> None:
        """Say goodbye: nothing can be asked afterwards (oracle spec 4)."""
        ask(QUERY_DISCONNECT, U32(0))
        oracle_read()

    def read_hash(self) -> U256:
        """Read 32 bytes in order, as the big-endian number they spell."""
        data = self.hash_bytes
        for index in srange(8):
            data.store_u32(4 * index, oracle_read())
        return data.load_u256_be(0)

    def read_u256(self) -> U256:
        """Read a 256-bit number."""
        data = self.hash_bytes
        for index in srange(8):
            data.store_u32(4 * index, oracle_read())
        return data.load_u256(0)

    def read_address(self) -> Address:
        """Read an address in three 64-bit limbs; the top 32 bits must be 0."""
        data = self.hash_bytes
        for index in srange(6):
            data.store_u32(4 * index, oracle_read())
        data.store_u64(24, U64(0))
        number = data.load_u256(0)
        if number >> 160 != 0:
            trap("address out of range")
        return Address.truncate(number)


def ask(query: U32, parameters: U32) -> None:
    """Start a query; its parameter words follow."""
    oracle_write(query)
    oracle_write(parameters)


def expect_words(count: U32) -> None:
    """Read the length of the answer, which must be this."""
    if oracle_read() != count:
        trap("unexpected length of an answer")


def expect_at_least(count: U32) -> None:
    """Read the length of an answer whose tail is never looked at."""
    if oracle_read() < count:
        trap("answer too short")


def write_hash(value: U256) -> None:
    """Send the 32 bytes that spell this number, in order."""
    for index in srange(8):
        oracle_write(value.word(7 - index).byte_swap())


def read_u64() -> U64:
    """Read a 64-bit number."""
    low = oracle_read()
    high = oracle_read()
    return U64(high) << 32 | U64(low)


def read_u32() -> U32:
    """Read a 64-bit number that must fit 32 bits."""
    low = oracle_read()
    if oracle_read() != 0:
        trap("number above 32 bits")
    return low


def read_bool() -> bool:
    """Read a 64-bit number that must be 0 or 1."""
    number = read_u32()
    if number > 1:
        trap("neither 0 nor 1")
    return number == 1

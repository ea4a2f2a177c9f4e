"""The oracle client: the queries the guest asks, typed (oracle spec 1).

Those of the state tree are asked in `tree` and `leaves`, which keep the words as they
come.

Answers are checked for shape only; what they claim is verified by whoever asks. A
failed check ends the run, except where a transaction is read: that one is dropped
(oracle spec 4). Bytes arrive packed in little-endian words, so a word is stored as it
comes; numbers arrive least significant word first.
"""

from typing import Final

from zkos.guest.protocol.queries import (
    BLOB_ADVICE_WORDS,
    CONFIGURATION_WORDS,
    METADATA_WORDS,
    PROOF_DATA_WORDS,
    QUERY_BLOB_ADVICE,
    QUERY_BLOCK_COUNT,
    QUERY_CONFIGURATION,
    QUERY_DA_SCHEME,
    QUERY_DISCONNECT,
    QUERY_METADATA,
    QUERY_PREIMAGE,
    QUERY_PROOF_DATA,
    QUERY_SLOT,
    QUERY_TRANSACTION,
    QUERY_TRANSACTION_ENCODING,
    QUERY_TRANSACTION_SENDER,
    QUERY_TRANSACTION_SIZE,
    SCALAR_WORDS,
    SENDER_WORDS,
    SLOT_WORDS,
    TRANSACTION_MAY_BE_SHORT,
)
from zkos.lang.control import inline, srange, urange
from zkos.lang.intrinsics import address_of, oracle_read, oracle_write
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap

LONGEST_TRANSACTION: Final = U32(0xFFFFFFFC)
"""In bytes; one that is longer cannot be read."""


class Oracle:
    """The guest's end of the channel."""

    hash_bytes: ByteView
    """Where 32-byte values are put together."""

    def __init__(self) -> None:
        self.hash_bytes = allocate_bytes(32)

    def block_count(self) -> U32:
        """Number of blocks of the batch; only asked in runs of batches."""
        ask(QUERY_BLOCK_COUNT, U32(0))
        return oracle_read()

    def begin_metadata(self) -> None:
        """Ask for the block metadata; its fields are read one by one."""
        ask(QUERY_METADATA, U32(0))
        expect_words(METADATA_WORDS)

    def begin_configuration(self) -> None:
        """Ask for the configuration of the chain; its fields are read one by one."""
        ask(QUERY_CONFIGURATION, U32(0))
        expect_words(CONFIGURATION_WORDS)

    def da_scheme(self) -> U32:
        """How the pubdata is published, below 256 (oracle spec 1.3)."""
        ask(QUERY_DA_SCHEME, U32(0))
        return answered_u8()

    def next_transaction_size(self) -> tuple[bool, U32]:
        """Whether the answer can be read, and bytes of the next transaction.

        0 when there is none.
        """
        ask(QUERY_TRANSACTION_SIZE, U32(0))
        if oracle_read() != SCALAR_WORDS:
            return False, U32(0)
        size = oracle_read()
        readable = oracle_read() == 0 and size <= LONGEST_TRANSACTION
        return readable, size

    def next_transaction(self, out: ByteView, size: U32) -> bool:
        """Read the transaction of that size into the start of `out`.

        `out` is at least as long as `size` rounded up to whole words. False: more
        words came than 64-bit words can hold of it, and nothing was read. Words that
        are missing count as 0, in versions that let them be missing.
        """
        ask(QUERY_TRANSACTION, U32(0))
        words = words_of(size)
        answered = oracle_read()
        if answered > words + (words & 1):
            return False
        if answered < words and not TRANSACTION_MAY_BE_SHORT:
            return False
        taken = words if answered > words else answered
        read_words(out, taken)
        for index in urange(taken, words):
            out.store_u32(index << 2, U32(0))
        if answered > words:
            oracle_read()
        return True

    def transaction_encoding(self) -> U32:
        """`ENCODING_ABI`, `ENCODING_RLP` or another number below 256."""
        ask(QUERY_TRANSACTION_ENCODING, U32(0))
        return answered_u8()

    def transaction_sender(self) -> tuple[bool, Address]:
        """Who is said to have sent the transaction; False: that is no address."""
        ask(QUERY_TRANSACTION_SENDER, U32(0))
        expect_words(SENDER_WORDS)
        number = self.read_three_limbs()
        return number >> 160 == 0, Address.truncate(number)

    def proof_data(self) -> tuple[U256, U64, U64]:
        """Root and next free slot before the block, timestamp of the block before."""
        ask(QUERY_PROOF_DATA, U32(0))
        expect_words(PROOF_DATA_WORDS)
        root = self.read_hash()
        next_free_slot = read_u64()
        return root, next_free_slot, read_u64()

    def initial_slot(self, address: Address, key: U256) -> tuple[bool, U256]:
        """Whether the tree lacks the slot, and its value before the block.

        What the tree lacks has the value 0.
        """
        ask(QUERY_SLOT, U32(14))
        for index in srange(5):
            oracle_write(address.word(index))
        oracle_write(U32(0))
        write_hash(key)
        expect_words(SLOT_WORDS)
        is_new = read_bool()
        value = self.read_hash()
        if is_new and value != 0:
            trap("a slot without a leaf has a value")
        return is_new, value

    def preimage(self, digest: U256, length: U32) -> ByteView:
        """The bytes behind a hash, as many as `length`."""
        ask(QUERY_PREIMAGE, U32(8))
        write_hash(digest)
        words = words_of(length)
        answered = oracle_read()
        if answered < words or answered > words + (words & 1):
            trap("unexpected length of a preimage")
        data = allocate_bytes(words << 2)
        read_words(data, words)
        if answered != words:
            oracle_read()
        return data.window(0, length)

    def blob_advice(self, data: ByteView, out: ByteView) -> None:
        """Ask for the commitment to a blob with this data, and for its opening.

        The host reads the data where it lies. `out` gets 48 bytes of each.
        """
        ask(QUERY_BLOB_ADVICE, U32(4))
        oracle_write(address_of(data))
        oracle_write(U32(0))
        oracle_write(data.length())
        oracle_write(U32(0))
        expect_words(BLOB_ADVICE_WORDS)
        read_words(out, BLOB_ADVICE_WORDS)

    def disconnect(self) -> None:
        """Say goodbye; the host may stop answering (oracle spec 2)."""
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

    @inline
    def read_spelled(self, out: ByteView) -> None:
        """Read a 256-bit number into the 32 bytes that spell it."""
        assert out.length() == 32, "a number has 32 bytes"
        for index in srange(8):
            word = oracle_read()
            for place in srange(4):
                out[31 - 4 * index - place] = U8.truncate(word >> (8 * place))

    def read_three_limbs(self) -> U256:
        """Read a number of three 64-bit limbs, as addresses come."""
        data = self.hash_bytes
        for index in srange(6):
            data.store_u32(4 * index, oracle_read())
        data.store_u64(24, U64(0))
        return data.load_u256(0)

    def read_address(self) -> Address:
        """Read an address; the top 32 bits of its limbs must be 0."""
        number = self.read_three_limbs()
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


def words_of(length_bytes: U32) -> U32:
    """32-bit words that hold so many bytes."""
    return (length_bytes >> 2) + (U32(0) if length_bytes & 3 == 0 else U32(1))


def read_words(out: ByteView, count: U32) -> None:
    """Fill the start of `out` with words as they come."""
    whole = count >> 3
    for number in urange(whole):
        piece = out.window(number << 5, 32)
        for i in srange(8):
            piece.store_u32(4 * i, oracle_read())
    for index in urange(whole << 3, count):
        out.store_u32(index << 2, oracle_read())


def answered_u8() -> U32:
    """An answer that is a number below 256."""
    expect_words(SCALAR_WORDS)
    number = read_u32()
    if number > 0xFF:
        trap("number above 8 bits")
    return number


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

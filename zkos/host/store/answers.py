"""Answers to a guest from memory, without Python: the honest host's, word for word.

Guest language. What is not answered here, `zkos.host.oracle` answers: questions that
make no sense, advice, and answers longer than the buffer for them.
"""

from typing import Final

from zkos.guest.protocol import queries
from zkos.guest.protocol.queries import PROOF_WORDS, SCALAR_WORDS, SLOT_WORDS
from zkos.guest.protocol.report import MESSAGE
from zkos.host.store import desk_places
from zkos.host.store.digests import hash_pair
from zkos.host.store.keys import find_entry
from zkos.host.store.layout import COUNT, ENTRY_BYTES, ENTRY_NUMBER, KEYS
from zkos.host.store.merkle import NO_INDEX, index_before, index_of, leaf, path, value
from zkos.lang.control import inline, srange
from zkos.lang.ints import U32, U64
from zkos.lang.memory import ByteView

ANSWERED: Final = U32(0)
LEFT: Final = U32(1)
"""The slow way has to answer."""
NONE: Final = U32(0xFFFFFFFF)
"""In place of a number of words: no answer."""
HEAD: Final = U32(2)
"""Words of a kind and of the number of words that follow."""
UART: Final = U32(0xFFFFFFFF)
WORK: Final = U32(1 << 12)
"""Where in the buffer of answers slots are put together: behind the shorter ones."""


def answer(
    oracle: ByteView,
    written: ByteView,
    out: ByteView,
    desk: ByteView,
    memory: ByteView,
    handle: ByteView,
    blobs: ByteView,
    blob_handle: ByteView,
    log: ByteView,
) -> U32:
    """Answer the query behind the messages in `written`: `ANSWERED` or `LEFT`.

    Queries that were answered are kept in `log`, unless it has no length.
    """
    used = oracle.load_u32(desk_places.OUT_USED)
    start = desk.load_u32(desk_places.KEPT)
    desk.store_u32(desk_places.KEPT, U32(0))
    if desk.load_u32(desk_places.IS_OFF) != 0:
        return LEFT
    start = _query(written, start, used)
    if start == NONE:
        # Words of a query or message may be on their way in parts.
        desk.store_u32(desk_places.IS_OFF, U32(1))
        return LEFT
    asked = used - start - HEAD
    logged = desk.load_u32(desk_places.LOGGED)
    if log.length() != 0 and log.length() - logged < (asked + HEAD) << 2:
        return LEFT
    about = written.window((start + HEAD) << 2, asked << 2)
    number = number_of(written.load_u32(start << 2))
    words = NONE
    match number:
        case desk_places.SLOT:
            words = _slot(memory, handle, about, out)
        case desk_places.PREIMAGE:
            words = _preimage(blobs, blob_handle, about, out)
        case desk_places.PROOF:
            words = _proof(memory, handle, about, out)
        case desk_places.PREVIOUS_INDEX | desk_places.EXACT_INDEX:
            words = _index(
                memory, handle, about, out, number == desk_places.EXACT_INDEX
            )
        case _:
            if asked == 0:
                words = _of_block(desk, number, out)
    if words == NONE:
        return LEFT
    if log.length() != 0:
        said = written.window(start << 2, (asked + HEAD) << 2)
        log.window(logged, said.length()).copy_from(said)
        desk.store_u32(desk_places.LOGGED, logged + said.length())
    _add(desk, desk_places.COUNTS + (number << 2), U32(1))
    _add(desk, desk_places.ASKED_WORDS, asked + HEAD)
    _add(desk, desk_places.ANSWERED_WORDS, words)
    desk.store_u32(desk_places.KEPT, start)
    oracle.store_u32(desk_places.OUT_USED, start)
    oracle.store_u32(desk_places.IN_POSITION, U32(0))
    oracle.store_u32(desk_places.IN_LENGTH, words)
    return ANSWERED


def _query(written: ByteView, first: U32, used: U32) -> U32:
    """Where the one query begins that ends what was written, or `NONE`."""
    start = first
    while used - start >= HEAD:
        kind = written.load_u32(start << 2)
        length = written.load_u32((start << 2) + 4)
        left = used - start - HEAD
        if kind != MESSAGE and kind != UART:
            return start if length == left else NONE
        if length > left:
            return NONE
        start = start + HEAD + length
    return NONE


def number_of(query: U32) -> U32:
    """The place of a query among those answered here, or `NONE`."""
    match query:
        case queries.QUERY_DISCONNECT:
            return desk_places.DISCONNECT
        case queries.QUERY_METADATA:
            return desk_places.METADATA
        case queries.QUERY_CONFIGURATION:
            return desk_places.CONFIGURATION
        case queries.QUERY_DA_SCHEME:
            return desk_places.DA_SCHEME
        case queries.QUERY_PROOF_DATA:
            return desk_places.PROOF_DATA
        case queries.QUERY_TRANSACTION_SIZE:
            return desk_places.TRANSACTION_SIZE
        case queries.QUERY_TRANSACTION:
            return desk_places.TRANSACTION
        case queries.QUERY_TRANSACTION_ENCODING:
            return desk_places.ENCODING
        case queries.QUERY_TRANSACTION_SENDER:
            return desk_places.SENDER
        case queries.QUERY_SLOT:
            return desk_places.SLOT
        case queries.QUERY_PREIMAGE:
            return desk_places.PREIMAGE
        case queries.QUERY_PROOF:
            return desk_places.PROOF
        case queries.QUERY_PREVIOUS_INDEX:
            return desk_places.PREVIOUS_INDEX
        case queries.QUERY_EXACT_INDEX:
            return desk_places.EXACT_INDEX
        case _:
            return NONE


@inline
def _add(desk: ByteView, counter: U32, count: U32) -> None:
    desk.store_u32(counter, desk.load_u32(counter) + count)


@inline
def _scalar(out: ByteView, number: U64) -> U32:
    out.store_u32(0, SCALAR_WORDS)
    out.store_u64(4, number)
    return SCALAR_WORDS + 1


def _framed(out: ByteView, data: ByteView) -> U32:
    """Whole 64-bit words, filled up with zeros."""
    length = data.length()
    words = ((length + 7) >> 3) << 1
    if (words + 1) << 2 > out.length():
        return NONE
    out.store_u32(0, words)
    out.window(4, length).copy_from(data)
    out.window(length + 4, (words << 2) - length).fill(0)
    return words + 1


def _slot(memory: ByteView, handle: ByteView, about: ByteView, out: ByteView) -> U32:
    if about.length() != 56 or about.load_u32(20) != 0:
        return NONE
    address = out.window(WORK, 32)
    address.window(0, 12).fill(0)
    for i in srange(20):
        address[12 + i] = about[19 - i]
    key = out.window(WORK + 32, 32)
    hash_pair(address, about.window(24, 32), key)
    found = value(memory, handle, key, out.window(12, 32))
    if not found:
        out.window(12, 32).fill(0)
    out.store_u32(0, SLOT_WORDS)
    out.store_u64(4, U64(0) if found else U64(1))
    return SLOT_WORDS + 1


def _preimage(blobs: ByteView, handle: ByteView, about: ByteView, out: ByteView) -> U32:
    if about.length() != 32:
        return NONE
    entry = find_entry(blobs, handle.load_u32(KEYS), about)
    if entry == 0:
        return NONE
    length = blobs.load_u32(entry + ENTRY_NUMBER)
    return _framed(out, blobs.window(entry + ENTRY_BYTES, length))


def _proof(memory: ByteView, handle: ByteView, about: ByteView, out: ByteView) -> U32:
    if about.length() != 8:
        return NONE
    index = about.load_u64(0)
    out.store_u32(0, PROOF_WORDS)
    out.store_u64(4, index)
    content = out.window(12, 72)
    if index < U64(handle.load_u32(COUNT)):
        leaf(memory, handle, U32(index), content)
    else:
        content.fill(0)
    path(memory, handle, index, out.window(84, 2048))
    return PROOF_WORDS + 1


def _index(
    memory: ByteView, handle: ByteView, about: ByteView, out: ByteView, exact: bool
) -> U32:
    if about.length() != 32:
        return NONE
    if not exact:
        return _scalar(out, U64(index_before(memory, handle, about)))
    index = index_of(memory, handle, about)
    return NONE if index == NO_INDEX else _scalar(out, U64(index))


def _of_block(desk: ByteView, number: U32, out: ByteView) -> U32:
    """What the block and its transactions say."""
    given = desk.load_u32(desk_places.NEXT)
    if number <= desk_places.PROOF_DATA:
        start = desk.load_u32(desk_places.FIXED + (number << 3))
        words = desk.load_u32(desk_places.FIXED + 4 + (number << 3))
        if words == 0 or words << 2 > out.length():
            return NONE
        out.window(0, words << 2).copy_from(desk.window(start, words << 2))
        return words
    is_over = given == desk.load_u32(desk_places.TRANSACTIONS)
    row = desk_places.ROWS + given * desk_places.ROW_SIZE
    if number == desk_places.TRANSACTION_SIZE:
        size = U32(0) if is_over else desk.load_u32(row + desk_places.ROW_BYTES)
        return _scalar(out, U64(size))
    if number == desk_places.TRANSACTION:
        if is_over:
            return NONE
        start = desk.load_u32(row + desk_places.ROW_AT)
        data = desk.window(start, desk.load_u32(row + desk_places.ROW_BYTES))
        words = _framed(out, data)
        if words != NONE:
            desk.store_u32(desk_places.NEXT, given + 1)
        return words
    if given == 0 or number > desk_places.SENDER:
        return NONE
    row = row - desk_places.ROW_SIZE
    if number == desk_places.ENCODING:
        return _scalar(out, desk.load_u64(row + desk_places.ROW_FORMAT))
    return _framed(out, desk.window(row + desk_places.ROW_SENDER, 24))

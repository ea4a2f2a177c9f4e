"""Bodies from L1 with a word, a byte, an offset or the length changed."""

from typing import Final

from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source

WORD_BYTES: Final = 32
HEAD_WORDS: Final = 19
FIRST_OFFSET_WORD: Final = 14
_TYPES: Final = (0, 1, 2, 0x71, 0xFE, 0xFF, 3, 4, 0x7E, 0x7F, 0x7D, 0x80, 0x17F)


def damage(source: Source, body: bytes) -> bytes:
    """The body of a transaction with one or two changes; never empty."""
    changed = bytearray(body)
    for _ in range(source.choose((1, 1, 1, 2))):
        _change(source, changed)
    return bytes(changed) or b"\0"


def _change(source: Source, body: bytearray) -> None:
    match source.below(9):
        case 0:
            _set_word(source, body, source.below(HEAD_WORDS), word(source))
        case 1:
            index = source.integer(FIRST_OFFSET_WORD, HEAD_WORDS - 1)
            step = source.choose((1, WORD_BYTES, -WORD_BYTES, 1 << 32, 1 << 63))
            _add_to_word(body, index, step)
        case 2:
            _set_word(source, body, 0, source.choose(_TYPES))
        case 3:
            _set_word(source, body, source.integer(10, 13), source.choose((1, 2)))
        case 4:
            del body[-source.choose((1, WORD_BYTES, 5)) :]
        case 5:
            body += bytes(source.choose((1, WORD_BYTES, 64)))
        case 6 if body:
            body[source.below(len(body))] ^= 1 << source.below(8)
        case 7 if len(body) > HEAD_WORDS * WORD_BYTES:
            # Lengths, contents and padding of the tail.
            words = len(body) // WORD_BYTES
            index = source.integer(HEAD_WORDS, words - 1) if words > HEAD_WORDS else 0
            _set_word(source, body, index, word(source))
        case _:
            _add_to_word(body, source.below(max(1, len(body) // WORD_BYTES)), 1)


def _set_word(source: Source, body: bytearray, index: int, value: int) -> None:
    start = index * WORD_BYTES
    if start + WORD_BYTES <= len(body):
        body[start : start + WORD_BYTES] = value.to_bytes(WORD_BYTES, "big")
    else:
        body += source.bytes(1)


def _add_to_word(body: bytearray, index: int, step: int) -> None:
    start = index * WORD_BYTES
    end = start + WORD_BYTES
    if end <= len(body):
        number = int.from_bytes(body[start:end], "big") + step
        body[start:end] = (number % (1 << 256)).to_bytes(WORD_BYTES, "big")

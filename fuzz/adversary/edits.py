"""Edits of single answers that know words but not what they mean."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fuzz.adversary.conversation import Liar, Moment
from fuzz.adversary.queries import WORD
from fuzz.adversary.statement import Asked
from fuzz.strategies.source import Source, Weights

_MASK: Final = 0xFFFFFFFF
_EDGES: Final = (0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_MOST_EXTRA_WORDS: Final = 16


@dataclass(frozen=True, slots=True)
class AnswerEdit(Liar):
    """Another answer to the query at one position of the run."""

    position: int
    response: bytes
    what: str

    def change(self, moment: Moment, response: bytes) -> bytes:
        return self.response if moment.position == self.position else response


def draw_edit(source: Source, honest: Sequence[Asked], position: int) -> AnswerEdit:
    """An edit of the answer at this position of the honest run."""
    edit = source.choose(_EDITS, _WEIGHTS)
    response = edit(source, honest, position)
    return AnswerEdit(position, response, edit.__name__.lstrip("_"))


def _pick_word(source: Source, response: bytes) -> int:
    """Offset of a word; early words, where the structure is, more often."""
    words = len(response) // WORD
    limit = min(words, 24) if source.chance(50) else words
    return WORD * source.below(limit)


def _with_word(response: bytes, offset: int, word: int) -> bytes:
    return (
        response[:offset]
        + (word & _MASK).to_bytes(WORD, "little")
        + response[offset + WORD :]
    )


def _word_at(response: bytes, offset: int) -> int:
    return int.from_bytes(response[offset : offset + WORD], "little")


def _bit(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    response = honest[position].response
    offset = _pick_word(source, response)
    word = _word_at(response, offset) ^ 1 << source.below(32)
    return _with_word(response, offset, word)


def _word(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    response = honest[position].response
    offset = _pick_word(source, response)
    word = source.choose(_EDGES) if source.chance(60) else source.below(1 << 32)
    return _with_word(response, offset, word)


def _step(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    """A word a little more or less."""
    response = honest[position].response
    offset = _pick_word(source, response)
    word = _word_at(response, offset) + source.choose((1, -1, 2, 8, -8, 256))
    return _with_word(response, offset, word)


def _swap_words(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    response = honest[position].response
    x, y = _pick_word(source, response), _pick_word(source, response)
    changed = _with_word(response, x, _word_at(response, y))
    return _with_word(changed, y, _word_at(response, x))


def _swap_digests(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    """Two runs of eight words exchanged, aligned as in a proof."""
    response = honest[position].response
    count = (len(response) - 3 * WORD) // 32
    if count < 2:
        return _swap_words(source, honest, position)
    x, y = (3 * WORD + 32 * source.below(count) for _ in range(2))
    changed = bytearray(response)
    changed[x : x + 32], changed[y : y + 32] = (
        response[y : y + 32],
        response[x : x + 32],
    )
    return bytes(changed)


def _cut(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    """Fewer words, the length told or not."""
    response = honest[position].response
    kept = source.below(len(response) // WORD)
    return _framed(source, response[WORD : WORD + WORD * kept], response)


def _grow(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    response = honest[position].response
    extra = source.bytes(WORD * source.integer(1, _MOST_EXTRA_WORDS))
    return _framed(source, response[WORD:] + extra, response)


def _shift(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    """A word dropped or put in, the length kept."""
    response = honest[position].response
    offset = max(_pick_word(source, response), WORD)
    if source.chance(50):
        return response[:offset] + source.bytes(WORD) + response[offset:-WORD]
    return response[:offset] + response[offset + WORD :] + bytes(WORD)


def _nothing(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    return b"" if source.chance(50) else bytes(WORD)


def _twice(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    """The answer before once more."""
    return honest[max(position - 1, 0)].response


def _other(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    """The answer to another query, of the same kind if there is one."""
    query = honest[position].query
    alike = [item.response for item in honest if item.query == query]
    if len(alike) > 1 and source.chance(85):
        return source.choose(alike)
    return source.choose(honest).response


def _length(source: Source, honest: Sequence[Asked], position: int) -> bytes:
    """A wrong length."""
    response = honest[position].response
    count = len(response) // WORD - 1
    lie = source.choose((0, count - 1, count + 1, count + 2, 2 * count, 1 << 31, _MASK))
    return _with_word(response, 0, lie)


def _framed(source: Source, content: bytes, honest: bytes) -> bytes:
    told = honest[:WORD]
    if source.chance(70):
        told = struct.pack("<I", len(content) // WORD)
    return told + content


_Edit = Callable[[Source, Sequence[Asked], int], bytes]
_EDITS: Final[tuple[_Edit, ...]] = (
    _bit,
    _word,
    _step,
    _swap_words,
    _swap_digests,
    _cut,
    _grow,
    _shift,
    _nothing,
    _twice,
    _other,
    _length,
)
_WEIGHTS: Final = Weights(24, 16, 12, 4, 4, 3, 4, 3, 1, 2, 12, 3)

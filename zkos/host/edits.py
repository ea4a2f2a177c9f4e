"""Lies written down in a case: other answers of the host at places of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zkos.host.channel import OracleError, Responder

_WORD_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class AnswerEdit:
    """A change of one answer. The whole answer, or one word of it."""

    answer: int
    """Which answer of the run, from 0."""
    response: bytes | None = None
    """All its words instead, little-endian; the first says how many follow."""
    word: int = 0
    """Else the word that is replaced; 0 is the length."""
    value: int = 0
    """What stands there, 32 bits."""

    def apply(self, honest: bytes) -> bytes:
        """The answer after the edit; OracleError if it has no such word."""
        if self.response is not None:
            return self.response
        start = _WORD_BYTES * self.word
        if start >= len(honest):
            raise OracleError(f"answer {self.answer} has no word {self.word} to edit")
        value = self.value.to_bytes(_WORD_BYTES, "little")
        return honest[:start] + value + honest[start + _WORD_BYTES :]


class EditedOracle:
    """Answers as another does, but for the edits."""

    def __init__(self, honest: Responder, edits: Sequence[AnswerEdit]) -> None:
        self._honest: Final = honest
        self._edits: Final[dict[int, list[AnswerEdit]]] = {}
        for edit in edits:
            self._edits.setdefault(edit.answer, []).append(edit)
        self._answered = 0

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; OracleError if it makes no sense."""
        response = self._honest.answer(query, parameters)
        for edit in self._edits.get(self._answered, ()):
            response = edit.apply(response)
        self._answered += 1
        return response


def edited(honest: Responder, edits: Sequence[AnswerEdit]) -> Responder:
    """The same host, lying as the edits say."""
    return EditedOracle(honest, edits) if edits else honest

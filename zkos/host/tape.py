"""A recorded conversation between guest and oracle: save, replay, edit.

A tape holds every query with its whole response, length word included, so it can
replay a run without the state, carry a lie, or become the witness of the prover
(oracle spec 6).
"""

import gzip
import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from zkos.host.channel import QUERY_IDS, QUERY_NAMES, OracleError, Responder
from zkos.terminal import json_text
from zkos.terminal.errors import UserError
from zkos.terminal.files import FileError, read_file, read_packed

_WORD_BYTES: Final = 4
_WORD_HEX: Final = 8


class TapeError(UserError):
    """A file is no tape, or an edit has no place in one."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A query and its answer."""

    query: int | None
    """None where only a witness is known."""
    parameters: bytes
    response: bytes
    """Little-endian words; the first says how many follow, or lies about it."""

    def with_word(self, index: int, word: int) -> "Exchange":
        """The same with word `index` of the response replaced; 0 is the length."""
        start = _WORD_BYTES * index
        if not 0 <= start < len(self.response):
            raise TapeError(f"the response has no word {index}")
        changed = bytearray(self.response)
        changed[start : start + _WORD_BYTES] = word.to_bytes(_WORD_BYTES, "little")
        return replace(self, response=bytes(changed))


@dataclass(frozen=True, slots=True)
class Tape:
    """The exchanges of a run in order; edits give new tapes."""

    exchanges: tuple[Exchange, ...] = ()

    def replaced(self, index: int, *exchanges: Exchange) -> "Tape":
        """The tape with exchange `index` replaced by any number of others."""
        if not 0 <= index < len(self.exchanges):
            raise TapeError(f"the tape has no exchange {index}")
        before, after = self.exchanges[:index], self.exchanges[index + 1 :]
        return Tape(before + exchanges + after)

    def with_word(self, index: int, word_index: int, word: int) -> "Tape":
        """The tape with one word of one response replaced."""
        if not 0 <= index < len(self.exchanges):
            raise TapeError(f"the tape has no exchange {index}")
        return self.replaced(index, self.exchanges[index].with_word(word_index, word))

    def find(self, query: str) -> list[int]:
        """Where the queries of this name are, see `QUERY_NAMES`."""
        wanted = QUERY_IDS[query]
        places = enumerate(self.exchanges)
        return [index for index, exchange in places if exchange.query == wanted]

    def witness(self) -> list[int]:
        """The words a guest reads that reads every response to its end."""
        data = b"".join(exchange.response for exchange in self.exchanges)
        return list(struct.unpack(f"<{len(data) // _WORD_BYTES}I", data))


def tape_of_witness(words: Sequence[int]) -> Tape:
    """The responses of a recorded witness; raises TapeError if it ends early."""
    exchanges, position = [], 0
    while position < len(words):
        end = position + 1 + words[position]
        if end > len(words):
            raise TapeError(f"the witness ends inside the response at word {position}")
        response = struct.pack(f"<{end - position}I", *words[position:end])
        exchanges.append(Exchange(None, b"", response))
        position = end
    return Tape(tuple(exchanges))


class Recorder:
    """Passes queries on and remembers the answers."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self._exchanges: list[Exchange] = []

    def answer(self, query: int, parameters: bytes) -> bytes:
        response = self._responder.answer(query, parameters)
        self._exchanges.append(Exchange(query, parameters, response))
        return response

    def tape(self) -> Tape:
        """Everything so far."""
        return Tape(tuple(self._exchanges))


class Player:
    """Answers from a tape in its order; after its end there is nothing to read.

    A strict player is an honest replay: a query that differs from the recorded one
    is an OracleError. Otherwise the guest gets the next response whatever it asks,
    as from a host that lies.
    """

    def __init__(self, tape: Tape, *, strict: bool) -> None:
        self._exchanges = tape.exchanges
        self._strict = strict
        self.position = 0
        """Number of queries answered."""

    def answer(self, query: int, parameters: bytes) -> bytes:
        index = self.position
        if index == len(self._exchanges):
            if self._strict:
                raise OracleError(f"the tape ends after {index} queries")
            return b""
        exchange = self._exchanges[index]
        if self._strict and not _agrees(exchange, query, parameters):
            name = QUERY_NAMES.get(query, hex(query))
            raise OracleError(f"the guest departs from the tape at {index}: {name}")
        self.position += 1
        return exchange.response


def _agrees(exchange: Exchange, query: int, parameters: bytes) -> bool:
    if exchange.query is None:
        return True
    return exchange.query == query and exchange.parameters == parameters


def save_tape(tape: Tape, path: Path) -> None:
    """Write a line of JSON for each exchange, gzipped if the name says so."""
    content = "".join(f"{json.dumps(_row(item))}\n" for item in tape.exchanges).encode()
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    path.write_bytes(content)


def load_tape(path: Path) -> Tape:
    """Read what `save_tape` wrote; raises TapeError naming file and line."""
    try:
        lines = read_packed(path).decode().splitlines()
    except FileError as error:
        raise TapeError(str(error)) from error
    except UnicodeDecodeError as error:
        raise TapeError(f"{path}: cannot be read: {error}") from error
    return Tape(tuple(_read_lines(lines, path)))


def save_witness(words: Sequence[int], path: Path) -> None:
    """Write words as the prover's tools take them: big-endian hex, no separators."""
    path.write_text("".join(f"{word:08X}" for word in words))


def load_witness(path: Path) -> list[int]:
    """Read a witness in big-endian hex; raises TapeError."""
    try:
        text = read_file(path).decode("ascii").strip().removeprefix("0x")
        data = bytes.fromhex(text)
    except FileError as error:
        raise TapeError(str(error)) from error
    except ValueError as error:
        raise TapeError(f"{path}: not a witness: {error}") from error
    if len(text) % _WORD_HEX:
        raise TapeError(f"{path}: not a whole number of words")
    return list(struct.unpack(f">{len(data) // _WORD_BYTES}I", data))


def _row(exchange: Exchange) -> dict[str, Any]:
    return {
        "query": exchange.query,
        "parameters": exchange.parameters.hex(),
        "response": exchange.response.hex(),
    }


def _read_lines(lines: list[str], path: Path) -> Iterator[Exchange]:
    for number, line in enumerate(lines, start=1):
        try:
            row = json_text.parse(line)
            query, parameters, response = (
                row["query"],
                bytes.fromhex(row["parameters"]),
                bytes.fromhex(row["response"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise TapeError(f"{path}: line {number} is no exchange: {error}") from error
        if not isinstance(query, int | None) or len(response) % _WORD_BYTES:
            raise TapeError(f"{path}: line {number} is no exchange")
        yield Exchange(query, parameters, response)

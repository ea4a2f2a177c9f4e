"""Reading untrusted JSON: every value knows where it came from.

A `Node` is a JSON value with its file and path; its methods give checked Python
values or raise CaseError naming both. Which fields exist is `zkos.host.case`'s.
"""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from zkos.host.case_errors import CaseError
from zkos.terminal import json_text
from zkos.terminal.files import FileError, read_packed

D = TypeVar("D")
T = TypeVar("T")
MAX_CASE_BYTES: Final = 64 * 1024 * 1024
"""Largest case accepted, uncompressed."""
_DECIMAL: Final = re.compile(r"[0-9]+", re.ASCII)
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)
_HEX_BYTES: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


class Node:
    """A JSON value, the file it came from and its path there."""

    __slots__ = ("path", "source", "value")

    def __init__(self, source: str, path: str, value: Any) -> None:
        self.source = source
        self.path = path
        self.value = value

    def fail(self, reason: str) -> NoReturn:
        """Raise the CaseError of this value."""
        raise CaseError(self.source, self.path, reason)

    def fields(self, known: Iterable[str]) -> dict[str, "Node"]:
        """The members of an object with none but `known` names."""
        members = self.members()
        allowed = list(known)
        for name, node in members.items():
            if name not in allowed:
                node.fail(f"unknown field, expected one of {', '.join(allowed)}")
        return members

    def members(self) -> dict[str, "Node"]:
        """The members of an object with free names."""
        if not isinstance(self.value, dict):
            self.fail(f"expected an object, found {_kind(self.value)}")
        prefix = f"{self.path}." if self.path else ""
        return {
            name: Node(self.source, f"{prefix}{_shorten(name)}", value)
            for name, value in self.value.items()
        }

    def items(self, most: int | None = None) -> list["Node"]:
        """The entries of a list of at most `most`."""
        if not isinstance(self.value, list):
            self.fail(f"expected a list, found {_kind(self.value)}")
        if most is not None and len(self.value) > most:
            self.fail(f"{len(self.value)} entries, at most {most} allowed")
        return [
            Node(self.source, f"{self.path}[{index}]", value)
            for index, value in enumerate(self.value)
        ]

    def number(self, bits: int = 256) -> int:
        """A number of at most `bits` bits: integer, decimal or 0x string."""
        value = self.value
        if isinstance(value, str):
            if _DECIMAL.fullmatch(value):
                base = 10
            elif _HEXADECIMAL.fullmatch(value):
                base = 16
            elif value.startswith("-"):
                self.fail(f"negative number {_shorten(value)}")
            else:
                self.fail(f"not a number: {_shorten(value)!r}")
            if len(value) > 2 * bits:
                self.fail(f"more than {bits} bits")
            value = int(value, base)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(f"expected a number, found {_kind(value)}")
        if value < 0:
            self.fail(f"negative number {_shorten(str(value))}")
        if value >> bits:
            self.fail(f"more than {bits} bits")
        return value

    def data(self, length: int | None = None) -> bytes:
        """Bytes as a 0x string, of exactly `length` bytes if given."""
        value = self.value
        if not isinstance(value, str):
            self.fail(f"expected a 0x string, found {_kind(value)}")
        if not _HEX_BYTES.fullmatch(value):
            self.fail(_why_not_hex(value))
        content = bytes.fromhex(value[2:])
        if length is not None and len(content) != length:
            self.fail(f"{len(content)} bytes, expected {length}")
        return content

    def address(self) -> int:
        """An address: a 0x string of 20 bytes or a JSON integer."""
        if isinstance(self.value, str):
            return int.from_bytes(self.data(20), "big")
        return self.number(160)

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail(f"expected true or false, found {_kind(self.value)}")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.fail(f"expected a string, found {_kind(self.value)}")
        return self.value

    def renamed(self, value: Any) -> "Node":
        """The same place with another value: for the names of members."""
        return Node(self.source, self.path, value)


def optional(node: Node | None, read: Callable[[Node], T], default: D) -> T | D:
    """`read(node)`, or `default` where the field is absent."""
    return default if node is None else read(node)


def read_json(path: Path, source: str = "") -> Node:
    """The root of a JSON file, `.gz` allowed; raises CaseError for what is none.

    `source` is what errors call it instead of its path.
    """
    name = source or str(path)
    try:
        content = read_packed(path, MAX_CASE_BYTES)
    except FileError as error:
        raise CaseError(name, "", error.reason) from error
    return parse_json(content, name)


def parse_json(content: bytes, source: str) -> Node:
    """The root of JSON; raises CaseError for what is none."""
    try:
        value = json_text.parse(
            content,
            object_pairs_hook=_object_without_duplicates,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 text: byte {error.start}"
        raise CaseError(source, "", reason) from error
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise CaseError(source, "", reason) from error
    except ValueError as error:
        raise CaseError(source, "", f"not a case: {error}") from error
    return Node(source, "", value)


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"field {_shorten(name)!r} given twice")
            seen.add(name)
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _why_not_hex(value: str) -> str:
    if not value.startswith("0x"):
        return f"hex without 0x: {_shorten(value)!r}"
    if len(value) % 2 == 1:
        return f"odd number of hex digits ({len(value) - 2})"
    return f"not hex: {_shorten(value)!r}"


def _kind(value: Any) -> str:
    for kind, name in (
        (bool, "a boolean"),
        (dict, "an object"),
        (list, "a list"),
        (str, "a string"),
        (int, "a number"),
        (float, "a fraction"),
    ):
        if isinstance(value, kind):
            return name
    return "null"


def _shorten(text: str) -> str:
    """The start of a foreign text, fit for one line of any terminal."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text[:64])
    return text if len(text) <= 48 else f"{text[:45]}..."

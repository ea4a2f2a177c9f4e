"""JSON objects that say of themselves whether they are as they were written."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

from zkos.terminal import json_text
from zkos.terminal.files import open_to_append

_SEAL: Final = "seal"
_HEX_DIGITS: Final = 16


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """The object with a digest of all of it, which must be as JSON reads it."""
    return {**content, _SEAL: _digest(content)}


def unsealed(text: bytes | str) -> dict[str, Any]:
    """What was sealed; ValueError if it is anything else, or was changed."""
    known = json_text.parse(text)
    if not isinstance(known, dict):
        raise ValueError("it is no object")
    seal = known.pop(_SEAL, None)
    if seal is None:
        raise ValueError("it has no seal")
    if seal != _digest(known):
        raise ValueError("it was changed")
    return known


def append_line(path: Path, row: dict[str, Any]) -> None:
    """Add an object to a file of lines; raises FileError, OSError."""
    with open_to_append(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        # Who was killed may have left half a line.
        start = b"" if file.read(1) in (b"", b"\n") else b"\n"
        file.write(start + json.dumps(sealed(row)).encode() + b"\n")


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HEX_DIGITS]

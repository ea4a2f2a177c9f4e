"""Foreign text made fit for a terminal, XML and HTML."""

import re
import shlex
from collections.abc import Iterable
from typing import Final

_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)
"""Controls, marks of direction, and what is no character: XML has no word for it."""
_BYTE: Final = 0xDC00
"""Where Python puts bytes of file names that are not UTF-8."""


def visible(text: str) -> str:
    """The text with everything that is not seen, or does something, spelled out."""
    return _HIDDEN.sub(_spelled, text)


def visible_lines(text: str) -> str:
    """The same for text of several lines."""
    return "\n".join(map(visible, text.split("\n")))


def shell_line(words: Iterable[str]) -> str:
    """Words as a shell reads them, in characters that are seen."""
    return " ".join(map(_quoted, words))


def one_line(text: str) -> str:
    """The same in one line, with single spaces."""
    return visible(" ".join(text.split()))


def _quoted(word: str) -> str:
    if _HIDDEN.search(word) is None:
        return shlex.quote(word)
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{visible(plain)}'"


def _spelled(match: "re.Match[str]") -> str:
    code = ord(match[0])
    if _BYTE + 0x80 <= code <= _BYTE + 0xFF:
        return f"\\x{code - _BYTE:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

"""Times and sizes as people write them: `90s`, `5m`, `8h`, `500M`, `4G`."""

import re
from typing import Final

from zkos.terminal.errors import UserError

_AMOUNT: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([a-zA-Z]?)", re.ASCII)
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES: Final = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def parse_time(text: str, option: str = "--time") -> float:
    """Seconds of `90`, `90s`, `5m`, `8h` or `2d`; raises UserError."""
    seconds = _parse(text, _SECONDS)
    if not seconds:
        raise UserError(f"{option} {text}: expected something like 90s, 5m or 8h")
    return seconds


def parse_size(text: str, option: str) -> int:
    """Bytes of `1000`, `500M` or `4G`; raises UserError."""
    size = _parse(text.upper(), _BYTES)
    if size is None:
        raise UserError(f"{option} {text}: expected something like 500M or 4G")
    return int(size)


def _parse(text: str, units: dict[str, int]) -> float | None:
    match = _AMOUNT.fullmatch(text)
    if match is None or match[2] not in units:
        return None
    return float(match[1]) * units[match[2]]

"""JSON from anywhere: too deep a nesting must not end the process that reads it."""

import json
from itertools import accumulate
from typing import Any, Final

MAX_NESTING: Final = 200
_OTHERS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
_OPENING: Final = b"[{"


def read_json(content: bytes) -> Any:
    """The value of a text; ValueError for what is no JSON or nested too deeply.

    Brackets within strings count as if they were none.
    """
    brackets = content.translate(None, delete=_OTHERS)
    steps = (1 if bracket in _OPENING else -1 for bracket in brackets)
    if max(accumulate(steps), default=0) > MAX_NESTING:
        raise ValueError("nested too deeply")
    return json.loads(content)

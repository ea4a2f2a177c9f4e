"""JSON that others may have written: a value or a ValueError, whatever it holds."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

MAX_NESTING: Final = 200


def parse(content: bytes | str, **hooks: Any) -> Any:
    """The value; `hooks` are those of `json.loads`. Raises ValueError."""
    text = content if isinstance(content, str) else content.decode("utf-8")
    try:
        with _shallow():
            return json.loads(text, **hooks)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


@contextmanager
def _shallow() -> Iterator[None]:
    """Bound the nesting: with the limit py-evm sets, it could end the process."""
    limit = sys.getrecursionlimit()
    frame: FrameType | None = sys._getframe()
    depth = 0
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(min(limit, depth + MAX_NESTING))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)

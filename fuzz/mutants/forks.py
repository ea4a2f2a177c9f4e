"""Work in a child of this process, which may hang or die and changes nothing here."""

import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

GRACE: Final = 2.0
"""Of a core, that a child may take beyond what it was given."""
SHARE: Final = 0.05
"""The least part of a core a child may get: with less it is taken for a hang."""


_TIME_OVER: Final = (signal.SIGXCPU, signal.SIGKILL, signal.SIGVTALRM)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a child."""

    answer: Any = None
    """What it returned, as JSON holds it."""
    died: str = ""
    """How, if it returned nothing: `hang`, a signal or an exception."""
    told: Any = None
    """What it said last before that."""
    seconds: float = 0.0
    """Of a core."""


def in_child(work: Callable[[Callable[[Any], None]], Any], seconds: float) -> Done:
    """Run `work` in a child for so long of a core at most.

    It gets a function to tell how far it is, should it not come back.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        _work(work, writable, seconds)
    os.close(writable)
    content = _read(readable, child, (seconds + GRACE) / SHARE)
    _, status, used = os.wait4(child, 0)
    return _done(content, status, used.ru_utime + used.ru_stime)


def _work(
    work: Callable[[Callable[[Any], None]], Any], pipe: int, seconds: float
) -> None:
    last = int(seconds + GRACE) + 1
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (last, last + 1))

        def tell(what: Any) -> None:
            os.write(pipe, json.dumps({"told": what}).encode() + b"\n")

        answer = json.dumps({"answer": work(tell)})
        os.write(pipe, answer.encode() + b"\n")
        code = 0
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {error} ({place.name}:{place.lineno})"
        os.write(pipe, json.dumps({"died": text[:300]}).encode() + b"\n")
    finally:
        os._exit(code)


def _read(pipe: int, child: int, seconds: float) -> bytes:
    """All that the child writes; it is killed when the time is over."""
    end = time.monotonic() + seconds
    content = b""
    try:
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                os.kill(child, signal.SIGKILL)
                return content
            piece = os.read(pipe, 1 << 16)
            if not piece:
                return content
            content += piece
    finally:
        os.close(pipe)


def _done(content: bytes, status: int, seconds: float) -> Done:
    said: dict[str, Any] = {}
    for line in content.splitlines():
        said |= json.loads(line)
    if "answer" in said:
        return Done(said["answer"], told=said.get("told"), seconds=seconds)
    died = said.get("died", "")
    if os.WIFSIGNALED(status):
        number = signal.Signals(os.WTERMSIG(status))
        hung = number in _TIME_OVER
        died = "hang" if hung else f"crash: {number.name}"
    return Done(died=died or "nothing said", told=said.get("told"), seconds=seconds)

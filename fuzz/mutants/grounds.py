"""Where faults are planted and hunted: each is built and tried in a child process.

What hunts share (the plain program, its answers) is made once, before the children.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fuzz.mutants.forks import Done, in_child
from fuzz.mutants.pieces import Built
from fuzz.mutants.workshop import Workshop
from zkos.compiler.errors import CompileError
from zkos.compiler.native import NativeLibrary
from zkos.lang.linkage import Patch

Tell = Callable[[Any], None]
"""Says how far a hunt is, should it not come back."""
Fields = dict[str, Any]
"""Fields of a `Trail`, as JSON holds them."""
Chase = Callable[[Built, float, Tell], Fields]
"""Hunts until a moment of this process's time."""
BUILD_SECONDS: Final = 60.0
HANG_SECONDS: Final = 5.0
"""A case that takes longer of a core hangs."""
NO_HUNT: Final = "no hunt"
"""What a trail says whose child failed before it could try anything."""
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Trail:
    """What a hunt came to."""

    found: bool = False
    what: str = ""
    """What gave the fault away, or why it could not be hunted."""
    case: int = -1
    """Number of the case that did."""
    runs: int = 0
    """Executions of the changed build."""
    reached: int = 0
    """Known inputs that enter a changed function."""
    refused: bool = False
    """The change breaks a rule of the language."""
    equivalent: str = ""
    """The rule by which it is no change at all."""
    survives: str = ""
    """Why it was not found, see `classes`."""
    build_seconds: float = 0.0
    seconds: float = 0.0
    """Of a core, for the hunt."""


class Ground:
    """One program on which faults are hunted."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop: Final = workshop

    @property
    def plain(self) -> NativeLibrary:
        """The plain program."""
        return self.workshop.plain

    def prepare(self) -> None:
        """Make what children share."""
        _ = self.plain

    def build(self, patches: Sequence[Patch]) -> Built:
        """What is hunted. Raises CompileError."""
        return self.workshop.build(patches)

    def chase(self, built: Built, end: float, tell: Tell) -> Fields:
        """The usual hunt."""
        raise NotImplementedError

    def hunt(
        self,
        patches: Sequence[Patch],
        seconds: float,
        chase: Chase | None = None,
        afterwards: Callable[[Built], str] | None = None,
    ) -> Trail:
        """Build and hunt a fault in a child, for so many seconds of a core.

        `afterwards` says of one that was not found why that is.
        """

        def work(tell: Tell) -> Fields:
            begun = time.process_time()
            try:
                built = self.build(patches)
            except CompileError as error:
                return {"refused": True, "what": first_line(error)}
            started = time.process_time()
            took = {"build_seconds": round(started - begun, 3)}
            tell(took)
            trail = (chase or self.chase)(built, started + seconds, tell)
            trail |= took | {"seconds": round(time.process_time() - started, 3)}
            if not trail.get("found") and afterwards is not None:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                trail["survives"] = afterwards(built)
            return trail

        self.prepare()
        return trail_of(in_child(work, 2 * seconds + BUILD_SECONDS))


def first_line(error: CompileError) -> str:
    """What the compiler refuses, without its folder."""
    return str(error).splitlines()[0].rpartition("/")[2]


def begin_case(tell: Tell, case: int, runs: int, reached: int = 0) -> None:
    """Say which case is next; this process ends if it takes too long."""
    tell({"case": case, "runs": runs, "reached": reached})
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)


def found(what: str, case: int) -> Fields:
    """Of a case that gave the fault away."""
    return {"found": True, "what": what[:_LONGEST], "case": case}


def until(end: float, numbers: Iterator[int]) -> Iterator[int]:
    """Numbers until this process has used so much time."""
    for number in numbers:
        if time.process_time() > end:
            return
        yield number


def trail_of(done: Done) -> Trail:
    """The trail that a child left; a death after the build has found the fault, too."""
    if done.answer is not None:
        return Trail(**done.answer)
    told = done.told or {}
    if "runs" not in told:
        return Trail(what=f"{NO_HUNT}: {done.died}", build_seconds=done.seconds)
    return Trail(
        found=True,
        what=done.died,
        case=told["case"],
        runs=told["runs"] + 1,
        reached=told["reached"],
        seconds=round(done.seconds, 3),
    )

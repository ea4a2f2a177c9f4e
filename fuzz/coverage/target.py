"""What a fuzz target is to the engine: inputs made, changed, run and written down.

A target holds one property. It knows nothing of corpora, workers and time.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from fuzz.coverage.counters import Counters
from fuzz.strategies.source import Source

I = TypeVar("I")  # noqa: E741 (an input)
_NUMBERS: Final = re.compile(r"0x[0-9a-f]+|[0-9]+")
_VALUES: Final = re.compile(
    r"0x[0-9a-fA-F]+"  # keys, addresses, hashes
    r"|(?<![\w.:/#-])[0-9]+(?:\.[0-9]+)?(?![\w.:])"  # not `file.py:12`, U256, 0.2.5
)
"""Of what a reason says: where it was seen, not what it is."""
_BLOCK: Final = re.compile(r"^block [0-9]+ ?")
"""Where a case has several blocks."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an input is a finding."""

    kind: str
    """`diverge`, `unsound`, `crash`, `timeout` or `slow`."""
    engines: tuple[str, ...]
    layer: str
    """Part of the outcome that differs, or what failed."""
    where: str = ""
    """Place in that part."""
    site: str = ""
    """First place in the source, opcode or query where the engines part; values in
    it become `#`, for they would make one fault many findings."""
    values: tuple[Any, ...] = ()
    """What each engine says, as JSON holds it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "site", _VALUES.sub("#", self.site))

    @property
    def meaning(self) -> tuple[str, ...]:
        """What makes two findings the same: numbers in places do not count."""
        where = _NUMBERS.sub("#", _BLOCK.sub("", self.where))
        return (self.kind, *self.engines, self.layer, where, self.site)

    @property
    def name(self) -> str:
        """Name of the finding: its class and a hash of its meaning."""
        digest = hashlib.sha256("\0".join(self.meaning).encode()).hexdigest()
        return f"{self.kind}-{digest[:16]}"

    @property
    def title(self) -> str:
        """One line for people."""
        parts = [self.kind, "/".join(self.engines), self.layer, self.where, self.site]
        return " ".join(part for part in parts if part)


@dataclass(slots=True)
class Observation:
    """What came of running an input."""

    semantic: int = 0
    """Set of features beside the counters, as bits."""
    included: int = 0
    """Parts of the input that did what they meant to."""
    reverted: int = 0
    rejected: int = 0
    compared: int = 0
    """Blocks of which two engines were heard and compared."""
    peer_seconds: float = 0.0
    """Processor time of engines that are not ours: their slowness is no finding."""
    work: int = 0
    """What running took, in bytes of input that are as dear; exact, unlike time."""
    problem: Problem | None = None


class Target(Protocol[I]):
    """A property and everything needed to search for its counterexamples."""

    name: str
    suffix: str
    """Of files that hold an input."""

    @property
    def counters(self) -> Counters | None:
        """Coverage counters of the code under test, if it has any."""

    def generate(self, source: Source) -> I:
        """A fresh input."""

    def mutate(self, source: Source, parent: I, donor: I) -> I:
        """A changed `parent`, perhaps with parts of `donor`."""

    def run(self, value: I) -> Observation:
        """Test the property."""

    def weight(self, value: I) -> int:
        """How large an input is; cheap."""

    def encode(self, value: I) -> bytes:
        """The text of an input."""

    def decode(self, content: bytes) -> I:
        """The inverse of `encode`; ValueError for anything else."""

    def shrink(self, value: I) -> Iterator[I]:
        """Smaller inputs, the boldest first."""

"""A target with planted faults, for tests of campaigns: three problems, one hang."""

import time
from collections.abc import Iterator

from fuzz.coverage.counters import semantic
from fuzz.coverage.target import Observation, Problem

NAME = "tests.fuzz.planted:planted"
PROBLEMS = 3
LETTERS = b"abxyz12hw0qrst"


class Planted:
    """Bytes whose first three are compared with secrets one after the other."""

    suffix = ".bin"
    counters = None
    secrets = (b"ab", b"xyz", b"12")

    def __init__(self, name: str, *, hangs: bool = False) -> None:
        self.name = name
        self._hangs = hangs

    def generate(self, source):
        return source.bytes(source.integer(1, 4))

    def mutate(self, source, parent, donor):
        at = source.below(len(parent) + 1)
        letter = bytes([source.choose(LETTERS)])
        match source.below(3):
            case 0:
                return parent[:at] + letter + parent[at + 1 :]
            case 1:
                return (parent[:at] + donor[at:])[:40] or b"a"
        return (parent[:at] + letter + parent[at:])[:40]

    def run(self, value):
        seen = Observation(included=1)
        for number, secret in enumerate(self.secrets):
            matched = next(
                (
                    n
                    for n in range(len(secret))
                    if value[n : n + 1] != secret[n : n + 1]
                ),
                len(secret),
            )
            seen.semantic |= semantic(number, matched)
            if matched == len(secret):
                seen.problem = Problem("diverge", ("a", "b"), f"secret{number}")
        if self._hangs and value[:1] == b"h" and len(value) > 8:
            while True:
                time.sleep(0.01)
        if value[:1] == b"w":
            seen.semantic |= semantic("w", len(value))
        return seen

    def weight(self, value):
        return len(value)

    def encode(self, value):
        return bytes(value)

    def decode(self, content):
        if not content:
            raise ValueError("empty")
        return content

    def shrink(self, value) -> Iterator[bytes]:
        for at in range(len(value)):
            if len(value) > 1:
                yield value[:at] + value[at + 1 :]


def planted():
    """Bytes with secrets."""
    return Planted(NAME)


def hanging():
    """The same, and inputs that never end."""
    return Planted("tests.fuzz.planted:hanging", hangs=True)


class Blind(Planted):
    """Nothing it runs reaches anything."""

    def run(self, value):
        return Observation(rejected=1)


def blind():
    """A target that sees nothing."""
    return Blind("tests.fuzz.planted:blind")

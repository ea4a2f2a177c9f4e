"""Targets with planted faults, for tests of campaigns."""

import os
import signal
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from fuzz.coverage.counters import semantic
from fuzz.coverage.target import Observation, Problem

PLACE = "tests.fuzz.planted:"
NAME = f"{PLACE}planted"
PROBLEMS = 3
LETTERS = b"abxyz12hw0qrst"
TRAP_BYTES = 6
"""So often a letter opens a trap."""
GREED_BYTES = 260 << 20
SLOW_SECONDS = 0.2


class Planted:
    """Bytes whose first three are compared with secrets one after the other."""

    suffix = ".bin"
    counters = None
    secrets = (b"ab", b"xyz", b"12")

    def __init__(self, name: str) -> None:
        self.name = name

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
        if value[:1] in b"hqrst":
            seen.semantic |= semantic(value[:1], len(value))
            if value[:TRAP_BYTES] == value[:1] * TRAP_BYTES:
                self.trap(value)
        return seen

    def trap(self, value):
        """What becomes of inputs that begin with a letter often enough."""

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


class Hanging(Planted):
    """Some inputs never end."""

    def trap(self, value):
        if value[:1] == b"h":
            time.sleep(3600)


def hanging():
    """The same, and inputs that never end."""
    return Hanging(f"{PLACE}hanging")


class Trapped(Planted):
    """Some inputs never end, kill, are slow or want memory."""

    def trap(self, value):
        match value[:1]:
            case b"h":
                time.sleep(3600)
            case b"q":
                os.kill(os.getpid(), signal.SIGSEGV)
            case b"r":
                began = time.process_time()
                while time.process_time() - began < SLOW_SECONDS:
                    pass
            case b"s":
                kept = bytearray(b"\1") * GREED_BYTES
                time.sleep(len(kept))


def trapped():
    """All ways not to come back."""
    return Trapped(f"{PLACE}trapped")


class Patient(Trapped):
    """What is slow is another engine."""

    def run(self, value):
        began = time.process_time()
        seen = super().run(value)
        seen.peer_seconds = time.process_time() - began
        return seen


def patient():
    """A target with a slow peer."""
    return Patient(f"{PLACE}patient")


class Unmakeable(Planted):
    """Making some inputs fails, running them does not."""

    def mutate(self, source, parent, donor):
        if source.chance(2):
            raise RuntimeError("no such input")
        return super().mutate(source, parent, donor)


def unmakeable():
    """A target whose mutator fails now and then."""
    return Unmakeable(f"{PLACE}unmakeable")


class Rich(Planted):
    """There is always something new: entries and findings by the hundred."""

    def run(self, value):
        time.sleep(0.002)
        number = zlib.crc32(value)
        seen = Observation(semantic("rich", number % 5000), included=1)
        if number % 5 == 0:
            seen.problem = Problem("diverge", ("a", "b"), f"rich{number % 400}")
        return seen


def rich():
    """A target that is full of findings."""
    return Rich(f"{PLACE}rich")


class Blind(Planted):
    """Nothing it runs reaches anything."""

    def run(self, value):
        return Observation(rejected=1)


def blind():
    """A target that sees nothing."""
    return Blind(f"{PLACE}blind")


class Flat(Planted):
    """Everything it runs reaches the same."""

    def run(self, value):
        return Observation(semantic("flat"), included=1)


def flat():
    """A target without growth."""
    return Flat(f"{PLACE}flat")


class Harmless(Planted):
    """It grows and has no fault."""

    def run(self, value):
        seen = super().run(value)
        return Observation(seen.semantic, included=1)


def harmless():
    """A target without faults."""
    return Harmless(f"{PLACE}harmless")


class Refusing(Planted):
    """It grows, but no input is valid."""

    def run(self, value):
        seen = super().run(value)
        return Observation(seen.semantic, rejected=1)


def refusing():
    """A target that finds no input valid."""
    return Refusing(f"{PLACE}refusing")


class Deadly(Planted):
    """No input comes back."""

    def run(self, value):
        os.kill(os.getpid(), signal.SIGSEGV)


def deadly():
    """A target that survives nothing."""
    return Deadly(f"{PLACE}deadly")


def dying():
    """Compiled functions that no call comes back from."""
    from fuzz.targets.arithmetic import arithmetic

    made = arithmetic()
    made.run = lambda value: os.kill(os.getpid(), signal.SIGSEGV)
    return made


def unborn():
    """A target of which only preparing succeeds."""
    if "worker" in Path(sys.argv[0]).name:
        raise RuntimeError("no engine here")
    return Planted(f"{PLACE}unborn")


def unready():
    """A target that takes an hour to prepare."""
    time.sleep(3600)


class Clumsy(Planted):
    """A mutator that fails on some inputs."""

    secrets = ()

    def mutate(self, source, parent, donor):
        if parent[:1] == b"q":
            raise KeyError(parent)
        return super().mutate(source, parent, donor)


def clumsy():
    """Changing an input sometimes fails."""
    return Clumsy(f"{PLACE}clumsy")

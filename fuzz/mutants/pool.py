"""Conversations of the plain OS with its host, to be held again by changed builds.

A changed build that says the same words as the plain one, is told the same and ends
alike, is the same as far as anybody can see; the first word that differs gives the
fault away. So cases are generated, served and judged once, and not for every fault.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from differential.outcome import Result
from differential.runners import native
from differential.runners.base import Ending
from fuzz.coverage.target import Problem
from fuzz.mutants.mutant import source_of
from fuzz.targets.block_batch import BatchTarget
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.blocks import BlockTarget
from zkos.compiler.native import GuestError, GuestFinished, GuestTrap, NativeLibrary
from zkos.host.case import Case
from zkos.host.channel import Channel, QueryChannel
from zkos.host.profile import RunOptions
from zkos.lang.places import Memory, show

_LEVEL: Final = 1
_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """Which property of the campaign a case is for, and with which options."""

    kind: Callable[..., BlockTarget]
    options: RunOptions


@dataclass(frozen=True, slots=True)
class Recording:
    """All words of a run, both ways, and how it ended."""

    case: int
    """Number of the case in the pool."""
    options: int
    result: Result
    public_input: bytes | None
    packed: bytes
    """What was written and answered in turns, then what was written last."""
    reached: int
    """Functions that were entered, a bit each."""

    def words(self) -> list[bytes]:
        """What was said in turns, beginning with the guest; the guest has the last."""
        stream = zlib.decompress(self.packed)
        said, at = [], 0
        while at < len(stream):
            length = int.from_bytes(stream[at : at + _LENGTH], "little")
            at += _LENGTH
            said.append(stream[at : at + length])
            at += length
        return said


def _pack(said: Sequence[bytes]) -> bytes:
    stream = b"".join(len(item).to_bytes(_LENGTH, "little") + item for item in said)
    return zlib.compress(stream, _LEVEL)


class _Recorder:
    """Passes words on and keeps them."""

    def __init__(self, channel: QueryChannel) -> None:
        self._channel: Final = channel
        self.said: list[bytes] = []

    def see(self, memory: Memory) -> None:
        """Let the host look at memory, too."""
        show(self._channel, memory)

    def exchange(self, written: bytes) -> bytes:
        """Take words, give words."""
        answer = self._channel.exchange(written)
        self.said += (written, answer)
        return answer


class Parted(Exception):
    """The guest says something else than was recorded; the number of the exchange."""


class Player:
    """Answers as recorded for as long as the guest says what was recorded."""

    def __init__(self, said: Sequence[bytes]) -> None:
        self._said: Final = said
        self.length: Final = len(said)
        self.position = 0
        self.parted: int | None = None
        """The first exchange that was another."""

    def exchange(self, written: bytes) -> bytes:
        """The recorded answer. Raises Parted."""
        at = self.position
        if at + 1 >= len(self._said) or written != self._said[at]:
            self.parted = at // 2
            raise Parted(self.parted)
        self.position = at + 2
        return self._said[at + 1]


@dataclass(slots=True)
class Pool:
    """Cases with the conversations of the plain build about them."""

    library: NativeLibrary
    """Of the plain program; counts the functions it enters."""
    entered: Callable[[], int]
    """Those of the last run, which are forgotten then."""
    turns: Sequence[Turn]
    seed: int

    def recordings(self, numbers: range) -> Iterator[list[Recording]]:
        """For each case the runs that it takes: its blocks, and their batch."""
        for number in numbers:
            turn = self.turns[number % len(self.turns)]
            yield self.record(turn, self.case(number), number)

    def case(self, number: int) -> Case:
        """Case `number` of the seed."""
        turn = self.turns[number % len(self.turns)]
        target = turn.kind("pool", [_NOBODY], turn.options)
        return target.generate(source_of(self.seed, number))

    def record(self, turn: Turn, case: Case, number: int) -> list[Recording]:
        """Run a case, and keep the runs."""
        made: list[Recording] = []

        def run(channel: QueryChannel, options: RunOptions) -> Ending:
            recorder = _Recorder(channel)
            ending = run_library(self.library, recorder, options.word())
            made.append(
                Recording(
                    number,
                    options.word(),
                    ending.result,
                    ending.public_input,
                    _pack(recorder.said),
                    self.entered(),
                )
            )
            return ending

        turn.kind("pool", [BlockEngine("native", run)], turn.options).run(case)
        return made


def _silent(_: QueryChannel, __: RunOptions) -> Ending:
    return Ending(Result.CRASH)


_NOBODY: Final = BlockEngine("nobody", _silent)


def run_library(
    library: NativeLibrary,
    channel: Channel,
    word: int,
    look: Callable[[], None] = lambda: None,
) -> Ending:
    """Run a build of the guest; its arena is clean again after the run.

    `look` is called before that. Raises Parted.
    """
    library.attach(channel, (word,))
    try:
        return _run(library)
    finally:
        look()
        library.attach(None)
        library.reset()


def _run(library: NativeLibrary) -> Ending:
    result, reason, public_input = Result.CRASH, "the guest returned", None
    try:
        library.call(native.MAIN)
    except GuestFinished as end:
        result, reason, public_input = Result.SUCCESS, "", end.public_input
    except GuestTrap as trap:
        result, reason = Result.ABORT, str(trap)
    except GuestError as error:
        reason = f"uncaught {error}"
    library.flush()
    return Ending(result, reason, public_input, words_read=library.words[0])


def replay(
    library: NativeLibrary,
    recording: Recording,
    look: Callable[[], None] = lambda: None,
) -> Problem | None:
    """Hold a recorded conversation with another build: what it does otherwise."""

    def run(channel: Channel) -> Ending:
        return run_library(library, channel, recording.options, look)

    return replay_on(run, recording)


def replay_on(run: Callable[[Channel], Ending], recording: Recording) -> Problem | None:
    """The same on anything that runs the guest."""
    player = Player(recording.words())
    try:
        ending = run(player)
    except Parted as error:
        return _problem("messages", f"exchange {error}")
    if player.parted is not None:
        return _problem("messages", f"exchange {player.parted}")
    if ending.result is not recording.result:
        return _problem("outcome", ending.result.value, ending.reason)
    if player.position != player.length:
        return _problem("messages", "fewer")
    if ending.public_input != recording.public_input:
        return _problem("public_input", "")
    return None


def _problem(layer: str, where: str, site: str = "") -> Problem:
    return Problem("diverge", ("native", "native*"), layer, where, site)


BLOCKS: Final = Turn(BlockTarget, RunOptions())
BATCHES: Final = Turn(BatchTarget, RunOptions())


def with_options(turn: Turn, **changed: object) -> Turn:
    """The same property with other options."""
    return replace(turn, options=replace(turn.options, **changed))  # type: ignore[arg-type]

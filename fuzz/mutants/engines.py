"""Grounds for what runs the image: the machine, and the division that RV32 lacks."""

from itertools import count
from typing import Final

from differential.runners import riscv
from differential.runners.base import Ending
from fuzz.mutants.grounds import Fields, Ground, Tell, begin_case, found, until
from fuzz.mutants.mutant import source_of
from fuzz.mutants.pieces import Built
from fuzz.mutants.pool import Recording, replay_on
from fuzz.mutants.streams import CYCLE_LIMIT, program
from fuzz.mutants.workshop import Workshop
from fuzz.strategies.numbers import near
from fuzz.strategies.source import Source
from zkos.compiler.frontend import DIVISION
from zkos.compiler.native import GuestTrap, NativeLibrary
from zkos.host.channel import Channel
from zkos.machine.engines import NativeEngine
from zkos.machine.machine import Machine
from zkos.machine.translator import hooks

_PARTS: Final = ("reason", "registers", "cycles", "delegations")
_EVERY: Final = 20
"""So many streams are run for a conversation of the image."""
_QUOTIENT: Final = f"{DIVISION}:divide_u64"
_REMAINDER: Final = f"{DIVISION}:remainder_u64"


class GivenEngine(NativeEngine):
    """The interpreter, as another build of it."""

    def __init__(self, library: NativeLibrary) -> None:
        self.library = library  # type: ignore[misc]
        self._channel = None


class Mill(Ground):
    """The emulated machine: random programs, then the plain image."""

    def __init__(self, seed: int = 1) -> None:
        self._seed: Final = seed
        self.recordings: list[Recording] = []
        """Conversations of the image that are held on the machine, too."""
        super().__init__(
            Workshop(
                (hooks.INTERPRETER,),
                (hooks.RUN, hooks.DECODE_IMAGE),
                hooks.TEXT,
                (hooks.ENTER, hooks.U256, hooks.BLAKE2S, hooks.KECCAK, hooks.ORACLE),
            )
        )

    def prepare(self) -> None:
        """Make what children share."""
        super().prepare()
        riscv.program()

    def chase(self, built: Built, end: float, tell: Tell) -> Fields:
        """Programs on both machines, and now and then a block."""
        changed = Machine(GivenEngine(built.library))
        plain = Machine("native")
        blocks = iter(self.recordings)
        for number in until(end, count()):
            begin_case(tell, number, number)
            what = self._stream(changed, plain, number)
            if what is None and number % _EVERY == _EVERY - 1:
                what = _block(changed, next(blocks, None))
            if what is not None:
                return {"runs": number + 1} | found(what, number)
        return {"runs": number}

    def _stream(self, changed: Machine, plain: Machine, number: int) -> str | None:
        image = program(source_of(self._seed, number))
        one, two = (item.run(image, None, CYCLE_LIMIT) for item in (changed, plain))
        for name in _PARTS:
            if getattr(one, name) != getattr(two, name):
                return f"stream: {name}"
        return None


def _block(machine: Machine, recording: Recording | None) -> str | None:
    """Hold a conversation of the native build with the image on a machine."""
    if recording is None:
        return None
    guest = riscv.program()
    image = guest.image((recording.options,))

    def run(channel: Channel) -> Ending:
        return riscv.run_image(channel, image, guest, machine)

    problem = replay_on(run, recording)
    return None if problem is None else f"block: {problem.layer} {problem.where}"


class Sieve(Ground):
    """Division of 64-bit numbers, beside Python's."""

    def __init__(self, seed: int = 1) -> None:
        self._seed: Final = seed
        super().__init__(Workshop((DIVISION,), (_QUOTIENT, _REMAINDER)))

    def chase(self, built: Built, end: float, tell: Tell) -> Fields:
        """Numbers at the edges of 16, 32 and 64 bits."""
        for number in until(end, count()):
            begin_case(tell, number, number)
            x, y = _numbers(source_of(self._seed, number))
            for place, right in ((_QUOTIENT, x // y), (_REMAINDER, x % y)):
                try:
                    said = built.library.call(place, x, y)
                except GuestTrap as trap:
                    said = str(trap)
                if said != right:
                    return {"runs": number + 1} | found(f"{place} says {said}", number)
        return {"runs": number}


def _numbers(source: Source) -> tuple[int, int]:
    x, y = (_number(source) for _ in range(2))
    match source.below(4):
        case 0:
            x = near(source, y * _number(source))
        case 1:
            x = near(source, y)
    return x % (1 << 64), y % (1 << 64) or 1


def _number(source: Source) -> int:
    bits = source.choose((8, 16, 17, 31, 32, 33, 48, 63, 64))
    kind = source.below(3)
    if kind == 0:
        return near(source, 1 << bits)
    if kind == 1:
        return source.below(1 << 16) << source.below(bits)
    return source.below(1 << bits)

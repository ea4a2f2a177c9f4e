"""Engines that run the guest against any channel, thousands of times a second.

They tell no more than the end of a run: accepted with a public input, or rejected.
Any build of the guest can be put in.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from differential.outcome import Result
from differential.runners import native, riscv
from zkos.compiler.image import Program
from zkos.compiler.native import GuestError, GuestFinished, GuestTrap, NativeLibrary
from zkos.host.channel import Channel
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine

CYCLE_LIMIT: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    result: Result
    output: bytes | None = None
    """The public input of an accepted run."""
    reason: str = ""


class Engine(Protocol):
    """Runs the guest once."""

    name: str
    slow_seconds: float
    """An attack that takes longer of a core is a finding."""

    def run(self, channel: Channel, options: int) -> Ending:
        """Run with this option word."""


class NativeEngine:
    """The guest compiled to this machine."""

    name = "native"
    slow_seconds = 2.0

    def __init__(
        self, library: NativeLibrary | None = None, main: str = native.MAIN
    ) -> None:
        self._library: Final = library or native.library()
        self._main: Final = main

    def run(self, channel: Channel, options: int) -> Ending:
        """Run with this option word."""
        library = self._library
        library.reset()
        library.attach(channel, (options,))
        try:
            library.call(self._main)
        except GuestFinished as end:
            return Ending(Result.SUCCESS, end.public_input)
        except GuestTrap as trap:
            return Ending(Result.ABORT, reason=str(trap))
        except GuestError as error:
            return Ending(Result.CRASH, reason=f"uncaught {error}")
        finally:
            library.attach(None)
        return Ending(Result.CRASH, reason="the guest returned")


class RiscvEngine:
    """The guest as an image on the emulated machine."""

    name = "riscv"
    # A transaction that is said to have 500 MB is that much of zeros to write.
    slow_seconds = 20.0

    def __init__(
        self, program: Program | None = None, machine: Machine | None = None
    ) -> None:
        self._program: Final = program or riscv.program()
        self._machine: Final = machine or riscv.machine()
        riscv.translate(self._program.image(), build=False)

    def run(self, channel: Channel, options: int) -> Ending:
        """Run with this option word."""
        image = self._program.image((options,))
        done = self._machine.run(image, channel, CYCLE_LIMIT)
        if done.reason is Stop.FINISHED:
            return Ending(Result.SUCCESS, done.public_input)
        if done.reason is Stop.CYCLE_LIMIT:
            return Ending(Result.TIMEOUT, reason=done.describe())
        # A read of nothing stops the machine where native code traps.
        rejected = done.reason in (Stop.ABORTED, Stop.HOST_ERROR)
        result = Result.ABORT if rejected else Result.CRASH
        return Ending(result, reason=done.describe())

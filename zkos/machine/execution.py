"""One program in one machine: its memory, its state, and how it stopped.

Ordinary Python, host side. `interpreter.run` does the work through an `Engine`;
this module owns the buffers it works on and reads them afterwards.
"""

import mmap
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from zkos.lang.ints import U32
from zkos.machine import state
from zkos.machine.disassembler import disassemble
from zkos.machine.image import check_image


class Stop(IntEnum):
    """Why a run stopped; the numbers of `zkos.machine.state`."""

    FINISHED = state.FINISHED
    ILLEGAL_INSTRUCTION = state.ILLEGAL_INSTRUCTION
    BAD_ACCESS = state.BAD_ACCESS
    MISALIGNED = state.MISALIGNED
    ABORTED = state.ABORTED
    CYCLE_LIMIT = state.CYCLE_LIMIT
    HOST_ERROR = state.HOST_ERROR
    BAD_DELEGATION = state.BAD_DELEGATION
    REFUSED_INSTRUCTION = state.REFUSED_INSTRUCTION
    ROM_WRITE = state.ROM_WRITE

    @property
    def text(self) -> str:
        """The reason in words."""
        return self.name.lower().replace("_", " ")


class Channel(Protocol):
    """The host's end of CSR 0x7c0. An exception ends the run as `HOST_ERROR`."""

    def read(self) -> int:
        """The next 32-bit word for the program."""

    def write(self, word: int) -> None:
        """Take one 32-bit word from the program."""


class Engine(Protocol):
    """Something that executes `zkos.machine.interpreter.run`."""

    def run(
        self, buffers: "Buffers", cycle_limit: int, profile: int, channel: Channel
    ) -> int:
        """Call it with these buffers; `channel` never raises here."""


@dataclass(frozen=True)
class Buffers:
    """The three memories `interpreter.run` works on."""

    memory: mmap.mmap
    code: bytearray
    state: bytearray

    def state_word(self, offset: U32 | int) -> int:
        """The 32-bit number at `offset` of the state."""
        return int.from_bytes(self.state[offset:][:4], "little")

    def counter(self, offset: U32 | int) -> int:
        """The 64-bit number at `offset` of the state."""
        return int.from_bytes(self.state[offset:][:8], "little")


@dataclass(frozen=True)
class MachineResult:
    """What is known after a run."""

    reason: Stop
    registers: tuple[int, ...]
    pc: int
    """Of the jump to itself, or of the instruction that failed."""
    instruction: int
    """The word at `pc`, 0 if outside memory."""
    cycles: int
    """Executed instructions; a failed one does not count."""
    delegations: dict[str, int]
    """Calls by name: blake2s, u256."""
    words_read: int
    words_written: int
    error: Exception | None
    """What the channel raised, for `HOST_ERROR`."""

    @property
    def output(self) -> tuple[int, ...]:
        """Registers x10..x17: the public input of a finished run, machine spec 5."""
        return self.registers[10:18]

    @property
    def public_input(self) -> bytes:
        """The output as 32 bytes."""
        return b"".join(word.to_bytes(4, "little") for word in self.output)

    def describe(self) -> str:
        """One line: the reason and where."""
        if self.reason is Stop.FINISHED:
            return f"finished after {self.cycles} cycles"
        place = f"pc {self.pc:#010x}: {disassemble(self.instruction, self.pc)}"
        cause = f" ({self.error!r})" if self.error is not None else ""
        return f"{self.reason.text} after {self.cycles} cycles, {place}{cause}"


class _GuardedChannel:
    """A channel that keeps what the host raised and tells the machine to stop."""

    def __init__(self, channel: Channel, buffers: Buffers) -> None:
        self.raised: BaseException | None = None
        self._channel: Final = channel
        self._state: Final = buffers.state

    def read(self) -> int:
        if self.raised is not None:
            return 0
        try:
            word = self._channel.read()
            if not 0 <= word < 1 << 32:
                raise ValueError(f"the host sent {word}, which is no 32-bit word")
        except BaseException as error:
            self._stop(error)
            return 0
        return word

    def write(self, word: int) -> None:
        if self.raised is not None:
            return
        try:
            self._channel.write(word)
        except BaseException as error:
            self._stop(error)

    def _stop(self, error: BaseException) -> None:
        self.raised = error
        self._state[state.STATE_HOST_STOP] = 1


class Execution:
    """A loaded program that can run on, be stopped by cycles, and be looked into."""

    def __init__(
        self, engine: Engine, image: bytes, channel: Channel, *, prover: bool = False
    ) -> None:
        check_image(image)
        memory = mmap.mmap(
            -1, int(state.MEMORY_BYTES), mmap.MAP_PRIVATE | mmap.MAP_ANON
        )
        memory[: len(image)] = image
        self.buffers: Final = Buffers(
            memory, bytearray(2 * len(image)), bytearray(int(state.STATE_BYTES))
        )
        self._engine: Final = engine
        self._profile: Final = (
            state.PROFILE_PROVER if prover else state.PROFILE_SIMULATOR
        )
        self._channel: Final = _GuardedChannel(channel, self.buffers)

    def proceed(self, cycle_limit: int) -> MachineResult:
        """Run until the machine stops or has done `cycle_limit` cycles in all.

        After `CYCLE_LIMIT` it may be called again with a higher limit. Exceptions of
        the channel that are no `Exception` (an interrupt) are raised again.
        """
        number = self._engine.run(
            self.buffers, cycle_limit, int(self._profile), self._channel
        )
        raised = self._channel.raised
        if raised is not None and not isinstance(raised, Exception):
            raise raised
        return self._result(Stop(number), raised)

    def _result(self, reason: Stop, error: Exception | None) -> MachineResult:
        buffers = self.buffers
        pc = buffers.state_word(state.STATE_PC)
        return MachineResult(
            reason=reason,
            registers=tuple(buffers.state_word(4 * number) for number in range(32)),
            pc=pc,
            instruction=int.from_bytes(buffers.memory[pc : pc + 4], "little"),
            cycles=buffers.counter(state.STATE_CYCLES),
            delegations={
                "blake2s": buffers.counter(state.STATE_BLAKE2S),
                "u256": buffers.counter(state.STATE_U256),
            },
            words_read=buffers.counter(state.STATE_WORDS_READ),
            words_written=buffers.counter(state.STATE_WORDS_WRITTEN),
            error=error,
        )

"""One program in one machine: its memory, its state, and how it stopped.

Ordinary Python, host side. `interpreter.run` does the work through an `Engine`;
this module owns the buffers it works on and reads them afterwards.
"""

import mmap
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from zkos.lang.ints import U32
from zkos.lang.places import show
from zkos.machine import state
from zkos.machine.channels import BlockChannel, GuardedChannel, NoWord, WordChannel
from zkos.machine.disassembler import disassemble
from zkos.machine.image import check_image

Channel = BlockChannel | WordChannel
"""A host to run a program with."""


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


class Engine(Protocol):
    """Something that executes `zkos.machine.interpreter.run`."""

    def run(
        self,
        buffers: "Buffers",
        cycle_limit: int,
        profile: int,
        channel: GuardedChannel,
    ) -> int:
        """Call it with these buffers; the reason."""

    def finish(self, channel: GuardedChannel) -> None:
        """Hand on the words still kept for `channel` and forget it."""


@dataclass(frozen=True)
class Buffers:
    """The three memories `interpreter.run` works on, and the program it began with."""

    image: bytes
    memory: mmap.mmap
    code: mmap.mmap
    state: bytearray

    @classmethod
    def for_image(cls, image: bytes) -> "Buffers":
        """A machine at reset. Raises `ImageError`."""
        check_image(image)
        memory = _zeros(int(state.MEMORY_BYTES))
        memory[: len(image)] = image
        code = _zeros(2 * int(state.ROM_BYTES))
        return cls(image, memory, code, bytearray(int(state.STATE_BYTES)))

    def reset(self) -> bool:
        """Back to reset, decoded code kept; False if the program changed its ROM."""
        if self.state_word(state.STATE_ROM_CHANGED):
            return False
        rom = int(state.ROM_BYTES)
        self.memory.madvise(mmap.MADV_DONTNEED, rom, len(self.memory) - rom)
        self.state[:] = bytes(len(self.state))
        return True

    def close(self) -> None:
        """Give the memory back."""
        self.memory.close()
        self.code.close()

    def state_word(self, offset: U32 | int) -> int:
        """The 32-bit number at `offset` of the state."""
        return int.from_bytes(self.state[offset:][:4], "little")

    def counter(self, offset: U32 | int) -> int:
        """The 64-bit number at `offset` of the state."""
        return int.from_bytes(self.state[offset:][:8], "little")

    def set_counter(self, offset: U32 | int, value: int) -> None:
        """Write such a number."""
        self.state[offset : offset + 8] = value.to_bytes(8, "little")


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
    """Calls by name: blake2s, u256, keccak."""
    words_read: int
    words_written: int
    error: Exception | None
    """What the channel raised, for `HOST_ERROR`."""
    watched: int | None = None
    """The word at the address to watch."""

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


class Execution:
    """A loaded program that can run on, be stopped by cycles, and be looked into."""

    def __init__(
        self,
        engine: Engine,
        buffers: Buffers,
        channel: Channel | None,
        *,
        prover: bool = False,
        whole: bool = False,
    ) -> None:
        """`whole`: it is run to its end, and nothing else meanwhile."""
        self.buffers: Final = buffers
        self._engine: Final = engine
        self._profile: Final = (
            state.PROFILE_PROVER if prover else state.PROFILE_SIMULATOR
        )
        self._channel: Final = GuardedChannel(channel, self.buffers.state, whole=whole)
        show(channel, self.bytes_at)

    def proceed(self, cycle_limit: int) -> MachineResult:
        """Run until the machine stops or has done `cycle_limit` cycles in all.

        After `CYCLE_LIMIT` it may be called again with a higher limit. Exceptions of
        the channel that are no `Exception` (an interrupt) are raised again.
        """
        number = self._engine.run(
            self.buffers, cycle_limit, int(self._profile), self._channel
        )
        reason = Stop(number)
        if reason is not Stop.CYCLE_LIMIT:
            self.finish()
        if self._channel.raised is not None:
            return self._result(Stop.HOST_ERROR, self._failure())
        nothing = NoWord("the host had no word to read")
        return self._result(reason, nothing if reason is Stop.HOST_ERROR else None)

    def finish(self) -> None:
        """Give the host what the program wrote last; the program is over."""
        self._channel.is_ending = True
        self._engine.finish(self._channel)
        self._failure()

    def _failure(self) -> Exception | None:
        """What the host raised; an interrupt is raised again."""
        raised = self._channel.raised
        if raised is None or isinstance(raised, Exception):
            return raised
        raise raised

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
                "keccak": buffers.counter(state.STATE_KECCAK),
            },
            words_read=buffers.counter(state.STATE_WORDS_READ),
            words_written=buffers.counter(state.STATE_WORDS_WRITTEN),
            error=error,
        )

    def word(self, address: int) -> int:
        """The 32-bit word of memory at `address`."""
        return int.from_bytes(self.buffers.memory[address : address + 4], "little")

    def bytes_at(self, address: int, length: int) -> bytes:
        """What lies in memory: a `zkos.lang.places.Memory`."""
        if address + length > len(self.buffers.memory):
            raise ValueError(f"there are no {length} bytes at {address:#x}")
        return self.buffers.memory[address : address + length]


def _zeros(size: int) -> mmap.mmap:
    """Memory that takes no space before it is written."""
    return mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)

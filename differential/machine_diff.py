"""Where two runs on the machine part: oracle word, guest call, instruction.

Two images of ours, or one image on two engines of the machine. The words a guest
sends are the cheapest witness: they are recorded at full speed. The window that ends
in the first different word is then run in single steps to name the guest call, and
for one image on two engines the first instruction with another result.
"""

import ctypes
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from zkos.compiler.assembler import RA
from zkos.compiler.lines import NO_LINES, LineTable, describe_address
from zkos.compiler.link import LinkedImage
from zkos.compiler.start import STACK_TOP
from zkos.host.channel import QUERY_NAMES, REPORT, UART, Channel, WordChannel
from zkos.machine.disassembler import disassemble
from zkos.machine.execution import Buffers, Engine, Execution, MachineResult, Stop
from zkos.machine.trace import MachineStep, run_to, trace_machine

CHUNK_CYCLES: Final = 4096
WINDOW_CYCLES: Final = 400_000
"""At most so many instructions are run in single steps."""
CYCLE_LIMIT: Final = 1 << 36
HEADER_WORDS: Final = 2
PARTS: Final = 16
"""A span of cycles is searched in so many parts."""
STACK_BOTTOM: Final = STACK_TOP - (2 << 20)


@dataclass(frozen=True, slots=True)
class MachineSubject:
    """A program on an engine of the machine, to be run again and again."""

    name: str
    image: bytes
    linked: LinkedImage
    engine: Engine
    channel: Callable[[], Channel]
    """A fresh host."""
    lines: LineTable = NO_LINES

    def place(self, address: int) -> str:
        """Function and line of code, as far as they are known."""
        return describe_address(self.linked, self.lines, address)

    def load(self, record: "Recording") -> Execution:
        """The machine at reset, its words recorded."""
        record.channel = self.channel()
        record.words = WordChannel(record, ())
        buffers = Buffers.for_image(self.image)
        return Execution(self.engine, buffers, record.words)


class Recording:
    """A host whose guest is listened to."""

    def __init__(self) -> None:
        self.channel: Channel | None = None
        self.words: WordChannel | None = None
        self.written = array("I")

    def exchange(self, written: bytes) -> bytes:
        assert self.channel is not None
        self.written.frombytes(written)
        return self.channel.exchange(written)

    def finish(self) -> None:
        """Take the words that no read followed."""
        assert self.words is not None
        self.words.flush()


@dataclass(frozen=True, slots=True)
class WordSplit:
    """The first oracle word that two guests send differently."""

    index: int
    """Words sent before it."""
    values: tuple[int | None, int | None]
    """None where a guest sends no more."""
    place: str
    """Which word of which query or message."""
    window_start: int
    """Words sent before the query or message that precedes the one of the split."""


@dataclass(frozen=True, slots=True)
class GuestCall:
    """A function entered."""

    cycle: int
    function: str
    arguments: tuple[int, ...]
    """a0 to a3."""
    return_address: int


@dataclass(frozen=True, slots=True)
class CallSplit:
    """The first guest call that differs in a window; None where there is no more."""

    calls: tuple[GuestCall | None, GuestCall | None]
    last_common: GuestCall | None


@dataclass(frozen=True, slots=True)
class InstructionSplit:
    """The first instruction after which one image differs on two engines."""

    steps: tuple[MachineStep, MachineStep]
    function: str
    place: str
    """The function and, where it is known, the line."""
    registers: tuple[int, ...]
    """Numbers of those that differ after it; empty if only the stop or pc does."""


def record_words(subject: MachineSubject) -> "tuple[array[int], MachineResult]":
    """All words the guest sends, and how the run ends."""
    record = Recording()
    execution = subject.load(record)
    try:
        done = run_to(execution, CYCLE_LIMIT)
        record.finish()
        return record.written, done
    finally:
        _close(execution)


def first_word_split(left: MachineSubject, right: MachineSubject) -> WordSplit | None:
    """The first different word, or None if both send the same."""
    one, two = record_words(left)[0], record_words(right)[0]
    if one == two:
        return None
    pairs = enumerate(zip(one, two, strict=False))
    index = next((i for i, (x, y) in pairs if x != y), min(len(one), len(two)))
    values = tuple(words[index] if index < len(words) else None for words in (one, two))
    longer = one if len(one) > index else two
    place, start = _place(longer, index)
    return WordSplit(index, (values[0], values[1]), place, start)


def _place(words: "array[int]", index: int) -> tuple[str, int]:
    """Name of word `index`, and where the unit before its own starts."""
    start = previous = 0
    while start + 1 < len(words):
        end = start + HEADER_WORDS + words[start + 1]
        if index < end:
            break
        previous, start = start, end
    kind, offset = words[start], index - start
    what = {REPORT: "message", UART: "text"}.get(kind) or QUERY_NAMES.get(
        kind, f"query {kind:#x}"
    )
    if kind == REPORT and start + HEADER_WORDS < index:
        what += f" of kind {words[start + HEADER_WORDS]}"
    part = ("first word", "length")[offset] if offset < HEADER_WORDS else ""
    return f"{what}, {part or f'word {offset - HEADER_WORDS}'}", previous


def sender_of_word(subject: MachineSubject, index: int) -> str:
    """The instruction that sends word `index`, and its place as far as it is known."""
    cycle = cycle_of_word(subject, index + 1) - 1
    execution = subject.load(Recording())
    try:
        done = run_to(execution, cycle)
    finally:
        _close(execution)
    place = subject.place(done.pc)
    text = f"pc {done.pc:#010x}: {disassemble(done.instruction, done.pc)}"
    return f"{text} in {place}" if place else text


def first_call_split(
    left: MachineSubject, right: MachineSubject, split: WordSplit
) -> CallSplit | None:
    """The first different guest call before a different word, or None."""
    arguments = left.image == right.image
    last = None
    # One after the other: an engine serves one run at a time.
    ones, twos = (
        list(calls_before(subject, split.window_start, split.index))
        for subject in (left, right)
    )
    for one, two in zip_longest(ones, twos):
        if (
            one is None
            or two is None
            or _named(one, arguments) != _named(two, arguments)
        ):
            return CallSplit((one, two), last)
        last = one
    return None


def _named(call: GuestCall, arguments: bool) -> tuple[str, tuple[int, ...]]:
    return call.function, call.arguments if arguments else ()


def calls_before(
    subject: MachineSubject, first_word: int, last_word: int
) -> Iterator[GuestCall]:
    """Guest calls from the sending of one word to that of another."""
    start = cycle_of_word(subject, first_word)
    end = cycle_of_word(subject, last_word + 1)
    start = max(start, end - WINDOW_CYCLES)
    entries = {address: name for address, _, name in subject.linked.functions}
    execution = subject.load(Recording())
    try:
        done = run_to(execution, start)
        while done.cycles < end and done.reason is Stop.CYCLE_LIMIT:
            name = entries.get(done.pc)
            if name is not None:
                arguments = done.registers[10:14]
                yield GuestCall(done.cycles, name, arguments, done.registers[RA])
            done = execution.proceed(done.cycles + 1)
    finally:
        _close(execution)


def cycle_of_word(subject: MachineSubject, count: int) -> int:
    """Cycles after which the guest has sent `count` words, or all its cycles."""
    execution = subject.load(Recording())
    try:
        start, done = 0, execution.proceed(0)
        while done.reason is Stop.CYCLE_LIMIT and done.words_written < count:
            start, done = done.cycles, execution.proceed(done.cycles + CHUNK_CYCLES)
        end = done.cycles
    finally:
        _close(execution)
    if count == 0 or done.words_written < count:
        return end
    execution = subject.load(Recording())
    try:
        done = run_to(execution, start)
        while done.words_written < count and done.reason is Stop.CYCLE_LIMIT:
            done = execution.proceed(done.cycles + 1)
        return done.cycles
    finally:
        _close(execution)


def first_instruction_split(
    left: MachineSubject, right: MachineSubject
) -> InstructionSplit | None:
    """The first different result of one image on two engines, or None.

    A result is a register, the program counter, or memory. ValueError for two images
    or one engine twice.
    """
    if left.image != right.image or left.engine is right.engine:
        raise ValueError("needs one image on two engines")
    end = _first_visible(left, right)
    if end is None:
        return None
    cycle = _last_alike(left, right, end)
    executions = [subject.load(Recording()) for subject in (left, right)]
    try:
        for execution in executions:
            run_to(execution, cycle)
        steps = [next(trace_machine(each, cycle, 1)) for each in executions]
        afters = [execution.proceed(0) for execution in executions]
        return InstructionSplit(
            (steps[0], steps[1]),
            left.linked.function_at(steps[0].pc),
            left.place(steps[0].pc),
            _different_registers(*afters),
        )
    finally:
        for execution in executions:
            _close(execution)


def _first_visible(left: MachineSubject, right: MachineSubject) -> int | None:
    """Cycles after which registers or stops differ; None if they never do."""
    executions = [subject.load(Recording()) for subject in (left, right)]
    try:
        limit = 0
        while True:
            one, two = (execution.proceed(limit) for execution in executions)
            if _visible(one) != _visible(two):
                return limit
            if one.reason is not Stop.CYCLE_LIMIT:
                return None
            limit += CHUNK_CYCLES
    finally:
        for execution in executions:
            _close(execution)


def _last_alike(left: MachineSubject, right: MachineSubject, end: int) -> int:
    """A cycle before `end` after which all is alike and after the next is not.

    Memory is what makes this necessary: it may hide a difference for long.
    """
    start = 0
    while end - start > 1:
        step = max(1, (end - start) // PARTS)
        executions = [subject.load(Recording()) for subject in (left, right)]
        try:
            for execution in executions:
                run_to(execution, start)
            for cycle in range(start + step, end, step):
                one, two = (execution.proceed(cycle) for execution in executions)
                alike = _visible(one) == _visible(two)
                if not alike or not _same_memory(executions, left.linked):
                    end = cycle
                    break
                start = cycle
        finally:
            for execution in executions:
                _close(execution)
    return start


def _same_memory(executions: Sequence[Execution], linked: LinkedImage) -> bool:
    """Whether stack, data and used heap are the same."""
    place = linked.symbols["__heap_used"]
    used = int.from_bytes(executions[0].buffers.memory[place : place + 4], "little")
    size = linked.symbols["__heap_start"] + used - STACK_BOTTOM
    left, right = (
        ctypes.addressof(ctypes.c_char.from_buffer(execution.buffers.memory))
        for execution in executions
    )
    compare = ctypes.CDLL(None).memcmp
    compare.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    return bool(compare(left + STACK_BOTTOM, right + STACK_BOTTOM, size) == 0)


def _visible(done: MachineResult) -> tuple[object, ...]:
    counters = (done.cycles, done.words_read, done.words_written)
    return done.reason, done.pc, done.registers, counters


def _different_registers(one: MachineResult, two: MachineResult) -> tuple[int, ...]:
    pairs = zip(one.registers, two.registers, strict=True)
    return tuple(number for number, (x, y) in enumerate(pairs) if x != y)


def _close(execution: Execution) -> None:
    """Give back the memory of a run, over or not."""
    execution.finish()
    execution.buffers.close()

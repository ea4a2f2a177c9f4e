"""The RV32IM machine: streams of instructions on ours and on unicorn."""

import struct
from collections.abc import Iterator
from typing import Any, Final

import unicorn as untyped_unicorn
from unicorn import riscv_const

from fuzz.coverage.counters import Counters, semantic
from fuzz.coverage.target import Observation, Problem
from fuzz.mutation.transactions import mutate_number
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from zkos.compiler.assembler import ENCODINGS, ZERO, Assembler, encode
from zkos.machine.disassembler import disassemble
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine

unicorn: Final[Any] = untyped_unicorn
RAM: Final = 0x00300000
RAM_BYTES: Final = 0x1000
BASE: Final = 31
"""The register that points into RAM."""
_CODE_BYTES: Final = 0x10000
_CYCLES: Final = 10_000
_MOST_WORDS: Final = 400
_INTERESTING: Final = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x8000)
_BY_LAYOUT: Final[dict[str, list[str]]] = {}
for _name, _encoding in ENCODINGS.items():
    _BY_LAYOUT.setdefault(_encoding.layout, []).append(_name)
_SIZES: Final = {"b": 1, "h": 2, "w": 4}
_UNMAPPED: Final = (unicorn.UC_ERR_READ_UNMAPPED, unicorn.UC_ERR_WRITE_UNMAPPED)
"""It has less memory than ours."""
Words = tuple[int, ...]


class MachineTarget:
    """Registers and memory are the same after every program that ends."""

    name: Final = "machine"
    suffix: Final = ".bin"
    counters: Final[Counters | None] = None

    def __init__(self) -> None:
        self._machine: Final = Machine("native")
        self._emulator: Final[Any] = unicorn.Uc(
            unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32
        )
        self._emulator.mem_map(0, _CODE_BYTES)
        self._emulator.mem_map(RAM, RAM_BYTES)

    def generate(self, source: Source) -> Words:
        """Instructions that jump forwards only, so that every program ends."""
        return tuple(encode(*instruction(source)) for _ in range(source.integer(1, 60)))

    def mutate(self, source: Source, parent: Words, donor: Words) -> Words:
        """Instructions changed, dropped, repeated or taken from another program."""
        words = list(parent)
        at = source.below(len(words))
        match source.below(6):
            case 0:
                words[at] = encode(*instruction(source))
            case 1:
                words.insert(at, encode(*instruction(source)))
            case 2 if len(words) > 1:
                del words[at]
            case 3:
                words[at:] = donor[source.below(len(donor)) :]
            case 4:
                # Another register or immediate: the opcode's bits stay.
                changed = mutate_number(source, words[at] >> 7) << 7
                words[at] = changed & 0xFFFFFF80 | words[at] & 0x7F
            case _:
                words.insert(at, words[source.below(len(words))])
        return tuple(words[:_MOST_WORDS]) or donor

    def run(self, value: Words) -> Observation:
        """Run on both; programs that leave their memory are no inputs."""
        image, end = _image(value)
        execution = self._machine.load(image, None)
        done = execution.proceed(_CYCLES)
        memory = execution.buffers.memory[RAM : RAM + RAM_BYTES]
        execution.buffers.close()
        seen = Observation(_features(value, done.reason))
        if done.reason is not Stop.FINISHED or done.pc != end:
            seen.rejected = 1
            return seen
        seen.included = 1
        try:
            registers, other = self._run_unicorn(image, end)
        except unicorn.UcError as error:
            if error.errno in _UNMAPPED:
                return Observation(seen.semantic, rejected=1)
            seen.problem = _problem(
                "outcome", str(error), (done.describe(), str(error))
            )
            return seen
        if done.registers != registers:
            index = next(i for i in range(32) if done.registers[i] != registers[i])
            values = (hex(done.registers[index]), hex(registers[index]))
            seen.problem = _problem("registers", "", values)
        elif memory != other:
            seen.problem = _problem("memory", "", ())
        return seen

    def _run_unicorn(self, image: bytes, end: int) -> tuple[tuple[int, ...], bytes]:
        emulator = self._emulator
        numbers = [riscv_const.UC_RISCV_REG_X0 + index for index in range(32)]
        for number in numbers[1:]:
            emulator.reg_write(number, 0)
        emulator.mem_write(0, image.ljust(_CODE_BYTES, b"\0"))
        emulator.mem_write(RAM, bytes(RAM_BYTES))
        emulator.ctl_remove_cache(0, _CODE_BYTES)
        emulator.emu_start(0, end, count=_CYCLES)
        registers = tuple(emulator.reg_read(number) for number in numbers)
        return registers, bytes(emulator.mem_read(RAM, RAM_BYTES))

    def weight(self, value: Words) -> int:
        """Bytes."""
        return 4 * len(value)

    def encode(self, value: Words) -> bytes:
        """The words, little-endian."""
        return struct.pack(f"<{len(value)}I", *value)

    def decode(self, content: bytes) -> Words:
        """The inverse; ValueError for anything else."""
        if not content or len(content) % 4:
            raise ValueError("not a whole number of words")
        return struct.unpack(f"<{len(content) // 4}I", content)

    def shrink(self, value: Words) -> Iterator[Words]:
        """Without some instructions."""
        size = len(value) // 2
        while size:
            for start in range(0, len(value), size):
                yield value[:start] + value[start + size :]
            size //= 2


def machine() -> MachineTarget:
    """Streams of instructions on our machine and on unicorn."""
    return MachineTarget()


def instruction(source: Source) -> tuple[Any, ...]:
    """Name and operands of an instruction that keeps `BASE`."""
    target, first = source.below(BASE), source.below(32)
    match source.below(8):
        case 0 | 1 | 2:
            name = source.choose(_BY_LAYOUT["R"])
            return name, target, first, source.below(32)
        case 3:
            name = source.choose(_BY_LAYOUT["I"])
            return name, target, first, source.below(4096) - 2048
        case 4:
            name = source.choose(_BY_LAYOUT["shift"])
            return name, target, first, source.below(32)
        case 5:
            name = source.choose(("lb", "lh", "lw", "lbu", "lhu", "sb", "sh", "sw"))
            offset = (source.below(1024) - 512) * _SIZES[name[1]]
            return name, target if name[0] == "l" else first, BASE, offset
        case 6:
            name = source.choose(_BY_LAYOUT["B"])
            return name, first, source.below(32), 4 * source.integer(1, 4)
    if source.chance(30):
        return "jal", target, 4 * source.integer(1, 4)
    return source.choose(("lui", "auipc")), target, source.below(1 << 20)


def _image(words: Words) -> tuple[bytes, int]:
    """The program with numbers in its registers first, and where it ends."""
    assembler = Assembler()
    for number in range(1, BASE):
        content = _INTERESTING[number % len(_INTERESTING)] ^ number * 0x9E3779B9 >> 3
        assembler.load_constant(number, content & 0xFFFFFFFF)
    assembler.load_constant(BASE, RAM + RAM_BYTES // 2)
    for word in words:
        assembler.word(word)
    for _ in range(4):
        assembler.emit("addi", ZERO, ZERO, 0)
    end = assembler.here
    assembler.emit("jal", ZERO, 0)
    return assembler.code(), end


def _features(words: Words, reason: Stop) -> int:
    """Pairs of instructions that follow each other, and the end."""
    features = semantic("end", reason.name)
    names = [disassemble(word, 0).split(" ")[0] for word in words]
    for one, two in zip(names, [*names[1:], ""], strict=True):
        features |= semantic(one, two)
    return features


def _problem(layer: str, site: str, values: tuple[Any, ...]) -> Problem:
    return Problem("diverge", ("machine", "unicorn"), layer, "", site, values)


if __name__ == "__main__":
    main("machine")

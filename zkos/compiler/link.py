"""One RV32 object to a program image for address 0.

ROM, from 0: start-up code, code, read-only data, initial content of `.data`. RAM:
`.data` and `.bss` above the stack, then the heap at the next 2 MiB boundary. Code is
shortened by `relax` if asked, nothing is merged: the same object gives the same bytes.
Machine spec 1 and 2 for the map, the RISC-V ELF psABI for the relocations.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

from zkos.compiler.objects import (
    BIND_LOCAL,
    BIND_WEAK,
    INDEX_ABSOLUTE,
    INDEX_UNDEFINED,
    TYPE_FUNCTION,
    TYPE_OBJECT,
    LinkError,
    ObjectFile,
    Section,
    Symbol,
    read_object,
)
from zkos.compiler.relax import relax
from zkos.compiler.relocations import apply_relocations
from zkos.compiler.start import (
    DATA_UNIT,
    HEAP_ALIGNMENT,
    HEAP_BYTES,
    RAM_START,
    STACK_TOP,
    Layout,
    start_code,
)

ROM_BYTES: Final = 0x00200000
ENTRY: Final = "main"
WORD: Final = 4


@dataclass(frozen=True)
class LinkedImage:
    """A program and where things are in it."""

    image: bytes
    symbols: dict[str, int]
    """Addresses by name: functions and data of the object, the start-up code's and
    the linker's own (`__heap_start`, `__heap_end`, `__stack_top`)."""
    functions: list[tuple[int, int, str]]
    """Address, size and name of every function, ascending."""
    sections: dict[str, int]
    """Addresses of the object's sections."""
    removed: tuple[int, ...] = ()
    """Where words of the code lay that relaxation removed, before it, ascending."""

    def to_bytes(self) -> bytes:
        """All of it, for the cache."""
        content = {item.name: getattr(self, item.name) for item in fields(self)}
        del content["image"]
        return json.dumps(content).encode() + b"\n" + self.image

    @staticmethod
    def from_bytes(data: bytes) -> "LinkedImage":
        """What `to_bytes` wrote."""
        head, _, image = data.partition(b"\n")
        known = json.loads(head)
        return LinkedImage(
            image,
            known["symbols"],
            [(start, size, name) for start, size, name in known["functions"]],
            known["sections"],
            tuple(known["removed"]),
        )

    def moved(self, address: int) -> int:
        """Where code is now that relaxation found at `address`."""
        return address - WORD * bisect_left(self.removed, address)

    def function_at(self, address: int) -> str:
        """Name of the function around `address`, empty if there is none."""
        for start, size, name in self.functions:
            if start <= address < start + size:
                return name
        return ""


@dataclass
class _Placement:
    """Addresses being given out."""

    rom_end: int
    ram_end: int = RAM_START
    data_copy: int = 0
    data_end: int = RAM_START
    by_index: dict[int, int] = field(default_factory=dict)

    def put_in_rom(self, section: Section) -> None:
        self.rom_end = _align(self.rom_end, section.alignment)
        self.by_index[section.index] = self.rom_end
        self.rom_end += section.size

    def put_in_ram(self, section: Section) -> None:
        self.ram_end = _align(self.ram_end, section.alignment)
        self.by_index[section.index] = self.ram_end
        self.ram_end += section.size


def link(
    data: bytes,
    words: Mapping[str, Sequence[int]] | None = None,
    *,
    relaxed: bool = False,
) -> LinkedImage:
    """Link the object file `data`, whose entry is `main`.

    `words` are read-only 32-bit words the linker defines under a name, such as build
    options. Raises `LinkError` with one line: an undefined symbol, a relocation out
    of range or of an unknown kind, an image that does not fit the ROM.
    """
    program = read_object(data)
    gone: tuple[int, ...] = ()
    if relaxed:
        program, gone = relax(program)
    words = words or {}
    placement, word_addresses = _place(program.sections, words)
    linker_symbols = {
        **start_code(Layout()).symbols,
        **word_addresses,
        "__stack_top": STACK_TOP,
        "__heap_start": _align(placement.ram_end, HEAP_ALIGNMENT),
        "__heap_end": _align(placement.ram_end, HEAP_ALIGNMENT) + HEAP_BYTES,
    }
    addresses = _resolve(program, placement, linker_symbols)
    for section in program.sections:
        apply_relocations(section, placement.by_index[section.index], addresses)

    defined = _defined_symbols(program, addresses)
    if ENTRY not in defined:
        raise LinkError(f"the object does not define {ENTRY}")
    start = start_code(
        Layout(defined[ENTRY], placement.data_copy, RAM_START, placement.data_end)
    )
    return LinkedImage(
        image=_join(program.sections, placement, start.code, words, word_addresses),
        symbols={**defined, **linker_symbols},
        functions=_functions(program.symbols, addresses),
        sections={
            section.name: placement.by_index[section.index]
            for section in program.sections
        },
        removed=_addresses_of(gone, program.sections, placement),
    )


def _addresses_of(
    gone: Iterable[int], sections: Iterable[Section], placement: _Placement
) -> tuple[int, ...]:
    """Where removed words would lie: in the only section of code."""
    starts = [placement.by_index[part.index] for part in sections if part.is_code]
    return tuple(starts[0] + offset for offset in gone)


def _place(
    sections: Iterable[Section], words: Mapping[str, Sequence[int]]
) -> tuple[_Placement, dict[str, int]]:
    """Give every section and every word list its address."""
    sections = list(sections)
    placement = _Placement(rom_end=len(start_code(Layout()).code))
    for section in sections:
        if section.is_code:
            placement.put_in_rom(section)
    for section in sections:
        if not section.is_code and not section.is_writable:
            placement.put_in_rom(section)
    placement.rom_end = _align(placement.rom_end, WORD)
    word_addresses = {}
    for name, values in words.items():
        word_addresses[name] = placement.rom_end
        placement.rom_end += WORD * len(values)

    for section in sections:
        if section.is_writable and section.content:
            placement.put_in_ram(section)
    placement.data_copy = placement.rom_end
    placement.data_end = _align(placement.ram_end, DATA_UNIT)
    placement.rom_end += placement.data_end - RAM_START
    for section in sections:
        if section.is_writable and not section.content:
            placement.put_in_ram(section)

    if placement.rom_end > ROM_BYTES:
        raise LinkError(
            f"the image has {placement.rom_end} bytes, the ROM only {ROM_BYTES}"
        )
    if _align(placement.ram_end, HEAP_ALIGNMENT) + HEAP_BYTES > 1 << 30:
        raise LinkError(
            f"{placement.ram_end - RAM_START} bytes of data leave no room for the heap"
        )
    return placement, word_addresses


def _resolve(
    program: ObjectFile, placement: _Placement, linker_symbols: Mapping[str, int]
) -> dict[Symbol, int]:
    """The address of every symbol that has one; markers and unused ones have none."""
    addresses = {}
    for symbol in program.symbols:
        if symbol.section == INDEX_ABSOLUTE:
            addresses[symbol] = symbol.value
        elif symbol.section in placement.by_index:
            if symbol.binding != BIND_LOCAL and symbol.name in linker_symbols:
                raise LinkError(f"{symbol.name} is the linker's, but defined again")
            addresses[symbol] = placement.by_index[symbol.section] + symbol.value
        elif symbol.section == INDEX_UNDEFINED:
            if symbol.name in linker_symbols:
                addresses[symbol] = linker_symbols[symbol.name]
            elif symbol.binding == BIND_WEAK:
                addresses[symbol] = 0
    return addresses


def _defined_symbols(
    program: ObjectFile, addresses: Mapping[Symbol, int]
) -> dict[str, int]:
    """Functions, data and global names of the object."""
    return {
        symbol.name: addresses[symbol]
        for symbol in program.symbols
        if symbol in addresses
        and symbol.section != INDEX_UNDEFINED
        and (
            symbol.kind in (TYPE_FUNCTION, TYPE_OBJECT) or symbol.binding != BIND_LOCAL
        )
    }


def _functions(
    symbols: Iterable[Symbol], addresses: Mapping[Symbol, int]
) -> list[tuple[int, int, str]]:
    return sorted(
        (addresses[symbol], symbol.size, symbol.name)
        for symbol in symbols
        if symbol.kind == TYPE_FUNCTION and symbol in addresses
    )


def _join(
    sections: Iterable[Section],
    placement: _Placement,
    start: bytes,
    words: Mapping[str, Sequence[int]],
    word_addresses: Mapping[str, int],
) -> bytes:
    """The ROM content, with everything at its address and zero between."""
    image = bytearray(_align(placement.rom_end, WORD))
    image[: len(start)] = start
    for section in sections:
        address = placement.by_index[section.index]
        if section.is_writable:
            address += placement.data_copy - RAM_START
        if section.content:
            image[address : address + section.size] = section.content
    for name, values in words.items():
        content = b"".join(value.to_bytes(WORD, "little") for value in values)
        address = word_addresses[name]
        image[address : address + len(content)] = content
    return bytes(image)


def _align(address: int, alignment: int) -> int:
    return -(-address // alignment) * alignment

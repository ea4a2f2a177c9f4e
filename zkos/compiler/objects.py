"""Relocatable ELF32 objects for RISC-V, as LLVM emits them: sections, symbols, fixups.

Only reading, and only what the linker needs. Source: the ELF specification and the
RISC-V ELF psABI.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

MACHINE_RISCV: Final = 243
TYPE_RELOCATABLE: Final = 1
FLAG_COMPRESSED: Final = 1
FLAGS_FLOAT: Final = 6

SECTION_SYMBOLS: Final = 2
SECTION_RELOCATIONS: Final = 4
SECTION_NO_BITS: Final = 8
SECTION_WRITABLE: Final = 1
SECTION_ALLOCATED: Final = 2
SECTION_EXECUTABLE: Final = 4

UNWIND_TABLE: Final = ".eh_frame"
"""Left out: nothing here unwinds."""
DEBUG_PREFIX: Final = ".debug_"

INDEX_UNDEFINED: Final = 0
INDEX_ABSOLUTE: Final = 0xFFF1
BIND_LOCAL: Final = 0
BIND_WEAK: Final = 2
TYPE_OBJECT: Final = 1
TYPE_FUNCTION: Final = 2
TYPE_SECTION: Final = 3


RAM_CONSTANTS: Final = ".ramconst"


class LinkError(ValueError):
    """The object cannot become an image; the text is one line saying why."""


@dataclass(frozen=True)
class Symbol:
    """A name in the object; `section` as in ELF, 0 for undefined."""

    name: str
    value: int
    size: int
    kind: int
    binding: int
    section: int


@dataclass(frozen=True)
class Relocation:
    """A place in a section to be filled with the address of a symbol."""

    offset: int
    kind: int
    symbol: Symbol
    addend: int


@dataclass
class Section:
    """A piece of the program that is placed as a whole."""

    name: str
    index: int
    flags: int
    alignment: int
    size: int
    content: bytearray
    """Empty if the section is only reserved."""
    relocations: list[Relocation] = field(default_factory=list)

    @property
    def is_code(self) -> bool:
        return bool(self.flags & SECTION_EXECUTABLE)

    @property
    def is_writable(self) -> bool:
        """Whether it lies in RAM, as constants that a delegation reads must too."""
        return bool(self.flags & SECTION_WRITABLE) or self.name == RAM_CONSTANTS


@dataclass(frozen=True)
class ObjectFile:
    """What the linker places: the allocated sections in file order, and all symbols."""

    sections: list[Section]
    debug: list[Section]
    """Not part of the program."""
    symbols: list[Symbol]


@dataclass(frozen=True)
class _Header:
    """A section header as stored."""

    name: int
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


def read_object(data: bytes) -> ObjectFile:
    """Parse an object. Raises `LinkError` if it is no RV32 soft-float relocatable."""
    try:
        return _read_object(data)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise LinkError(f"damaged object file: {error}") from error


def _read_object(data: bytes) -> ObjectFile:
    headers = _read_headers(data)
    tables = [header for header in headers if header.kind == SECTION_SYMBOLS]
    if len(tables) != 1:
        raise LinkError(f"{len(tables)} symbol tables in the object, expected one")
    names = _content(data, headers[headers[0].info])
    symbols = _read_symbols(data, headers, tables[0])

    sections = {
        index: Section(
            name=name,
            index=index,
            flags=header.flags,
            alignment=max(header.alignment, 1),
            size=header.size,
            content=bytearray(_content(data, header)),
        )
        for index, header in enumerate(headers)
        if (name := _string(names, header.name)).startswith(DEBUG_PREFIX)
        or (header.flags & SECTION_ALLOCATED and name != UNWIND_TABLE)
    }
    for header in headers:
        if header.kind == SECTION_RELOCATIONS and header.info in sections:
            sections[header.info].relocations += [
                Relocation(offset, info & 0xFF, symbols[info >> 8], addend)
                for offset, info, addend in struct.iter_unpack(
                    "<IIi", _content(data, header)
                )
            ]
    debug = [s for s in sections.values() if not s.flags & SECTION_ALLOCATED]
    placed = [s for s in sections.values() if s.flags & SECTION_ALLOCATED]
    return ObjectFile(placed, debug, symbols)


def _read_headers(data: bytes) -> list[_Header]:
    """All section headers; `info` of the first is set to the index of the names."""
    if data[:7] != b"\x7fELF\x01\x01\x01":
        raise LinkError("not a little-endian ELF32 file")
    kind, machine, _, _, _, start, flags, _, _, _, entry_size, count, names = (
        struct.unpack_from("<HHIIIIIHHHHHH", data, 16)
    )
    if kind != TYPE_RELOCATABLE or machine != MACHINE_RISCV:
        raise LinkError("not a relocatable object for RISC-V")
    if flags & (FLAG_COMPRESSED | FLAGS_FLOAT):
        raise LinkError("the object uses compressed instructions or hardware floats")
    headers = []
    for index in range(count):
        name, kind, flags, _, offset, size, link, info, alignment, _ = (
            struct.unpack_from("<10I", data, start + index * entry_size)
        )
        info = names if index == 0 else info
        headers.append(_Header(name, kind, flags, offset, size, link, info, alignment))
    return headers


def _read_symbols(data: bytes, headers: list[_Header], table: _Header) -> list[Symbol]:
    names = _content(data, headers[table.link])
    return [
        Symbol(_string(names, name), value, size, info & 0xF, info >> 4, section)
        for name, value, size, info, _, section in struct.iter_unpack(
            "<IIIBBH", _content(data, table)
        )
    ]


def _content(data: bytes, header: _Header) -> bytes:
    if header.kind == SECTION_NO_BITS:
        return b""
    content = data[header.offset : header.offset + header.size]
    if len(content) != header.size:
        raise LinkError("damaged object file: a section ends beyond the file")
    return content


def _string(table: bytes, offset: int) -> str:
    return table[offset : table.index(b"\0", offset)].decode()

"""Reads the lines of an image from the debug sections of its object.

The sections are filled in by our own linker, since it knows where the code went;
pyelftools reads what they hold. DWARF 4, sections 2.17, 3.3.8 and 6.2.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import chain
from typing import Any, Final

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.die import DIE
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.dwarf.ranges import BaseAddressEntry
from elftools.elf.elffile import ELFFile

from zkos.compiler.lines import Chain, LineTable, Place, table_of
from zkos.compiler.link import LinkedImage
from zkos.compiler.objects import read_object
from zkos.compiler.relocations import apply_relocations

INLINED: Final = "DW_TAG_inlined_subroutine"

_Call = tuple[int, int, int, Place]
"""First address, end, depth, and the call that code in between was inlined at."""


def read_lines(data: bytes, linked: LinkedImage) -> LineTable:
    """The lines of the object file `data`, which was linked to `linked`."""
    elf = ELFFile(BytesIO(_placed(data, linked)))
    info = elf.get_dwarf_info(relocate_dwarf_sections=False)
    rows: dict[int, Place | None] = {}
    calls: list[_Call] = []
    for unit in info.iter_CUs():
        program = info.line_program_for_CU(unit)
        files = _files(program)
        rows |= _rows(program, files)
        top = unit.get_top_DIE()
        calls += _calls(info, unit, top, files, 0)
    moved = {linked.moved(start): chain for start, chain in _spans(rows, calls)}
    return table_of(sorted(moved.items()))


def _placed(data: bytes, linked: LinkedImage) -> bytes:
    """The object with the image's addresses in its debug sections."""
    program = read_object(data)
    places = {part.index: linked.sections[part.name] for part in program.sections}
    # What they refer to in each other are offsets.
    places |= dict.fromkeys((part.index for part in program.debug), 0)
    addresses = {
        symbol: places[symbol.section] + symbol.value
        for symbol in program.symbols
        if symbol.section in places
    }
    placed = bytearray(data)
    elf = ELFFile(BytesIO(data))
    for section in program.debug:
        apply_relocations(section, 0, addresses)
        start = elf.get_section(section.index)["sh_offset"]
        placed[start : start + section.size] = section.content
    return bytes(placed)


def _files(program: Any) -> list[str]:
    """Paths by file number, which counts from 1."""
    header = program.header
    folders = ["", *(folder.decode() for folder in header["include_directory"])]
    files = [""]
    for entry in header["file_entry"]:
        folder = folders[entry["dir_index"]]
        name = entry["name"].decode()
        files.append(f"{folder}/{name}" if folder else name)
    return files


def _rows(program: Any, files: list[str]) -> dict[int, Place | None]:
    """Places by first address; None where there is no line or the code ends."""
    states = [made.state for made in program.get_entries() if made.state is not None]
    rows: dict[int, Place | None] = {
        state.address: None for state in states if state.end_sequence
    }
    rows |= {
        state.address: (files[state.file], state.line) if state.line else None
        for state in states
        if not state.end_sequence
    }
    return rows


def _calls(
    info: DWARFInfo, unit: CompileUnit, parent: DIE, files: list[str], depth: int
) -> Iterator[_Call]:
    """Calls that were inlined, inside `parent`."""
    for child in unit.iter_DIE_children(parent):
        inner = depth
        if child.tag == INLINED:
            inner += 1
            attributes = child.attributes
            file = files[attributes["DW_AT_call_file"].value]
            place = (file, attributes["DW_AT_call_line"].value)
            for start, end in _ranges(info, unit, child):
                yield start, end, inner, place
        yield from _calls(info, unit, child, files, inner)


def _ranges(info: DWARFInfo, unit: CompileUnit, made: DIE) -> Iterator[tuple[int, int]]:
    """Address ranges of an entry."""
    attributes = made.attributes
    if "DW_AT_ranges" not in attributes:
        start = attributes["DW_AT_low_pc"].value
        yield start, start + attributes["DW_AT_high_pc"].value
        return
    low = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
    base = low.value if low is not None else 0
    lists = info.range_lists()
    assert lists is not None
    for part in lists.get_range_list_at_offset(attributes["DW_AT_ranges"].value, unit):
        if isinstance(part, BaseAddressEntry):
            base = part.base_address
        else:
            yield base + part.begin_offset, base + part.end_offset


def _spans(
    rows: Mapping[int, Place | None], calls: list[_Call]
) -> Iterator[tuple[int, Chain]]:
    """Where places change, and the whole chain from there on."""
    begin: dict[int, list[_Call]] = {}
    stop: dict[int, list[_Call]] = {}
    for call in calls:
        start, end = call[:2]
        if start < end:
            begin.setdefault(start, []).append(call)
            stop.setdefault(end, []).append(call)
    current: Place | None = None
    active: set[_Call] = set()
    for address in sorted({*rows, *begin, *stop}):
        current = rows.get(address, current)
        active.difference_update(stop.get(address, ()))
        active.update(begin.get(address, ()))
        outer = sorted(active, key=lambda call: -call[2])
        # Code merged from several lines has none, but still the calls around them.
        yield address, tuple(chain([current] if current else [], (c[3] for c in outer)))

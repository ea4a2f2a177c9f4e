"""Filling addresses into placed sections, without relaxation.

Kinds and formulas: RISC-V ELF psABI, "Relocations". A call of a marker function is
not a relocation but a replacement, see `markers`.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from zkos.compiler.assembler import (
    OPCODE_AUIPC,
    OPCODE_JALR,
    RA,
    ZERO,
    EncodingError,
    immediate_b,
    immediate_i,
    immediate_j,
    immediate_s,
    lower_12,
    upper_20,
)
from zkos.compiler.markers import Marker, find_marker
from zkos.compiler.objects import LinkError, Relocation, Section, Symbol


class Kind(IntEnum):
    """The relocation kinds that are handled."""

    NONE = 0
    ABSOLUTE_32 = 1
    BRANCH = 16
    JAL = 17
    CALL = 18
    CALL_PLT = 19
    PCREL_HI20 = 23
    PCREL_LO12_I = 24
    PCREL_LO12_S = 25
    HI20 = 26
    LO12_I = 27
    LO12_S = 28
    ADD32 = 35
    SUB32 = 39
    ALIGN = 43
    RELAX = 51


I_FIELDS: Final = 0x000FFFFF
S_FIELDS: Final = 0x01FFF07F
U_FIELDS: Final = 0x00000FFF


def apply_relocations(
    section: Section, address: int, addresses: Mapping[Symbol, int]
) -> None:
    """Fill all places of `section`, which lies at `address`. Raises `LinkError`."""
    upper_parts = {
        relocation.offset: relocation
        for relocation in section.relocations
        if relocation.kind == Kind.PCREL_HI20
    }
    for relocation in section.relocations:
        place = _Place(section, address, relocation)
        try:
            _apply(place, upper_parts, addresses)
        except EncodingError as error:
            raise LinkError(f"{place}: {error}") from error


class _Place:
    """A relocation in its section, for reading, writing and messages."""

    def __init__(self, section: Section, address: int, relocation: Relocation) -> None:
        self.section: Final = section
        self.relocation: Final = relocation
        self.address: Final = address + relocation.offset

    def __str__(self) -> str:
        offset, name = self.relocation.offset, self.relocation.symbol.name
        return f"{self.section.name}+{offset:#x}: reference to {name or 'a section'}"

    def target(self, addresses: Mapping[Symbol, int]) -> int:
        """Address of the symbol plus addend."""
        symbol = self.relocation.symbol
        if symbol not in addresses:
            if find_marker(symbol.name) is not None:
                raise LinkError(f"{self}: a marker function can only be called")
            raise LinkError(f"{self}: undefined symbol")
        return (addresses[symbol] + self.relocation.addend) & 0xFFFFFFFF

    def word(self, index: int = 0) -> int:
        start = self.relocation.offset + 4 * index
        content = self.section.content[start : start + 4]
        if len(content) != 4:
            raise LinkError(f"{self}: outside the section")
        return int.from_bytes(content, "little")

    def set_word(self, word: int, index: int = 0) -> None:
        start = self.relocation.offset + 4 * index
        self.section.content[start : start + 4] = word.to_bytes(4, "little")

    def set_fields(self, kept: int, fields: int, index: int = 0) -> None:
        self.set_word(self.word(index) & kept | fields, index)


def _apply(
    place: _Place,
    upper_parts: Mapping[int, Relocation],
    addresses: Mapping[Symbol, int],
) -> None:
    match place.relocation.kind:
        case Kind.NONE | Kind.RELAX:
            return
        case Kind.ALIGN:
            _check_alignment(place)
        case Kind.CALL | Kind.CALL_PLT:
            _apply_call(place, addresses)
        case Kind.ABSOLUTE_32:
            place.word()
            place.set_word(place.target(addresses))
        case Kind.ADD32:
            place.set_word((place.word() + place.target(addresses)) & 0xFFFFFFFF)
        case Kind.SUB32:
            place.set_word((place.word() - place.target(addresses)) & 0xFFFFFFFF)
        case Kind.HI20:
            place.set_fields(U_FIELDS, upper_20(place.target(addresses)) << 12)
        case Kind.LO12_I:
            low = lower_12(place.target(addresses))
            place.set_fields(I_FIELDS, immediate_i(low))
        case Kind.LO12_S:
            low = lower_12(place.target(addresses))
            place.set_fields(S_FIELDS, immediate_s(low))
        case Kind.PCREL_HI20:
            distance = place.target(addresses) - place.address
            place.set_fields(U_FIELDS, upper_20(distance) << 12)
        case Kind.PCREL_LO12_I:
            low = lower_12(_upper_distance(place, upper_parts, addresses))
            place.set_fields(I_FIELDS, immediate_i(low))
        case Kind.PCREL_LO12_S:
            low = lower_12(_upper_distance(place, upper_parts, addresses))
            place.set_fields(S_FIELDS, immediate_s(low))
        case Kind.BRANCH:
            distance = place.target(addresses) - place.address
            place.set_fields(S_FIELDS, immediate_b(distance))
        case Kind.JAL:
            distance = place.target(addresses) - place.address
            place.set_fields(U_FIELDS, immediate_j(distance))
        case kind:
            raise LinkError(f"{place}: relocation kind {kind} is not supported")


def _apply_call(place: _Place, addresses: Mapping[Symbol, int]) -> None:
    """A pair `auipc; jalr` to a function, or to a marker."""
    symbol = place.relocation.symbol
    if place.word() & 0x7F != OPCODE_AUIPC or place.word(1) & 0x7F != OPCODE_JALR:
        raise LinkError(f"{place}: not a pair of auipc and jalr")
    marker = None if symbol in addresses else find_marker(symbol.name)
    if marker is not None:
        _replace_call(place, marker)
        return
    distance = place.target(addresses) - place.address
    place.set_fields(U_FIELDS, upper_20(distance) << 12)
    place.set_fields(I_FIELDS, immediate_i(lower_12(distance)), 1)


def _replace_call(place: _Place, marker: Marker) -> None:
    """Put the marker's instructions over the pair."""
    link_register = place.word(1) >> 7 & 31
    if link_register not in (ZERO, RA):
        raise LinkError(f"{place}: the call links to x{link_register}")
    second = marker.second if link_register == RA else marker.tail
    if second is None:
        raise LinkError(f"{place}: a tail call cannot become this; mark it notail")
    place.set_word(marker.first)
    place.set_word(second, 1)


def _upper_distance(
    place: _Place,
    upper_parts: Mapping[int, Relocation],
    addresses: Mapping[Symbol, int],
) -> int:
    """The distance of the `auipc` that the symbol of a low part labels."""
    label = place.relocation.symbol.value
    upper = upper_parts.get(label)
    if upper is None or place.relocation.symbol.section != place.section.index:
        raise LinkError(f"{place}: no PCREL_HI20 there")
    base = place.address - place.relocation.offset
    upper_place = _Place(place.section, base, upper)
    return upper_place.target(addresses) - upper_place.address


def _check_alignment(place: _Place) -> None:
    """Padding for relaxation stays as it is; it must be right as it stands."""
    padding = place.relocation.addend
    alignment = 1 << (padding + 2).bit_length()
    if (place.address + padding) % alignment != 0:
        raise LinkError(f"{place}: alignment by relaxation is not supported")

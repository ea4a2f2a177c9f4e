"""Types of the guest language, and how values of each lie in memory."""

import re
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, eq=False)
class Type:
    """Base of all types."""

    @property
    def full_name(self) -> str:
        """A name no other type has; classes of different modules may look alike."""
        return str(self)


@dataclass(frozen=True)
class Int(Type):
    """A fixed-width integer."""

    name: str
    bits: int
    signed: bool = False
    opaque: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def storage_bits(self) -> int:
        """Width in memory: an address is kept in 256 bits with the top ones zero."""
        return 256 if self.bits == 160 else self.bits

    @property
    def wide(self) -> bool:
        """Whether values live in memory instead of registers."""
        return self.bits > 64


@dataclass(frozen=True)
class Literal(Type):
    """A Python integer known at compile time."""

    value: int

    def __str__(self) -> str:
        return f"the literal {self.value}"


@dataclass(frozen=True)
class Simple(Type):
    """A type without parts."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class ArrayOf(Type):
    """`Array[item]`: a pointer and a length."""

    item: Type

    def __str__(self) -> str:
        return f"Array[{self.item}]"


@dataclass(frozen=True)
class TupleOf(Type):
    """A tuple value; lives in memory while it is passed on."""

    items: tuple[Type, ...]

    def __str__(self) -> str:
        return f"tuple[{', '.join(map(str, self.items))}]"


@dataclass(frozen=True)
class EnumOf(Type):
    """An enumeration: its members and their numbers."""

    name: str
    members: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Table(Type):
    """A constant tuple, still as the Python value."""

    value: tuple[object, ...]

    def __str__(self) -> str:
        return "a constant tuple"


@dataclass(frozen=True, eq=False)
class Ref(Type):
    """A reference to an instance of a class; one object per class."""

    name: str
    fields: dict[str, Type] = field(default_factory=dict)

    def __str__(self) -> str:
        return re.sub(r"[\w.]+:", "", self.name)

    @property
    def full_name(self) -> str:
        return self.name


@dataclass(frozen=True)
class Maybe(Type):
    """`C | None`."""

    ref: Ref

    def __str__(self) -> str:
        return f"{self.ref} | None"


BOOL: Final = Simple("bool")
NONE: Final = Simple("None")
NEVER: Final = Simple("NoReturn")
VIEW: Final = Simple("ByteView")
DISPATCH: Final = Simple("DispatchTable")

INTS: Final = {
    kind.name: kind
    for kind in (
        *(Int(f"U{bits}", bits) for bits in (8, 16, 32, 64, 128, 256, 512)),
        *(Int(f"I{bits}", bits, signed=True) for bits in (32, 64, 256)),
        Int("Address", 160, opaque=True),
        Int("Bytes32", 256, opaque=True),
    )
}
U8, U16, U32, U64 = INTS["U8"], INTS["U16"], INTS["U32"], INTS["U64"]
U128, U256, U512 = INTS["U128"], INTS["U256"], INTS["U512"]


def in_memory(kind: Type) -> bool:
    """Whether a value is handled by address instead of in registers."""
    return isinstance(kind, TupleOf) or (isinstance(kind, Int) and kind.wide)


@dataclass(frozen=True)
class Layout:
    """Sizes and alignments for one target."""

    pointer_bytes: int

    def size(self, kind: Type) -> int:
        """Bytes of a value in memory, a multiple of its alignment."""
        match kind:
            case Int():
                return kind.storage_bits // 8
            case TupleOf():
                return self.offsets(kind.items)[1]
            case EnumOf():
                return 4
            case ArrayOf():
                return 2 * self.pointer_bytes
        if kind == VIEW:
            return 2 * self.pointer_bytes
        return 1 if kind == BOOL else self.pointer_bytes

    def align(self, kind: Type) -> int:
        """Alignment in bytes; wide integers suit the 256-bit delegation."""
        match kind:
            case Int():
                return min(kind.storage_bits // 8, 32)
            case TupleOf():
                return max(map(self.align, kind.items))
            case EnumOf():
                return 4
        return 1 if kind == BOOL else self.pointer_bytes

    def offsets(self, kinds: tuple[Type, ...]) -> tuple[list[int], int]:
        """Offset of each part laid out in order, and the padded total."""
        offsets, position, widest = [], 0, 1
        for kind in kinds:
            align = self.align(kind)
            widest = max(widest, align)
            position = -(-position // align) * align
            offsets.append(position)
            position += self.size(kind)
        return offsets, -(-position // widest) * widest

    def fields(self, ref: Ref) -> tuple[dict[str, int], int, int]:
        """Offset of each field (small ones first), size and alignment of an object."""
        names = sorted(ref.fields, key=lambda name: self.align(ref.fields[name]))
        kinds = tuple(ref.fields[name] for name in names)
        offsets, size = self.offsets(kinds)
        align = max(map(self.align, kinds), default=1)
        return dict(zip(names, offsets, strict=True)), max(size, 1), align

"""The back end's ground: module-wide tables and the text of one function.

Values up to 64 bits, references and `{pointer, length}` pairs are LLVM values; wide
integers and tuples are handled by address (`Place`), so that on RV32 the 256-bit
delegation works on them where they lie, while on x86 LLVM turns them into registers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from zkos.compiler.debug import DebugText
from zkos.compiler.errors import Location
from zkos.compiler.tree import Expr, Instance, Stmt
from zkos.compiler.types import (
    BOOL,
    NEVER,
    NONE,
    VIEW,
    ArrayOf,
    EnumOf,
    Int,
    Layout,
    Maybe,
    Ref,
    TupleOf,
    Type,
    in_memory,
)

PAIR: Final = "{ptr, i32}"
UNLIKELY: Final = ", !prof !0"
MARKS: Final = 1 << 12
"""Counters that instrumentation may name itself."""
NOTES: Final = 1 << 12
"""Numbers that it may keep."""
HOOKS: Final = [
    (bits, constant) for constant in (False, True) for bits in (8, 16, 32, 64)
]
"""Comparison hooks by width and whether the first operand is a constant."""


@dataclass(frozen=True)
class Place:
    """Where a value in memory lies.

    `origin` is `own` (a stack slot of this function), `param`, `const` or `heap`.
    """

    pointer: str
    origin: str

    def distinct(self, other: "Place") -> bool:
        """Whether the two surely do not overlap."""
        if self.pointer == other.pointer:
            return False
        if "own" in (self.origin, other.origin):
            return True
        if "heap" in (self.origin, other.origin):
            # Parameters never lie in the heap: `argument` copies what does.
            return self.origin != other.origin
        return self.origin == other.origin == "const"


@dataclass(frozen=True)
class Target:
    """What the text depends on."""

    name: str
    pointer_bytes: int
    delegated: bool

    @property
    def layout(self) -> Layout:
        return Layout(self.pointer_bytes)

    @property
    def word(self) -> str:
        """The integer type as wide as a pointer."""
        return f"i{8 * self.pointer_bytes}"


X86: Final = Target("x86-64", 8, delegated=False)
RV32: Final = Target("rv32", 4, delegated=True)


@dataclass
class ModuleText:
    """Everything emitted so far for one target."""

    target: Target
    coverage: bool = False
    debug: DebugText | None = None
    """Lines, where the build keeps them."""
    counters: int = 0
    """Coverage counters given out."""
    reached: list[dict[tuple[str, int], None]] | None = None
    """Files and lines each counter stands for, where a coverage build keeps them."""
    marks: int = 0
    """Further counters, which the program names itself."""
    constants: dict[str, str] = field(default_factory=dict)
    declarations: dict[str, str] = field(default_factory=dict)
    sites: list[tuple[Location, str]] = field(default_factory=list)
    _numbers: dict[tuple[Location, str], int] = field(default_factory=dict)
    _fields: dict[Ref, tuple[dict[str, int], int, int]] = field(default_factory=dict)

    def fields(self, ref: Ref) -> tuple[dict[str, int], int, int]:
        """Offset of each field, size and alignment of an object."""
        if ref not in self._fields:
            self._fields[ref] = self.target.layout.fields(ref)
        return self._fields[ref]

    def site(self, where: Location, reason: str) -> int:
        """The number of a trap site."""
        key = (where, reason)
        if key not in self._numbers:
            self._numbers[key] = len(self.sites)
            self.sites.append(key)
        return self._numbers[key]

    def declare(self, name: str, text: str) -> str:
        """Declare an external function once."""
        self.declarations[name] = text
        return name

    def wide_constant(self, bits: int, value: int) -> str:
        """Address of a wide constant; in RAM where a delegation may read it."""
        return self.constant(f"w{bits}.{value:x}", f"i{bits} {value}", ram=True)

    def constant(self, name: str, text: str, *, ram: bool) -> str:
        """Address of a constant with this LLVM type and value."""
        if self.target.delegated and ram:
            body = f'internal constant {text}, section ".ramconst", align 32'
        else:
            body = f"internal unnamed_addr constant {text}, align 32"
        self.constants[name] = f'@"{name}" = {body}'
        return f'@"{name}"'


def scalar(kind: Type) -> str:
    """LLVM type of a value that is not handled by address."""
    match kind:
        case Int():
            return f"i{kind.bits}"
        case EnumOf():
            return "i32"
        case ArrayOf():
            return PAIR
        case Ref() | Maybe():
            return "ptr"
    if kind == BOOL:
        return "i1"
    if kind == VIEW:
        return PAIR
    raise AssertionError(f"no register holds {kind}")


def out_pointer(instance: Instance) -> bool:
    """Whether the result goes through a first parameter."""
    kind = instance.result
    if kind in (NONE, NEVER):
        return False
    return in_memory(kind) or instance.raises


def return_type(instance: Instance) -> str:
    """LLVM result type: a status where the function can raise."""
    if instance.raises:
        return "i32"
    if instance.result in (NONE, NEVER) or in_memory(instance.result):
        return "void"
    return scalar(instance.result)


class FunctionText:
    """Lines of one function, its stack slots and fresh names."""

    def __init__(self, module: ModuleText, instance: Instance) -> None:
        self.module = module
        self.target = module.target
        self.layout = module.target.layout
        self.instance = instance
        self.slots: list[str] = []
        self.lines: list[str] = []
        self.slot_of: dict[str, Place] = {}
        self.temporaries: dict[tuple[int, int], list[str]] = {}
        self.used: list[tuple[tuple[int, int], str]] = []
        self.ended = False
        self.subprogram = module.debug.function(instance) if module.debug else ""
        self.suffix = self.suffix_for(instance.function.where)
        self._counter = 0
        self._counted: dict[tuple[str, int], None] | None = None
        """Places of the block in work, where it has a counter that keeps them."""

    def fresh(self, prefix: str = "v") -> str:
        """A new local name without its sigil."""
        self._counter += 1
        return f"{prefix}{self._counter}"

    def suffix_for(self, where: Location) -> str:
        """What follows an instruction made for `where`."""
        debug = self.module.debug
        return f", !dbg {debug.place(self.subprogram, where)}" if debug else ""

    def emit(self, text: str) -> None:
        """Add an instruction."""
        if not self.ended:
            self.lines.append(f"  {text}{self.suffix}")

    def let(self, text: str) -> str:
        """Add an instruction with a result; its name."""
        name = "%" + self.fresh()
        self.emit(f"{name} = {text}")
        return name

    def label(self, name: str) -> None:
        """Start a block, and count it in coverage builds."""
        self.lines.append(f"{name}:")
        self.ended = False
        self._counted = None
        counted = "lcdh" if self.keeps_lines else "lcd"
        if self.module.coverage and name[0] in counted:
            self.count()

    @property
    def keeps_lines(self) -> bool:
        """Whether counters of this build stand for lines: then every block has one."""
        return self.module.reached is not None

    def count(self) -> None:
        """Add one to a fresh coverage counter; with lines it only says it ran."""
        number = self.module.counters
        self.module.counters += 1
        cell = self.let(f"getelementptr i8, ptr @__coverage, i64 {number}")
        if self.module.reached is None:
            self.add_one(cell)
            return
        self.emit(f"store i8 1, ptr {cell}")
        self._counted = {}
        self.module.reached.append(self._counted)

    def reaches(self, where: Location) -> None:
        """Take note that the block in work comes from there."""
        if self._counted is not None:
            self._counted[where.path, where.line] = None

    def add_one(self, cell: str) -> None:
        """Add one to a counter."""
        once = self.let(f"add i8 {self.let(f'load i8, ptr {cell}')}, 1")
        self.emit(f"store i8 {once}, ptr {cell}")

    def observe(self, bits: int, x: str, y: str, *, constant: bool) -> None:
        """Tell the fuzzer of a comparison, in coverage builds."""
        if self.module.coverage and bits in (8, 16, 32, 64):
            which = HOOKS.index((bits, constant))
            cell = self.let(f"getelementptr ptr, ptr @__coverage_hooks, i64 {which}")
            hook = self.let(f"load ptr, ptr {cell}")
            self.emit(f"call void {hook}(i{bits} {x}, i{bits} {y})")

    def branch(self, name: str) -> None:
        """End the block with a jump."""
        self.emit(f"br label %{name}")
        self.ended = True

    def fork(self, condition: str, yes: str, no: str, hint: str = "") -> None:
        """End the block with a two-way branch."""
        self.emit(f"br i1 {condition}, label %{yes}, label %{no}{hint}")
        self.ended = True

    def slot(self, size: int, align: int) -> str:
        """A stack slot that lives through the function."""
        name = "%" + self.fresh("s")
        self.slots.append(f"  {name} = alloca [{size} x i8], align {align}")
        return name

    def temporary(self, kind: Type) -> Place:
        """A stack slot for a value, free again after the statement."""
        key = (max(self.layout.size(kind), 1), self.layout.align(kind))
        pool = self.temporaries.setdefault(key, [])
        pointer = pool.pop() if pool else self.slot(*key)
        self.used.append((key, pointer))
        if self.target.delegated:
            self.emit(f"call void @llvm.lifetime.start.p0(ptr {pointer})")
        return Place(pointer, "own")

    def release(self) -> None:
        """Give back the temporaries of a finished statement.

        With delegations each value has a slot of its own, so that a copy can take the
        place of what it is copied from; LLVM lays the slots over each other.
        """
        for key, pointer in self.used:
            if self.target.delegated:
                self.emit(f"call void @llvm.lifetime.end.p0(ptr {pointer})")
            else:
                self.temporaries[key].append(pointer)
        self.used = []

    def offset(self, pointer: str, offset: int) -> str:
        """`pointer` plus a constant number of bytes."""
        if offset == 0:
            return pointer
        word = self.target.word
        return self.let(f"getelementptr inbounds i8, ptr {pointer}, {word} {offset}")

    def index(self, pointer: str, size: int, index: str) -> str:
        """`pointer` plus an unsigned 32-bit number of items."""
        word = self.target.word
        if word != "i32":
            index = self.let(f"zext i32 {index} to {word}")
        return self.let(f"getelementptr [{size} x i8], ptr {pointer}, {word} {index}")

    def trap_if(self, condition: str, where: Location, reason: str) -> None:
        """End the run when `condition` holds."""
        if condition == "false":
            return
        bad, good = self.fresh("t"), self.fresh("l")
        self.fork(condition, bad, good, UNLIKELY)
        self.label(bad)
        self.fail(where, reason)
        self.label(good)

    def fail(self, where: Location, reason: str) -> None:
        """End the run."""
        number = self.module.site(where, reason)
        self.emit(f"call void @__trap(i32 {number})")
        self.emit("unreachable")
        self.ended = True

    def load(self, kind: Type, pointer: str) -> str:
        """Read a value that fits registers."""
        align = self.layout.align(kind)
        if kind == BOOL:
            byte = self.let(f"load i8, ptr {pointer}")
            return self.let(f"icmp ne i8 {byte}, 0")
        return self.let(f"load {scalar(kind)}, ptr {pointer}, align {align}")

    def store(self, kind: Type, value: str, pointer: str) -> None:
        """Write a value that fits registers."""
        align = self.layout.align(kind)
        if kind == BOOL:
            value = self.let(f"zext i1 {value} to i8")
            self.emit(f"store i8 {value}, ptr {pointer}")
        else:
            self.emit(f"store {scalar(kind)} {value}, ptr {pointer}, align {align}")

    def tuple_offsets(self, kind: Type) -> list[int]:
        """Offsets of the parts of a tuple."""
        assert isinstance(kind, TupleOf)
        return self.layout.offsets(kind.items)[0]


_Text = TypeVar("_Text", bound=FunctionText)
_Node = TypeVar("_Node", bound=Expr | Stmt)
_More = ParamSpec("_More")
_Result = TypeVar("_Result")


def located(
    lower: Callable[Concatenate[_Text, _Node, _More], _Result],
) -> Callable[Concatenate[_Text, _Node, _More], _Result]:
    """Have what lowers a node say of its instructions where the node stands."""

    @wraps(lower)
    def lower_there(
        text: _Text, made: _Node, /, *more: _More.args, **named: _More.kwargs
    ) -> _Result:
        text.reaches(made.where)
        if text.module.debug is None:
            return lower(text, made, *more, **named)
        before, text.suffix = text.suffix, text.suffix_for(made.where)
        result = lower(text, made, *more, **named)
        text.suffix = before
        return result

    return lower_there

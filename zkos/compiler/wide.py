"""Operations on wide integers in memory: LLVM integers, or the RV32 delegation."""

from typing import Final

from zkos.compiler.copies import COPY_DECLARATION, COPY_NAME, delegated_copy, wide_copy
from zkos.compiler.emit import UNLIKELY, FunctionText, Place
from zkos.compiler.errors import Location
from zkos.compiler.types import Int, TupleOf, Type

ADD: Final = 1
SUB: Final = 2
SUB_FROM: Final = 4
MUL_LOW: Final = 8
MUL_HIGH: Final = 16
EQUAL: Final = 32
CARRY: Final = 64
_MASKS: Final = {"add": ADD, "sub": SUB, "mul": MUL_LOW, "mul_high": MUL_HIGH}
_ARGUMENT_MEMORY: Final = "nounwind willreturn memory(argmem: readwrite)"


class WideText(FunctionText):
    """Adds wide integers to the text of a function."""

    def delegates(self, kind: Type) -> bool:
        """Whether the 256-bit delegation applies to this type."""
        return (
            self.target.delegated and isinstance(kind, Int) and kind.storage_bits == 256
        )

    def delegate(self, mask: int, place: Place, other: Place) -> None:
        """`place` op= `other` by delegation 0x7ca, flag not needed."""
        name = self.module.declare(
            f"@__csr_u256_m{mask}",
            f"declare preserve_mostcc void @__csr_u256_m{mask}(ptr captures(none), "
            f"ptr captures(none) readonly, i32) {_ARGUMENT_MEMORY}",
        )
        self.emit(
            f"notail call preserve_mostcc void {name}"
            f"(ptr {place.pointer}, ptr {other.pointer}, i32 {mask})"
        )

    def delegate_flag(self, mask: str, place: Place, other: Place) -> str:
        """The same with the flag as an `i1`."""
        name = self.module.declare(
            "@__csr_u256",
            "declare range(i32 0, 2) i32 @__csr_u256(ptr captures(none), "
            f"ptr captures(none) readonly, i32) {_ARGUMENT_MEMORY}",
        )
        flag = self.let(
            f"notail call i32 {name}"
            f"(ptr {place.pointer}, ptr {other.pointer}, i32 {mask})"
        )
        return self.let(f"icmp ne i32 {flag}, 0")

    def number(self, kind: Int, place: Place) -> str:
        """The value as an LLVM integer of its storage width."""
        align = self.layout.align(kind)
        return self.let(
            f"load i{kind.storage_bits}, ptr {place.pointer}, align {align}"
        )

    def put(self, kind: Int, value: str, place: Place) -> None:
        """Write an LLVM integer of the storage width."""
        align = self.layout.align(kind)
        self.emit(
            f"store i{kind.storage_bits} {value}, ptr {place.pointer}, align {align}"
        )

    def copy(self, kind: Type, target: Place, source: Place) -> None:
        """`target` := `source`."""
        if target.pointer == source.pointer:
            return
        if isinstance(kind, TupleOf):
            for offset, part in zip(self.tuple_offsets(kind), kind.items, strict=True):
                self.copy(
                    part,
                    Place(self.offset(target.pointer, offset), target.origin),
                    Place(self.offset(source.pointer, offset), source.origin),
                )
        elif not (isinstance(kind, Int) and kind.wide):
            self.store(kind, self.load(kind, source.pointer), target.pointer)
        elif self.delegates(kind):
            self._delegate_copy(target, source)
        else:
            self.put(kind, self.number(kind, source), target)

    def _delegate_copy(self, target: Place, source: Place) -> None:
        """Numbers are aligned: they are in one place or do not overlap."""
        if target.distinct(source):
            # `copies` makes it a delegation when those that can go are gone.
            self.emit(wide_copy(target.pointer, source.pointer))
            return
        other, end = self.fresh("l"), self.fresh("l")
        same = self.let(f"icmp eq ptr {target.pointer}, {source.pointer}")
        self.fork(same, end, other, UNLIKELY)
        self.label(other)
        self.module.declare(COPY_NAME, COPY_DECLARATION)
        self.emit(delegated_copy(target.pointer, source.pointer))
        self.branch(end)
        self.label(end)

    def own_copy(self, kind: Type, source: Place) -> Place:
        """A temporary with the same value."""
        target = self.temporary(kind)
        self.copy(kind, target, source)
        return target

    def wrapping(self, name: str, kind: Int, place: Place, other: Place) -> None:
        """`place` op= `other` modulo the width, for add, sub, mul and mul_high."""
        if self.delegates(kind) and place.distinct(other):
            self.delegate(_MASKS[name], place, other)
            return
        bits = kind.bits
        x, y = self.number(kind, place), self.number(kind, other)
        if name == "mul_high":
            x = self.let(f"zext i{bits} {x} to i{2 * bits}")
            y = self.let(f"zext i{bits} {y} to i{2 * bits}")
            product = self.let(f"mul i{2 * bits} {x}, {y}")
            high = self.let(f"lshr i{2 * bits} {product}, {bits}")
            result = self.let(f"trunc i{2 * bits} {high} to i{bits}")
        else:
            result = self.let(f"{name} i{bits} {x}, {y}")
        self.put(kind, result, place)

    def overflowing(self, name: str, kind: Int, place: Place, other: Place) -> str:
        """The same for add, sub, mul; the `i1` tells whether it wrapped."""
        if self.delegates(kind) and not kind.signed and place.distinct(other):
            return self.delegate_flag(str(_MASKS[name]), place, other)
        bits = kind.bits
        sign = "s" if kind.signed else "u"
        x, y = self.number(kind, place), self.number(kind, other)
        if name == "mul" and not kind.signed:
            x = self.let(f"zext i{bits} {x} to i{2 * bits}")
            y = self.let(f"zext i{bits} {y} to i{2 * bits}")
            product = self.let(f"mul i{2 * bits} {x}, {y}")
            high = self.let(f"lshr i{2 * bits} {product}, {bits}")
            low = self.let(f"trunc i{2 * bits} {product} to i{bits}")
            self.put(kind, low, place)
            return self.let(f"icmp ne i{2 * bits} {high}, 0")
        pair = self.let(
            f"call {{i{bits}, i1}} @llvm.{sign}{name}.with.overflow.i{bits}"
            f"(i{bits} {x}, i{bits} {y})"
        )
        result = self.let(f"extractvalue {{i{bits}, i1}} {pair}, 0")
        self.put(kind, result, place)
        return self.let(f"extractvalue {{i{bits}, i1}} {pair}, 1")

    def carrying(
        self, name: str, kind: Int, place: Place, other: Place, carry: str
    ) -> str:
        """`place` := `place` +- `other` +- carry; the carry out."""
        if self.delegates(kind) and place.distinct(other):
            bit = self.let(f"select i1 {carry}, i32 {CARRY}, i32 0")
            mask = self.let(f"or disjoint i32 {bit}, {_MASKS[name]}")
            return self.delegate_flag(mask, place, other)
        bits = kind.bits
        extra = self.let(f"zext i1 {carry} to i{bits}")
        x, y = self.number(kind, place), self.number(kind, other)
        first = self.let(
            f"call {{i{bits}, i1}} @llvm.u{name}.with.overflow.i{bits}"
            f"(i{bits} {x}, i{bits} {y})"
        )
        partial = self.let(f"extractvalue {{i{bits}, i1}} {first}, 0")
        second = self.let(
            f"call {{i{bits}, i1}} @llvm.u{name}.with.overflow.i{bits}"
            f"(i{bits} {partial}, i{bits} {extra})"
        )
        self.put(kind, self.let(f"extractvalue {{i{bits}, i1}} {second}, 0"), place)
        one = self.let(f"extractvalue {{i{bits}, i1}} {first}, 1")
        two = self.let(f"extractvalue {{i{bits}, i1}} {second}, 1")
        return self.let(f"or i1 {one}, {two}")

    def compare(self, name: str, kind: Int, left: Place, right: Place) -> str:
        """An `i1` for eq, ne, lt, le, gt, ge."""
        if name in ("gt", "le"):
            swapped = self.compare("lt", kind, right, left)
            return swapped if name == "gt" else self.let(f"xor i1 {swapped}, true")
        if name in ("ne", "ge"):
            base = self.compare("eq" if name == "ne" else "lt", kind, left, right)
            return self.let(f"xor i1 {base}, true")
        if left.pointer == right.pointer:
            return "true" if name == "eq" else "false"
        if self.delegates(kind) and not kind.signed:
            if name == "lt":
                left = self.own_copy(kind, left)
                return self.delegate_flag(str(SUB), left, right)
            if left.origin == "const":
                left, right = right, left
            if left.origin == "const" or not left.distinct(right):
                left = self.own_copy(kind, left)
            return self.delegate_flag(str(EQUAL), left, right)
        x, y = self.number(kind, left), self.number(kind, right)
        if self.module.coverage:
            self._observe_words(kind, left, right)
        sign = "s" if kind.signed else "u"
        code = "eq" if name == "eq" else f"{sign}lt"
        return self.let(f"icmp {code} i{kind.storage_bits} {x}, {y}")

    def _observe_words(self, kind: Int, left: Place, right: Place) -> None:
        """Tell the fuzzer of a wide comparison, 64 bits at a time."""
        constant = "const" in (left.origin, right.origin)
        if right.origin == "const":
            left, right = right, left
        for offset in range(0, kind.storage_bits // 8, 8):
            x = self.let(f"load i64, ptr {self.offset(left.pointer, offset)}, align 8")
            y = self.let(f"load i64, ptr {self.offset(right.pointer, offset)}, align 8")
            self.observe(64, x, y, constant=constant)

    def is_zero(self, kind: Int, place: Place) -> str:
        """An `i1`: all bits zero."""
        zero = Place(self.module.wide_constant(kind.storage_bits, 0), "const")
        return self.compare("eq", kind, place, zero)

    def resize(self, source: Int, kind: Int, value: str, where: Location | None) -> str:
        """An LLVM integer brought to `kind`; traps at `where` if it does not fit."""
        if where is not None:
            self._range_check(source, kind, value, where)
        if kind.bits > source.bits:
            extend = "sext" if source.signed else "zext"
            return self.let(f"{extend} i{source.bits} {value} to i{kind.bits}")
        if kind.bits < source.bits:
            return self.let(f"trunc i{source.bits} {value} to i{kind.bits}")
        return value

    def _range_check(self, source: Int, kind: Int, value: str, where: Location) -> None:
        reason = f"value does not fit {kind}"
        bits = f"i{source.bits}"
        if source.signed and not kind.signed:
            negative = self.let(f"icmp slt {bits} {value}, 0")
            self.trap_if(negative, where, reason)
        limit = kind.bits - kind.signed
        if source.signed and kind.signed:
            if kind.bits < source.bits:
                narrow = self.let(f"trunc {bits} {value} to i{kind.bits}")
                again = self.let(f"sext i{kind.bits} {narrow} to {bits}")
                self.trap_if(
                    self.let(f"icmp ne {bits} {again}, {value}"), where, reason
                )
        elif limit < source.bits:
            high = self.let(f"lshr {bits} {value}, {limit}")
            self.trap_if(self.let(f"icmp ne {bits} {high}, 0"), where, reason)

"""Lowers operations on wide integers: into memory, or from memory to a register."""

from typing import Final, cast

from zkos.compiler.emit import Place, scalar
from zkos.compiler.tree import (
    Call,
    Const,
    Expr,
    Instance,
    Local,
    Null,
    Op,
    may_write,
    parts,
)
from zkos.compiler.types import (
    BOOL,
    U256,
    EnumOf,
    Int,
    Maybe,
    Ref,
    TupleOf,
)
from zkos.compiler.views import ViewText

PREDICATES: Final = {"lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}

WRAPPING: Final = {
    "wrapping_add": "add",
    "wrapping_sub": "sub",
    "wrapping_mul": "mul",
    "mul_high": "mul_high",
}

FLAGGED: Final = {
    "overflowing_add": "add",
    "overflowing_sub": "sub",
    "overflowing_mul": "mul",
    "add_carry": "add",
    "sub_borrow": "sub",
}


def local_names(made: Expr) -> set[str]:
    """Names of the locals an expression reads."""
    if isinstance(made, Local):
        return {made.name}
    return set().union(*map(local_names, parts(made)))


def from_registers(made: Expr) -> bool:
    """Whether a wide integer is put together from values in registers.

    Such expressions do not trap but for their shift counts.
    """
    if isinstance(made, Const):
        return True
    if not isinstance(made, Op):
        return False
    if made.name in ("convert", "truncate"):
        source = made.arguments[0].kind
        return isinstance(source, Int) and not source.wide and not source.signed
    if made.name in ("or", "and", "xor"):
        return all(map(from_registers, made.arguments))
    if made.name in ("shl", "shr"):
        value, count = made.arguments
        return from_registers(value) and isinstance(count, Const)
    return made.name == "from_bool"


class WideValueText(ViewText):
    """Adds operations on wide integers to the text of a function."""

    def into(self, made: Expr, target: Place) -> None:
        """Evaluate a memory type into `target`, which the expression does not read."""
        raise NotImplementedError

    def call_with(
        self, instance: Instance, parts: list[str], target: Place | None
    ) -> str:
        """Call with lowered arguments and spread an error."""
        raise NotImplementedError

    def steady(self, made: Expr, *later: Expr) -> Place:
        """Where a value lies that is still needed after evaluating `later`."""
        place = self.place(made)
        if place.origin == "heap" and any(map(may_write, later)):
            return self.own_copy(made.kind, place)
        return place

    def comparison(self, made: Op) -> str:
        """An `i1`."""
        left, right = made.arguments
        kind = left.kind
        if isinstance(kind, Int) and kind.wide:
            x, y = self.steady(left, right), self.place(right)
            return self.compare(made.name, kind, x, y)
        a, b = self.value(left), self.value(right)
        if isinstance(kind, Ref | Maybe) or isinstance(left, Null):
            return self.let(f"icmp {made.name} ptr {a}, {b}")
        if isinstance(kind, EnumOf) or kind == BOOL:
            return self.let(f"icmp {made.name} {scalar(kind)} {a}, {b}")
        assert isinstance(kind, Int)
        if isinstance(right, Const):
            self.observe(kind.bits, b, a, constant=True)
        else:
            self.observe(kind.bits, a, b, constant=isinstance(left, Const))
        code = made.name
        if code in PREDICATES:
            code = ("s" if kind.signed else "u") + code
        return self.let(f"icmp {code} i{kind.bits} {a}, {b}")

    def narrowing(self, made: Op) -> str:
        """A conversion whose result fits registers."""
        source = made.arguments[0]
        kind = made.kind
        assert isinstance(kind, Int)
        assert isinstance(source.kind, Int)
        where = made.where if made.name == "convert" else None
        if not source.kind.wide:
            return self.resize(source.kind, kind, self.value(source), where)
        place = self.place(source)
        if where is None:
            return self.load(kind, place.pointer)
        as_number = U256 if source.kind.bits == 160 else source.kind
        return self.resize(as_number, kind, self.number(source.kind, place), where)

    def wide_to_scalar(self, made: Op, kind: Int) -> str:
        """Operations from a wide integer to a register."""
        place = self.steady(made.arguments[0], *made.arguments[1:])
        if made.name == "word":
            index = made.arguments[1]
            if isinstance(index, Const):
                return self.load_word(place, index.value)
            number = self.value(index)
            words = kind.bits // 32
            self.trap_if(
                self.let(f"icmp uge i32 {number}, {words}"),
                made.where,
                "word index out of range",
            )
            address = self.index(place.pointer, 4, number)
            return self.let(f"load i32, ptr {address}, align 4")
        bits = kind.bits
        value = self.number(kind, place)
        count = {"bit_length": "ctlz", "trailing_zeros": "cttz"}[made.name]
        zeros = self.let(
            f"call i{bits} @llvm.{count}.i{bits}(i{bits} {value}, i1 false)"
        )
        short = self.let(f"trunc i{bits} {zeros} to i32")
        if made.name == "bit_length":
            return self.let(f"sub i32 {bits}, {short}")
        return short

    def load_word(self, place: Place, index: int) -> str:
        """Word `index` of a wide integer."""
        return self.let(
            f"load i32, ptr {self.offset(place.pointer, 4 * index)}, align 4"
        )

    def wide_operation(self, made: Op, target: Place) -> None:
        """A primitive operation whose result goes to memory."""
        arguments = made.arguments
        kind = made.kind
        if isinstance(kind, TupleOf):
            if made.name == "checked_division":
                self.checked_division(made, target)
                return
            inner, offset = kind.items[0], self.tuple_offsets(kind)[1]
            assert isinstance(inner, Int)
            if inner.wide:
                flag = self.flagged(made, inner, target)
            else:
                result, flag = self.flagged_scalar(made, inner)
                self.store(inner, result, target.pointer)
            self.store(BOOL, flag, self.offset(target.pointer, offset))
            return
        assert isinstance(kind, Int)
        match made.name:
            case "convert" | "truncate":
                self.widening(made, kind, target)
            case "from_bool":
                self.put(kind, self.assembled(made), target)
            case "pick":
                pair = self.place(arguments[0])
                offset = self.tuple_offsets(arguments[0].kind)[cast(int, made.extra)]
                part = Place(self.offset(pair.pointer, offset), pair.origin)
                self.copy(kind, target, part)
            case "add" | "sub" | "mul":
                self.into(arguments[0], target)
                other = self.place(arguments[1])
                flag = self.overflowing(made.name, kind, target, other)
                self.trap_if(flag, made.where, f"overflow of {kind} {made.name}")
            case name if name in WRAPPING:
                self.into(arguments[0], target)
                self.wrapping(WRAPPING[name], kind, target, self.place(arguments[1]))
            case name if name.startswith("load_"):
                self.view_load_wide(made, kind, target)
            case _:
                self.put(kind, self.wide_number(made, kind), target)

    def flagged(self, made: Op, kind: Int, target: Place) -> str:
        """Overflowing and carrying operations in place; the flag."""
        self.into(made.arguments[0], target)
        other = self.steady(made.arguments[1], *made.arguments[2:])
        name = FLAGGED[made.name]
        if len(made.arguments) == 3:
            carry = self.value(made.arguments[2])
            return self.carrying(name, kind, target, other, carry)
        return self.overflowing(name, kind, target, other)

    def assembled(self, made: Expr) -> str:
        """What `from_registers` is true of, as an LLVM integer."""
        kind = made.kind
        assert isinstance(kind, Int)
        if isinstance(made, Const):
            return str(made.value & ((1 << kind.storage_bits) - 1))
        assert isinstance(made, Op)
        if made.name in ("or", "and", "xor", "shl", "shr"):
            return self.wide_number(made, kind)
        value = self.value(made.arguments[0])
        source = scalar(made.arguments[0].kind)
        return self.let(f"zext {source} {value} to i{kind.storage_bits}")

    def operand(self, made: Expr) -> str:
        """A wide operand of an operation on LLVM integers."""
        if from_registers(made):
            return self.assembled(made)
        assert isinstance(made.kind, Int)
        return self.number(made.kind, self.place(made))

    def widening(self, made: Op, kind: Int, target: Place) -> None:
        """A conversion whose result is wide."""
        source = made.arguments[0]
        assert isinstance(source.kind, Int)
        where = made.where if made.name == "convert" else None
        if source.kind.storage_bits == kind.storage_bits == 256 and not (
            source.kind.signed or kind.signed
        ):
            if kind.bits == 160 and source.kind.bits != 160:
                value = self.number(source.kind, self.place(source))
                if where is not None:
                    self._range_check(U256, kind, value, where)
                mask = (1 << 160) - 1
                self.put(kind, self.let(f"and i256 {value}, {mask}"), target)
            else:
                self.into(source, target)
            return
        if source.kind.wide:
            value = self.number(source.kind, self.place(source))
            as_number = U256 if source.kind.bits == 160 else source.kind
        else:
            value, as_number = self.value(source), source.kind
        if where is not None:
            self._range_check(as_number, kind, value, where)
        stored = U256 if kind.bits == 160 else kind
        value = self.resize(as_number, stored, value, None)
        if kind.bits == 160:
            value = self.let(f"and i256 {value}, {(1 << 160) - 1}")
        self.put(kind, value, target)

    def wide_number(self, made: Op, kind: Int) -> str:
        """Operations done on LLVM integers on every target."""
        bits = kind.bits
        arguments = made.arguments
        x = self.operand(arguments[0])
        match made.name:
            case "and" | "or" | "xor":
                y = self.operand(arguments[1])
                return self.let(f"{made.name} i{bits} {x}, {y}")
            case "invert":
                return self.let(f"xor i{bits} {x}, -1")
            case "wrapping_neg":
                return self.let(f"sub i{bits} 0, {x}")
            case "to_signed" | "to_unsigned":
                return x
            case "byte_swap":
                return self.let(f"call i{bits} @llvm.bswap.i{bits}(i{bits} {x})")
            case "shl" | "shr" | "rotate_left" | "rotate_right":
                return self.shift(made, kind, x)
            case "saturating_add" | "saturating_sub":
                y = self.number(kind, self.place(arguments[1]))
                name = f"@llvm.u{made.name[11:]}.sat.i{bits}"
                return self.let(f"call i{bits} {name}(i{bits} {x}, i{bits} {y})")
            case "saturating_mul":
                target = self.own_copy(kind, self.place(arguments[0]))
                flag = self.overflowing("mul", kind, target, self.place(arguments[1]))
                low = self.number(kind, target)
                return self.let(f"select i1 {flag}, i{bits} -1, i{bits} {low}")
        raise AssertionError(f"no operation {made.name} on {kind}")

    def checked_division(self, made: Op, target: Place) -> None:
        """Division of wide integers by the guest's own routine."""
        call, _ = made.arguments
        assert isinstance(call, Call)
        left, right = call.arguments
        parts = [self.steady(left, right), self.place(right)]
        kind = call.arguments[1].kind
        assert isinstance(kind, Int)
        zero = self.is_zero(kind, parts[1])
        self.trap_if(zero, made.where, "division by zero")
        texts = []
        for part in parts:
            safe = self.own_copy(kind, part) if part.origin == "heap" else part
            texts.append(f"ptr {safe.pointer}")
        self.call_with(call.target, texts, target)

"""Operations on integers that fit registers."""

from typing import Final

from zkos.compiler.tree import Const, Expr, Op
from zkos.compiler.types import Int
from zkos.compiler.wide import WideText

_PLAIN: Final = {
    "and": "and",
    "or": "or",
    "xor": "xor",
    "wrapping_add": "add",
    "wrapping_sub": "sub",
    "wrapping_mul": "mul",
}
_DIVISION: Final = {"div": "udiv", "rem": "urem"}
_HELPERS: Final = {"div": "divide_u64", "rem": "remainder_u64"}


class ScalarText(WideText):
    """Adds register arithmetic to the text of a function."""

    def value(self, made: Expr) -> str:
        """The LLVM value of an expression that fits registers."""
        raise NotImplementedError

    def scalar_operation(self, made: Op, kind: Int) -> str:
        """An operation whose first operand is a register integer."""
        x = self.value(made.arguments[0])
        bits = kind.bits
        match made.name:
            case "invert":
                return self.let(f"xor i{bits} {x}, -1")
            case "wrapping_neg":
                return self.let(f"sub i{bits} 0, {x}")
            case "to_signed" | "to_unsigned":
                return x
            case "byte_swap" if bits == 8:
                return x
            case "byte_swap":
                return self.let(f"call i{bits} @llvm.bswap.i{bits}(i{bits} {x})")
            case "bit_length" | "trailing_zeros":
                return self._count_bits(made.name, bits, x)
            case "shl" | "shr" | "rotate_left" | "rotate_right":
                return self.shift(made, kind, x)
        y = self.value(made.arguments[1])
        if made.name in _PLAIN:
            return self.let(f"{_PLAIN[made.name]} i{bits} {x}, {y}")
        match made.name:
            case "add" | "sub" | "mul":
                return self._checked(made, kind, x, y)
            case "div" | "rem":
                return self._divide(made, kind, x, y)
            case "truncating_div" | "truncating_rem":
                return self._divide_signed(made, kind, x, y)
            case "mul_high":
                return self._mul_high(bits, x, y)
            case "saturating_add" | "saturating_sub":
                name = f"@llvm.u{made.name[11:]}.sat.i{bits}"
                return self.let(f"call i{bits} {name}(i{bits} {x}, i{bits} {y})")
            case "saturating_mul":
                result, flag = self._with_overflow("umul", bits, x, y)
                return self.let(f"select i1 {flag}, i{bits} -1, i{bits} {result}")
            case "word":
                return self._word(made, kind, x, y)
        raise AssertionError(f"no operation {made.name} on {kind}")

    def _word(self, made: Op, kind: Int, x: str, index: str) -> str:
        words = max(kind.bits // 32, 1)
        self.trap_if(
            self.let(f"icmp uge i32 {index}, {words}"),
            made.where,
            "word index out of range",
        )
        if kind.bits == 32:
            return x
        count = self.let(f"shl i32 {index}, 5")
        wide = self.let(f"zext i32 {count} to i64")
        return self.let(f"trunc i64 {self.let(f'lshr i64 {x}, {wide}')} to i32")

    def _count_bits(self, name: str, bits: int, x: str) -> str:
        intrinsic = "ctlz" if name == "bit_length" else "cttz"
        zeros = self.let(
            f"call i{bits} @llvm.{intrinsic}.i{bits}(i{bits} {x}, i1 false)"
        )
        if bits < 32:
            zeros = self.let(f"zext i{bits} {zeros} to i32")
        elif bits > 32:
            zeros = self.let(f"trunc i{bits} {zeros} to i32")
        if name == "bit_length":
            return self.let(f"sub i32 {bits}, {zeros}")
        return zeros

    def shift(self, made: Op, kind: Int, x: str) -> str:
        """Shifts and rotations of any width; the count is checked."""
        bits = kind.bits
        counted = made.arguments[1]
        count = self.value(counted)
        if not isinstance(counted, Const):
            self.trap_if(
                self.let(f"icmp uge i32 {count}, {bits}"),
                made.where,
                "shift count out of range",
            )
            if bits < 32:
                count = self.let(f"trunc i32 {count} to i{bits}")
            elif bits > 32:
                count = self.let(f"zext i32 {count} to i{bits}")
        if made.name in ("rotate_left", "rotate_right"):
            code = "fshl" if made.name == "rotate_left" else "fshr"
            return self.let(
                f"call i{bits} @llvm.{code}.i{bits}"
                f"(i{bits} {x}, i{bits} {x}, i{bits} {count})"
            )
        code = "shl"
        if made.name == "shr":
            code = "ashr" if kind.signed else "lshr"
        return self.let(f"{code} i{bits} {x}, {count}")

    def _with_overflow(self, name: str, bits: int, x: str, y: str) -> tuple[str, str]:
        pair = self.let(
            f"call {{i{bits}, i1}} @llvm.{name}.with.overflow.i{bits}"
            f"(i{bits} {x}, i{bits} {y})"
        )
        result = self.let(f"extractvalue {{i{bits}, i1}} {pair}, 0")
        return result, self.let(f"extractvalue {{i{bits}, i1}} {pair}, 1")

    def _checked(self, made: Op, kind: Int, x: str, y: str) -> str:
        sign = "s" if kind.signed else "u"
        result, flag = self._with_overflow(f"{sign}{made.name}", kind.bits, x, y)
        self.trap_if(flag, made.where, f"overflow of {kind} {made.name}")
        return result

    def flagged_scalar(self, made: Op, kind: Int) -> tuple[str, str]:
        """Overflowing and carrying operations: result and flag."""
        bits = kind.bits
        x, y = self.value(made.arguments[0]), self.value(made.arguments[1])
        name = made.name.removeprefix("overflowing_")
        if name in ("add", "sub", "mul"):
            sign = "s" if kind.signed else "u"
            return self._with_overflow(f"{sign}{name}", bits, x, y)
        name = "uadd" if made.name == "add_carry" else "usub"
        carry = self.let(f"zext i1 {self.value(made.arguments[2])} to i{bits}")
        partial, one = self._with_overflow(name, bits, x, y)
        result, two = self._with_overflow(name, bits, partial, carry)
        return result, self.let(f"or i1 {one}, {two}")

    def _divide(self, made: Op, kind: Int, x: str, y: str) -> str:
        bits = kind.bits
        divisor = made.arguments[1]
        if isinstance(divisor, Const) and divisor.value > 0:
            shift = divisor.value.bit_length() - 1
            if divisor.value == 1 << shift:
                if made.name == "div":
                    return self.let(f"lshr i{bits} {x}, {shift}")
                return self.let(f"and i{bits} {x}, {divisor.value - 1}")
        else:
            zero = self.let(f"icmp eq i{bits} {y}, 0")
            self.trap_if(zero, made.where, "division by zero")
        if bits == 64 and self.target.pointer_bytes == 4:
            name = f"zkos.compiler.runtime.division:{_HELPERS[made.name]}"
            return self.let(f'call fastcc i64 @"{name}"(i64 {x}, i64 {y})')
        return self.let(f"{_DIVISION[made.name]} i{bits} {x}, {y}")

    def _divide_signed(self, made: Op, kind: Int, x: str, y: str) -> str:
        bits = kind.bits
        self.trap_if(
            self.let(f"icmp eq i{bits} {y}, 0"), made.where, "division by zero"
        )
        lowest = self.let(f"icmp eq i{bits} {x}, {-(1 << bits - 1)}")
        minus_one = self.let(f"icmp eq i{bits} {y}, -1")
        over = self.let(f"and i1 {lowest}, {minus_one}")
        if made.name == "truncating_div":
            self.trap_if(over, made.where, f"overflow of {kind} division")
        # The prover refuses signed division, so divide the magnitudes.
        a = self._magnitude(bits, x)
        b = self._magnitude(bits, y)
        code = "div" if made.name == "truncating_div" else "rem"
        unsigned = Int(f"U{bits}", bits)
        plain = Op(unsigned, made.where, code, made.arguments)
        result = self._divide(plain, unsigned, a, b)
        negated = self.let(f"sub i{bits} 0, {result}")
        mixed = self.let(f"xor i{bits} {x}, {y}") if code == "div" else x
        negative = self.let(f"icmp slt i{bits} {mixed}, 0")
        return self.let(f"select i1 {negative}, i{bits} {negated}, i{bits} {result}")

    def _magnitude(self, bits: int, x: str) -> str:
        return self.let(f"call i{bits} @llvm.abs.i{bits}(i{bits} {x}, i1 false)")

    def _mul_high(self, bits: int, x: str, y: str) -> str:
        x = self.let(f"zext i{bits} {x} to i{2 * bits}")
        y = self.let(f"zext i{bits} {y} to i{2 * bits}")
        product = self.let(f"mul i{2 * bits} {x}, {y}")
        high = self.let(f"lshr i{2 * bits} {product}, {bits}")
        return self.let(f"trunc i{2 * bits} {high} to i{bits}")

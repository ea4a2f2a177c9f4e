"""Strategies for typed expressions of the guest language, as source text."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from zkos.lang import ints

Draw = Callable[[st.SearchStrategy[Any]], Any]
UNSIGNED: Final = ("U8", "U16", "U32", "U64", "U128", "U256", "U512")
SIGNED: Final = ("I32", "I64", "I256")
OPAQUE: Final = ("Address", "Bytes32")
NUMBERS: Final = UNSIGNED + SIGNED
KINDS: Final = (*NUMBERS, *OPAQUE, "bool")
MUL_HIGH: Final = ("U32", "U64", "U256")
TWINS: Final = {"U32": "I32", "U64": "I64", "U256": "I256"}
TO_SIGNED: Final = {signed: unsigned for unsigned, signed in TWINS.items()}
COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=")
SAFE_BINARY: Final = ("&", "|", "^")
CHECKED_BINARY: Final = ("+", "-", "*")
SAFE_METHODS: Final = ("wrapping_add", "wrapping_sub", "wrapping_mul")
UNSIGNED_METHODS: Final = ("saturating_add", "saturating_sub", "saturating_mul")
FLAGGED: Final = ("overflowing_add", "overflowing_sub")
UNSIGNED_FLAGGED: Final = (*FLAGGED, "overflowing_mul")


def bits(kind: str) -> int:
    """Width of an integer type."""
    return int(getattr(ints, kind).BITS)


def values(kind: str) -> st.SearchStrategy[int]:
    """Numbers of a type: borders, powers of two and their neighbours, any."""
    if kind == "bool":
        return st.booleans()
    low, high = getattr(ints, kind).LOWEST, getattr(ints, kind).HIGHEST
    powers = st.builds(
        lambda power, delta, sign: min(max(sign * (1 << power) + delta, low), high),
        st.integers(0, bits(kind)),
        st.integers(-2, 2),
        st.sampled_from((1, -1)),
    )
    small = st.integers(max(low, -3), 40)
    return st.one_of(small, powers, st.integers(low, high))


class Expressions:
    """Draws expressions over the variables in `names`, a name for each type."""

    def __init__(self, draw: Draw, names: dict[str, str]) -> None:
        self.draw = draw
        self.names = names
        """Variables and their types."""

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def literal(self, kind: str) -> str:
        return str(self.draw(values(kind)))

    def expression(self, kind: str, depth: int) -> str:
        """An expression of type `kind`."""
        if depth <= 0 or self.draw(st.integers(0, 9)) == 0:
            return self.leaf(kind)
        if self.draw(st.integers(0, 11)) == 0:
            condition = self.expression("bool", depth - 1)
            yes, no = (self.expression(kind, depth - 1) for _ in range(2))
            return f"({yes} if {condition} else {no})"
        if kind == "bool":
            return self._truth(depth)
        if kind in OPAQUE:
            return self._conversion(kind, depth)
        return self.pick(
            self._binary, self._binary, self._method, self._method, self._unary,
            self._shift, self._conversion, self._special,
        )(kind, depth)  # fmt: skip

    def leaf(self, kind: str) -> str:
        known = [name for name, other in self.names.items() if other == kind]
        if known and self.draw(st.integers(0, 3)) != 0:
            return str(self.draw(st.sampled_from(known)))
        if kind == "bool":
            return str(self.pick("True", "False"))
        return f"{kind}({self.literal(kind)})"

    def operand(self, kind: str, depth: int) -> str:
        """A right operand: an expression, or a bare literal."""
        if self.draw(st.integers(0, 4)) == 0:
            return self.literal(kind)
        return self.expression(kind, depth - 1)

    def _truth(self, depth: int) -> str:
        form = self.draw(st.integers(0, 5))
        if form < 4:
            kind = self.pick(*NUMBERS, *OPAQUE)
            left = self.expression(kind, depth - 1)
            right = self.operand(kind, depth)
            return f"({left} {self.pick(*COMPARISONS)} {right})"
        left = self.expression("bool", depth - 1)
        if form == 4:
            return f"(not {left})"
        right = self.expression("bool", depth - 1)
        operator = self.pick("and", "or", "^", "&", "|", "==", "!=")
        return f"({left} {operator} {right})"

    def _binary(self, kind: str, depth: int) -> str:
        operators = [*SAFE_BINARY, *CHECKED_BINARY]
        if kind in UNSIGNED:
            operators += ["//", "%"]
        left = self.expression(kind, depth - 1)
        return f"({left} {self.pick(*operators)} {self.operand(kind, depth)})"

    def _method(self, kind: str, depth: int) -> str:
        methods = [*SAFE_METHODS]
        if kind in UNSIGNED:
            methods += UNSIGNED_METHODS
        if kind in MUL_HIGH:
            methods.append("mul_high")
        if kind in ("I32", "I64"):
            methods += ["truncating_div", "truncating_rem"]
        left = self.expression(kind, depth - 1)
        return f"{left}.{self.pick(*methods)}({self.operand(kind, depth)})"

    def _unary(self, kind: str, depth: int) -> str:
        inner = self.expression(kind, depth - 1)
        forms = [f"(~{inner})", f"{inner}.wrapping_neg()"]
        if kind in UNSIGNED:
            forms.append(f"{inner}.byte_swap()")
        return str(self.pick(*forms))

    def count(self, kind: str, depth: int) -> str:
        """A shift count, nearly always below the width."""
        form = self.draw(st.integers(0, 7))
        if form < 3:
            return str(self.draw(st.integers(0, bits(kind) - 1)))
        inner = self.expression("U32", depth - 1)
        return f"({inner} | 0)" if form == 7 else f"({inner} & {bits(kind) - 1})"

    def _shift(self, kind: str, depth: int) -> str:
        left, count = self.expression(kind, depth - 1), self.count(kind, depth)
        operators = ["<<", ">>"]
        if kind in UNSIGNED and self.draw(st.booleans()):
            return f"{left}.{self.pick('rotate_left', 'rotate_right')}({count})"
        return f"({left} {self.pick(*operators)} {count})"

    def _conversion(self, kind: str, depth: int) -> str:
        source = self.pick(*NUMBERS, *OPAQUE, "bool")
        inner = self.expression(source, depth - 1)
        if source == "bool" or self.draw(st.integers(0, 2)) == 0:
            return f"{kind}({inner})"
        return f"{kind}.truncate({inner})"

    def _special(self, kind: str, depth: int) -> str:
        """What only some types have."""
        if kind == "U32":
            wide = self.pick("U32", "U64", "U128", "U256", "U512", "I256", *OPAQUE)
            if wide in UNSIGNED and self.draw(st.booleans()):
                name = self.pick("bit_length", "trailing_zeros")
                return f"{self.expression(wide, depth - 1)}.{name}()"
            words = bits(wide) // 32
            at = str(self.draw(st.integers(0, words - 1)))
            if self.draw(st.booleans()):
                at = f"({self.expression('U32', depth - 2)} % {words})"
            return f"{self.expression(wide, depth - 1)}.word({at})"
        if kind in TWINS:
            return f"{self.expression(TWINS[kind], depth - 1)}.to_unsigned()"
        if kind in TO_SIGNED:
            return f"{self.expression(TO_SIGNED[kind], depth - 1)}.to_signed()"
        return self._conversion(kind, depth)

    def flagged(self, kind: str, depth: int) -> str:
        """An operation that gives a number and a flag."""
        left, right = self.expression(kind, depth), self.operand(kind, depth)
        if kind in UNSIGNED and self.draw(st.integers(0, 2)) == 0:
            name = self.pick("add_carry", "sub_borrow")
            return f"{left}.{name}({right}, {self.expression('bool', depth - 1)})"
        names = UNSIGNED_FLAGGED if kind in UNSIGNED else FLAGGED
        return f"{left}.{self.pick(*names)}({right})"

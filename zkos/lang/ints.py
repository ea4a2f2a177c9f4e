"""Fixed-width integers under CPython; `ints.pyi` is what mypy and readers see.

Plain arithmetic is checked: a result that does not fit is a `Trap`, in every
engine alike. Wrap-around is spelled. The compiler knows these types itself and
never reads this file.
"""

from typing import Any

from zkos.lang.trap import Trap


class Integer(int):
    """What all widths share; the class attributes are filled in below."""

    __slots__ = ()
    BITS = 0
    LOWEST = 0
    HIGHEST = 0
    SIGNED = False

    def __new__(cls, value: int) -> Any:
        if not cls.LOWEST <= value <= cls.HIGHEST:
            raise Trap(f"{cls.__name__}: value out of range")
        return int.__new__(cls, value)

    @classmethod
    def truncate(cls, value: int) -> Any:
        return _wrap(cls, int(value))

    def _same(self, other: int) -> None:
        if type(other) is not type(self) and type(other) is not int:
            raise TypeError(f"{type(self).__name__} with {type(other).__name__}")

    def __add__(self, other: int) -> Any:
        self._same(other)
        return type(self)(int.__add__(self, other))

    def __sub__(self, other: int) -> Any:
        self._same(other)
        return type(self)(int.__sub__(self, other))

    def __mul__(self, other: int) -> Any:
        self._same(other)
        return type(self)(int.__mul__(self, other))

    def __floordiv__(self, other: int) -> Any:
        self._same(other)
        if other == 0:
            raise Trap("division by zero")
        return int.__new__(type(self), int.__floordiv__(self, other))

    def __mod__(self, other: int) -> Any:
        self._same(other)
        if other == 0:
            raise Trap("division by zero")
        return int.__new__(type(self), int.__mod__(self, other))

    def __and__(self, other: int) -> Any:
        self._same(other)
        return int.__new__(type(self), int.__and__(self, other))

    def __or__(self, other: int) -> Any:
        self._same(other)
        return type(self)(int.__or__(self, other))

    def __xor__(self, other: int) -> Any:
        self._same(other)
        return type(self)(int.__xor__(self, other))

    def __invert__(self) -> Any:
        return _wrap(type(self), int.__invert__(self))

    def __lshift__(self, count: int) -> Any:
        return _wrap(type(self), int.__lshift__(self, self._shift(count)))

    def __rshift__(self, count: int) -> Any:
        return int.__new__(type(self), int.__rshift__(self, self._shift(count)))

    def __neg__(self) -> Any:
        raise TypeError("no negation of fixed-width integers: use wrapping_neg")

    def __bool__(self) -> bool:
        raise TypeError("an integer is no truth value: compare it")

    def __divmod__(self, other: int) -> Any:
        raise TypeError("no divmod: use // and %")

    __pow__ = __truediv__ = __pos__ = __neg__  # type: ignore[assignment]
    __radd__ = __rsub__ = __rmul__ = __rfloordiv__ = __rmod__ = None
    __rand__ = __ror__ = __rxor__ = __rlshift__ = __rrshift__ = None

    def _shift(self, count: int) -> int:
        if not 0 <= count < self.BITS:
            raise Trap("shift count out of range")
        return int(count)

    def wrapping_add(self, other: int) -> Any:
        return _wrap(type(self), int.__add__(self, other))

    def wrapping_sub(self, other: int) -> Any:
        return _wrap(type(self), int.__sub__(self, other))

    def wrapping_mul(self, other: int) -> Any:
        return _wrap(type(self), int.__mul__(self, other))

    def wrapping_neg(self) -> Any:
        return _wrap(type(self), int.__neg__(self))

    def overflowing_add(self, other: int) -> Any:
        return self._overflowing(int.__add__(self, other))

    def overflowing_sub(self, other: int) -> Any:
        return self._overflowing(int.__sub__(self, other))

    def overflowing_mul(self, other: int) -> Any:
        return self._overflowing(int.__mul__(self, other))

    def _overflowing(self, exact: int) -> Any:
        wrapped = _wrap(type(self), exact)
        return wrapped, not int.__eq__(wrapped, exact)

    def saturating_add(self, other: int) -> Any:
        return self._saturating(int.__add__(self, other))

    def saturating_sub(self, other: int) -> Any:
        return self._saturating(int.__sub__(self, other))

    def saturating_mul(self, other: int) -> Any:
        return self._saturating(int.__mul__(self, other))

    def _saturating(self, exact: int) -> Any:
        return int.__new__(type(self), min(max(exact, self.LOWEST), self.HIGHEST))

    def add_carry(self, other: int, carry: bool) -> Any:
        return self._overflowing(int(self) + int(other) + int(carry))

    def sub_borrow(self, other: int, borrow: bool) -> Any:
        return self._overflowing(int(self) - int(other) - int(borrow))

    def mul_high(self, other: int) -> Any:
        return int.__new__(type(self), int.__mul__(self, other) >> self.BITS)

    def bit_length(self) -> Any:
        return U32(int.bit_length(self))

    def trailing_zeros(self) -> Any:
        value = int(self)
        return U32((value & -value).bit_length() - 1 if value else self.BITS)

    def byte_swap(self) -> Any:
        data = int.to_bytes(self, self.BITS // 8, "little")
        return int.__new__(type(self), int.from_bytes(data, "big"))

    def rotate_left(self, count: int) -> Any:
        value, count = int(self), self._shift(count)
        return _wrap(type(self), value << count | value >> (self.BITS - count))

    def rotate_right(self, count: int) -> Any:
        value, count = int(self), self._shift(count)
        return _wrap(type(self), value >> count | value << (self.BITS - count))

    def word(self, index: int) -> Any:
        if not 0 <= index < self.BITS // 32:
            raise Trap("word index out of range")
        return U32.truncate(int(self) >> 32 * int(index))

    def to_signed(self) -> Any:
        return _wrap(_TWIN[type(self)], int(self))

    def to_unsigned(self) -> Any:
        return _wrap(_TWIN[type(self)], int(self))

    def truncating_div(self, other: int) -> Any:
        magnitude = abs(int(self)) // self._divisor(other)
        return type(self)(-magnitude if (self < 0) != (other < 0) else magnitude)

    def truncating_rem(self, other: int) -> Any:
        magnitude = abs(int(self)) % self._divisor(other)
        return type(self)(-magnitude if self < 0 else magnitude)

    def _divisor(self, other: int) -> int:
        if other == 0:
            raise Trap("division by zero")
        return abs(int(other))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self):#x})"


def _wrap(cls: Any, value: int) -> Any:
    value &= (1 << cls.BITS) - 1
    if cls.SIGNED and value > cls.HIGHEST:
        value -= 1 << cls.BITS
    return int.__new__(cls, value)


def _integer(name: str, bits: int, signed: bool) -> Any:
    low = -(1 << bits - 1) if signed else 0
    high = (1 << bits - signed) - 1
    body = {"BITS": bits, "LOWEST": low, "HIGHEST": high, "SIGNED": signed}
    return type(name, (Integer,), {"__slots__": (), "__module__": __name__, **body})


U8 = _integer("U8", 8, False)
U16 = _integer("U16", 16, False)
U32 = _integer("U32", 32, False)
U64 = _integer("U64", 64, False)
U128 = _integer("U128", 128, False)
U256 = _integer("U256", 256, False)
U512 = _integer("U512", 512, False)
I32 = _integer("I32", 32, True)
I64 = _integer("I64", 64, True)
I256 = _integer("I256", 256, True)
Address = _integer("Address", 160, False)
Bytes32 = _integer("Bytes32", 256, False)
_TWIN = {U32: I32, I32: U32, U64: I64, I64: U64, U256: I256, I256: U256}
for _opaque in (Address, Bytes32):
    for _name in (  # noqa: SIM905 - a list of thirty quoted names reads worse
        "__add__ __sub__ __mul__ __floordiv__ __mod__ __and__ __or__ __xor__ "
        "__invert__ __lshift__ __rshift__ wrapping_add wrapping_sub wrapping_mul "
        "wrapping_neg overflowing_add overflowing_sub overflowing_mul saturating_add "
        "saturating_sub saturating_mul add_carry sub_borrow mul_high bit_length "
        "trailing_zeros byte_swap rotate_left rotate_right"
    ).split():
        setattr(_opaque, _name, None)

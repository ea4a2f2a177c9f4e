"""Signatures of the primitive operations: methods of integers, views and arrays."""

from dataclasses import dataclass
from typing import Final

from zkos.compiler.types import (
    BOOL,
    INTS,
    NONE,
    U8,
    U16,
    U32,
    U64,
    U128,
    U256,
    VIEW,
    ArrayOf,
    Int,
    TupleOf,
    Type,
)


@dataclass(frozen=True)
class Signature:
    """Argument types and result type of an operation."""

    arguments: tuple[Type, ...]
    result: Type


_TWINS: Final = {"U32": "I32", "U64": "I64", "U256": "I256"} | {
    "I32": "U32",
    "I64": "U64",
    "I256": "U256",
}
_SAME: Final = {"wrapping_add", "wrapping_sub", "wrapping_mul"}
_SATURATING: Final = {"saturating_add", "saturating_sub", "saturating_mul"}
_VIEW_TYPES: Final = {
    "u16": U16,
    "u32": U32,
    "u64": U64,
    "u128": U128,
    "u256": U256,
}


def integer_method(kind: Int, name: str) -> Signature | None:
    """Signature of `x.name(...)` for an integer `x`, or None."""
    if name == "word" and kind.bits >= 32:
        return Signature((U32,), U32)
    if kind.opaque:
        return None
    if name in _SAME:
        return Signature((kind,), kind)
    if name == "wrapping_neg":
        return Signature((), kind)
    if name in ("overflowing_add", "overflowing_sub"):
        return Signature((kind,), TupleOf((kind, BOOL)))
    if kind.signed:
        return _signed_method(kind, name)
    if name == "overflowing_mul":
        return Signature((kind,), TupleOf((kind, BOOL)))
    if name in _SATURATING:
        return Signature((kind,), kind)
    if name in ("add_carry", "sub_borrow"):
        return Signature((kind, BOOL), TupleOf((kind, BOOL)))
    if name in ("bit_length", "trailing_zeros"):
        return Signature((), U32)
    if name == "byte_swap":
        return Signature((), kind)
    if name in ("rotate_left", "rotate_right"):
        return Signature((U32,), kind)
    if name == "mul_high" and kind.bits in (32, 64, 256):
        return Signature((kind,), kind)
    if name == "to_signed" and kind.name in _TWINS:
        return Signature((), INTS[_TWINS[kind.name]])
    return None


def _signed_method(kind: Int, name: str) -> Signature | None:
    if name == "to_unsigned":
        return Signature((), INTS[_TWINS[kind.name]])
    if name in ("truncating_div", "truncating_rem") and kind.bits <= 64:
        return Signature((kind,), kind)
    return None


def view_method(name: str) -> Signature | None:
    """Signature of a method of `ByteView`, or None."""
    match name:
        case "length":
            return Signature((), U32)
        case "window":
            return Signature((U32, U32), VIEW)
        case "copy_from":
            return Signature((VIEW,), NONE)
        case "fill":
            return Signature((U8,), NONE)
        case "equals":
            return Signature((VIEW,), BOOL)
    action, _, rest = name.partition("_")
    number = _VIEW_TYPES.get(rest.removesuffix("_be"))
    if number is None or rest == "u128":
        return None
    if action == "load":
        return Signature((U32,), number)
    if action == "store":
        return Signature((U32, number), NONE)
    return None


def array_method(name: str) -> Signature | None:
    """Signature of a method of `Array`, or None."""
    return Signature((), U32) if name == "length" else None


INTRINSICS: Final = {
    "oracle_read": Signature((), U32),
    "oracle_write": Signature((U32,), NONE),
    "option_word": Signature((U32,), U32),
    "address_of": Signature((VIEW,), U32),
    "finish": Signature((INTS["Bytes32"],), NONE),
    "mark": Signature((U32,), NONE),
    "note": Signature((U32, U64), NONE),
    "noted": Signature((U32,), U64),
    "blake2s_round": Signature((ArrayOf(U32), ArrayOf(U32), U32, U32), NONE),
    "blake2s_block_round": Signature((ArrayOf(U32), VIEW, U32, U32), NONE),
    "keccak_two_steps": Signature((U32, VIEW), U32),
    "keccak_step": Signature((U32, VIEW), U32),
    "allocate_bytes": Signature((U32,), VIEW),
}
"""Functions of `zkos.lang` that the back end emits itself."""

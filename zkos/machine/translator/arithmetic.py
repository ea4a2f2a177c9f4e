"""LLVM text of the instructions that only compute: operands in, a value out."""

from collections.abc import Callable
from typing import Final

from zkos.machine import decode

Let = Callable[[str], str]
"""Adds an instruction with a result; its name."""

_MOST_NEGATIVE: Final = -(1 << 31)


def _plain(name: str) -> Callable[[Let, str, str], str]:
    return lambda let, x, y: let(f"{name} i32 {x}, {y}")


def _shift(name: str) -> Callable[[Let, str, str], str]:
    return lambda let, x, y: let(f"{name} i32 {x}, {let(f'and i32 {y}, 31')}")


def _compare(condition: str) -> Callable[[Let, str, str], str]:
    def lower(let: Let, x: str, y: str) -> str:
        bit = let(f"icmp {condition} i32 {x}, {y}")
        return let(f"zext i1 {bit} to i32")

    return lower


def _high(extend_x: str, extend_y: str) -> Callable[[Let, str, str], str]:
    def lower(let: Let, x: str, y: str) -> str:
        wide = (let(f"{extend_x} i32 {x} to i64"), let(f"{extend_y} i32 {y} to i64"))
        product = let(f"mul i64 {wide[0]}, {wide[1]}")
        return let(f"trunc i64 {let(f'lshr i64 {product}, 32')} to i32")

    return lower


def _divide(name: str, *, rest: bool, signed: bool) -> Callable[[Let, str, str], str]:
    """By zero: all ones, or x as the rest; the overflow is a division by one."""

    def lower(let: Let, x: str, y: str) -> str:
        zero = let(f"icmp eq i32 {y}, 0")
        avoid = zero
        if signed:
            least = let(f"icmp eq i32 {x}, {_MOST_NEGATIVE}")
            one = let(f"icmp eq i32 {y}, -1")
            avoid = let(f"or i1 {zero}, {let(f'and i1 {least}, {one}')}")
        divisor = let(f"select i1 {avoid}, i32 1, i32 {y}")
        result = let(f"{name} i32 {x}, {divisor}")
        return let(f"select i1 {zero}, i32 {x if rest else -1}, i32 {result}")

    return lower


BINARY: Final[dict[int, Callable[[Let, str, str], str]]] = {
    int(operation): lower
    for operation, lower in (
        (decode.ADD, _plain("add")),
        (decode.SUB, _plain("sub")),
        (decode.XOR, _plain("xor")),
        (decode.OR, _plain("or")),
        (decode.AND, _plain("and")),
        (decode.SLL, _shift("shl")),
        (decode.SRL, _shift("lshr")),
        (decode.SRA, _shift("ashr")),
        (decode.SLT, _compare("slt")),
        (decode.SLTU, _compare("ult")),
        (decode.MUL, _plain("mul")),
        (decode.MULH, _high("sext", "sext")),
        (decode.MULHSU, _high("sext", "zext")),
        (decode.MULHU, _high("zext", "zext")),
        (decode.DIV, _divide("sdiv", rest=False, signed=True)),
        (decode.DIVU, _divide("udiv", rest=False, signed=False)),
        (decode.REM, _divide("srem", rest=True, signed=True)),
        (decode.REMU, _divide("urem", rest=True, signed=False)),
    )
}
"""By operation number: rd := f(rs1, rs2)."""

IMMEDIATE: Final[dict[int, Callable[[Let, str, str], str]]] = {
    int(operation): BINARY[int(twin)]
    for operation, twin in (
        (decode.ADDI, decode.ADD),
        (decode.SLTI, decode.SLT),
        (decode.SLTIU, decode.SLTU),
        (decode.XORI, decode.XOR),
        (decode.ORI, decode.OR),
        (decode.ANDI, decode.AND),
        (decode.SLLI, decode.SLL),
        (decode.SRLI, decode.SRL),
        (decode.SRAI, decode.SRA),
    )
}
"""By operation number: rd := f(rs1, immediate)."""

CONDITIONS: Final = {
    int(operation): condition
    for operation, condition in (
        (decode.BEQ, "eq"),
        (decode.BNE, "ne"),
        (decode.BLT, "slt"),
        (decode.BGE, "sge"),
        (decode.BLTU, "ult"),
        (decode.BGEU, "uge"),
    )
}
"""Branches and when they are taken."""

"""LLVM text of the instructions that only compute: operands in, a value out."""

from collections.abc import Callable
from typing import Final

from zkos.machine import operations

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
        (operations.ADD, _plain("add")),
        (operations.SUB, _plain("sub")),
        (operations.XOR, _plain("xor")),
        (operations.OR, _plain("or")),
        (operations.AND, _plain("and")),
        (operations.SLL, _shift("shl")),
        (operations.SRL, _shift("lshr")),
        (operations.SRA, _shift("ashr")),
        (operations.SLT, _compare("slt")),
        (operations.SLTU, _compare("ult")),
        (operations.MUL, _plain("mul")),
        (operations.MULH, _high("sext", "sext")),
        (operations.MULHSU, _high("sext", "zext")),
        (operations.MULHU, _high("zext", "zext")),
        (operations.DIV, _divide("sdiv", rest=False, signed=True)),
        (operations.DIVU, _divide("udiv", rest=False, signed=False)),
        (operations.REM, _divide("srem", rest=True, signed=True)),
        (operations.REMU, _divide("urem", rest=True, signed=False)),
    )
}
"""By operation number: rd := f(rs1, rs2)."""

IMMEDIATE: Final[dict[int, Callable[[Let, str, str], str]]] = {
    int(operation): BINARY[int(twin)]
    for operation, twin in (
        (operations.ADDI, operations.ADD),
        (operations.SLTI, operations.SLT),
        (operations.SLTIU, operations.SLTU),
        (operations.XORI, operations.XOR),
        (operations.ORI, operations.OR),
        (operations.ANDI, operations.AND),
        (operations.SLLI, operations.SLL),
        (operations.SRLI, operations.SRL),
        (operations.SRAI, operations.SRA),
    )
}
"""By operation number: rd := f(rs1, immediate)."""

CONDITIONS: Final = {
    int(operation): condition
    for operation, condition in (
        (operations.BEQ, "eq"),
        (operations.BNE, "ne"),
        (operations.BLT, "slt"),
        (operations.BGE, "sge"),
        (operations.BLTU, "ult"),
        (operations.BGEU, "uge"),
    )
}
"""Branches and when they are taken."""

"""Writes the guest program that serves calls on the RV32IM machine.

The program reads the number of a function and its arguments from the oracle, calls
it, and writes a mark, the results and the content of all byte views. Numbers travel
in 32-bit words, least significant first; views as their length and whole words.
"""

import hashlib
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import NoneType
from typing import Any, Final

from zkos.lang import ints
from zkos.lang.memory import ByteView

DONE: Final = 0x600D600D
"""Written before the results of a call."""
NAMES: Final = (
    "U8 U16 U32 U64 U128 U256 U512 I32 I64 I256 Address Bytes32".split()  # noqa: SIM905
)
INTEGERS: Final = {getattr(ints, name): name for name in NAMES}

_HEAD: Final = '''"""Serves calls from the oracle."""

from zkos.lang.control import noinline, srange, urange
from zkos.lang.intrinsics import oracle_read, oracle_write
from zkos.lang.ints import {integers}
from zkos.lang.memory import ByteView, allocate_bytes
{imports}

def read_view() -> ByteView:
    length = oracle_read()
    words = (length + 3) >> 2
    view = allocate_bytes(words << 2)
    for i in urange(words):
        view.store_u32(i << 2, oracle_read())
    return view.window(0, length)


def write_view(view: ByteView) -> None:
    whole = allocate_bytes((view.length() + 3) & 0xFFFFFFFC)
    whole.window(0, view.length()).copy_from(view)
    for i in urange(whole.length() >> 2):
        oracle_write(whole.load_u32(i << 2))
'''


@dataclass(frozen=True)
class Signature:
    """Parameter and result types of a guest function, as Python classes."""

    function: str
    parameters: tuple[Any, ...]
    results: tuple[Any, ...]


def signature(function: str) -> Signature:
    """Of `module:name`."""
    module, _, name = function.partition(":")
    hints = typing.get_type_hints(getattr(import_module(module), name))
    result = hints.pop("return")
    results = typing.get_args(result) or (() if result is NoneType else (result,))
    return Signature(function, tuple(hints.values()), results)


def word_count(kind: Any) -> int:
    """Words a number of this type travels in."""
    return 1 if kind is bool else max(int(kind.BITS) // 32, 1)


def driver_source(functions: Sequence[Signature]) -> tuple[str, str]:
    """Name and text of a guest module whose `main` serves these functions."""
    imports, bodies, cases = [], [], []
    for number, known in enumerate(functions):
        module, _, name = known.function.partition(":")
        imports.append(f"from {module} import {name}")
        bodies.append(_call(number, name, known))
        cases.append(f"        case {number}:\n            call_{number}()\n")
    head = _HEAD.format(
        integers=", ".join(sorted({*NAMES, "I32"})), imports="\n".join(imports)
    )
    text = "\n\n".join(
        [
            head,
            *_number_routines(),
            *bodies,
            "def serve(number: U32) -> None:\n    match number:\n" + "".join(cases),
            "def main() -> None:\n    while True:\n        serve(oracle_read())\n",
        ]
    )
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"guest_driver_{digest}", text


def _number_routines() -> list[str]:
    """`read_x` and `write_x` for every integer type."""
    texts = []
    for kind, name in INTEGERS.items():
        wide = "U256" if name == "Address" else name
        wide = "U" + wide[1:] if kind.SIGNED else wide.replace("Bytes32", "U256")
        back = ".to_signed()" if kind.SIGNED else ""
        made = f"value{back}" if back or wide == name else f"{name}(value)"
        body = [f"    value = {wide}.truncate(oracle_read())"]
        body += [
            f"    value = value | ({wide}(oracle_read()) << {32 * i})"
            for i in range(1, word_count(kind))
        ]
        texts.append(
            f"@noinline\ndef read_{name.lower()}() -> {name}:\n"
            + "\n".join([*body, f"    return {made}\n"])
        )
        if kind.BITS < 32:
            sent = "    oracle_write(U32(value))\n"
        else:
            sent = (
                f"    for i in srange({word_count(kind)}):\n"
                "        oracle_write(value.word(i))\n"
            )
        texts.append(
            f"@noinline\ndef write_{name.lower()}(value: {name}) -> None:\n{sent}"
        )
    texts.append("def read_bool() -> bool:\n    return oracle_read() != 0\n")
    texts.append("def write_bool(value: bool) -> None:\n    oracle_write(U32(value))\n")
    return texts


def _routine(kind: Any) -> str:
    return "bool" if kind is bool else INTEGERS[kind].lower()


def _call(number: int, name: str, known: Signature) -> str:
    lines = []
    for index, kind in enumerate(known.parameters):
        source = "view" if kind is ByteView else _routine(kind)
        lines.append(f"    a{index} = read_{source}()")
    given = ", ".join(f"a{index}" for index in range(len(known.parameters)))
    names = ", ".join(f"r{index}" for index in range(len(known.results)))
    lines.append(f"    {names} = {name}({given})" if names else f"    {name}({given})")
    lines.append(f"    oracle_write(U32({DONE}))")
    lines += [
        f"    write_{_routine(kind)}(r{index})"
        for index, kind in enumerate(known.results)
    ]
    lines += [
        f"    write_view(a{index})"
        for index, kind in enumerate(known.parameters)
        if kind is ByteView
    ]
    body = "\n".join(lines)
    return f"@noinline\ndef call_{number}() -> None:\n{body}\n"

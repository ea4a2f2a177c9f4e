"""Writes the guest program that serves calls on the RV32IM machine.

The program reads the number of a function and its arguments from the oracle, calls
it, and writes a mark, the results and the content of all byte views. Numbers travel
in 32-bit words, least significant first; views as their length and whole words.
"""

import hashlib
import sys
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import NoneType
from typing import Any, Final

from zkos.compiler.cache_folder import folder
from zkos.lang import ints
from zkos.lang.memory import ByteView
from zkos.terminal.files import write_file

DONE: Final = 0x600D600D
"""Written before the results of a call."""
NAMES: Final = (
    "U8 U16 U32 U64 U128 U256 U512 I32 I64 I256 Address Bytes32".split()  # noqa: SIM905
)
INTEGERS: Final = {getattr(ints, name): name for name in NAMES}
_INTEGERS: Final = ", ".join(NAMES)
ROUTINES: Final = ", ".join(
    f"{action}_{name.lower()}"
    for action in ("read", "write")
    for name in (*NAMES, "bool", "view")
)

_HEAD: Final = '''"""Numbers and bytes as words of the oracle."""

from zkos.lang.control import noinline, srange, urange
from zkos.lang.intrinsics import oracle_read, oracle_write
from zkos.lang.ints import {integers}
from zkos.lang.memory import ByteView, allocate_bytes


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

_CALLS: Final = '''"""Calls the functions of one module."""

from {words} import {names}
from zkos.lang.control import noinline
from zkos.lang.intrinsics import oracle_write
from zkos.lang.ints import U32
'''
_MAIN: Final = '''"""Serves calls from the oracle."""

from zkos.lang.intrinsics import oracle_read
from zkos.lang.ints import U32
{imports}

def serve(number: U32) -> None:
    match number:
{cases}

def main() -> None:
    while True:
        serve(oracle_read())
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


def driver_sources(functions: Sequence[Signature]) -> dict[str, str]:
    """Guest modules by name; `main` of the first serves these functions.

    Functions of one name may come from several modules, and imports do not rename:
    so each of these has a module of its own that calls its functions.
    """
    digest = hashlib.sha256(repr(functions).encode()).hexdigest()[:16]
    words = f"guest_words_{digest}"
    imports, cases = [], []
    sources = {f"guest_driver_{digest}": "", words: words_module()}
    for number, known in enumerate(functions):
        module, _, name = known.function.partition(":")
        caller = f"guest_calls_{digest}_{module.replace('.', '_')}"
        if caller not in sources:
            sources[caller] = _CALLS.format(words=words, names=ROUTINES)
        sources[caller] += _call(number, module, name, known)
        imports.append(f"from {caller} import call_{number}\n")
        cases.append(f"        case {number}:\n            call_{number}()\n")
    sources[f"guest_driver_{digest}"] = _MAIN.format(
        imports="".join(imports), cases="".join(cases)
    )
    return sources


def write_modules(sources: Mapping[str, str]) -> None:
    """Have guest modules found; artefacts of them are found again by later runs."""
    for name, text in sources.items():
        write_file(_programs() / f"{name}.py", text.encode())


@cache
def _programs() -> Path:
    """A folder that stays where it is: its path is a part of each artefact's name."""
    place = folder() / "programs"
    place.mkdir(exist_ok=True)
    sys.path.append(str(place))
    return place


def words_module() -> str:
    """The guest module that moves numbers and views."""
    return "\n\n".join([_HEAD.format(integers=_INTEGERS), *_number_routines()])


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


def routine(kind: Any) -> str:
    """What reads and writes a number is called by this."""
    return "bool" if kind is bool else INTEGERS[kind].lower()


def _call(number: int, module: str, name: str, known: Signature) -> str:
    lines = []
    for index, kind in enumerate(known.parameters):
        source = "view" if kind is ByteView else routine(kind)
        lines.append(f"    a{index} = read_{source}()")
    given = ", ".join(f"a{index}" for index in range(len(known.parameters)))
    names = ", ".join(f"r{index}" for index in range(len(known.results)))
    lines.append(f"    {names} = {name}({given})" if names else f"    {name}({given})")
    lines.append(f"    oracle_write(U32({DONE}))")
    lines += [
        f"    write_{routine(kind)}(r{index})"
        for index, kind in enumerate(known.results)
    ]
    lines += [
        f"    write_view(a{index})"
        for index, kind in enumerate(known.parameters)
        if kind is ByteView
    ]
    body = "\n".join(lines)
    head = f"from {module} import {name}\n\n\n@noinline\n"
    return f"{head}def call_{number}() -> None:\n{body}\n\n"

"""From guest modules to one LLVM module."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zkos.compiler.debug import DebugText
from zkos.compiler.emit import (
    ModuleText,
    Target,
    out_pointer,
    return_type,
    scalar,
)
from zkos.compiler.errors import Location
from zkos.compiler.frontend import CheckedProgram, check_program
from zkos.compiler.lower import FunctionLowering
from zkos.compiler.prelude import coverage, prelude
from zkos.compiler.program import Error
from zkos.compiler.tree import Instance
from zkos.compiler.types import NEVER, NONE, TupleOf, Type, in_memory
from zkos.compiler.variant import PLAIN, Variant

ROOT = Path(__file__).resolve().parents[2]
SLOT_BYTES = 64
FIXED_SITES = (("arena", "out of memory"), ("oracle", "the host gave no word"))
"""Trap sites that the prelude names by number."""


@dataclass
class Export:
    """How the host calls a function: `symbol(arguments, results) -> status`."""

    symbol: str
    parameters: list[str]
    results: list[tuple[str, int]]


@dataclass
class LlvmModule:
    """LLVM text with what is needed to call and explain it."""

    text: str
    exports: dict[str, Export] = field(default_factory=dict)
    sites: list[tuple[str, int, int, str]] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)
    counters: int = 0
    """Number of coverage counters."""
    places: list[tuple[str, int]] = field(default_factory=list)
    """Files and lines that counters stand for, where a coverage build keeps them."""
    reached: list[list[int]] = field(default_factory=list)
    """Of each counter: numbers of its places."""


def translate(
    roots: Sequence[str],
    exports: Sequence[str],
    target: Target,
    main: str = "",
    variant: Variant = PLAIN,
) -> LlvmModule:
    """Check and lower everything `exports` (and `main`) reach.

    Functions are named `module:function`. Raises CompileError.
    """
    return lower(check_program(roots, exports, target, main, variant), target, variant)


def lower(
    program: CheckedProgram,
    target: Target,
    variant: Variant,
    text: ModuleText | None = None,
) -> LlvmModule:
    """The LLVM text of a checked program; `text`, if given, keeps its tables."""
    text = text or ModuleText(target)
    text.coverage = variant.coverage
    if variant.lines and variant.coverage:
        text.reached = []
    elif variant.lines:
        text.debug = DebugText(short_path)
    for number, (where, reason) in enumerate(FIXED_SITES):
        assert text.site(Location(where, 0, 0), reason) == number
    bodies = [FunctionLowering(text, made).run() for made in program.instances]
    wrappers = [
        _wrapper(text, made, f"export{number}")
        for number, made in enumerate(program.exports.values())
    ]
    if program.entry is not None:
        wrappers.append(_main(text, program.entry, program.errors))
    parts = [
        prelude(target),
        coverage(text),
        *text.declarations.values(),
        *text.constants.values(),
        *bodies,
        *wrappers,
        *([text.debug.text()] if text.debug else []),
    ]
    places, reached = _reached(text)
    return LlvmModule(
        "\n".join(parts),
        {
            name: _export(text, made, f"export{number}")
            for number, (name, made) in enumerate(program.exports.items())
        },
        site_table(text),
        {error.first: error.name for error in program.errors},
        text.counters + text.marks,
        places,
        reached,
    )


def _reached(text: ModuleText) -> tuple[list[tuple[str, int]], list[list[int]]]:
    """All places that counters stand for, and the numbers of each counter's."""
    places: dict[tuple[str, int], int] = {}
    reached = [
        [places.setdefault(place, len(places)) for place in counter]
        for counter in text.reached or ()
    ]
    return [(short_path(path), line) for path, line in places], reached


def short_path(path: str) -> str:
    """The path as the repository has it, where the file belongs to it."""
    file = Path(path)
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else path


def site_table(text: ModuleText) -> list[tuple[str, int, int, str]]:
    """Where the traps of a text are, and why, by number."""
    return [(short_path(w.path), w.line, w.column, why) for w, why in text.sites]


def _results(made: Instance) -> list[Type]:
    if made.result in (NONE, NEVER):
        return []
    if isinstance(made.result, TupleOf):
        return list(made.result.items)
    return [made.result]


def _export(text: ModuleText, made: Instance, symbol: str) -> Export:
    kinds = _results(made)
    offsets = text.target.layout.offsets(tuple(kinds))[0]
    results = [(str(k), offset) for k, offset in zip(kinds, offsets, strict=True)]
    return Export(symbol, [str(kind) for _, kind in made.parameters], results)


def _wrapper(text: ModuleText, made: Instance, symbol: str) -> str:
    """A C function that unpacks 64-byte argument slots and catches traps."""
    layout = text.target.layout
    lines = [
        f"define i32 @{symbol}(ptr %arguments, ptr %results) #0 {{",
        "  %jumped = call i32 @_setjmp(ptr @__jump) #5",
        "  %fell = icmp ne i32 %jumped, 0",
        "  br i1 %fell, label %out, label %go",
        "out:",
        "  ret i32 %jumped",
        "go:",
    ]
    parts = []
    if out_pointer(made):
        parts.append("ptr %results")
    for number, (_, kind) in enumerate(made.parameters):
        address = f"%a{number}"
        lines.append(
            f"  {address} = getelementptr i8, ptr %arguments, i64 {SLOT_BYTES * number}"
        )
        if in_memory(kind):
            parts.append(f"ptr {address}")
            continue
        shape = scalar(kind)
        value = f"%v{number}"
        align = layout.align(kind)
        if shape == "i1":
            lines.append(f"  %b{number} = load i8, ptr {address}")
            lines.append(f"  {value} = icmp ne i8 %b{number}, 0")
        else:
            lines.append(f"  {value} = load {shape}, ptr {address}, align {align}")
        parts.append(f"{shape} {value}")
    call = f'call fastcc {return_type(made)} @"{made.name}"({", ".join(parts)})'
    if made.raises:
        lines += [
            f"  %status = {call}",
            "  %bad = icmp ne i32 %status, 0",
            "  %code = add i32 %status, 15",
            "  %answer = select i1 %bad, i32 %code, i32 0",
            "  ret i32 %answer",
        ]
    elif return_type(made) == "void":
        lines += [f"  {call}", "  ret i32 0"]
    else:
        shape = scalar(made.result)
        lines.append(f"  %result = {call}")
        if shape == "i1":
            lines.append("  %wide = zext i1 %result to i8")
            lines.append("  store i8 %wide, ptr %results")
        else:
            lines.append(f"  store {shape} %result, ptr %results")
        lines.append("  ret i32 0")
    return "\n".join([*lines, "}"])


def _main(text: ModuleText, made: Instance, errors: Sequence[Error]) -> str:
    """The entry of an image; it may not return. An uncaught error traps."""
    where = Location(made.function.module.path, 1, 1)
    call = f'call fastcc {return_type(made)} @"{made.name}"()'
    lines = [f"  {call}", "  br label %returned"]
    stops = [("returned", text.site(where, "main returned"))]
    if made.raises:
        numbered = [(f"error{e.first}", e.first, e.name) for e in errors]
        cases = " ".join(f"i32 {code}, label %{label}" for label, code, _ in numbered)
        lines = [
            f"  %status = {call}",
            f"  switch i32 %status, label %returned [{cases}]",
        ]
        stops += [
            (label, text.site(where, f"uncaught {name}")) for label, _, name in numbered
        ]
    for label, site in stops:
        lines += [f"{label}:", f"  call void @__trap(i32 {site})", "  unreachable"]
    return "\n".join(["define void @main() #0 {", *lines, "}"])

"""The compiler: programs under CPython, compiled to x86-64 and to RV32IM."""

import hashlib
import importlib
import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fuzz.coverage.counters import Counters, semantic
from fuzz.coverage.target import Observation, Problem
from fuzz.coverage.text import read_json
from fuzz.strategies.guest_programs import (
    is_statement,
    program,
    program_text,
    statement,
)
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from zkos.compiler.build import BuildError
from zkos.compiler.errors import CompileError
from zkos.compiler.image import build_program
from zkos.compiler.native import GuestFinished, GuestTrap, build_native
from zkos.lang.intrinsics import Finished, attach
from zkos.lang.trap import Trap
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine

Statements = tuple[str, ...]
_CYCLES: Final = 1 << 28
_ENGINES: Final = ("cpython", "native", "riscv")
_TRAPPED: Final = "trap"


class CompilerTarget:
    """A program ends alike on all engines: with a public input or a trap."""

    name: Final = "compiler"
    suffix: Final = ".program"
    counters: Final[Counters | None] = None

    def __init__(self) -> None:
        self._machine: Final = Machine("native")

    def generate(self, source: Source) -> Statements:
        """Any program."""
        return program(source)

    def mutate(
        self, source: Source, parent: Statements, donor: Statements
    ) -> Statements:
        """Statements dropped, added, moved, or taken from another program."""
        lines = list(parent)
        at = source.below(len(lines) + 1)
        match source.below(4):
            case 0 if at < len(lines) and len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(at, statement(source))
            case 2:
                lines.insert(at, source.choose(donor))
            case _:
                lines[at:] = donor[source.below(len(donor)) :] or lines[at:]
        return tuple(lines) or donor

    def run(self, value: Statements) -> Observation:
        """Run it everywhere."""
        with _module(program_text(value)) as name:
            try:
                ends = (
                    _run_cpython(name),
                    _run_native(name),
                    self._run_riscv(name),
                )
            except (CompileError, BuildError) as error:
                kind = type(error).__name__
                site = str(error).split(": ", 1)[-1]
                return Observation(
                    problem=Problem(
                        "crash", ("compiler",), kind, "", site, (str(error),)
                    )
                )
        trapped = ends[0] == _TRAPPED
        seen = Observation(_features(value), included=not trapped, reverted=trapped)
        if len(set(ends)) > 1:
            agreeing = "native" if ends[0] == ends[1] else "riscv"
            site = f"cpython agrees with {agreeing}" if ends[0] in ends[1:] else ""
            seen.problem = Problem("diverge", _ENGINES, "public_input", "", site, ends)
        return seen

    def _run_riscv(self, name: str) -> str:
        image = build_program([name], f"{name}:main").image()
        done = self._machine.run(image, None, _CYCLES)
        if done.reason is Stop.FINISHED:
            return done.public_input.hex()
        return _TRAPPED if done.reason is Stop.ABORTED else done.describe()

    def weight(self, value: Statements) -> int:
        """Characters."""
        return sum(len(line) for line in value)

    def encode(self, value: Statements) -> bytes:
        """The statements as a JSON list."""
        return (json.dumps(list(value), indent=1) + "\n").encode()

    def decode(self, content: bytes) -> Statements:
        """The inverse; ValueError for anything else."""
        rows = read_json(content)
        if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
            raise ValueError("no list of statements")
        if not rows:
            raise ValueError("no statement")
        if not all(map(is_statement, rows)):
            raise ValueError("a statement of no program of this target")
        return tuple(rows)

    def shrink(self, value: Statements) -> Iterator[Statements]:
        """Without some statements."""
        size = len(value)
        while size:
            for start in range(0, len(value), size):
                rest = value[:start] + value[start + size :]
                if rest:
                    yield rest
            size //= 2


def compiler() -> CompilerTarget:
    """Random programs under CPython, on x86-64 and on RISC-V."""
    return CompilerTarget()


def _features(value: Statements) -> int:
    """Which operations stand next to each other."""
    features = 0
    words = [item for line in value for item in line.replace("(", " ").split()]
    kept = [item for item in words if not item[0].isdigit()]
    for one, two in itertools.pairwise(kept):
        features |= semantic(one, two)
    return features


def _run_cpython(name: str) -> str:
    attach(None)
    try:
        importlib.import_module(name).main()
    except Finished as end:
        return int(end.public_input).to_bytes(32, "big").hex()
    except (Trap, AssertionError):
        return _TRAPPED
    return "no end"


def _run_native(name: str) -> str:
    library = build_native([name], [f"{name}:main"])
    try:
        library.call(f"{name}:main")
    except GuestFinished as end:
        return end.public_input.hex()
    except GuestTrap:
        return _TRAPPED
    return "no end"


@contextmanager
def _module(text: str) -> Iterator[str]:
    """The text as a module that can be imported, with a cache of its own."""
    name = f"program_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    before = os.environ.get("ZKOS_CACHE")
    with tempfile.TemporaryDirectory(prefix="zkos-fuzz-") as folder:
        (Path(folder) / f"{name}.py").write_text(text)
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        os.environ["ZKOS_CACHE"] = folder
        try:
            yield name
        finally:
            sys.path.remove(folder)
            sys.modules.pop(name, None)
            if before is None:
                del os.environ["ZKOS_CACHE"]
            else:
                os.environ["ZKOS_CACHE"] = before


if __name__ == "__main__":
    main("compiler")

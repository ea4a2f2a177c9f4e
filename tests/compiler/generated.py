"""Generated guest modules: many small functions, compiled at once, run everywhere."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.target import make_target

HEAD: Final = '''"""Generated."""

from zkos.lang.control import inline, noinline, record, srange, urange
from zkos.lang.ints import {integers}
from zkos.lang.memory import NOT_FOUND, Array, List, Map, scratch


class Odd(Exception):
    """Raised."""


class Even(Odd):
    """Below it."""


class Other(Exception):
    """Beside it."""
'''
INTEGERS: Final = "U8 U16 U32 U64 U128 U256 U512 I32 I64 I256 Address Bytes32".split()  # noqa: SIM905


@dataclass(frozen=True)
class Sample:
    """Guest text with a function `f_N_`, `_N_` being its number, and arguments."""

    text: str
    arguments: tuple[tuple[Any, ...], ...]


def collect(samples: st.SearchStrategy[Sample], count: int) -> list[Sample]:
    """As many examples of a strategy."""
    found: list[Sample] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(samples)
    def gather(sample: Sample) -> None:
        found.append(sample)

    gather()
    return found


def module_of(samples: list[Sample], folder: Path) -> str:
    """Write a module with a function `f<number>` for each sample; its name."""
    parts = [
        sample.text.replace("_N_", str(number)) for number, sample in enumerate(samples)
    ]
    text = "\n\n".join([HEAD.format(integers=", ".join(INTEGERS)), *parts])
    name = f"generated_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    (folder / f"{name}.py").write_text(text)
    sys.path.append(str(folder))
    return name


def differences(samples: list[Sample], folder: Path) -> tuple[list[str], int]:
    """Shortest first, how engines differ; and how many calls ended normally."""
    module = module_of(samples, folder)
    functions = tuple(f"{module}:f{number}" for number in range(len(samples)))
    calls = [
        (function, arguments)
        for function, sample in zip(functions, samples, strict=True)
        for arguments in sample.arguments
    ]
    texts = [sample.text for sample in samples for _ in sample.arguments]
    results = {
        name: make_target(name, functions).call_all(calls)
        for name in ("cpython", "native", "riscv")
    }
    found = []
    for number, (_, arguments) in enumerate(calls):
        ends = {name: shown(got[number]) for name, got in results.items()}
        if len(set(ends.values())) > 1:
            found.append(f"{arguments} {ends}\n{texts[number]}")
    normal = sum(not isinstance(got, Exception) for got in results["cpython"])
    return sorted(found, key=len), normal


def shown(result: Any) -> str:
    """A result as text; traps are alike wherever they are."""
    if isinstance(result, Exception):
        kind = type(result).__name__
        return f"{kind} {result}" if kind == "Raised" else kind
    return hex(result)


def assert_agree(
    samples: st.SearchStrategy[Sample],
    count: int,
    folder: Path,
    check: Callable[[int, int], bool],
) -> None:
    """Engines agree on `count` samples; `check` judges normal ends and calls."""
    batch = collect(samples, count)
    found, normal = differences(batch, folder)
    assert not found, f"{len(found)} differences, the shortest:\n{found[0]}"
    assert check(normal, sum(len(sample.arguments) for sample in batch))

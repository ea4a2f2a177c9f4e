"""Targets under atheris: libFuzzer's loop, our mutators, the compiled counters.

Run as OSS-Fuzz runs a fuzzer: `python -m fuzz.targets.atheris_driver TARGET [libFuzzer
options] [corpus folders]`; `fuzz.targets.NAME` modules with a `main` call it too.
libFuzzer sees an input as the text its target encodes, and changes it by our mutators.
Any other bytes are the choices from which the target generates an input.
"""

import ctypes
import importlib
import importlib.util
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn

from fuzz.coverage.counters import SEMANTIC_BITS
from fuzz.coverage.engine import observe, problem_of
from fuzz.coverage.target import Target
from fuzz.strategies.source import BytesSource, RandomSource
from fuzz.targets.catalogue import load_target, seed_folder
from zkos.compiler.emit import HOOKS
from zkos.compiler.native import NativeLibrary
from zkos.terminal.ending import ending
from zkos.terminal.errors import EXIT_CLEAN
from zkos.terminal.text import shell_line

_CORE: Final = "atheris.core_with_libfuzzer"
_MUTATORS: Final = ("atheris.custom_mutator", "atheris.custom_crossover")
_MODULE: Final = "fuzz.targets.atheris_driver"
_CHILD: Final = "ZKOS_LIBFUZZER_CHILD"
"""Set for processes that libFuzzer starts: all they need is on their command line."""
_MEMORY: Final = "-rss_limit_mb="
_OTHER_MODES: Final = (
    *("-merge", "-set_cover_merge", "-minimize_crash", "-cleanse_crash"),
)
"""Options under which libFuzzer does not fuzz."""
_PC_ENTRY_WORDS: Final = 2
_FUNCTION_ENTRY: Final = 1
_HOOK_NAMES: Final = {
    False: "__sanitizer_cov_trace_cmp",
    True: "__sanitizer_cov_trace_const_cmp",
}


class Driver:
    """Callbacks for atheris around one target."""

    def __init__(self, target: Target[Any]) -> None:
        self._target: Final = target
        self._last: Any = None
        """The input mutated last: the donor of the next mutation."""
        self._failure: str | None = None
        """Why the last mutation failed: a finding as soon as libFuzzer runs an input,
        for what a mutator raises is lost."""
        self.facts: Final = (ctypes.c_uint8 * SEMANTIC_BITS)()
        """Counters of what is no code: the only ones of targets without a build."""

    def test_one_input(self, data: bytes) -> None:
        """Run an input; RuntimeError for a finding."""
        if self._failure is not None:
            raise RuntimeError(self._failure)
        value = self._decode(data)
        if value is None:
            value = self._target.generate(BytesSource(data))
        seen = observe(self._target, value)
        rest = seen.semantic
        while rest:
            lowest = rest & -rest
            self.facts[lowest.bit_length() - 1] = 1
            rest ^= lowest
        problem = seen.problem
        if problem is not None:
            raise RuntimeError(f"{problem.name}: {problem.title} {problem.values}")

    def mutate(self, data: bytes, max_size: int, seed: int) -> bytes:
        """A structured change; a fresh input for what is none."""

        def change() -> Any:
            value = self._decode(data)
            source = RandomSource(seed)
            if value is None:
                return self._target.generate(source)
            donor = value if self._last is None else self._last
            self._last = value
            return self._target.mutate(source, value, donor)

        return self._changed(change, data, max_size, seed)

    def cross(self, data: bytes, other: bytes, max_size: int, seed: int) -> bytes:
        """A change of one input with parts of another."""

        def change() -> Any:
            value, donor = self._decode(data), self._decode(other)
            if value is None or donor is None:
                return None
            return self._target.mutate(RandomSource(seed), value, donor)

        return self._changed(change, data, max_size, seed)

    def _changed(
        self, change: Callable[[], Any], data: bytes, max_size: int, seed: int
    ) -> bytes:
        """The text of what `change` makes; as it was if it makes nothing that fits.

        What it raises is kept for the run that follows.
        """
        try:
            made = change()
            content = data if made is None else self._target.encode(made)
        except Exception as error:
            problem = problem_of(error)
            text = f"changing an input fails with seed {seed}: {problem.title}"
            self._failure = f"{text} {problem.values}"
            content = data
        return content if len(content) <= max_size else data[:max_size]

    def _decode(self, data: bytes) -> Any | None:
        try:
            return self._target.decode(data)
        except ValueError:
            return None


def register(library: NativeLibrary) -> None:
    """Give libFuzzer the counters and comparisons of a coverage build."""
    register_counters(library.coverage)
    core = _core()
    hooks = []
    for bits, constant in HOOKS:
        function = getattr(core, f"{_HOOK_NAMES[constant]}{bits // 8}")
        hooks.append(ctypes.cast(function, ctypes.c_void_p).value or 0)
    library.set_hooks(hooks)


def register_counters(cells: "ctypes.Array[ctypes.c_uint8]") -> None:
    """Give libFuzzer counters, which it clears before each input."""
    core = _core()
    start, size = ctypes.addressof(cells), len(cells)
    core.__sanitizer_cov_8bit_counters_init(
        ctypes.c_void_p(start), ctypes.c_void_p(start + size)
    )
    table = (ctypes.c_uint64 * (_PC_ENTRY_WORDS * size))()
    for index in range(size):
        # No symbols are there: a counter's own address stands for its block.
        table[_PC_ENTRY_WORDS * index] = start + index
        table[_PC_ENTRY_WORDS * index + 1] = _FUNCTION_ENTRY if index == 0 else 0
    place = ctypes.addressof(table)
    core.__sanitizer_cov_pcs_init(
        ctypes.c_void_p(place), ctypes.c_void_p(place + ctypes.sizeof(table))
    )
    _KEPT.append((core, cells, table))


_KEPT: Final[list[Any]] = []
"""What libFuzzer points to."""


@cache
def _core() -> ctypes.CDLL:
    """The library of libFuzzer, which calls only mutators it finds when loaded."""
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | os.RTLD_GLOBAL)
    try:
        for name in _MUTATORS:
            importlib.import_module(name)
    finally:
        sys.setdlopenflags(flags)
    return ctypes.CDLL(_core_path())


def _core_path() -> str:
    spec = importlib.util.find_spec(_CORE)
    if spec is None or spec.origin is None:
        raise RuntimeError("atheris has no libFuzzer core here")
    return spec.origin


def libraries(target: Target[Any]) -> list[NativeLibrary]:
    """The coverage builds a target runs."""
    library = getattr(target, "library", None)
    if isinstance(library, NativeLibrary):
        return [library]
    if target.counters is None:
        return []
    from fuzz.targets.block_engines import coverage_library

    return [coverage_library()]


def main(name: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Fuzz a target with libFuzzer's options; ends the process."""
    sys.exit(ending(lambda: _fuzz(name, arguments)))


def _fuzz(name: str, arguments: Sequence[str] | None) -> int:
    atheris: Any = importlib.import_module("atheris")

    given = list(sys.argv[1:] if arguments is None else arguments)
    target = load_target(name)
    driver = Driver(target)
    command = with_room(command_line(name, given), inherited_peak())
    os.environ[_CHILD] = "1"
    atheris.Setup(
        command,
        driver.test_one_input,
        custom_mutator=driver.mutate,
        custom_crossover=driver.cross,
        internal_libfuzzer=True,
    )
    register_counters(driver.facts)
    for library in libraries(target):
        register(library)
    atheris.Fuzz()
    return EXIT_CLEAN


def command_line(name: str, given: Sequence[str]) -> list[str]:
    """All that libFuzzer is told, beginning with what starts this process again.

    In several of its modes libFuzzer starts itself, with what it was told joined to a
    line for a shell. Seeds are added only where it fuzzes, and not by such a child.
    """
    again = shell_line((sys.executable, "-m", _MODULE, name))
    if os.environ.get(_CHILD):
        return [again, *given]
    options = _options(Path(__file__).with_name("libfuzzer.options"))
    places = [item for item in given if not item.startswith("-")]
    others = any(item.startswith(_OTHER_MODES) for item in given)
    if others or any(not Path(place).is_dir() for place in places):
        return [again, *options, *given]
    added = []
    if not places:
        # libFuzzer writes to the first folder: never to seeds that are shipped.
        added.append(tempfile.mkdtemp(prefix="zkos-fuzz-"))
    if seed_folder(name).is_dir():
        added.append(str(seed_folder(name)))
    return [again, *options, *given, *added]


def with_room(command: Sequence[str], inherited: int) -> list[str]:
    """The command with a memory limit above a peak of `inherited` MB.

    libFuzzer compares its limit with the peak that getrusage tells, and Linux hands
    that of whoever started a process on to it. 0 is no limit.
    """
    limits = [item for item in command if item.startswith(_MEMORY)]
    if not limits or not inherited:
        return list(command)
    limit = limits[-1].removeprefix(_MEMORY)
    if not limit.isdecimal() or not int(limit):
        return list(command)
    place = len(command) - command[::-1].index(limits[-1]) - 1
    raised = f"{_MEMORY}{int(limit) + inherited}"
    return [*command[:place], raised, *command[place + 1 :]]


def inherited_peak() -> int:
    """The peak of memory in MB that the starting process left to this one, else 0."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = Path("/proc/self/status").read_text().splitlines()
    own = next((int(row.split()[1]) for row in rows if row.startswith("VmHWM")), peak)
    return (peak - own) // 1024 if peak > own else 0


def _options(path: Path) -> list[str]:
    """The `[libfuzzer]` section of an OSS-Fuzz options file as arguments."""
    if not path.is_file():
        return []
    rows = [row.strip() for row in path.read_text().splitlines()]
    pairs = [row.split("=", 1) for row in rows if "=" in row]
    return [f"-{name.strip()}={value.strip()}" for name, value in pairs]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

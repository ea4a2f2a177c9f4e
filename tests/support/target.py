"""Guest functions called by tests: under CPython, native, and on the machine.

A test module names its functions in `GUEST = ["module:function", ...]` and takes the
fixture `target`; each test then runs on every engine. Arguments are ints, bools, and
bytes or bytearrays for byte views (a bytearray is shared: it shows what was written).
A trap is `Trapped`, an exception of the guest `Raised` with the name of its class.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Final

from tests.support.driver import (
    DONE,
    Signature,
    driver_sources,
    signature,
    word_count,
    write_modules,
)
from zkos.compiler.image import build_program
from zkos.compiler.native import GuestError, GuestTrap, build_native, describe_site
from zkos.lang.memory import ByteView
from zkos.lang.trap import Trap
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine

CYCLE_LIMIT: Final = 1 << 34
ENGINES: Final = ("cpython", "native", "riscv")
UNCAUGHT: Final = "uncaught "


class Trapped(Exception):
    """The guest trapped; the text names the place, but for CPython."""


class Raised(Exception):
    """An exception of the guest went uncaught; the text is its class."""


Calls = Sequence[tuple[str, tuple[Any, ...]]]


class Target:
    """Guest functions on one engine."""

    name: str

    def __init__(self, functions: Sequence[str]) -> None:
        self.signatures: Final = {name: signature(name) for name in functions}
        self.cycles = 0
        """Of the last call, where they are counted."""

    def call(self, function: str, *arguments: Any) -> Any:
        """Call `module:function`. Raises `Trapped`, `Raised`."""
        (result,) = self.call_all([(function, arguments)])
        if isinstance(result, Exception):
            raise result
        return result

    def call_all(self, calls: Calls) -> list[Any]:
        """The results of many calls in order, `Trapped` and `Raised` among them."""
        return [self._outcome(function, given) for function, given in calls]

    def _outcome(self, function: str, given: tuple[Any, ...]) -> Any:
        try:
            return self._one(function, given)
        except (Trapped, Raised) as failure:
            return failure

    def _one(self, function: str, given: tuple[Any, ...]) -> Any:
        raise NotImplementedError


class CPythonTarget(Target):
    """The source itself."""

    name = "cpython"

    def _one(self, function: str, given: tuple[Any, ...]) -> Any:
        known = self.signatures[function]
        module, _, name = function.partition(":")
        pairs = zip(given, known.parameters, strict=True)
        arguments = [_cpython_argument(value, kind) for value, kind in pairs]
        try:
            result = getattr(import_module(module), name)(*arguments)
        except (Trap, AssertionError) as trap:
            raise Trapped(str(trap)) from trap
        except Exception as error:
            if type(error).__module__ in sys.stdlib_module_names:
                raise
            raise Raised(type(error).__name__) from error
        values = result if isinstance(result, tuple) else (result,)
        for value, kind in zip(values, known.results, strict=False):
            assert type(value) is kind, (function, value)
        return _shaped(known, [_plain(value) for value in values])


def _cpython_argument(value: Any, kind: Any) -> Any:
    if kind is ByteView:
        data = value if isinstance(value, bytearray) else bytearray(value)
        return ByteView(data, 0, len(data))
    return kind(value)


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) or value is None else int(value)


def _shaped(known: Signature, values: Sequence[Any]) -> Any:
    if not known.results:
        return None
    return values[0] if len(known.results) == 1 else tuple(values)


class NativeTarget(Target):
    """Compiled for the machine the tests run on."""

    name = "native"

    def __init__(self, functions: Sequence[str]) -> None:
        super().__init__(functions)
        self.library: Final = build_native(_modules(functions), list(functions))

    def _one(self, function: str, given: tuple[Any, ...]) -> Any:
        self.library.reset()
        try:
            return self.library.call(function, *given)
        except GuestTrap as trap:
            raise Trapped(str(trap)) from trap
        except GuestError as error:
            raise Raised(str(error)) from error


class _Words:
    """Serves the words of some calls and keeps what comes back."""

    def __init__(self, words: list[int]) -> None:
        self._words = iter(words)
        self.sent: list[int] = []

    def read(self) -> int:
        word = next(self._words, None)
        if word is None:
            raise EOFError("no more calls")
        return word

    def write(self, word: int) -> None:
        self.sent.append(word)


class RiscvTarget(Target):
    """Compiled to an image and run on the machine."""

    name = "riscv"

    def __init__(self, functions: Sequence[str]) -> None:
        super().__init__(functions)
        sources = driver_sources(list(self.signatures.values()))
        write_modules(sources)
        main = next(iter(sources))
        self._numbers = {function: i for i, function in enumerate(functions)}
        self.program: Final = build_program(
            [*sources, *_modules(functions)], f"{main}:main"
        )

    def call_all(self, calls: Calls) -> list[Any]:
        """One run for all calls, and another one after each that fails."""
        results: list[Any] = []
        while len(results) < len(calls):
            results += self._run(calls[len(results) :])
        return results

    def _run(self, calls: Calls) -> list[Any]:
        tape = _Words([word for call in calls for word in self._encode(*call)])
        done = Machine("native").run(self.program.image(), tape, CYCLE_LIMIT)
        self.cycles = done.cycles
        results: list[Any] = []
        sent = iter(tape.sent)
        for function, given in calls:
            if next(sent, None) != DONE:
                break
            results.append(self._decode(function, given, sent))
        if done.reason is Stop.ABORTED:
            assert next(sent, None) is None
            where = describe_site(self.program.sites, done.registers[10])
            _, uncaught, name = where.partition(UNCAUGHT)
            results.append(Raised(name) if uncaught else Trapped(where))
        elif done.reason is not Stop.HOST_ERROR or len(results) != len(calls):
            raise AssertionError(done.describe())
        return results

    def _encode(self, function: str, given: tuple[Any, ...]) -> list[int]:
        words = [self._numbers[function]]
        kinds = self.signatures[function].parameters
        for value, kind in zip(given, kinds, strict=True):
            if kind is ByteView:
                padded = bytes(value) + bytes(-len(value) % 4)
                words.append(len(value))
                words += memoryview(padded).cast("I").tolist()
            else:
                number = int(value)
                words += [
                    number >> 32 * i & 0xFFFFFFFF for i in range(word_count(kind))
                ]
        return words

    def _decode(self, function: str, given: tuple[Any, ...], sent: Any) -> Any:
        known = self.signatures[function]
        values = []
        for kind in known.results:
            number = sum(next(sent) << 32 * i for i in range(word_count(kind)))
            if kind is bool:
                values.append(bool(number))
                continue
            if kind.SIGNED and number > kind.HIGHEST:
                number -= 1 << kind.BITS
            values.append(number)
        for value, kind in zip(given, known.parameters, strict=True):
            if kind is ByteView:
                words = [next(sent) for _ in range(-(-len(value) // 4))]
                content = b"".join(word.to_bytes(4, "little") for word in words)
                if isinstance(value, bytearray):
                    value[:] = content[: len(value)]
        return _shaped(known, values)


def _modules(functions: Sequence[str]) -> list[str]:
    return sorted({function.partition(":")[0] for function in functions})


_TARGETS: Final[dict[str, Callable[[Sequence[str]], Target]]] = {
    "cpython": CPythonTarget,
    "native": NativeTarget,
    "riscv": RiscvTarget,
}


@cache
def make_target(name: str, functions: tuple[str, ...]) -> Target:
    """The engine `name` with these functions, built once a process."""
    return _TARGETS[name](functions)

"""Guest classes and functions as tests use them, on the engine that is chosen.

Under CPython they are themselves. Compiled, objects stay in the guest: what a test
holds is a `Remote`, and each look at it is an operation (`tests.support.program`).
"""

import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from functools import cache
from typing import Any, Final

from tests.support.driver import DONE, word_count, write_modules
from tests.support.operations import Operation, Operations, holds_numbers, is_number
from tests.support.program import program_sources
from tests.support.session import Compiled, NativeProgram, RiscvProgram, Run
from zkos.compiler.image import build_program
from zkos.compiler.native import build_native
from zkos.compiler.variant import PLAIN, Variant
from zkos.lang import intrinsics
from zkos.lang.intrinsics import Engine
from zkos.lang.linkage import ModuleTable
from zkos.lang.memory import Array, ByteView, List, Map, view_of
from zkos.lang.places import placed_bytes
from zkos.lang.trap import Trap

Hint = Any


class Alone:
    """A world in which the guest is alone: no host, and one word of options."""

    def __init__(self, options: int = 0) -> None:
        self.options = options

    def read(self) -> int:
        raise Trap("nobody to read from")

    def write(self, word: int) -> None:
        raise Trap(f"nobody to write {word} to")

    def option(self, index: int) -> int:
        return self.options if index == 0 else 0


class Objects:
    """Classes and functions of the guest that tests use, and errors they expect."""

    def __init__(
        self,
        classes: Sequence[type],
        functions: Sequence[Callable[..., Any]],
        errors: Sequence[type[Exception]],
        variant: Variant = PLAIN,
    ) -> None:
        self.classes: Final = tuple(classes)
        self.errors: Final = tuple(errors)
        self._functions: Final = tuple(functions)
        self._variant: Final = variant
        """Of the build; exceptions of one that is not plain are not the errors'."""
        self._table: Final = ModuleTable(variant)
        self._run: Run | None = None
        self._world: Engine | None = None
        self._engine = "cpython"
        self.beginnings = 0
        """How often a world was attached: objects live from one to the next."""

    @property
    def is_compiled(self) -> bool:
        return self._engine != "cpython"

    @contextmanager
    def on(self, engine: str) -> Iterator["Objects"]:
        """Have what follows done by this engine."""
        self._choose(engine)
        try:
            yield self
        finally:
            self._choose("cpython")

    def _choose(self, engine: str) -> None:
        world = self._world
        self.attach(None)
        self._engine = engine
        self.attach(world)

    def memory(self, address: int, length: int) -> bytes:
        """Bytes of the guest at an address that it gave."""
        if not self.is_compiled:
            return placed_bytes(address, length)
        assert self._run is not None
        return self._run.talk.memory(address, length)

    def attach(self, world: Engine | None) -> None:
        """Connect a world, of which an engine that is compiled begins a run."""
        if self._run is not None:
            self._run.end()
        self._run = None
        self._world = world
        self.beginnings += 1
        intrinsics.attach(None if self.is_compiled else world)

    def use(self, item: Any) -> Any:
        """A class or function of the guest, on whatever engine is chosen."""
        if isinstance(item, type):
            name = f"{item.__name__}()"
        else:
            name = f"{item.__module__}:{item.__name__}"

        def call(*arguments: Any) -> Any:
            if self.is_compiled:
                return self.do(name, arguments)
            linked = getattr(self._table.load(item.__module__), item.__name__)
            return linked(*arguments)

        return call

    @property
    @cache  # noqa: B019 - one for all tests
    def operations(self) -> Operations:
        return Operations(self.classes, self._functions)

    @cache  # noqa: B019
    def program(self, engine: str) -> Compiled:
        """Built once a process."""
        sources = program_sources(self.operations, self.errors)
        write_modules(sources)
        main = f"{next(iter(sources))}:main"
        own = {item.__module__ for item in (*self.classes, *self._functions)}
        roots = [*sources, *sorted(own)]
        if engine == "native":
            # What LLVM's passes make of the guest, whole blocks and RISC-V show.
            hurried = replace(self._variant, hurried=True)
            return NativeProgram(build_native(roots, [main], variant=hurried), main)
        return RiscvProgram(build_program(roots, main, variant=self._variant))

    def do(self, name: str, arguments: Sequence[Any]) -> Any:
        """An operation in the guest. Raises its exceptions, and Trap."""
        operations = self.operations
        number = operations.numbers[name]
        operation = operations.all[number]
        words = [number]
        for value, hint in zip(arguments, operation.parameters, strict=True):
            words += self._sent(value, hint)
        if self._run is None:
            assert self._world is not None, "no world is attached"
            self._run = Run(self._world, self.program(self._engine).start)
        reply = self._run.ask(b"".join(word.to_bytes(4, "little") for word in words))
        return self._results(operation, arguments, reply)

    def _sent(self, value: Any, hint: Hint) -> list[int]:
        if hint is ByteView:
            content = bytes(value)
            padded = content + bytes(-len(content) % 4)
            return [len(content), *memoryview(padded).cast("I")]
        if is_number(hint):
            number = int(value)
            return [number >> 32 * i & 0xFFFFFFFF for i in range(word_count(hint))]
        if holds_numbers(hint):
            (item,) = typing.get_args(hint)
            sent = [int(value.length())]
            for index in range(sent[0]):
                sent += self._sent(value[index], item)
            return sent
        if issubclass(hint, Enum):
            return [list(hint).index(value)]
        assert isinstance(value, Remote), f"{value!r} is not in the guest"
        assert value.guest_class is hint
        return [value.guest_place]

    def _results(
        self, operation: Operation, arguments: Sequence[Any], reply: list[int]
    ) -> Any:
        words = iter(reply)
        if next(words) != DONE:
            raise self.errors[next(words)]
        values = [self._received(hint, words) for hint in operation.results]
        for value, hint in zip(arguments, operation.parameters, strict=True):
            if hint is ByteView:
                content = _bytes(len(bytes(value)), words)
                if isinstance(value, ByteView):
                    value.copy_from(view_of(content))
        assert next(words, None) is None
        if not values:
            return None
        return values[0] if len(values) == 1 else tuple(values)

    def _received(self, hint: Hint, words: Iterator[int]) -> Any:
        if hint is ByteView:
            return view_of(_bytes(next(words), words))
        if is_number(hint):
            number = sum(next(words) << 32 * i for i in range(word_count(hint)))
            if hint is not bool and hint.SIGNED and number > hint.HIGHEST:
                number -= 1 << hint.BITS
            return hint(number)
        if holds_numbers(hint):
            (item,) = typing.get_args(hint)
            made = List(item)
            for _ in range(next(words)):
                made.append(self._received(item, words))
            return made
        if issubclass(hint, Enum):
            return list(hint)[next(words)]
        return Remote(self, hint, next(words))


def _bytes(length: int, words: Iterator[int]) -> bytes:
    whole = [next(words).to_bytes(4, "little") for _ in range(-(-length // 4))]
    return b"".join(whole)[:length]


class Remote:
    """An object in the guest."""

    def __init__(self, objects: Objects, guest_class: type, place: int) -> None:
        vars(self).update(objects=objects, guest_class=guest_class, guest_place=place)

    def __getattr__(self, name: str) -> Any:
        full = f"{self.guest_class.__name__}.{name}"
        hints = typing.get_type_hints(self.guest_class)
        kind = typing.get_origin(hints.get(name))
        if kind in (List, Array, Map):
            return Container(self, full)
        if name in hints:
            return self.objects.do(full, (self,))
        if full not in self.objects.operations.numbers:
            raise AttributeError(f"no operation {full}")
        return lambda *given: self.objects.do(full, (self, *given))

    def __setattr__(self, name: str, value: Any) -> None:
        self.objects.do(f"{self.guest_class.__name__}.{name}=", (self, value))


class Container:
    """A list, array or map in a field of an object in the guest."""

    def __init__(self, owner: Remote, name: str) -> None:
        self._owner: Final = owner
        self._name: Final = name

    def _do(self, suffix: str, *given: Any) -> Any:
        return self._owner.objects.do(self._name + suffix, (self._owner, *given))

    def __getitem__(self, index: int) -> Any:
        return self._do("[]", index)

    def __setitem__(self, index: int, value: Any) -> None:
        self._do("[]=", index, value)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *given: self._do(f".{name}", *given)

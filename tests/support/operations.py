"""What a host can do with objects of the guest: operations of classes and functions.

Methods, constructors, fields and what containers in fields hold, as far as their
types can be sent: numbers, views and lists of numbers by value, members of enums,
and other objects of the classes given, by their place in a store.
"""

import inspect
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from tests.support.driver import INTEGERS
from zkos.lang.memory import Array, ByteView, List, Map

Hint = Any
NUMBERS: Final = (List, Array)
"""Containers that are sent whole, if they hold numbers."""


@dataclass(frozen=True)
class Operation:
    """Something done in the guest with arguments, of which the first may be `self`."""

    name: str
    module: str
    """Whose names `text` uses."""
    text: str
    """Guest expression of `a0`, `a1`... or, of a setter, statement."""
    parameters: tuple[Hint, ...]
    results: tuple[Hint, ...]
    imports: str = ""
    """The name that `text` needs."""


def is_number(hint: Hint) -> bool:
    return hint is bool or hint in INTEGERS


def holds_numbers(hint: Hint) -> bool:
    """Whether it is a list or array of numbers."""
    (item, *_) = typing.get_args(hint) or (None,)
    return typing.get_origin(hint) in NUMBERS and is_number(item)


class Operations:
    """All operations of some classes and functions, in an order of their own."""

    def __init__(self, classes: Sequence[type], functions: Sequence[Any]) -> None:
        self.classes: Final = tuple(classes)
        self.functions: Final = tuple(functions)
        assert len({item.__name__ for item in classes}) == len(classes)
        self.all: Final = tuple(self._all())
        self.numbers: Final = {item.name: at for at, item in enumerate(self.all)}
        assert len(self.numbers) == len(self.all)

    def can_send(self, hint: Hint) -> bool:
        return (
            is_number(hint)
            or hint is ByteView
            or hint in self.classes
            or holds_numbers(hint)
            or (inspect.isclass(hint) and issubclass(hint, Enum))
        )

    def enums(self) -> list[type[Enum]]:
        """Those that occur."""
        hints = [hint for item in self.all for hint in item.parameters + item.results]
        found = {hint for hint in hints if inspect.isclass(hint)}
        enums = [hint for hint in found if issubclass(hint, Enum)]
        return sorted(enums, key=lambda item: item.__name__)

    def _all(self) -> Iterator[Operation]:
        for owner in self.classes:
            yield from self._of_class(owner)
        for function in self.functions:
            module, name = function.__module__, function.__name__
            made = self._call(f"{module}:{name}", module, function, name)
            assert made is not None, f"{name} takes or gives what cannot be sent"
            yield made

    def _of_class(self, owner: type) -> Iterator[Operation]:
        module, name = owner.__module__, owner.__name__
        functions = inspect.getmembers_static(owner, inspect.isfunction)
        for method, function in sorted(functions):
            if method == "__init__":
                made = self._call(f"{name}()", module, function, name, (owner,))
            elif method.startswith("_"):
                continue
            else:
                made = self._call(f"{name}.{method}", module, function, method, owner)
            if made is not None:
                yield made
        for field, hint in typing.get_type_hints(owner).items():
            yield from self._of_field(owner, module, field, hint)

    def _call(
        self,
        name: str,
        module: str,
        function: Any,
        called: str,
        owner: type | tuple[type] | None = None,
    ) -> Operation | None:
        """Of a function, a method of `owner`, or a constructor of `(owner,)`."""
        hints = dict(typing.get_type_hints(function))
        result = hints.pop("return", type(None))
        parameters = list(hints.values())
        if isinstance(owner, type):
            parameters.insert(0, owner)
        given = [f"a{index}" for index in range(len(parameters))]
        target = f"{given.pop(0)}.{called}" if isinstance(owner, type) else called
        if isinstance(owner, tuple):
            results: tuple[Hint, ...] = owner
        elif typing.get_origin(result) is tuple:
            results = typing.get_args(result)
        else:
            results = () if result is types.NoneType else (result,)
        if not all(map(self.can_send, (*parameters, *results))):
            return None
        text = f"{target}({', '.join(given)})"
        needed = "" if isinstance(owner, type) else called
        return Operation(name, module, text, tuple(parameters), results, needed)

    def _of_field(
        self, owner: type, module: str, field: str, hint: Hint
    ) -> Iterator[Operation]:
        name, kind = f"{owner.__name__}.{field}", typing.get_origin(hint)
        place = f"a0.{field}"

        def made(
            suffix: str, text: str, more: tuple[Hint, ...], *results: Hint
        ) -> Iterator[Operation]:
            if all(map(self.can_send, (*more, *results))):
                yield Operation(name + suffix, module, text, (owner, *more), results)

        number = next(item for item in INTEGERS if item.__name__ == "U32")
        if kind in NUMBERS:
            (item,) = typing.get_args(hint)
            yield from made(".length", f"{place}.length()", (), number)
            yield from made("[]", f"{place}[a1]", (number,), item)
            yield from made("[]=", f"{place}[a1] = a2", (number, item))
            if kind is List:
                yield from made(".append", f"{place}.append(a1)", (item,))
        elif kind is Map:
            key, value = typing.get_args(hint)
            yield from made(".length", f"{place}.length()", (), number)
            yield from made(".find", f"{place}.find(a1)", (key,), number)
            yield from made(".value", f"{place}.value(a1)", (number,), value)
        else:
            yield from made("", place, (), hint)
            yield from made("=", f"{place} = a1", (hint,))

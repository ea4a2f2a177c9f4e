"""Targets of single guest functions: compiled code against a library's answer.

An input is a call: a name and its arguments, numbers and byte strings. What the
function must answer is Python's or a library's business.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from fuzz.coverage.counters import Counters, magnitude, semantic
from fuzz.coverage.lines import counting
from fuzz.coverage.target import Observation, Problem
from fuzz.coverage.text import read_json
from fuzz.mutation.transactions import mutate_number
from fuzz.strategies.source import Source
from zkos.compiler.native import GuestTrap, NativeLibrary, build_native
from zkos.compiler.variant import COVERAGE, Variant

CALLS: Final = "fuzz.targets.guest.calls"
Argument = int | bytes


class Call(NamedTuple):
    """An input."""

    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A guest function and what it must answer."""

    place: str
    """`module:function`."""
    generate: Callable[[Source], tuple[Argument, ...]]
    expected: Callable[..., Any]
    """Of the arguments: the result, then the content of the out buffer if any."""
    out: Callable[..., int] | None = None
    """Bytes of the out buffer, which is the last argument."""
    fit: Callable[..., tuple[Argument, ...]] | None = None
    """Brings changed arguments back to what the function may be given."""


class CallTarget:
    """Compiled functions answer as their references do."""

    suffix: Final = ".call"

    def __init__(
        self,
        name: str,
        functions: Mapping[str, Function],
        variant: Variant = COVERAGE,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self.name: Final = name
        self._prepare: Final = prepare
        """Makes what references and generators keep, before time is counted."""
        self.functions: Final = dict(functions)
        self._variant: Final = variant

    @property
    def places(self) -> list[str]:
        """The guest functions, as `module:function`."""
        return [function.place for function in self.functions.values()]

    @cached_property
    def library(self) -> NativeLibrary:
        """The functions, compiled."""
        self._prepare()
        modules = sorted({place.split(":")[0] for place in self.places})
        return build_native(modules, self.places, variant=counting(self._variant))

    @cached_property
    def counters(self) -> Counters | None:
        """Those of the functions."""
        return Counters.of(self.library)

    def generate(self, source: Source) -> Call:
        """A call of any of the functions."""
        name = source.choose(tuple(self.functions))
        return Call(name, self.functions[name].generate(source))

    def mutate(self, source: Source, parent: Call, donor: Call) -> Call:
        """The call with one argument changed or taken from another."""
        arguments = list(parent.arguments)
        at = source.below(len(arguments))
        argument = arguments[at]
        alike = [item for item in donor.arguments if type(item) is type(argument)]
        if alike and source.chance(15):
            arguments[at] = source.choose(alike)
        elif isinstance(argument, int):
            arguments[at] = mutate_number(source, argument)
        else:
            arguments[at] = mutate_bytes(source, argument)
        return Call(parent.name, self._fitting(parent.name, arguments))

    def _fitting(self, name: str, arguments: list[Argument]) -> tuple[Argument, ...]:
        fit = self.functions[name].fit
        return tuple(arguments) if fit is None else fit(*arguments)

    def run(self, value: Call) -> Observation:
        """Call the compiled function and its reference."""
        return self.run_on(self.library, value)

    def run_on(self, library: NativeLibrary, value: Call) -> Observation:
        """The same with any build that has the functions."""
        function = self.functions[value.name]
        arguments: list[Any] = list(value.arguments)
        out = None
        if function.out is not None:
            out = bytearray(function.out(*value.arguments))
            arguments.append(out)
        library.reset()
        seen = Observation(_features(value), included=1)
        try:
            answer = library.call(function.place, *arguments)
        except GuestTrap as trap:
            seen.problem = Problem("crash", ("native",), value.name, "", str(trap))
            return seen
        said = answer if out is None else (answer, bytes(out))
        expected = function.expected(*value.arguments)
        if said != expected:
            values = (_shown(said), _shown(expected))
            engines = ("native", "reference")
            seen.problem = Problem("diverge", engines, value.name, "", "", values)
        return seen

    def weight(self, value: Call) -> int:
        """Bytes of all arguments."""
        return sum(
            len(item) if isinstance(item, bytes) else (item.bit_length() + 7) // 8
            for item in value.arguments
        )

    def encode(self, value: Call) -> bytes:
        """A line of JSON; byte strings in hex, numbers as 0x strings."""
        arguments = [
            {"bytes": item.hex()} if isinstance(item, bytes) else hex(item)
            for item in value.arguments
        ]
        return (
            json.dumps({"call": value.name, "arguments": arguments}) + "\n"
        ).encode()

    def decode(self, content: bytes) -> Call:
        """The inverse; ValueError for anything else."""
        try:
            row = read_json(content)
            arguments = [
                bytes.fromhex(item["bytes"])
                if isinstance(item, dict)
                else int(item, 16)
                for item in row["arguments"]
            ]
            name = row["call"]
            if name not in self.functions:
                raise ValueError(f"no function {name}")
            return Call(name, self._fitting(name, arguments))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no call: {error}") from error

    def shrink(self, value: Call) -> Iterator[Call]:
        """One argument smaller."""
        for at, argument in enumerate(value.arguments):
            for smaller in _smaller(argument):
                arguments = [*value.arguments]
                arguments[at] = smaller
                yield Call(value.name, self._fitting(value.name, arguments))


def mutate_bytes(source: Source, content: bytes) -> bytes:
    """Bytes with one change."""
    at = source.below(len(content) + 1)
    match source.below(6):
        case 0:
            return content[:at] + source.bytes(source.integer(1, 40)) + content[at:]
        case 1:
            return content[:at] + content[at + source.integer(1, 40) :]
        case 2 if at < len(content):
            return content[:at] + bytes([source.below(256)]) + content[at + 1 :]
        case 3 if at < len(content):
            bit = content[at] ^ 1 << source.below(8)
            return content[:at] + bytes([bit]) + content[at + 1 :]
        case 4 if len(content) >= 32:
            at -= at % 32
            word = int.from_bytes(content[at : at + 32], "big")
            changed = mutate_number(source, word) % (1 << 256)
            return content[:at] + changed.to_bytes(32, "big") + content[at + 32 :]
    return content + content[:at]


def padded(content: bytes, size: int) -> bytes:
    """Exactly `size` bytes: cut, or filled with zeros."""
    return content[:size].ljust(size, b"\0")


def _features(value: Call) -> int:
    sizes = tuple(
        len(item) if isinstance(item, bytes) else magnitude(item)
        for item in value.arguments
    )
    return semantic(value.name, *(magnitude(size) for size in sizes))


def _smaller(argument: Argument) -> Iterator[Argument]:
    if isinstance(argument, int):
        yield from (
            argument >> bits for bits in (128, 64, 32, 8, 1) if argument >> bits
        )
        return
    size = len(argument)
    while size:
        for start in range(0, len(argument), size):
            yield argument[:start] + argument[start + size :]
        size //= 2


def _shown(answer: Any) -> str:
    if isinstance(answer, tuple):
        return ", ".join(_shown(item) for item in answer)
    if isinstance(answer, bytes):
        return answer.hex()
    return hex(answer) if isinstance(answer, int) else str(answer)

"""Writes the guest program that does operations on objects for its host.

It reads the number of an operation and its arguments, does it, and writes a mark:
`DONE`, the results and the content of all views it was given, or `RAISED` and which
exception; then `END`. What the operation itself asks the oracle comes before that.
"""

import hashlib
from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

from tests.support.driver import DONE, ROUTINES, routine, words_module
from tests.support.operations import Operation, Operations, holds_numbers, is_number
from zkos.lang.memory import ByteView

RAISED: Final = 0x600DBAD0
END: Final = 0x600DE0D0

_STORE: Final = '''"""All objects the host knows, by class."""

{imports}
from zkos.lang.control import noinline
from zkos.lang.ints import U32
from zkos.lang.intrinsics import oracle_read, oracle_write
from zkos.lang.memory import List
from zkos.lang.trap import trap


class Store:
{fields}

    def __init__(self) -> None:
{made}


def raised(number: U32) -> None:
    oracle_write(U32({RAISED}))
    oracle_write(number)
    oracle_write(U32({END}))
'''
_OPERATIONS: Final = '''"""Operations of one module."""

{imports}
from {words} import {routines}
from {store} import {shared}
from zkos.lang.control import noinline, urange
from zkos.lang.ints import {integers}
from zkos.lang.intrinsics import oracle_read, oracle_write
from zkos.lang.memory import Array, List
'''
_MAIN: Final = '''"""Does what the host asks for."""

{imports}
from {store} import Store
from zkos.lang.ints import U32
from zkos.lang.intrinsics import oracle_read


def serve(number: U32, store: Store) -> None:
    match number:
{cases}

def main() -> None:
    store = Store()
    while True:
        serve(oracle_read(), store)
'''
_INTEGERS: Final = (
    "Address, Bytes32, I32, I64, I256, U8, U16, U32, U64, U128, U256, U512"
)


def program_sources(
    operations: Operations, errors: Sequence[type[Exception]]
) -> dict[str, str]:
    """Guest modules by name; `main` of the first serves the operations."""
    key = repr([operations.all, [error.__qualname__ for error in errors]])
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return _Writer(operations, errors, digest).sources()


class _Writer:
    def __init__(
        self, operations: Operations, errors: Sequence[type[Exception]], digest: str
    ) -> None:
        self.operations: Final = operations
        self.errors: Final = errors
        self.words: Final = f"guest_words_{digest}"
        self.store: Final = f"guest_store_{digest}"
        self.digest: Final = digest

    def sources(self) -> dict[str, str]:
        main = f"guest_objects_{self.digest}"
        texts = {main: "", self.words: words_module(), self.store: self._store()}
        imports, cases = [], []
        for number, operation in enumerate(self.operations.all):
            module = f"guest_of_{self.digest}_{operation.module.replace('.', '_')}"
            if module not in texts:
                texts[module] = self._head(operation.module)
            texts[module] += self._operation(number, operation)
            imports.append(f"from {module} import do_{number}")
            cases.append(f"        case {number}:\n            do_{number}(store)\n")
        texts[main] = _MAIN.format(
            imports="\n".join(imports), store=self.store, cases="".join(cases)
        )
        return texts

    def _store(self) -> str:
        classes = self.operations.classes
        names = [item.__name__ for item in classes]
        imports = [f"from {item.__module__} import {item.__name__}" for item in classes]
        enums = self.operations.enums()
        imports += [f"from {item.__module__} import {item.__name__}" for item in enums]
        text = _STORE.format(
            imports="\n".join(imports),
            fields="\n".join(f"    all_{name.lower()}: List[{name}]" for name in names),
            made="\n".join(
                f"        self.all_{name.lower()} = List({name})" for name in names
            ),
            RAISED=RAISED,
            END=END,
        )
        return text + "".join(map(_enum_routines, enums))

    def _head(self, module: str) -> str:
        here = [item for item in self.operations.all if item.module == module]
        needed = sorted({item.imports for item in here if item.imports})
        own = [f"from {module} import {', '.join(needed)}"] if needed else []
        shared = ["Store", "raised"]
        for item in self.operations.enums():
            shared += [
                f"read_{item.__name__.lower()}",
                f"write_{item.__name__.lower()}",
            ]
        errors = [
            f"from {item.__module__} import {item.__name__}" for item in self.errors
        ]
        return _OPERATIONS.format(
            imports="\n".join([*own, *errors]),
            words=self.words,
            routines=ROUTINES,
            store=self.store,
            shared=", ".join(shared),
            integers=_INTEGERS,
        )

    def _operation(self, number: int, operation: Operation) -> str:
        lines = []
        for index, hint in enumerate(operation.parameters):
            lines += self._read(f"a{index}", hint)
        names = [f"r{index}" for index in range(len(operation.results))]
        done = f"{', '.join(names)} = {operation.text}" if names else operation.text
        lines += ["try:", f"    {done}"]
        for at, error in enumerate(self.errors):
            lines += [
                f"except {error.__name__}:",
                f"    raised(U32({at}))",
                "    return",
            ]
        lines.append(f"oracle_write(U32({DONE}))")
        for name, hint in zip(names, operation.results, strict=True):
            lines += self._write(name, hint)
        lines += [
            f"write_view(a{index})"
            for index, hint in enumerate(operation.parameters)
            if hint is ByteView
        ]
        lines.append(f"oracle_write(U32({END}))")
        body = "\n".join(f"    {line}" for line in lines)
        return f"\n\n@noinline\ndef do_{number}(store: Store) -> None:\n{body}\n"

    def _read(self, name: str, hint: Any) -> list[str]:
        if hint is ByteView:
            return [f"{name} = read_view()"]
        if is_number(hint):
            return [f"{name} = read_{routine(hint)}()"]
        if holds_numbers(hint):
            (item,) = hint.__args__
            length = f"{name}_length"
            kind = hint.__origin__.__name__
            if kind == "Array":
                return [
                    f"{length} = oracle_read()",
                    f"{name} = Array({item.__name__}, {length})",
                    f"for {name}_at in urange({length}):",
                    f"    {name}[{name}_at] = read_{routine(item)}()",
                ]
            return [
                f"{length} = oracle_read()",
                f"{name} = List({item.__name__})",
                f"for {name}_at in urange({length}):",
                f"    {name}.append(read_{routine(item)}())",
            ]
        if issubclass(hint, Enum):
            return [f"{name} = read_{hint.__name__.lower()}()"]
        return [f"{name} = store.all_{hint.__name__.lower()}[oracle_read()]"]

    def _write(self, name: str, hint: Any) -> list[str]:
        if hint is ByteView:
            return [f"oracle_write({name}.length())", f"write_view({name})"]
        if is_number(hint):
            return [f"write_{routine(hint)}({name})"]
        if holds_numbers(hint):
            (item,) = hint.__args__
            return [
                f"oracle_write({name}.length())",
                f"for {name}_at in urange({name}.length()):",
                f"    write_{routine(item)}({name}[{name}_at])",
            ]
        if issubclass(hint, Enum):
            return [f"write_{hint.__name__.lower()}({name})"]
        place = f"store.all_{hint.__name__.lower()}"
        return [f"oracle_write({place}.length())", f"{place}.append({name})"]


def _enum_routines(enum: type[Enum]) -> str:
    name = enum.__name__
    reads = [
        f"        case {at}:\n            return {name}.{member.name}\n"
        for at, member in enumerate(enum)
    ]
    writes = [
        f"        case {name}.{member.name}:\n            oracle_write(U32({at}))\n"
        for at, member in enumerate(enum)
    ]
    return (
        f"\n\n@noinline\ndef read_{name.lower()}() -> {name}:\n"
        f"    match oracle_read():\n{''.join(reads)}"
        '        case _:\n            trap("no such member")\n'
        f"\n\n@noinline\ndef write_{name.lower()}(value: {name}) -> None:\n"
        f"    match value:\n{''.join(writes)}"
    )

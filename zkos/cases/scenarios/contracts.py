"""The contracts of a scenario: runtime code that lies there, or initcode to deploy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zkos.cases.assembler import AssemblyError, assemble, creation_code
from zkos.cases.scenarios.arguments import AddressOf, encode_arguments, hex_data
from zkos.cases.scenarios.sources import Compiled, compile_solidity, compile_vyper
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node, optional
from zkos.terminal.files import FileError, read_file

FORMS: Final = ("source", "file", "vyper", "bytecode", "assembly", "initcode")
"""Ways to give a contract; each has one."""
SOURCES: Final = ("source", "file", "vyper")
"""Those that a compiler is needed for, unless the initcode stands beside them."""
_FIELDS: Final = (*FORMS, "address", "solc", "constructor", "balance", "storage")
_MOST_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract and where it lies."""

    name: str
    place: Node
    code: bytes
    """Runtime code with an address, initcode without one."""
    address: int | None = None
    constructor: tuple[str, ...] | None = None
    """Types of the constructor's arguments; None: it takes none."""
    balance: int = 0
    storage: tuple[tuple[int, int], ...] = ()

    def initcode(self, arguments: Node | None, address_of: AddressOf) -> bytes:
        """What a creation sends; raises CaseError."""
        if self.address is not None:
            self.place.fail("has an address: it is there and not to be deployed")
        if self.constructor is None and arguments is not None and arguments.items():
            arguments.fail(f"contract {self.name} has no constructor with arguments")
        types = list(self.constructor or ())
        return self.code + encode_arguments(self.place, types, arguments, address_of)


def read_contract(name: str, node: Node, folder: Path) -> Contract:
    """A contract of a scenario in `folder`, compiled; raises CaseError."""
    fields = node.fields(_FIELDS)
    given = [form for form in FORMS if form in fields]
    if len(given) == 2 and given[0] in SOURCES and given[1] == "initcode":
        given = given[1:]
    if len(given) != 1:
        node.fail(f"needs one of {', '.join(FORMS)}")
    form = given[0]
    address = optional(fields.get("address"), _address, None)
    if form == "bytecode" and address is None:
        node.fail("bytecode needs an address; initcode is what can be deployed")
    if form not in ("bytecode", "assembly") and address is not None:
        fields["address"].fail("only bytecode and assembly can lie at an address")
    for extra in ("balance", "storage"):
        if extra in fields and address is None:
            fields[extra].fail("only a contract with an address has it")
    code, constructor = _code(name, fields[form], form, folder)
    if form == "assembly" and address is None:
        code = creation_code(code)
    if "constructor" in fields:
        if form not in ("initcode", "assembly") or address is not None:
            fields["constructor"].fail("only initcode and assembly need it said")
        constructor = tuple(item.text() for item in fields["constructor"].items())
    return Contract(
        name,
        node,
        code,
        address,
        constructor,
        optional(fields.get("balance"), Node.number, 0),
        optional(fields.get("storage"), _storage, ()),
    )


def _code(
    name: str, node: Node, form: str, folder: Path
) -> tuple[bytes, tuple[str, ...] | None]:
    match form:
        case "bytecode" | "initcode":
            return hex_data(node), None
        case "assembly":
            try:
                return assemble(node.text()), None
            except AssemblyError as error:
                node.fail(str(error))
        case "vyper":
            made = compile_vyper(name, node.text(), node)
        case "file":
            made = _compile_file(name, node, folder)
        case _:
            made = compile_solidity(name, node.text(), folder, node)
    return made.initcode, tuple(made.constructor)


def _compile_file(name: str, node: Node, folder: Path) -> Compiled:
    path = folder / node.text()
    try:
        source = read_file(path, _MOST_BYTES).decode("utf-8")
    except FileError as error:
        raise CaseError(node.source, node.path, f"{path}: {error.reason}") from error
    except (UnicodeDecodeError, ValueError):
        node.fail(f"{path}: not UTF-8 text")
    if path.suffix == ".vy":
        return compile_vyper(name, source, node)
    return compile_solidity(name, source, path.parent, node)


def _address(node: Node) -> int:
    return int.from_bytes(hex_data(node, 20), "big")


def _storage(node: Node) -> tuple[tuple[int, int], ...]:
    return tuple(
        (member.renamed(name).number(), member.number())
        for name, member in node.members().items()
    )

"""Calldata from a signature and arguments, by the rules of Solidity's ABI."""

import re
from collections.abc import Callable
from typing import Any, Final

from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.signing import keccak256
from zkos.terminal.errors import UserError
from zkos.terminal.extras import how_to_install

SELECTOR_BYTES: Final = 4
_SIGNATURE: Final = re.compile(r"(?:function\s+)?([A-Za-z_$][\w$]*)\s*(\(.*)", re.ASCII)
_WORDS: Final = ("indexed", "memory", "calldata", "storage", "payable")
_BASES: Final = ("address", "bool", "uint", "int", "bytes", "string")
AddressOf = Callable[[Node], int]
"""What a text stands for where an address is wanted; raises CaseError."""


def hex_data(node: Node, length: int | None = None) -> bytes:
    """Bytes, with 0x before the digits or not; raises CaseError."""
    value = node.value
    if isinstance(value, str) and not value.startswith(("0x", "0X")):
        node = node.renamed(f"0x{value}")
    return node.data(length)


def calldata(function: Node, arguments: Node | None, address_of: AddressOf) -> bytes:
    """Selector and arguments of a call; raises CaseError."""
    match = _SIGNATURE.fullmatch(function.text().strip())
    inputs = _balanced(match[2]) if match else None
    if match is None or inputs is None:
        function.fail("not a function signature like transfer(address,uint256)")
    types = _types(inputs[1:-1])
    canonical = f"{match[1]}({','.join(map(_canonical(function), types))})"
    selector = keccak256(canonical.encode())[:SELECTOR_BYTES]
    return selector + encode_arguments(function, types, arguments, address_of)


def encode_arguments(
    place: Node, types: list[str], arguments: Node | None, address_of: AddressOf
) -> bytes:
    """The arguments alone; raises CaseError, at `place` where their types are wrong."""
    given = [] if arguments is None else arguments.items()
    if len(given) != len(types):
        where = place if arguments is None else arguments
        where.fail(f"expected {len(types)} arguments, got {len(given)}")
    abi = _library()
    names = list(map(_canonical(place), types))
    values = [
        _value(abi.grammar.parse(name), node, address_of)
        for name, node in zip(names, given, strict=True)
    ]
    try:
        return bytes(abi.encode(names, values))
    except (abi.exceptions.EncodingError, ValueError, TypeError) as error:
        where = arguments or place
        reason = " ".join(str(error).split())
        raise CaseError(where.source, where.path, reason) from error


def _library() -> Any:
    try:
        import eth_abi
        import eth_abi.exceptions
        import eth_abi.grammar
        import eth_abi.registry
    except ModuleNotFoundError as error:
        raise UserError(f"arguments: {how_to_install('eth_abi')}") from error
    return eth_abi


def _balanced(text: str) -> str | None:
    """The parenthesis a text begins with; what follows says only what comes back."""
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[: index + 1]
    return None


def _types(text: str) -> list[str]:
    """The types of a list of parameters, without their names."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [_type(part) for part in parts] if text.strip() else []


def _type(text: str) -> str:
    text = text.strip()
    if not text.startswith("("):
        words = [word for word in text.split() if word not in _WORDS]
        return words[0] if words else ""
    inside = _balanced(text) or text
    suffix = text[len(inside) :].split(" ")[0].strip()
    return f"({','.join(_types(inside[1:-1]))}){suffix}"


def _canonical(place: Node) -> Callable[[str], str]:
    """Full names of types: uint is uint256. What is no type is an error there."""
    abi = _library()

    def canonical(text: str) -> str:
        name = abi.grammar.normalize(text)
        if not abi.registry.registry.has_encoder(name):
            place.fail(f"no type is called {text!r}")
        return str(name)

    return canonical


def _value(kind: Any, node: Node, address_of: AddressOf) -> Any:
    """An argument as the library takes it."""
    if kind.is_array:
        return [_value(kind.item_type, item, address_of) for item in node.items()]
    if hasattr(kind, "components"):
        items = node.items()
        if len(items) != len(kind.components):
            node.fail(f"{len(items)} values, the tuple has {len(kind.components)}")
        pairs = zip(kind.components, items, strict=True)
        return tuple(_value(inner, item, address_of) for inner, item in pairs)
    if kind.base not in _BASES:
        node.fail(f"arguments of type {kind.base} cannot be given")
    match kind.base:
        case "address":
            return address_of(node).to_bytes(20, "big")
        case "bool":
            return node.boolean()
        case "uint":
            return node.number(kind.sub)
        case "int":
            return _signed(node)
        case "bytes":
            return hex_data(node, kind.sub)
        case _:
            return node.text()


def _signed(node: Node) -> int:
    value = node.value
    if isinstance(value, str) and value.startswith("-"):
        return -node.renamed(value[1:]).number()
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return value
    return node.number()

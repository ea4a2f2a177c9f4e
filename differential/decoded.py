"""What return data and logs say, by the conventions that Solidity and Vyper share.

Reverts carry `Error(string)` or `Panic(uint256)`; the first topic of a log is the hash
of its signature, of which the usual ones are known. Anything else is None.
"""

from typing import Final

from differential.outcome import Log
from zkos.host.signing import keccak256
from zkos.terminal.text import visible

ERROR: Final = bytes.fromhex("08c379a0")
PANIC: Final = bytes.fromhex("4e487b71")
_WORD: Final = 32
_MOST_SHOWN: Final = 120
"""Letters of a reason."""
_PANICS: Final = {
    0x01: "assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "no such enum value",
    0x22: "damaged storage string",
    0x31: "pop of an empty array",
    0x32: "index out of range",
    0x41: "too much memory",
    0x51: "call of an empty function",
}
_EVENTS: Final = (
    ("Transfer", ("address from", "address to"), ("uint256 value",)),
    ("Approval", ("address owner", "address spender"), ("uint256 value",)),
    ("ApprovalForAll", ("address owner", "address operator"), ("bool approved",)),
    ("OwnershipTransferred", ("address from", "address to"), ()),
    ("Deposit", ("address to",), ("uint256 value",)),
    ("Withdrawal", ("address from",), ("uint256 value",)),
    ("L1MessageSent", ("address sender", "bytes32 hash"), ("bytes message",)),
)
"""Name, indexed parameters, the others."""


def _signature(name: str, parameters: tuple[str, ...]) -> int:
    kinds = ",".join(item.split()[0] for item in parameters)
    return int.from_bytes(keccak256(f"{name}({kinds})".encode()), "big")


_BY_TOPIC: Final = {
    _signature(name, (*indexed, *plain)): (name, indexed, plain)
    for name, indexed, plain in _EVENTS
}


def revert_reason(data: bytes) -> str | None:
    """What the return data of a revert says, in one line, or None."""
    selector, rest = data[:4], data[4:]
    if selector == ERROR:
        text = _dynamic(rest, 0)
        if text is None:
            return None
        return f'"{_short(text.decode("utf-8", "replace"))}"'
    if selector == PANIC and len(rest) == _WORD:
        code = int.from_bytes(rest, "big")
        return f"panic {code:#04x}: {_PANICS.get(code, 'unknown')}"
    return None


def event(log: Log) -> str | None:
    """A log of a usual event as it would be written in Solidity, or None."""
    found = _BY_TOPIC.get(log.topics[0]) if log.topics else None
    if found is None:
        return None
    name, indexed, plain = found
    topics = log.topics[1:]
    if len(topics) != len(indexed) or len(log.data) < _WORD * len(plain):
        return None
    values = [_value(item, topic) for item, topic in zip(indexed, topics, strict=True)]
    for index, item in enumerate(plain):
        kind, _, label = item.partition(" ")
        if kind == "bytes":
            content = _dynamic(log.data, index)
            if content is None:
                return None
            values.append(f"{label}={len(content)} bytes")
            continue
        start = _WORD * index
        number = int.from_bytes(log.data[start : start + _WORD], "big")
        values.append(_value(item, number))
    return f"{name}({', '.join(values)})"


def _value(parameter: str, number: int) -> str:
    kind, _, label = parameter.partition(" ")
    match kind:
        case "address":
            return f"{label}={number:#042x}"
        case "bytes32":
            return f"{label}={number:#066x}"
        case "bool":
            return f"{label}={'true' if number else 'false'}"
    return f"{label}={number}"


def _dynamic(data: bytes, index: int) -> bytes | None:
    """The bytes that the parameter `index` points to, or None if there are none."""
    start = int.from_bytes(data[_WORD * index : _WORD * (index + 1)], "big")
    if start + _WORD > len(data):
        return None
    length = int.from_bytes(data[start : start + _WORD], "big")
    if start + _WORD + length > len(data):
        return None
    return data[start + _WORD : start + _WORD + length]


def _short(text: str) -> str:
    """Fit for one line of any terminal."""
    text = visible(text[:_MOST_SHOWN]) + ("..." if len(text) > _MOST_SHOWN else "")
    return text.replace("\n", "\\n")

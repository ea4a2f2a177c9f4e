"""What the JSON of nodes' chains is read with: hexadecimal without 0x, of fixed length.

Everything raises CaseError, which names the place.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn

from zkos.host.case_reader import Node
from zkos.host.context import DataAvailability
from zkos.host.expected import ExpectedL1Log, ExpectedLog
from zkos.versions import Protocol

NUMBERS: Final = (
    "chain_id",
    "block_number",
    "timestamp",
    "eip1559_basefee",
    "pubdata_price",
    "native_price",
    "gas_limit",
    "pubdata_limit",
    "blob_fee",
)
"""Fields of a block that are JSON numbers."""
STATUSES: Final = {0: "reverted", 1: "success"}
HASH_BYTES: Final = 32
ADDRESS_BYTES: Final = 20
_SCHEMES: Final = {da.scheme: da for da in DataAvailability}
_LOG_BYTES: Final = 88
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


class Fields(dict[str, Node]):
    """The members of an object; one that is missing is a CaseError."""

    def __init__(self, node: Node) -> None:
        super().__init__(node.members())
        self._node = node

    def __missing__(self, name: str) -> NoReturn:
        self._node.fail(f"field {name} is missing")


def protocol_of(node: Node) -> Protocol:
    """A protocol version by its name."""
    try:
        return Protocol(node.text())
    except ValueError:
        node.fail("unknown protocol")


def scheme_of(node: Node) -> DataAvailability:
    """A way of publishing by its number."""
    scheme = _SCHEMES.get(node.number())
    if scheme is None:
        node.fail("no way of publishing")
    return scheme


def entries(node: Node, count: int) -> list[Node]:
    """The entries of a list of exactly so many."""
    items = node.items()
    if len(items) != count:
        node.fail(f"{len(items)} entries, expected {count}")
    return items


def data_of(node: Node, length: int | None = None) -> bytes:
    """Bytes, of exactly `length` if given."""
    text = node.text()
    if not _HEX.fullmatch(text):
        node.fail("not hex")
    content = bytes.fromhex(text)
    if length is not None and len(content) != length:
        node.fail(f"{len(content)} bytes, expected {length}")
    return content


def number_of(node: Node) -> int:
    """A big-endian number of 32 bytes."""
    return int.from_bytes(data_of(node, HASH_BYTES), "big")


def address_of(node: Node) -> int:
    """An address."""
    return int.from_bytes(data_of(node, ADDRESS_BYTES), "big")


def log_of(node: Node) -> ExpectedLog:
    """An event: address, topics, data."""
    address, topics, data = entries(node, 3)
    return ExpectedLog(
        address_of(address), tuple(map(number_of, topics.items())), data_of(data)
    )


def l1_logs_of(fields: Mapping[str, Node]) -> Iterator[ExpectedL1Log]:
    """What a transaction tells L1."""
    for node in Fields(fields["expected"])["l2_to_l1_logs"].items():
        log = data_of(node, _LOG_BYTES)
        numbers = (
            int.from_bytes(log[start:end], "big")
            for start, end in ((2, 4), (4, 24), (24, 56), (56, 88))
        )
        yield ExpectedL1Log(*numbers)

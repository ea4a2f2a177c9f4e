"""Headers as Ethereum's JSON-RPC tells them."""

from typing import Final

from zkos.host.case_reader import Node
from zkos.host.rlp import Encodable, encode

HASH_BYTES: Final = 32
FIELDS: Final = (
    ("parentHash", HASH_BYTES),
    ("sha3Uncles", HASH_BYTES),
    ("miner", 20),
    ("stateRoot", HASH_BYTES),
    ("transactionsRoot", HASH_BYTES),
    ("receiptsRoot", HASH_BYTES),
    ("logsBloom", 256),
    ("difficulty", 0),
    ("number", 0),
    ("gasLimit", 0),
    ("gasUsed", 0),
    ("timestamp", 0),
    ("extraData", -1),
    ("mixHash", HASH_BYTES),
    ("nonce", 8),
    ("baseFeePerGas", 0),
    ("withdrawalsRoot", HASH_BYTES),
    ("blobGasUsed", 0),
    ("excessBlobGas", 0),
    ("parentBeaconBlockRoot", HASH_BYTES),
    ("requestsHash", HASH_BYTES),
)
"""Names in order, with the bytes of each: 0 stands for a number, -1 for any length."""


def read_header(node: Node) -> bytes:
    """The encoded header of an object with its fields; raises CaseError."""
    given = node.members()
    items: list[Encodable] = []
    for name, length in FIELDS:
        if name not in given:
            node.fail(f"the field {name} is missing")
        field = given[name]
        if length == 0:
            items.append(field.number())
        else:
            items.append(field.data(None if length < 0 else length))
    return encode(items)

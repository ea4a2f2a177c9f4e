"""Transactions as a node of ZKsync OS shows and stores them, all types.

As JSON objects of `eth_getBlockByHash`, and as the envelopes of its databases, in which
those from L1 are RLP too. What the guest reads is checked against the hash the node
names.
"""

from collections.abc import Mapping
from typing import Final

from differential.importers.prestate import encode_transaction
from zkos.host.case_reader import Node, optional
from zkos.host.codecs.service import encode_service
from zkos.host.delivery import deliver
from zkos.host.rlp import Item, RlpError, decode
from zkos.host.transactions import (
    FieldTransaction,
    Kind,
    RawTransaction,
    Transaction,
    TransactionError,
)

OPERATOR: Final = 0x8001
"""Sends service transactions."""
FROM_L1: Final = (Kind.L1.value, Kind.UPGRADE.value)
_L1_ITEMS: Final = 16
"""Of an envelope: hash, twelve fields, and three zeros for a signature."""
_ADDRESS_BYTES: Final = 20
_HASH_BYTES: Final = 32
_STRINGS: Final = 12
"""How many of the items come before the list of factory dependencies."""


class EnvelopeError(ValueError):
    """Bytes that are no envelope of a node; the text says why."""


def read_transaction(node: Node, chain_id: int) -> Transaction:
    """A transaction object with its sender; raises CaseError.

    Also where its hash is not what its fields give.
    """
    fields = node.members()
    kind = optional(fields.get("type"), lambda item: item.number(8), 0)
    sender = _member(node, "initiator" if "initiator" in fields else "from").address()
    transaction: Transaction
    if kind in FROM_L1:
        transaction = _from_l1(node, Kind(kind), sender)
    elif kind == Kind.SERVICE.value:
        transaction = RawTransaction(encode_service(_service(node)), OPERATOR)
    else:
        transaction = RawTransaction(encode_transaction(node), sender)
    _check(node, transaction, chain_id, _member(node, "hash").data(_HASH_BYTES))
    return transaction


def _check(node: Node, transaction: Transaction, chain_id: int, named: bytes) -> None:
    try:
        made = deliver(transaction, chain_id).hash
    except TransactionError as error:
        node.fail(f"{error.field}: {error.reason}")
    if made != named:
        node.fail(f"hash 0x{named.hex()}, but its fields give 0x{made.hex()}")


def _from_l1(node: Node, kind: Kind, sender: int) -> FieldTransaction:
    def number(name: str) -> int:
        return optional(node.members().get(name), Node.number, 0)

    dependencies = optional(node.members().get("factoryDeps"), Node.items, [])
    return FieldTransaction(
        kind,
        gas_limit=_member(node, "gas").number(),
        max_fee_per_gas=number("maxFeePerGas"),
        max_priority_fee_per_gas=number("maxPriorityFeePerGas"),
        nonce=number("nonce"),
        to=_member(node, "to").address(),
        value=number("value"),
        data=_member(node, "input").data(),
        sender=sender,
        gas_per_pubdata=number("gasPerPubdataByteLimit"),
        mint_value=number("toMint"),
        refund_recipient=number("refundRecipient"),
        factory_deps=tuple(item.data(_HASH_BYTES) for item in dependencies),
    )


def _service(node: Node) -> FieldTransaction:
    """Nodes that name no salt have none."""
    return FieldTransaction(
        Kind.SERVICE,
        gas_limit=0,
        max_fee_per_gas=0,
        to=_member(node, "to").address(),
        data=_member(node, "input").data(),
        nonce=optional(node.members().get("salt"), Node.number, 0),
    )


def _member(node: Node, name: str) -> Node:
    fields: Mapping[str, Node] = node.members()
    if name not in fields:
        node.fail(f"field {name} is missing")
    return fields[name]


def stored_transaction(envelope: bytes, chain_id: int) -> Transaction:
    """A transaction of a node's database or replay record; raises EnvelopeError."""
    if not envelope:
        raise EnvelopeError("an empty transaction")
    kind = envelope[0]
    if kind == Kind.SERVICE.value:
        return RawTransaction(envelope, OPERATOR)
    if kind not in FROM_L1:
        sender = deliver(RawTransaction(envelope), chain_id).sender
        if not sender:
            raise EnvelopeError("a transaction that nobody has signed")
        return RawTransaction(envelope, sender)
    named, transaction = _stored_from_l1(envelope)
    try:
        made = deliver(transaction, chain_id).hash
    except TransactionError as error:
        raise EnvelopeError(f"a transaction from L1: {error}") from error
    if made != named:
        raise EnvelopeError(
            f"a transaction from L1 that is called 0x{named.hex()}, "
            f"but its fields give 0x{made.hex()}"
        )
    return transaction


def _stored_from_l1(envelope: bytes) -> tuple[bytes, FieldTransaction]:
    """The hash it is called by, and the transaction."""
    try:
        items = decode(envelope[1:])
    except RlpError as error:
        raise EnvelopeError(f"a transaction from L1 that is no RLP: {error}") from error
    if isinstance(items, bytes) or len(items) != _L1_ITEMS:
        raise EnvelopeError("a transaction from L1 with other items")
    strings = [_string(item) for item in items[:_STRINGS]]
    numbers = [int.from_bytes(item, "big") for item in strings]
    dependencies = items[_STRINGS]
    if isinstance(dependencies, bytes):
        raise EnvelopeError("a transaction from L1 with other items")
    return strings[0], FieldTransaction(
        Kind(envelope[0]),
        sender=_address(strings[1]),
        to=_address(strings[2]),
        gas_limit=numbers[3],
        gas_per_pubdata=numbers[4],
        max_fee_per_gas=numbers[5],
        max_priority_fee_per_gas=numbers[6],
        nonce=numbers[7],
        value=numbers[8],
        mint_value=numbers[9],
        refund_recipient=_address(strings[10]),
        data=strings[11],
        factory_deps=tuple(map(_string, dependencies)),
    )


def _string(item: Item) -> bytes:
    if not isinstance(item, bytes):
        raise EnvelopeError("a list where a string is expected")
    return item


def _address(item: bytes) -> int:
    if len(item) != _ADDRESS_BYTES:
        raise EnvelopeError(f"an address of {len(item)} bytes")
    return int.from_bytes(item, "big")

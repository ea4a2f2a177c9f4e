"""Transactions to simulate on the state of a block, in a JSON list.

Each as in a case (`type` or `raw` ...), or as upstream's tool takes them: `rlp` or `tx`
with `signer`, or `Rlp` as a pair of both. A `hash` names a transaction of the chain the
receipt of which is expected.
"""

from dataclasses import dataclass
from typing import Final

from zkos.host.case_reader import Node
from zkos.host.case_transactions import read_transaction
from zkos.host.delivery import deliver
from zkos.host.transactions import RawTransaction, Transaction, TransactionError

_HASH_BYTES: Final = 32
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Given:
    """A transaction, and by which hash the chain knows it, if it does."""

    transaction: Transaction
    hash: str | None = None


def read_given(node: Node, chain_id: int) -> list[Given]:
    """The transactions of a list; raises CaseError."""
    items = node.items()
    if not items:
        node.fail("no transactions")
    return [_read(item, chain_id) for item in items]


def _read(node: Node, chain_id: int) -> Given:
    members = dict(node.members())
    named = members.pop("hash", None)
    name = None if named is None else "0x" + named.data(_HASH_BYTES).hex()
    transaction: Transaction
    if "Rlp" in members:
        pair = node.fields(("Rlp", "hash"))["Rlp"].items(_PAIR)
        if len(pair) != _PAIR:
            members["Rlp"].fail("expected bytes and a signer")
        transaction = RawTransaction(pair[0].data(), pair[1].address())
    elif "rlp" in members or "tx" in members:
        content = "rlp" if "rlp" in members else "tx"
        fields = node.fields((content, "signer", "hash"))
        if "signer" not in fields:
            node.fail("field signer is missing")
        transaction = RawTransaction(fields[content].data(), fields["signer"].address())
    else:
        values = {key: value for key, value in node.value.items() if key != "hash"}
        transaction = read_transaction(node.renamed(values))
    try:
        deliver(transaction, chain_id)
    except TransactionError as error:
        node.fail(f"{error.field}: {error.reason}")
    return Given(transaction, name)

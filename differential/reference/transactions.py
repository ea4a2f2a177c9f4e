"""Transactions of a block as Ethereum's network carries them: signed envelopes."""

from typing import Final, NamedTuple

from differential.known import LAX_RLP_LENGTHS, NO_BLOB_TRANSACTIONS
from differential.policy import Policy
from zkos.host.case import Block
from zkos.host.case_errors import CaseError
from zkos.host.delivery import RLP, deliver
from zkos.host.transactions import Kind, Transaction, TransactionError
from zkos.versions import DEFAULT, Protocol

FIRST_LIST: Final = 0xC0
"""The first byte of envelopes without a type."""
_FIRST_LONG_LIST: Final = 0xF8
_LENGTH_BYTES: Final = 4
_SERVICE: Final = bytes([Kind.SERVICE.value])
_SHORT: Final = 56
"""Payloads below have their length in the first byte."""


class Refused(Exception):
    """The transaction is invalid; the state is as before."""


class Envelope(NamedTuple):
    """A signed transaction and who is said to have signed it."""

    data: bytes
    claimed: int


def envelope(transaction: Transaction, chain_id: int) -> Envelope:
    """A transaction of a block of `chain_id`.

    Raises TransactionError for what cannot be encoded or Ethereum does not have.
    """
    delivery = deliver(transaction, chain_id)
    if delivery.format != RLP:
        raise TransactionError("format", "only ZKsync OS knows ABI bodies")
    return Envelope(delivery.data, delivery.sender)


def envelopes(block: Block, protocol: Protocol = DEFAULT) -> list[Envelope]:
    """All transactions of a block.

    Raises CaseError, and TransactionError for what Ethereum does not have.
    """
    made = [envelope(item, block.context.chain_id) for item in block.transactions]
    if protocol is not Protocol.V30 and any(x.data[:1] == _SERVICE for x in made):
        raise TransactionError("type", "only ZKsync OS knows service transactions")
    return made


def check_case(block: Block) -> None:
    """Raise CaseError for a transaction that cannot be encoded at all."""
    for index, item in enumerate(block.transactions):
        try:
            deliver(item, block.context.chain_id)
        except TransactionError as error:
            place = f"txs[{index}].{error.field}"
            raise CaseError("case", place, error.reason) from error


def readable(data: bytes, policy: Policy) -> bytes:
    """An envelope as a reference is to read it. Raises Refused."""
    if not data:
        raise Refused("nothing")
    of_blobs = data[0] == Kind.EIP4844.value
    if of_blobs and policy.fire(NO_BLOB_TRANSACTIONS):
        raise Refused("a blob transaction")
    if data[0] == Kind.EIP7702.value and policy.fork == "Cancun":
        raise Refused("not of this fork")
    shorter = _with_canonical_length(data)
    if shorter is not None and policy.fire(LAX_RLP_LENGTHS):
        return shorter
    return data


def _with_canonical_length(data: bytes) -> bytes | None:
    """The same list behind a length without zeros; None where it has none."""
    start = 0 if data[0] >= FIRST_LIST else 1
    head = data[start] if start < len(data) else 0
    count = head - _FIRST_LONG_LIST + 1
    digits = data[start + 1 : start + 1 + max(0, count)]
    length = int.from_bytes(digits, "big")
    is_lax = 0 < count <= _LENGTH_BYTES and digits[:1] == b"\0" and length >= _SHORT
    if not is_lax:
        return None
    shortest = digits.lstrip(b"\0")
    header = bytes([_FIRST_LONG_LIST + len(shortest) - 1]) + shortest
    return data[:start] + header + data[start + 1 + count :]

"""Service transactions: the operator calls contracts (v31 transactions spec 9).

They have no signature, nonce or fee; what they may call is listed here.
"""

from typing import Final

from zkos.guest.protocol.addresses import (
    BOOTLOADER,
    FEE_HANDLER,
    INTEROP_ROOTS,
    SYSTEM_CONTEXT,
)
from zkos.guest.protocol.limits import BLOCK_GAS
from zkos.guest.protocol.report import (
    REASON_INCORRECT_FROM,
    REASON_INVALID_ENCODING,
    REASON_INVALID_STRUCTURE,
)
from zkos.guest.protocol.transactions import TYPE_SERVICE
from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.guest.transactions.calldata import non_zero_bytes
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView

ADD_INTEROP_ROOTS: Final = U32(0xCCA2F7BC)
"""`addInteropRootsInBatch`."""
SET_SETTLEMENT_LAYER: Final = U32(0x040203E6)
"""`setSettlementLayerChainId(uint256)`."""
SET_INTEROP_FEE: Final = U32(0x08273D8A)
"""`setInteropFee(uint256)`."""
SELECTOR_BYTES: Final = U32(4)


def decode_other(kind: U32, reader: RlpReader, transaction: Transaction) -> U32:
    """Fill the fields of a service transaction; the reason to drop it, or 0.

    Bytes after its list count for the hash only.
    """
    if kind != TYPE_SERVICE:
        return REASON_INVALID_ENCODING
    transaction.kind = kind
    if not transaction.is_sender_known or transaction.sender != BOOTLOADER:
        return REASON_INCORRECT_FROM
    encoding = transaction.encoding
    try:
        reader.open(encoding.window(1, encoding.length() - 1))
        content = reader.sublist()
        start = reader.position + 1 - content.length()
        take_fields(reader, content, start, transaction)
    except MalformedRlp:
        return REASON_INVALID_STRUCTURE
    if not may_be_called(transaction.to, transaction.data):
        return REASON_INVALID_STRUCTURE
    return U32(0)


def take_fields(
    reader: RlpReader, content: ByteView, start: U32, transaction: Transaction
) -> None:
    """Take recipient, calldata and salt from a list whose content begins at `start`.

    Raises MalformedRlp.
    """
    reader.open(content)
    transaction.to = reader.address()
    data = reader.string()
    length = data.length()
    first = start + reader.position - length
    reader.u64()
    reader.finish()
    transaction.data = data
    transaction.non_zero_bytes = non_zero_bytes(transaction.encoding, first, length)
    transaction.nonce = U64(0)
    transaction.is_creation = False
    transaction.gas_limit = BLOCK_GAS
    transaction.max_fee = U256(0)
    transaction.max_priority_fee = U256(0)
    transaction.value = U256(0)
    transaction.signed = content.window(0, 0)
    transaction.names_chain = False
    transaction.clear_lists()


def may_be_called(to: Address, data: ByteView) -> bool:
    """Whether service transactions may call this method."""
    if data.length() < SELECTOR_BYTES:
        return False
    method = data.load_u32_be(0)
    if to == INTEROP_ROOTS:
        return method == ADD_INTEROP_ROOTS
    if to == SYSTEM_CONTEXT:
        return method == SET_SETTLEMENT_LAYER
    return to == FEE_HANDLER and method == SET_INTEROP_FEE

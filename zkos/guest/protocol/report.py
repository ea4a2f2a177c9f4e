"""What the guest tells a host that asked for a report: kinds and reason codes.

The host takes the names of reasons from here. Nothing in a report is part of the
proof. The fields of each kind are in `zkos/guest/README.md`.
"""

from typing import Final

from zkos.lang.ints import U32

MESSAGE: Final = U32(0xFFFFFFF0)
"""First word of every message."""

KIND_TRANSACTION: Final = U32(1)
KIND_EVENT: Final = U32(2)
KIND_L1_LOG: Final = U32(3)
KIND_L1_MESSAGE: Final = U32(4)
KIND_STORAGE_DIFF: Final = U32(5)
KIND_PREIMAGE: Final = U32(6)
KIND_PUBDATA: Final = U32(7)
KIND_BLOCK: Final = U32(8)
KIND_ACCOUNT_DIFF: Final = U32(9)
KIND_STEP: Final = U32(10)
"""Only from builds that trace, likewise the end of a frame."""
KIND_FRAME_END: Final = U32(11)
KIND_BATCH: Final = U32(12)
"""Last of a run, whether it is one block or several."""

STATUS_SUCCESS: Final = U32(0)
STATUS_REVERTED: Final = U32(1)
STATUS_INVALID: Final = U32(2)

LOG_MESSAGE: Final = U32(0)
LOG_TRANSACTION_RESULT: Final = U32(1)

# Why a transaction was dropped (bootloader spec 10).
REASON_INVALID_ENCODING: Final = U32(1)
REASON_INVALID_STRUCTURE: Final = U32(2)
REASON_PRIORITY_FEE_GREATER_THAN_MAX_FEE: Final = U32(3)
REASON_BASE_FEE_GREATER_THAN_MAX_FEE: Final = U32(4)
REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK: Final = U32(5)
REASON_REJECT_CALLER_WITH_CODE: Final = U32(6)
REASON_LACK_OF_FUND_FOR_MAX_FEE: Final = U32(7)
"""Values: what is required, the balance."""
REASON_NONCE_OVERFLOW_IN_TRANSACTION: Final = U32(8)
REASON_NONCE_TOO_HIGH: Final = U32(9)
"""Values: of the transaction, of the account."""
REASON_NONCE_TOO_LOW: Final = U32(10)
"""Values: of the transaction, of the account."""
REASON_MALLEABLE_SIGNATURE: Final = U32(11)
REASON_INCORRECT_FROM: Final = U32(12)
"""Values: the sender claimed, the one recovered."""
REASON_CREATE_INIT_CODE_SIZE_LIMIT: Final = U32(13)
REASON_GAS_PER_PUBDATA_TOO_HIGH: Final = U32(14)
REASON_BLOCK_GAS_LIMIT_TOO_HIGH: Final = U32(15)
REASON_UPGRADE_TX_NOT_FIRST: Final = U32(16)
REASON_REVERT: Final = U32(17)
"""Value: the selector of the account's or paymaster's method that reverted."""
REASON_RECEIVED_INSUFFICIENT_FEES: Final = U32(18)
"""Values: received, required."""
REASON_INVALID_MAGIC: Final = U32(19)
REASON_INVALID_RETURNDATA_LENGTH: Final = U32(20)
REASON_OUT_OF_GAS_DURING_VALIDATION: Final = U32(21)
REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION: Final = U32(22)
REASON_NONCE_USED_ALREADY: Final = U32(23)
REASON_NONCE_NOT_INCREASED: Final = U32(24)
REASON_UPGRADE_TX_FAILED: Final = U32(25)

# Upstream defines these too, but nothing there gives them.
REASON_GAS_PRICE_LESS_THAN_BASEFEE: Final = U32(26)
REASON_CALL_GAS_COST_MORE_THAN_GAS_LIMIT: Final = U32(27)
REASON_OVERFLOW_PAYMENT_IN_TRANSACTION: Final = U32(28)
REASON_INVALID_CHAIN_ID: Final = U32(29)
REASON_ACCESS_LIST_NOT_SUPPORTED: Final = U32(30)
REASON_PAYMASTER_RETURN_DATA_TOO_SHORT: Final = U32(31)
REASON_PAYMASTER_INVALID_MAGIC: Final = U32(32)
REASON_PAYMASTER_CONTEXT_INVALID: Final = U32(33)
REASON_PAYMASTER_CONTEXT_OFFSET_TOO_LONG: Final = U32(34)

# Why a transaction was reverted.
REASON_REVERTED: Final = U32(64)
"""The entry frame reverted or halted."""
REASON_OUT_OF_NATIVE: Final = U32(65)
"""During execution."""
REASON_PUBDATA_NOT_COVERED: Final = U32(66)
"""The native left does not pay for the pubdata."""
REASON_OUT_OF_GAS_FOR_DEPLOYMENT: Final = U32(67)
"""The fixed price of a deployment is above what is left."""

# What ends the block upstream, without quirks only the transaction (spec 11).
REASON_NATIVE_PRICE_ZERO: Final = U32(128)
REASON_FEE_OVERFLOW: Final = U32(129)
"""Maximum fee times gas limit reaches 2**128."""
REASON_REQUIRED_BALANCE_OVERFLOW: Final = U32(130)
"""Value plus fee reaches 2**256."""
REASON_NATIVE_PER_PUBDATA_OVERFLOW: Final = U32(131)
REASON_PUBDATA_CHARGE_OVERFLOW: Final = U32(132)
"""Pubdata times its native price reaches 2**64."""
REASON_DEPOSIT_TOO_LOW: Final = U32(133)
REASON_UNSUPPORTED_ENVIRONMENT: Final = U32(134)
"""A call to 0x9000, or an account of an unknown environment."""
REASON_EVENT_WITHOUT_ENVIRONMENT: Final = U32(135)
"""A message to L1 sent directly from an account without code."""
REASON_PAYMASTER_NOT_SUPPORTED: Final = U32(136)
REASON_MINT_OVERFLOW: Final = U32(137)
REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS: Final = U32(138)
REASON_TRANSACTION_TOO_LARGE: Final = U32(139)
REASON_RETURN_DATA_TOO_LARGE: Final = U32(140)
"""All return data of one interaction."""
REASON_GAS_USED_ABOVE_GAS_LIMIT: Final = U32(141)
"""The unchecked pubdata charge wrapped."""
REASON_ENTRY_TRANSFER_FAILED: Final = U32(142)
"""The sender lacks the value of the entry call."""
REASON_ERGS_OVERFLOW: Final = U32(143)
"""The gas limit of an L1 transaction does not fit in ergs."""
REASON_INTERNAL: Final = U32(144)
"""Any other internal error."""

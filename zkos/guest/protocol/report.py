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
KIND_CALL_GAS: Final = U32(13)
"""What a caller keeps of its gas; from builds that trace only."""
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
REASON_INVALID_CHAIN_ID: Final = U32(3)
REASON_AUTH_LIST_IS_EMPTY: Final = U32(4)
REASON_PRIORITY_FEE_GREATER_THAN_MAX_FEE: Final = U32(5)
REASON_BASE_FEE_GREATER_THAN_MAX_FEE: Final = U32(6)
REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK: Final = U32(7)
REASON_REJECT_CALLER_WITH_CODE: Final = U32(8)
REASON_LACK_OF_FUND_FOR_MAX_FEE: Final = U32(9)
"""Values: what is required, the balance."""
REASON_OVERFLOW_PAYMENT_IN_TRANSACTION: Final = U32(10)
"""Value plus highest fee reaches 2**256."""
REASON_NONCE_OVERFLOW_IN_TRANSACTION: Final = U32(11)
REASON_NONCE_TOO_HIGH: Final = U32(12)
"""Values: of the transaction, of the account."""
REASON_NONCE_TOO_LOW: Final = U32(13)
"""Values: of the transaction, of the account."""
REASON_MALLEABLE_SIGNATURE: Final = U32(14)
REASON_INCORRECT_FROM: Final = U32(15)
"""Values: the sender claimed, the one recovered."""
REASON_CREATE_INIT_CODE_SIZE_LIMIT: Final = U32(16)
REASON_UPGRADE_TX_NOT_FIRST: Final = U32(17)
REASON_OUT_OF_GAS_DURING_VALIDATION: Final = U32(18)
REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION: Final = U32(19)
REASON_BLOCK_GAS_LIMIT_REACHED: Final = U32(20)
REASON_BLOCK_NATIVE_LIMIT_REACHED: Final = U32(21)
REASON_BLOCK_PUBDATA_LIMIT_REACHED: Final = U32(22)
REASON_BLOCK_L2_TO_L1_LOGS_LIMIT_REACHED: Final = U32(23)
# Since v31 (v31 bootloader spec 10).
REASON_CALLER_GAS_LIMIT_TOO_HIGH: Final = U32(24)
REASON_NATIVE_RESOURCES_ARE_TOO_EXPENSIVE: Final = U32(25)
"""A gas costs more native than 64 bits hold."""
REASON_PUBDATA_PRICE_TOO_HIGH: Final = U32(26)
"""A byte of pubdata costs more native than 64 bits hold."""
# Of the Ethereum instance.
REASON_BLOB_LIST_IS_EMPTY: Final = U32(27)
REASON_TOO_MANY_BLOBS: Final = U32(28)
REASON_BLOB_VERSION_NOT_SUPPORTED: Final = U32(29)
REASON_BLOB_FEE_TOO_LOW: Final = U32(30)
"""Its cap is below the block's."""
REASON_BLOB_GAS_LIMIT_REACHED: Final = U32(31)
# Since v32 (v32 6).
REASON_CALLER_GAS_LIMIT_MORE_THAN_TX_LIMIT: Final = U32(32)
"""The gas limit is above that of the block or of any transaction."""
REASON_EIP7623_INTRINSIC_GAS_IS_TOO_LOW: Final = U32(33)
"""The gas limit does not pay for the calldata at the price of EIP-7623."""

# Why a transaction was reverted.
REASON_REVERTED: Final = U32(64)
"""The entry frame reverted or halted."""
REASON_OUT_OF_NATIVE: Final = U32(65)
"""During execution."""
REASON_PUBDATA_NOT_COVERED: Final = U32(66)
"""The native left does not pay for the pubdata."""
REASON_OUT_OF_RETURN_MEMORY: Final = U32(67)
"""All return data of the interaction is beyond the limit."""

# What ends the block upstream, without quirks only the transaction (bootloader
# spec 11).
REASON_NATIVE_PRICE_ZERO: Final = U32(128)
REASON_FEE_OVERFLOW: Final = U32(129)
"""Gas price times gas limit reaches 2**256."""
REASON_REQUIRED_DEPOSIT_OVERFLOW: Final = U32(130)
"""Value plus fee of an L1 transaction reaches 2**256."""
REASON_NATIVE_PER_PUBDATA_OVERFLOW: Final = U32(131)
REASON_PUBDATA_CHARGE_OVERFLOW: Final = U32(132)
"""Pubdata times its native price reaches 2**64."""
REASON_DEPOSIT_TOO_LOW: Final = U32(133)
REASON_UNSUPPORTED_ENVIRONMENT: Final = U32(134)
"""The sender is an account of an unknown environment."""
REASON_MINT_OVERFLOW: Final = U32(135)
"""An account lacks room for what L1 sends it."""
REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS: Final = U32(136)
REASON_ENTRY_TRANSFER_FAILED: Final = U32(137)
"""The callee lacks room for the value of the entry call."""
REASON_ERGS_OVERFLOW: Final = U32(138)
"""The gas limit of an L1 transaction does not fit in ergs."""
REASON_UPGRADE_REVERTED: Final = U32(139)
REASON_REFUND_OVERFLOW: Final = U32(140)
"""The sender lacks room for what is left of its fee."""
REASON_OPERATOR_FEE_OVERFLOW: Final = U32(141)
"""The coinbase lacks room for the fee."""
REASON_UNKNOWN_ENCODING: Final = U32(142)
"""The host names an encoding that there is not."""
REASON_INTERNAL: Final = U32(143)
"""Any other internal error."""
# Since v31 (v31 bootloader spec 11).
REASON_SERVICE_BLOCK: Final = U32(144)
"""A service transaction after others, or another after a service transaction."""
REASON_BLOB_FEE_NOT_1: Final = U32(145)
REASON_ASSET_TRACKER_FAILED: Final = U32(146)
REASON_TREASURY_SHORT: Final = U32(147)
"""The treasury has less than L1 sends."""

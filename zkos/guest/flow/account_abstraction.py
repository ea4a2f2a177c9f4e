"""Accounts that validate, pay and execute themselves, and paymasters.

Bootloader spec 8. The paymaster flow ends where upstream has not written it: after
the paymaster agreed to pay.
"""

from typing import Final

from zkos.guest.flow.work import Work
from zkos.guest.protocol.addresses import BOOTLOADER
from zkos.guest.protocol.report import (
    REASON_INVALID_MAGIC,
    REASON_INVALID_RETURNDATA_LENGTH,
    REASON_NONCE_NOT_INCREASED,
    REASON_PAYMASTER_NOT_SUPPORTED,
    REASON_REVERT,
)
from zkos.guest.transactions.abi import PREFIX_BYTES
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView

SELECTOR_VALIDATE: Final = U32(0x202BCCE7)
SELECTOR_PAY: Final = U32(0xE2F318E3)
SELECTOR_EXECUTE: Final = U32(0xDF9C1589)
SELECTOR_PRE_PAYMASTER: Final = U32(0xA28C1AEE)
SELECTOR_PAYMASTER: Final = U32(0x038A24BC)
SELECTOR_APPROVAL_BASED: Final = U32(0x949431DC)
SELECTOR_GENERAL: Final = U32(0x8C5A3445)
SELECTOR_ALLOWANCE: Final = U32(0xDD62ED3E)
SELECTOR_APPROVE: Final = U32(0x095EA7B3)

HEADER_BYTES: Final = U32(100)
"""Selector, two hashes, offset of the transaction."""
BODY_OFFSET: Final = U256(0x60)
APPROVAL_INPUT_BYTES: Final = U32(68)
HIGHEST_ADDRESS: Final = U256((1 << 160) - 1)
ERC20_CALL_BYTES: Final = U32(68)


def call_account(work: Work, account: Address, method: U32) -> bool:
    """Call a method that takes hashes and transaction; whether it succeeded.

    The calldata is as long as the body, so the header pushes out its last 100 bytes.
    Raises OutOfNative and Fatal.
    """
    transaction = work.transaction
    start = PREFIX_BYTES - HEADER_BYTES
    buffer = transaction.buffer
    buffer.store_u32_be(start, method)
    buffer.store_u256_be(start + 4, U256(work.outcome.hash))
    buffer.store_u256_be(start + 36, U256(work.signing_hash))
    buffer.store_u256_be(start + 68, BODY_OFFSET)
    calldata = buffer.window(start, transaction.body.length())
    return work.interact(BOOTLOADER, account, U256(0), calldata)


def reject_revert(work: Work, method: U32) -> None:
    """Drop the transaction because a step reverted. Raises Invalid."""
    work.outcome.reject_with(REASON_REVERT, U256(method), U256(0))


def validate_by_account(work: Work, nonce: U64) -> None:
    """Let the sender's code accept the transaction. Raises Invalid."""
    sender = work.transaction.sender
    if not call_account(work, sender, SELECTOR_VALIDATE):
        reject_revert(work, SELECTOR_VALIDATE)
    output = work.runner.output
    if output.length() != 32:
        work.outcome.reject(REASON_INVALID_RETURNDATA_LENGTH)
    if output.load_u32_be(0) != SELECTOR_VALIDATE:
        work.outcome.reject(REASON_INVALID_MAGIC)
    account = work.io.read_account(work.sender_environment, work.resources, sender)
    if account.nonce <= nonce:
        work.outcome.reject(REASON_NONCE_NOT_INCREASED)


def pay_by_account(work: Work) -> None:
    """Let the sender's code pay the fee. Raises Invalid."""
    if not call_account(work, work.transaction.sender, SELECTOR_PAY):
        reject_revert(work, SELECTOR_PAY)


def execute_by_account(work: Work) -> bool:
    """Let the sender's code execute; whether it succeeded."""
    success = call_account(work, work.transaction.sender, SELECTOR_EXECUTE)
    work.outcome.output = work.runner.output
    return success


def pay_by_paymaster(work: Work) -> None:
    """Ask a paymaster to pay. Raises Invalid or, if it agrees, Fatal."""
    transaction = work.transaction
    if work.by_contract:
        if not call_account(work, transaction.sender, SELECTOR_PRE_PAYMASTER):
            reject_revert(work, SELECTOR_PRE_PAYMASTER)
    else:
        prepare_paymaster(work)
    if not call_account(work, transaction.paymaster, SELECTOR_PAYMASTER):
        reject_revert(work, SELECTOR_PAYMASTER)
    work.outcome.abort(REASON_PAYMASTER_NOT_SUPPORTED)


def prepare_paymaster(work: Work) -> None:
    """What an account without code does for its paymaster. Raises Invalid."""
    data = work.transaction.paymaster_input
    if data.length() < 4:
        reject_revert(work, SELECTOR_PRE_PAYMASTER)
    kind = data.load_u32_be(0)
    if kind == SELECTOR_GENERAL:
        return
    if kind != SELECTOR_APPROVAL_BASED or data.length() < APPROVAL_INPUT_BYTES:
        reject_revert(work, SELECTOR_PRE_PAYMASTER)
    token = data.load_u256_be(4)
    if token > HIGHEST_ADDRESS:
        work.outcome.abort(REASON_PAYMASTER_NOT_SUPPORTED)
    approve_paymaster(work, Address(token), data.load_u256_be(36))


def approve_paymaster(work: Work, token: Address, amount: U256) -> None:
    """Raise the paymaster's ERC-20 allowance to `amount` unless it is enough."""
    sender = U256(work.transaction.sender)
    paymaster = U256(work.transaction.paymaster)
    if call_token(work, token, SELECTOR_ALLOWANCE, sender, paymaster) >= amount:
        return
    # Some tokens only accept a new allowance after it was set to zero.
    if call_token(work, token, SELECTOR_APPROVE, paymaster, U256(0)) != 1:
        reject_revert(work, SELECTOR_PRE_PAYMASTER)
    if call_token(work, token, SELECTOR_APPROVE, paymaster, amount) != 1:
        reject_revert(work, SELECTOR_PRE_PAYMASTER)


def call_token(
    work: Work, token: Address, method: U32, first: U256, second: U256
) -> U256:
    """Call an ERC-20 method as the sender; the word it returns. Raises Invalid."""
    calldata = token_calldata(work, method, first, second)
    sender = work.transaction.sender
    if not work.interact(sender, token, U256(0), calldata):
        reject_revert(work, SELECTOR_PRE_PAYMASTER)
    output = work.runner.output
    if output.length() != 32:
        work.outcome.reject(REASON_INVALID_RETURNDATA_LENGTH)
    return output.load_u256_be(0)


def token_calldata(work: Work, method: U32, first: U256, second: U256) -> ByteView:
    """Selector and two words, in front of the transaction body."""
    start = PREFIX_BYTES - ERC20_CALL_BYTES
    buffer = work.transaction.buffer
    buffer.store_u32_be(start, method)
    buffer.store_u256_be(start + 4, first)
    buffer.store_u256_be(start + 36, second)
    return buffer.window(start, ERC20_CALL_BYTES)

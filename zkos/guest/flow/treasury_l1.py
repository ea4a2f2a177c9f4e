"""Transactions from L1 whose ether comes from a treasury (v31 bootloader spec 6).

Before any of it moves, the asset tracker, a contract, is told how much; it must agree.
"""

from typing import Final

from zkos.guest.flow.execution import call, close, exhaust, fault
from zkos.guest.flow.ledger import Ledger, Pubdata, count_pubdata, open_l1, settle
from zkos.guest.flow.prices import Prices, divide_up, saturate
from zkos.guest.flow.work import Work
from zkos.guest.protocol.addresses import ASSET_TRACKER, BASE_TOKEN, TREASURY
from zkos.guest.protocol.environment import HIGHEST_ENVIRONMENT, NO_ENVIRONMENT
from zkos.guest.protocol.limits import MAX_ADDRESS
from zkos.guest.protocol.report import (
    REASON_ASSET_TRACKER_FAILED,
    REASON_DEPOSIT_TOO_LOW,
    REASON_FEE_OVERFLOW,
    REASON_INTERNAL,
    REASON_OUT_OF_NATIVE,
    REASON_OUT_OF_RETURN_MEMORY,
    REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS,
    REASON_REVERTED,
    REASON_TREASURY_SHORT,
    REASON_UNSUPPORTED_ENVIRONMENT,
    REASON_UPGRADE_REVERTED,
)
from zkos.guest.protocol.transactions import (
    L1_NATIVE_IS_FIXED,
    NATIVE_PER_GAS_UPGRADE,
    NATIVE_PRICE_L1,
    PUBDATA_INTRINSIC_L1,
    TYPE_UPGRADE,
)
from zkos.guest.system.errors import (
    Fatal,
    InsufficientBalance,
    OutOfErgs,
    OutOfNative,
    OutOfReturnMemory,
)
from zkos.guest.system.memory import copy_of
from zkos.guest.system.resources import INFINITE, Resources
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes

FINALIZE_BRIDGING: Final = U32(0x03117C8C)
"""`handleFinalizeBaseTokenBridgingOnL2(uint256,uint256)`."""
NOTICE_BYTES: Final = U32(68)
L1_CHAIN_KEY: Final = U256(154)
"""Slot of the asset tracker with the id of L1."""


def process_l1(work: Work) -> None:
    """Execute, pay the operator, refund, log. Raises Fatal."""
    outcome = work.outcome
    transaction = work.transaction
    prices = l1_prices(work)
    ledger = open_l1(work, prices)
    fee = deposited_fee(work, prices)
    paid_hash = pay_hash(work, ledger)
    l1_chain = read_l1_chain(work)
    if paid_hash:
        pubdata = run(work, prices, ledger, l1_chain, transaction.deposit - fee)
    else:
        pubdata = count_pubdata(work, prices, ledger)
    settle(work, prices, ledger, pubdata, PUBDATA_INTRINSIC_L1)
    keep_output(work)
    is_upgrade = transaction.kind == TYPE_UPGRADE
    if is_upgrade and not outcome.success:
        outcome.abort(REASON_UPGRADE_REVERTED)
    paid = U256(outcome.gas_used) * prices.gas
    give(work, l1_chain, work.system.metadata.coinbase, paid)
    refund(work, l1_chain, (fee if outcome.success else transaction.deposit) - paid)
    if not is_upgrade:
        work.io.emit_l1_transaction_log(transaction.hash, outcome.success)


def l1_prices(work: Work) -> Prices:
    """The prices that L1 has fixed; what does not fit is as high as can be."""
    transaction = work.transaction
    gas = transaction.max_fee
    per_gas = NATIVE_PER_GAS_UPGRADE
    if not L1_NATIVE_IS_FIXED and transaction.kind != TYPE_UPGRADE and gas != 0:
        per_gas = divide_up(gas, NATIVE_PRICE_L1)
    native_per_gas = saturate(per_gas)
    gas_per_pubdata = U64(transaction.gas_per_pubdata)
    return Prices(gas, native_per_gas, gas_per_pubdata.saturating_mul(native_per_gas))


def deposited_fee(work: Work, prices: Prices) -> U256:
    """The fee for all gas, which the deposit must cover: step 3. Raises Fatal."""
    transaction = work.transaction
    fee, overflow = prices.gas.overflowing_mul(U256(transaction.gas_limit))
    if overflow:
        work.outcome.abort(REASON_FEE_OVERFLOW)
    if transaction.deposit < fee:
        work.outcome.abort(REASON_DEPOSIT_TOO_LOW)
    return fee


def pay_hash(work: Work, ledger: Ledger) -> bool:
    """Hash; whether that could be paid for. Otherwise nothing is left to execute with.

    Raises Fatal, but has no cause to.
    """
    try:
        work.reader.hash(ledger.resources)
        return True
    except OutOfNative:
        exhaust(work, ledger, REASON_OUT_OF_NATIVE)
        work.outcome.native_used = ledger.native_used()
    try:
        work.reader.hash(work.unlimited())
    except OutOfNative:
        work.outcome.abort(REASON_INTERNAL)
    return False


def read_l1_chain(work: Work) -> U256:
    """The id of L1, as the asset tracker knows it, at nobody's cost. Raises Fatal."""
    try:
        return work.io.read_slot(
            NO_ENVIRONMENT, work.unlimited(), ASSET_TRACKER, L1_CHAIN_KEY
        )
    except (OutOfErgs, OutOfNative):
        work.outcome.abort(REASON_INTERNAL)


def run(
    work: Work, prices: Prices, ledger: Ledger, l1_chain: U256, amount: U256
) -> Pubdata:
    """Execute in a frame that any failure rolls back: step 6. Raises Fatal.

    Running out of native or of return memory forfeits what is withheld as well.
    """
    outcome = work.outcome
    snapshot = work.io.start_frame()
    try:
        outcome.success = execute(work, prices, ledger.resources, l1_chain, amount)
    except OutOfNative:
        forfeit(work, ledger, REASON_OUT_OF_NATIVE)
    except OutOfReturnMemory:
        forfeit(work, ledger, REASON_OUT_OF_RETURN_MEMORY)
    except Fatal:
        if outcome.aborts:
            raise
        forfeit(work, ledger, fault(work))
    outcome.native_used = ledger.native_used()
    ledger.release()
    return close(work, prices, ledger, snapshot)


def execute(
    work: Work, prices: Prices, resources: Resources, l1_chain: U256, amount: U256
) -> bool:
    """Give the sender all but the fee and call; whether it succeeded.

    Raises OutOfNative, OutOfReturnMemory and Fatal.
    """
    transaction = work.transaction
    work.system.origin = transaction.sender
    work.system.gas_price = prices.gas
    snapshot = work.io.start_frame()
    if amount != 0:
        mint(work, resources, l1_chain, transaction.sender, amount)
    success = call(work, resources)
    work.io.finish_frame(snapshot, not success)
    if not success:
        work.outcome.revert(REASON_REVERTED)
    return success


def forfeit(work: Work, ledger: Ledger, reason: U32) -> None:
    """Revert with all gas and all native, also what is withheld."""
    exhaust(work, ledger, reason)
    ledger.withheld = U64(0)


def keep_output(work: Work) -> None:
    """Keep the output for the report: further interactions follow."""
    output = work.outcome.output
    if work.system.report.enabled:
        work.outcome.output = copy_of(output)
    else:
        work.outcome.output = output.window(0, 0)


def refund(work: Work, l1_chain: U256, amount: U256) -> None:
    """Give back what is left of the deposit. Raises Fatal."""
    if amount == 0:
        return
    recipient = work.transaction.refund_recipient
    if recipient > MAX_ADDRESS:
        work.outcome.abort(REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS)
    give(work, l1_chain, Address(recipient), amount)


def give(work: Work, l1_chain: U256, target: Address, amount: U256) -> None:
    """Mint at nobody's cost. Raises Fatal."""
    try:
        mint(work, Resources(INFINITE, INFINITE), l1_chain, target, amount)
    except (OutOfNative, OutOfReturnMemory):
        work.outcome.abort(REASON_ASSET_TRACKER_FAILED)


def mint(
    work: Work, resources: Resources, l1_chain: U256, target: Address, amount: U256
) -> None:
    """Move ether out of the treasury once the asset tracker agrees; gas is free.

    An amount of 0 moves too, but nobody is asked. Raises OutOfNative,
    OutOfReturnMemory and Fatal.
    """
    if amount != 0:
        ask_tracker(work, resources, l1_chain, amount)
    try:
        work.io.transfer(NO_ENVIRONMENT, resources, TREASURY, target, amount)
    except InsufficientBalance:
        work.outcome.abort(REASON_TREASURY_SHORT)


def ask_tracker(work: Work, resources: Resources, l1_chain: U256, amount: U256) -> None:
    """Tell the asset tracker of an amount, in the name of the base token.

    Raises OutOfNative, OutOfReturnMemory and, if it does not agree, Fatal.
    """
    io = work.io
    snapshot = io.start_frame()
    caller = io.read_account(NO_ENVIRONMENT, resources, BASE_TOKEN)
    environment = caller.environment()
    if environment > HIGHEST_ENVIRONMENT:
        work.outcome.abort(REASON_UNSUPPORTED_ENVIRONMENT)
    spending = Resources(INFINITE, resources.native)
    agrees = work.runner.call(
        spending,
        environment,
        BASE_TOKEN,
        ASSET_TRACKER,
        U256(0),
        notice(l1_chain, amount),
    )
    resources.native = spending.native
    if not agrees:
        work.outcome.abort(REASON_ASSET_TRACKER_FAILED)
    io.finish_frame(snapshot, False)


def notice(l1_chain: U256, amount: U256) -> ByteView:
    """The calldata that tells the tracker."""
    data = allocate_bytes(NOTICE_BYTES)
    data.store_u32_be(0, FINALIZE_BRIDGING)
    data.store_u256_be(4, l1_chain)
    data.store_u256_be(36, amount)
    return data

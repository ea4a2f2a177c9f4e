"""What ends the block upstream, and what becomes of it without upstream's faults."""

import pytest

from differential.outcome import Result
from tests.guest.bootloader.cases import both, l1, legacy, run, statuses

pytestmark = pytest.mark.cpython
SEND_TO_L1 = "0x62f84b24" + f"{32:064x}{0:064x}"
GOOD = legacy(value=7)


def eip712(**changes):
    fields = {"type": "eip712", "gas_per_pubdata": 1, "max_fee_per_gas": 1000}
    message = {**legacy(), **fields, "max_priority_fee_per_gas": 0, **changes}
    del message["gas_price"]
    return message


REVERTED = [
    (legacy(to="0x" + f"{0x9000:040x}"), "UnsupportedEnvironment"),
    (legacy(to="0x" + f"{0x8008:040x}", data=SEND_TO_L1), "EventWithoutEnvironment"),
]
DROPPED = [
    (legacy(gas_price=2**112, gas_limit=2**20), "FeeOverflow"),
    (legacy(value=2**256 - 1), "RequiredBalanceOverflow"),
    (eip712(paymaster="0x" + "77" * 20, paymaster_input="0x8c5a3445"), "Paymaster"),
    (l1(mint_value=5), "DepositTooLow"),
    (l1(max_fee_per_gas=2**112, gas_limit=2**20), "FeeOverflow"),
    (l1(gas_limit=2**57), "ErgsOverflow"),
    (l1(refund_recipient=2**160), "RefundRecipient"),
    (l1(gas_per_pubdata=2**32 - 1, max_fee_per_gas=2**64), "PubdataChargeOverflow"),
]


@pytest.mark.parametrize(("transaction", "reason"), REVERTED)
def test_fatal_execution_reverts_and_takes_all_gas(transaction, reason):
    upstream, ours = both(transaction, legacy(nonce=1))
    assert upstream.result is Result.ABORT
    assert ours.result is Result.SUCCESS
    (status, why), second = statuses(ours)
    assert (status, why.startswith(reason)) == ("reverted", True), why
    assert ours.transactions[0].gas_used == 100_000
    assert second == ("success", "")


@pytest.mark.parametrize(("transaction", "reason"), DROPPED)
def test_fatal_elsewhere_drops_the_transaction_without_trace(transaction, reason):
    upstream, ours = both(transaction, GOOD)
    assert upstream.result is Result.ABORT
    assert ours.result is Result.SUCCESS
    (status, why), second = statuses(ours)
    assert (status, why.startswith(reason)) == ("invalid", True), why
    assert second == ("success", "")
    assert ours.state_root == run(GOOD).state_root


def test_native_price_zero_drops_l2_transactions_only():
    upstream, ours = both(l1(value=0), GOOD, block={"native_price": 0})
    assert upstream.result is Result.ABORT
    assert statuses(ours) == [("success", ""), ("invalid", "NativePriceZero")]

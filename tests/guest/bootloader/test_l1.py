"""Priority operations and upgrades (bootloader spec 6)."""

import pytest

from tests.guest.bootloader.cases import (
    CONTRACT,
    REVERTS,
    STRANGER,
    TARGET,
    account,
    l1,
    run,
    statuses,
    storage,
    upgrade,
)
from tests.support.blocks import BLOCKS

GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
SUCCESS = ("success", "")
OUT = ("reverted", "OutOfNative")
STEPS = [130_000, 107_500, 251_240, 4_000, 250_240, 4_000, 10_000]
"""Native of a transfer between absent accounts; the first two precede execution."""
FEED = "0x" + "fe" * 20


def results(outcome):
    return [(log.key, log.value) for log in outcome.detail.l1_logs]


def test_native_of_a_transfer():
    needed = sum(STEPS)
    assert needed == 756_980
    outcome = run(l1(max_fee_per_gas=10, gas_limit=needed))
    assert statuses(outcome) == [SUCCESS]
    (done,) = outcome.transactions
    assert (done.gas_used, done.native_used) == (needed, needed)
    assert account(outcome, TARGET).balance == 5


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_native_may_run_out_at_each_step(step):
    limit = sum(STEPS[: step + 1]) - 1
    fields = {"mint_value": 10 * limit + 77, "refund_recipient": int(FEED, 16)}
    outcome = run(l1(max_fee_per_gas=10, gas_limit=limit, **fields))
    assert statuses(outcome) == [OUT]
    assert outcome.transactions[0].gas_used == limit
    assert account(outcome, "0x0").balance == 10 * limit
    assert account(outcome, FEED).balance == 77
    assert results(outcome) == [(outcome.transactions[0].hash, 0)]


@pytest.mark.parametrize("gas_limit", [0, 100, 20_999])
def test_little_gas_is_enough_where_no_code_runs(gas_limit):
    outcome = run(l1(gas_limit=gas_limit, max_fee_per_gas=10**5))
    if gas_limit == 0:
        assert statuses(outcome) == [OUT]
        return
    assert statuses(outcome) == [SUCCESS]
    assert outcome.transactions[0].gas_used == gas_limit
    assert account(outcome, TARGET).balance == 5


def test_little_gas_is_not_enough_where_code_runs():
    accounts = {TARGET: {"code": "0x6001"}}
    outcome = run(l1(gas_limit=100, max_fee_per_gas=10**5), accounts=accounts)
    assert statuses(outcome) == [("reverted", "Reverted")]
    assert outcome.transactions[0].gas_used == 100


def test_free_transaction_has_unlimited_native():
    outcome = run(l1(gas_limit=0, max_fee_per_gas=0))
    assert statuses(outcome) == [SUCCESS]
    assert outcome.transactions[0].gas_used == 0


@pytest.mark.parametrize(("code", "kept"), [("0x5f5ffd", 0), ("0x00", 77)])
def test_rest_of_the_deposit_goes_to_the_refund_recipient(code, kept):
    fields = {"mint_value": 10**12, "refund_recipient": int(FEED, 16), "value": 77}
    outcome = run(l1(to=CONTRACT, **fields), accounts={CONTRACT: {"code": code}})
    fee = 1000 * outcome.transactions[0].gas_used
    assert account(outcome, FEED).balance == 10**12 - fee - kept
    assert account(outcome, "0x0").balance == fee
    assert results(outcome) == [(outcome.transactions[0].hash, 1 if kept else 0)]


def test_reverted_mint_is_undone():
    outcome = run(l1(to=CONTRACT), accounts={CONTRACT: REVERTS})
    changed = {each.address for each in outcome.detail.accounts}
    assert not changed & {int(STRANGER, 16), int(CONTRACT, 16)}


def test_refund_counter_counts():
    contract = {"code": "0x5f5f5500", "storage": {"0x0": 1}}
    (done,) = run(l1(to=CONTRACT), accounts={CONTRACT: contract}).transactions
    assert (done.gas_used, done.gas_refunded) == (21_204, 4800)


def test_pubdata_must_be_covered_and_is_priced_by_l1():
    accounts = {CONTRACT: {"code": "0x60015f5500"}}
    message = l1(
        to=CONTRACT, max_fee_per_gas=10, gas_limit=10**8, gas_per_pubdata=10_000
    )
    (done,) = run(message, accounts=accounts).transactions
    assert done.gas_used - done.native_used == 10_000 * done.pubdata_used
    message["gas_limit"] = done.gas_used
    assert statuses(run(message, accounts=accounts)) == [SUCCESS]
    message["gas_limit"] = done.gas_used - 1
    outcome = run(message, accounts=accounts)
    assert statuses(outcome) == [("reverted", "PubdataNotCovered")]
    assert storage(outcome) == {}
    assert outcome.transactions[0].pubdata_used == 153


def test_upgrade_is_free_and_logged():
    outcome = run(upgrade(to=CONTRACT), accounts={CONTRACT: {"code": "0x60015f5500"}})
    assert statuses(outcome) == [SUCCESS]
    assert storage(outcome) == {(int(CONTRACT, 16), 0): 1}
    assert results(outcome) == [(outcome.transactions[0].hash, 1)]


def test_to_zero_calls_address_zero():
    outcome = run(l1(to=None, data="0x00"))
    assert statuses(outcome) == [SUCCESS]
    assert outcome.transactions[0].created == 0

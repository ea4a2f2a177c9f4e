"""What ends the block upstream, and what becomes of it without upstream's faults."""

import pytest

from differential.outcome import Result
from tests.guest.bootloader.cases import (
    CONTRACT,
    REVERTS,
    SENDER,
    TARGET,
    both,
    l1,
    legacy,
    run,
    statuses,
    upgrade,
)
from tests.support.blocks import BLOCKS
from zkos.host.profile import Quirks

GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
MOST = 2**256 - 1
FULL = {"balance": hex(MOST), "force": True}
GOOD = legacy(value=7)
COINBASE = "0x" + "cb" * 20

DROPPED = [
    (l1(mint_value=5), "DepositTooLow", {}),
    (l1(max_fee_per_gas=2**250, mint_value=0), "FeeOverflow", {}),
    (l1(value=MOST, mint_value=MOST), "RequiredDepositOverflow", {}),
    (l1(gas_limit=2**57), "ErgsOverflow", {}),
    (l1(refund_recipient=2**160, mint_value=2**40), "RefundRecipientNotAnAddress", {}),
    (
        l1(refund_recipient=int(TARGET, 16), mint_value=2**40, to=SENDER),
        "MintOverflow",
        {TARGET: FULL},
    ),
    (upgrade(to=CONTRACT), "UpgradeReverted", {CONTRACT: REVERTS}),
    ({**legacy(), "format": 2}, "UnknownEncoding", {}),
]


@pytest.mark.parametrize(("transaction", "reason", "accounts"), DROPPED)
def test_fatal_transaction_is_dropped_without_trace(transaction, reason, accounts):
    good = GOOD if TARGET not in accounts else legacy()
    upstream, ours = both(transaction, good, accounts=accounts)
    assert upstream.result is Result.ABORT
    assert ours.result is Result.SUCCESS
    assert statuses(ours) == [("invalid", reason), ("success", "")]
    assert ours.state_root == run(good, accounts=accounts).state_root


def test_fee_without_room_drops_the_transaction():
    block = {"coinbase": COINBASE}
    accounts = {COINBASE: FULL}
    for message, reason in ((GOOD, "OperatorFeeOverflow"), (l1(), "MintOverflow")):
        upstream, ours = both(message, accounts=accounts, block=block)
        assert upstream.result is Result.ABORT
        assert statuses(ours) == [("invalid", reason)]


def test_value_without_room_reverts_and_takes_all_gas():
    accounts = {TARGET: FULL}
    upstream, ours = both(GOOD, legacy(nonce=1), accounts=accounts)
    assert upstream.result is Result.ABORT
    assert statuses(ours) == [("reverted", "EntryTransferFailed"), ("success", "")]
    assert ours.transactions[0].gas_used == 100_000


def test_minted_value_without_room_reverts():
    fields = {"from": TARGET, "to": CONTRACT}
    upstream, ours = both(l1(**fields), accounts={TARGET: FULL})
    assert upstream.result is Result.ABORT
    assert statuses(ours) == [("reverted", "MintOverflow")]


def test_native_price_zero_drops_l2_transactions_only():
    upstream, ours = both(l1(value=0), GOOD, block={"native_price": 0})
    assert upstream.result is Result.ABORT
    assert statuses(ours) == [("success", ""), ("invalid", "NativePriceZero")]
    outcome = run(
        legacy(gas_price=999), block={"native_price": 0}, quirks=Quirks.UPSTREAM
    )
    assert statuses(outcome) == [("invalid", "BaseFeeGreaterThanMaxFee")]


@pytest.mark.parametrize(
    ("transaction", "block", "status"),
    [
        (
            l1(gas_per_pubdata=2**32 - 1, max_fee_per_gas=2**64),
            {},
            ("reverted", "OutOfNative"),
        ),
        (
            l1(
                gas_per_pubdata=2**32 - 1,
                max_fee_per_gas=2**240,
                gas_limit=9,
                mint_value=0,
            ),
            {},
            ("invalid", "DepositTooLow"),
        ),
        (
            GOOD,
            {"pubdata_price": 2**63},
            ("invalid", "OutOfNativeResourcesDuringValidation"),
        ),
    ],
)
def test_price_beyond_64_bits_cannot_be_paid(transaction, block, status):
    upstream, ours = both(transaction, block=block)
    assert upstream.result is Result.ABORT
    assert statuses(ours) == [status]


def test_block_gas_limit_beyond_ergs_ends_every_run():
    for quirks in Quirks:
        outcome = run(GOOD, block={"gas_limit": 2**56}, quirks=quirks)
        assert outcome.result is Result.ABORT

"""Rules of a block: order, numbers, limits, and what dropped transactions leave."""

import pytest

from differential.outcome import Result
from tests.guest.bootloader.cases import (
    CONTRACT,
    KEEPS_ORIGIN,
    SENDER,
    STRANGER,
    TARGET,
    account,
    both,
    l1,
    legacy,
    reasons,
    run,
    statuses,
    storage,
    upgrade,
)
from tests.support.blocks import BLOCKS
from zkos.host.profile import Mode, Profile, Quirks

GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
SUCCESS = ("success", "")
LOGS_TWICE = {"code": "0x5f5fa05f5fa000"}
SENDS_TO_L1 = {"code": "0x6362f84b245f5260205f525f5f604460646180085af100"}


def test_transactions_come_one_after_another():
    outcome = run(legacy(value=1), legacy(nonce=1, value=2), l1(value=3))
    assert statuses(outcome) == [SUCCESS] * 3
    assert account(outcome, TARGET).balance == 6
    assert account(outcome, SENDER).nonce == 2


def test_forward_mode_reports_the_same_results():
    block = [legacy(value=3), l1(), legacy(nonce=1, gas_limit=20_999)]
    proving, forward = run(*block), run(*block, mode=Mode.FORWARD)
    assert statuses(proving) == statuses(forward)
    assert proving.state_root == forward.state_root
    assert proving.pubdata == forward.pubdata


def test_origin_is_the_sender():
    accounts = {CONTRACT: KEEPS_ORIGIN}
    for message, sender in ((l1(to=CONTRACT), STRANGER), (legacy(to=CONTRACT), SENDER)):
        outcome = run(message, accounts=accounts)
        assert storage(outcome) == {(int(CONTRACT, 16), 0): int(sender, 16)}


def test_coinbase_gets_the_price_of_the_gas_used():
    coinbase = "0x" + "cb" * 20
    outcome = run(legacy(gas_price=1234), l1(), block={"coinbase": coinbase})
    first, second = outcome.transactions
    assert (first.gas_used, second.gas_used) == (21_000, 21_000)
    assert account(outcome, coinbase).balance == 21_000 * (1234 + 1000)
    spent = 10**18 - account(outcome, SENDER).balance
    assert spent == 21_000 * 1234


DROPPED = [
    legacy(nonce=9),
    legacy(value=10**18),
    legacy(gas_limit=20_999),
    legacy(nonce=1, gas_price=999),
    {"encoded": "0x02c0", "from": SENDER, "format": 1},
]


@pytest.mark.parametrize("dropped", DROPPED, ids=lambda each: str(sorted(each)))
def test_dropped_transaction_leaves_nothing(dropped):
    kept = [legacy(to=CONTRACT), legacy(nonce=1, to=CONTRACT)]
    accounts = {CONTRACT: LOGS_TWICE}
    with_it = run(dropped, kept[0], dropped, kept[1], dropped, accounts=accounts)
    without = run(*kept, accounts=accounts)
    states = [status for status, _ in statuses(with_it)]
    assert states == ["invalid", "success", "invalid", "success", "invalid"]
    assert with_it.state_root == without.state_root
    assert with_it.pubdata == without.pubdata
    dropped_report = with_it.transactions[0]
    assert (dropped_report.gas_used, dropped_report.native_used) == (0, 0)


def words(*numbers):
    return "0x" + b"".join(each.to_bytes(4, "little") for each in numbers).hex()


SIZE, CONTENT, COINBASE = 2, 3, 4
"""Which answers of the host say these about the first transaction."""


@pytest.mark.parametrize(
    "lie",
    [words(0), words(1, 9), words(3, 9, 0, 0), words(2, 9, 1), words(2, 0xFFFFFFFD, 0)],
)
def test_size_that_cannot_be_read_is_a_dropped_transaction(lie):
    for quirks in Quirks:
        outcome = run(
            legacy(value=1),
            oracle=[{"answer": SIZE, "response": lie}],
            quirks=quirks,
        )
        assert statuses(outcome) == [("invalid", "InvalidEncoding"), SUCCESS]
        assert outcome.state_root == run(legacy(value=1)).state_root


def test_surplus_content_is_a_dropped_transaction_with_nothing_begun():
    lie = words(100, *range(100))
    outcome = run(legacy(value=1), oracle=[{"answer": CONTENT, "response": lie}])
    assert statuses(outcome) == [("invalid", "InvalidEncoding")]
    empty = run()
    assert outcome.state_root == empty.state_root
    more = {"next_tx_size": 2, "tx_content": 1}
    assert outcome.detail.queries == {**empty.detail.queries, **more}


@pytest.mark.parametrize("number", [2, 255, 256])
def test_encoding_there_is_not_ends_the_block_upstream(number):
    # The coinbase has no preimage, so the encoding is asked next.
    lie = [{"answer": COINBASE + 1, "response": words(2, number, 0)}]
    upstream, ours = both(legacy(value=1), legacy(), oracle=lie)
    assert upstream.result is Result.ABORT
    if number > 255:
        assert ours.result is Result.ABORT
    else:
        assert statuses(ours) == [("invalid", "UnknownEncoding"), SUCCESS]


def test_sender_that_is_no_address_is_nobody():
    lie = [{"answer": COINBASE + 2, "response": words(6, 1, 2, 3, 4, 5, 6)}]
    for outcome in both(legacy(value=1), legacy(), oracle=lie):
        assert reasons(outcome)[1] == ""
        assert statuses(outcome)[0][0] == "invalid"


def test_logs_carry_the_number_among_those_that_stay():
    outcome = run(legacy(nonce=7), l1(), legacy(nonce=7), l1())
    assert [log.transaction for log in outcome.detail.l1_logs] == [0, 1]


def test_upgrade_comes_before_all_that_stay():
    outcome = run(legacy(nonce=9), upgrade(), legacy(), upgrade())
    assert reasons(outcome)[0] == "NonceTooHigh"
    assert statuses(outcome)[1:3] == [SUCCESS] * 2
    assert statuses(outcome)[3] == ("invalid", "UpgradeTxNotFirst")


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(42_000, [SUCCESS] * 2), (41_999, [SUCCESS, ("invalid", "BlockGasLimitReached")])],
)
def test_gas_of_a_block_is_limited(limit, expected):
    block = [legacy(gas_limit=30_000), legacy(nonce=1, gas_limit=30_000)]
    assert statuses(run(*block, block={"gas_limit": limit})) == expected
    block = [l1(gas_limit=30_000), l1(gas_limit=30_000)]
    assert statuses(run(*block, block={"gas_limit": limit})) == expected


def test_block_goes_on_after_a_limit_is_reached():
    dear = legacy(nonce=1, gas_limit=60_000, data="0x" + "11" * 99)
    block = [legacy(gas_limit=30_000), dear, legacy(nonce=1, gas_limit=30_000)]
    outcome = run(*block, block={"gas_limit": 60_000 - 1})
    assert reasons(outcome) == ["", "CallerGasLimitMoreThanBlock", ""]
    dear["gas_limit"] = 43_000
    outcome = run(*block, block={"gas_limit": 43_000})
    assert reasons(outcome) == ["", "BlockGasLimitReached", ""]


def test_pubdata_of_a_block_is_limited():
    block = [legacy(value=1), legacy(nonce=1, value=1)]
    whole = run(*block)
    used = sum(each.pubdata_used for each in whole.transactions)
    limited = run(*block, block={"pubdata_limit": used})
    assert statuses(limited) == [SUCCESS] * 2
    limited = run(*block, block={"pubdata_limit": used - 1})
    assert statuses(limited)[1] == ("invalid", "BlockPubdataLimitReached")
    assert limited.state_root == run(block[0]).state_root


def test_simulation_needs_no_signature_nonce_or_fee():
    stranger = {"from": "0x" + "99" * 20, "signature": "0x" + "11" * 64 + "1b"}
    call = {**legacy(nonce=5, gas_price=0, to=CONTRACT), **stranger}
    del call["private_key"]
    accounts = {CONTRACT: {"code": "0x60205f526001601ff3"}}
    outcome = run(call, accounts=accounts, simulate=True)
    assert statuses(outcome) == [SUCCESS]
    assert outcome.transactions[0].return_data == b"\x20"
    assert outcome.transactions[0].gas_used > 21_000
    assert statuses(run(call, accounts=accounts))[0][0] == "invalid"


def test_native_is_100_for_a_gas_in_simulations():
    call = legacy(value=1, gas_limit=21_000)
    costly = {"native_price": 1000}
    assert reasons(run(call, block=costly)) == ["OutOfNativeResourcesDuringValidation"]
    assert statuses(run(call, block=costly, simulate=True)) == [SUCCESS]


def test_burnt_base_fee_does_not_reach_the_coinbase():
    coinbase = "0x" + "cb" * 20
    block = {"coinbase": coinbase, "eip1559_basefee": 1000}
    outcome = run(legacy(gas_price=1234), l1(), block=block, profile=Profile.REPLAY)
    assert statuses(outcome) == [SUCCESS] * 2
    assert account(outcome, coinbase).balance == 21_000 * (234 + 1000)
    assert account(outcome, SENDER).balance == 10**18 - 21_000 * 1234

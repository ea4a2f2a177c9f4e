"""What campaigns found stays fixed: the cases of `corpora/regressions` by name."""

from pathlib import Path

import pytest

from differential.outcome import Outcome, Result
from differential.runners.base import run_chain, state_after, state_of_case
from differential.runners.native import run_block
from fuzz.targets.block_differential import examine
from zkos.host.case import load_case
from zkos.host.profile import Quirks, RunOptions
from zkos.host.state import ChainState

FOLDER = Path(__file__).resolve().parents[2] / "corpora" / "regressions"
NATIVE = ("native", "forward")
DIFFERENT = (
    "upstream_burned_fee",
    "upstream_hash_of_nothing",
    "upstream_hash_of_nothing_again",
    "upstream_shift_past_32_bits",
    "upstream_shift_past_32_bits_again",
    "upstream_wiped_again",
    "upstream_no_output_when_full",
)
"""Blocks that upstream executes, but not as it should."""
pytestmark = pytest.mark.native


def run(name: str, quirks: Quirks = Quirks.NONE) -> Outcome:
    case = load_case(next((FOLDER / name).glob("case.json*")))
    examination = examine(case, RunOptions(quirks=quirks), NATIVE)
    assert examination.finding is None
    (outcome,) = examination.outcomes
    return outcome


def states_after(name: str) -> list[ChainState]:
    case = load_case(next((FOLDER / name).glob("case.json*")))
    outcomes = run_chain(run_block, case, RunOptions())
    return [state_after(state_of_case(case), outcome) for outcome in outcomes]


def statuses(outcome: Outcome) -> list[str]:
    assert outcome.transactions is not None
    return [receipt.status.value for receipt in outcome.transactions]


def reasons(outcome: Outcome) -> list[str | None]:
    assert outcome.transactions is not None
    return [receipt.reason for receipt in outcome.transactions]


def test_padded_transactions_are_dropped() -> None:
    assert reasons(run("padded_transaction")) == ["", *["InvalidEncoding"] * 11, ""]


def test_oversized_transaction_is_dropped() -> None:
    assert reasons(run("oversized_transaction")) == ["", "TransactionTooLarge", ""]


def test_heir_without_room_reverts_the_transaction() -> None:
    outcome = run("destruct_overflow")
    assert reasons(outcome) == ["", "Internal", ""]
    assert statuses(outcome) == ["success", "reverted", "success"]


def test_coinbase_without_room_leaves_the_fees() -> None:
    outcome = run("coinbase_overflow")
    assert statuses(outcome) == ["success", "success"]
    # Both fees, 21000 gas at 1000 wei each, stay with the bootloader.
    (state,) = states_after("coinbase_overflow")
    assert state.account(0x8001).balance == 2 * 21000 * 1000
    assert state.account(0xF0).balance == 2**256 - 1


def test_fee_without_room_is_not_taken() -> None:
    assert reasons(run("upstream_burned_fee")) == ["Internal"]
    upstream = run("upstream_burned_fee", Quirks.UPSTREAM)
    (reason,) = reasons(upstream)
    assert reason is not None
    assert reason.startswith("LackOfFundForMaxFee")


def test_code_that_is_not_as_claimed_reverts() -> None:
    expected = ["success", "reverted", "reverted", "success"]
    assert statuses(run("odd_code")) == expected


def test_return_data_without_room_reverts() -> None:
    assert reasons(run("upstream_no_output_when_full")) == ["ReturnDataTooLarge"]
    upstream = run("upstream_no_output_when_full", Quirks.UPSTREAM)
    assert statuses(upstream) == ["success"]


def test_transaction_with_a_paymaster_is_dropped() -> None:
    assert statuses(run("upstream_aborted_block")) == ["invalid"]


@pytest.mark.parametrize("name", DIFFERENT)
def test_upstream_says_otherwise(name: str) -> None:
    ours, upstream = run(name), run(name, Quirks.UPSTREAM)
    assert ours.succeeded
    assert upstream.succeeded
    assert ours.public_input != upstream.public_input


@pytest.mark.parametrize(
    "name",
    [
        "padded_transaction",
        "oversized_transaction",
        "destruct_overflow",
        "coinbase_overflow",
        "odd_code",
        "upstream_aborted_block",
    ],
)
def test_same_blocks_end_upstream(name: str) -> None:
    assert run(name, Quirks.UPSTREAM).result is Result.ABORT

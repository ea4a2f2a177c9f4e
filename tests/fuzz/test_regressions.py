"""What campaigns found stays fixed: the cases of `corpora/regressions` by name."""

from pathlib import Path

import pytest

from differential.outcome import Outcome, Result
from fuzz.targets.block_differential import examine
from zkos.host.case import load_case
from zkos.host.profile import Quirks, RunOptions

FOLDER = Path(__file__).resolve().parents[2] / "corpora" / "regressions"
NATIVE = ("native", "forward")
pytestmark = pytest.mark.native


def run(name: str, quirks: Quirks = Quirks.NONE) -> Outcome:
    case = load_case(next((FOLDER / name).glob("case.json*")))
    examination = examine(case, RunOptions(quirks=quirks), NATIVE)
    assert examination.finding is None
    (outcome,) = examination.outcomes
    return outcome


def reasons(outcome: Outcome) -> list[str | None]:
    assert outcome.transactions is not None
    return [receipt.reason for receipt in outcome.transactions]


def test_padded_transactions_are_dropped() -> None:
    assert reasons(run("padded_transaction")) == ["", *["InvalidEncoding"] * 11, ""]


def test_oversized_transaction_is_dropped() -> None:
    assert reasons(run("oversized_transaction")) == ["", "TransactionTooLarge", ""]


@pytest.mark.parametrize("name", ["padded_transaction", "oversized_transaction"])
def test_odd_sizes_end_the_block_upstream(name: str) -> None:
    assert run(name, Quirks.UPSTREAM).result is Result.ABORT

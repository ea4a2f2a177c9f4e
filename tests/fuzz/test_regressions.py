"""What campaigns found stays fixed: the cases of `corpora/regressions` by name."""

from pathlib import Path

import pytest

from differential.outcome import Outcome
from differential.runners.base import run_chain
from differential.runners.native import run_block
from zkos.host.case import load_case
from zkos.host.profile import Quirks, RunOptions

FOLDER = Path(__file__).resolve().parents[2] / "corpora" / "regressions"
DIFFERENT = sorted(path.name for path in FOLDER.glob("upstream_*"))
"""Blocks that upstream executes, but not as it should."""
pytestmark = pytest.mark.native


def run(name: str, quirks: Quirks = Quirks.NONE) -> Outcome:
    case = load_case(next((FOLDER / name).glob("case.json*")))
    (outcome,) = run_chain(run_block, case, RunOptions(quirks=quirks))
    return outcome


def reasons(outcome: Outcome) -> list[str | None]:
    assert outcome.transactions is not None
    return [receipt.reason for receipt in outcome.transactions]


def gas(outcome: Outcome) -> list[int | None]:
    assert outcome.transactions is not None
    return [receipt.gas_used for receipt in outcome.transactions]


def answers(outcome: Outcome) -> list[int]:
    assert outcome.transactions is not None
    return [
        int.from_bytes(receipt.return_data or b"", "big")
        for receipt in outcome.transactions
    ]


def test_padded_transactions_are_dropped() -> None:
    assert reasons(run("padded_transaction")) == ["", *["InvalidEncoding"] * 11, ""]


def test_some_faults_of_upstream_have_a_case() -> None:
    assert "upstream_spared_construction" in DIFFERENT


def test_pubdata_beyond_native_takes_all_gas() -> None:
    name = "upstream_pubdata_beyond_native"
    ours, theirs = (run(name, quirks) for quirks in Quirks)
    assert reasons(ours) == reasons(theirs) == ["PubdataNotCovered"]
    assert gas(ours) == [250_000]
    assert gas(theirs) < [250_000]


def test_length_with_a_zero_before_is_taken_upstream() -> None:
    assert reasons(run("upstream_lax_lengths")) == ["InvalidStructure"]
    assert reasons(run("upstream_lax_lengths", Quirks.UPSTREAM)) == [""]


def test_delegated_sender_pays_for_looks_at_itself_upstream() -> None:
    name = "upstream_sender_pays_touches"
    assert gas(run(name)) == [21_000]
    assert gas(run(name, Quirks.UPSTREAM)) == [21_300]


def test_refused_creation_warms_upstream() -> None:
    name = "upstream_warm_refused_creation"
    cold, warm = (answers(run(name, quirks)) for quirks in Quirks)
    assert [cold[0] - warm[0]] == [2_500]


def test_native_is_forgotten_upstream() -> None:
    name = "upstream_forgotten_native"
    assert reasons(run(name)) == ["OutOfNative", "BlockNativeLimitReached"]
    assert reasons(run(name, Quirks.UPSTREAM)) == ["OutOfNative", ""]


@pytest.mark.parametrize("name", DIFFERENT)
def test_upstream_says_otherwise(name: str) -> None:
    ours, upstream = run(name), run(name, Quirks.UPSTREAM)
    assert ours.succeeded
    assert upstream.succeeded
    assert ours.public_input != upstream.public_input

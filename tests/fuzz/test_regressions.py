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


def test_padded_transactions_are_dropped() -> None:
    assert reasons(run("padded_transaction")) == ["", *["InvalidEncoding"] * 11, ""]


def test_some_faults_of_upstream_have_a_case() -> None:
    assert "upstream_spared_construction" in DIFFERENT


@pytest.mark.parametrize("name", DIFFERENT)
def test_upstream_says_otherwise(name: str) -> None:
    ours, upstream = run(name), run(name, Quirks.UPSTREAM)
    assert ours.succeeded
    assert upstream.succeeded
    assert ours.public_input != upstream.public_input

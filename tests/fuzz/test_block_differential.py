"""The differential notices what it is there for, and finds nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from differential.outcome import Difference, Outcome, Result
from differential.runners.native import run_block
from fuzz import examine as examination
from fuzz import generate
from fuzz.examine import VARIANTS, examine
from fuzz.strategies.cases import case
from fuzz.strategies.cast import keys, senders
from fuzz.strategies.drawn import cases
from fuzz.strategies.extensions import blake2f, p256, point_evaluation
from fuzz.strategies.source import RandomSource
from zkos.host.case import AccountState, Block, Case, load_case
from zkos.host.context import BlockContext
from zkos.host.profile import Mode, Quirks, RunOptions
from zkos.host.state import ChainState
from zkos.host.transactions import FieldTransaction, Kind

pytestmark = pytest.mark.native
UPSTREAM = RunOptions(quirks=Quirks.UPSTREAM)
NATIVE = ("native", "forward")


def extension_calls() -> Case:
    """Transactions that call the precompiles beyond 8, with good and bad inputs."""
    source = RandomSource(1)
    makers = ((9, blake2f), (10, point_evaluation), (0x100, p256))
    transactions = tuple(
        FieldTransaction(
            kind=Kind.EIP1559,
            gas_limit=1_000_000,
            max_fee_per_gas=100_000,
            nonce=nonce,
            to=makers[nonce % 3][0],
            data=makers[nonce % 3][1](source),
            private_key=keys()[0],
        )
        for nonce in range(18)
    )
    account = AccountState(senders()[0], 10**30)
    return Case((Block(BlockContext(), transactions),), (account,))


def wrong_gas(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    outcome = run_block(block, state, options)
    if not outcome.transactions:
        return outcome
    *others, last = outcome.transactions
    wrong = replace(last, gas_used=(last.gas_used or 0) + 1)
    return replace(outcome, transactions=(*others, wrong))


def crashing(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    return Outcome(Result.CRASH, "no reason")


def aborting(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    return Outcome(Result.ABORT, "no reason")


def with_engine(monkeypatch: pytest.MonkeyPatch, run: object, *, alone: bool) -> None:
    honest = (("native", run_block, Mode.PROVING),)
    engines = ((("other", run, Mode.PROVING)),)
    monkeypatch.setattr(examination, "ENGINES", engines if alone else honest + engines)


@pytest.mark.parametrize("options", VARIANTS)
def test_forward_and_proving_agree(options: RunOptions) -> None:
    for seed in range(40):
        assert examine(case(RandomSource(seed)), options, NATIVE).finding is None


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(VARIANTS))
def test_drawn_cases_agree_natively(made: Case, options: RunOptions) -> None:
    assert examine(made, options, NATIVE).finding is None


def test_extra_precompiles_are_reached() -> None:
    def data(real: bool) -> set[bytes | None]:
        options = RunOptions(extra_precompiles=real)
        (outcome,) = examine(extension_calls(), options, NATIVE).outcomes
        assert outcome.transactions is not None
        return {receipt.return_data for receipt in outcome.transactions}

    # P-256 is there always.
    assert data(real=False) == {b"", (1).to_bytes(32, "big")}
    assert any(answer and len(answer) == 64 for answer in data(real=True))


@pytest.mark.riscv
def test_native_and_riscv_agree() -> None:
    for seed in range(30):
        options = VARIANTS[seed % len(VARIANTS)]
        assert examine(case(RandomSource(seed)), options).finding is None


def test_different_gas_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with_engine(monkeypatch, wrong_gas, alone=False)
    finding = examine(case(RandomSource(0)), RunOptions()).finding
    assert finding is not None
    assert finding.kind == "diverge"
    assert isinstance(finding.detail, Difference)
    assert finding.detail.layer == "gas_used"


def test_crash_is_found_even_where_all_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    with_engine(monkeypatch, crashing, alone=True)
    finding = examine(case(RandomSource(0)), RunOptions()).finding
    assert finding is not None
    assert finding.kind == "crash"


def test_abort_is_found_unless_upstream_does_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_engine(monkeypatch, aborting, alone=True)
    finding = examine(case(RandomSource(0)), RunOptions()).finding
    assert finding is not None
    assert finding.kind == "abort"
    assert examine(case(RandomSource(0)), UPSTREAM).finding is None


def test_findings_are_saved_with_their_case(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_engine(monkeypatch, crashing, alone=True)
    arguments = ["--first", "3", "--count", "2", "--findings", str(tmp_path)]
    assert generate.main(arguments) == 1
    assert load_case(tmp_path / "crash-4.json") == case(RandomSource(4))
    about = json.loads((tmp_path / "crash-4.finding.json").read_text())
    assert about["seed"] == 4
    assert about["difference"] == "other: no reason"


def test_clean_seeds_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "findings"
    arguments = ["--count", "10", "--findings", str(folder), "--engine", "native"]
    assert generate.main(arguments) == 0
    assert not folder.exists()
    assert "10 seeds from 0, next 10, 0 found" in capsys.readouterr().out


def test_number_of_jobs_changes_nothing(tmp_path: Path) -> None:
    plan = generate.Plan(tmp_path, ("native",))
    alone, shared = (
        [result.statistics for result in generate.run(plan, 0, 60, jobs)]
        for jobs in (1, 2)
    )
    assert alone == shared

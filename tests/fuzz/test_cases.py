"""Cases: equal by seed, readable when saved, and worth running."""

import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from differential.runners.base import deliver_block, state_of_case
from fuzz.examine import examine
from fuzz.opcodes import NAMES, executed
from fuzz.statistics import Statistics
from fuzz.strategies import cast
from fuzz.strategies.cases import MOST_BLOCKS, as_batch, batch, case
from fuzz.strategies.drawn import cases
from fuzz.strategies.source import BytesSource, RandomSource
from zkos.host.case import Case, parse_case
from zkos.host.case_writer import case_to_json
from zkos.host.context import DataAvailability
from zkos.host.profile import Quirks, RunOptions

SEEDS = 400
HEAVY_SEEDS = 40
INCLUDED = 0.6
"""The least share of transactions that must not be dropped."""


def read_again(made: Case) -> Case:
    return parse_case(json.loads(json.dumps(case_to_json(made))), "case")


def test_equal_seeds_give_equal_cases() -> None:
    for seed in range(50):
        assert case(RandomSource(seed)) == case(RandomSource(seed))
    assert len({repr(case(RandomSource(seed))) for seed in range(50)}) == 50


def test_saved_cases_are_read_as_they_were() -> None:
    for seed in range(200):
        made = case(RandomSource(seed))
        assert read_again(made) == made, seed


def test_every_case_can_be_served() -> None:
    for seed in range(100):
        made = case(RandomSource(seed))
        state_of_case(made)
        for block in made.blocks:
            assert len(deliver_block(block)) == len(block.transactions)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_hypothesis_draws_the_same_cases(made: Case) -> None:
    assert read_again(made) == made


@pytest.mark.parametrize("data", [b"", b"\xff" * 5000, bytes(range(256)) * 20])
def test_any_bytes_make_a_case(data: bytes) -> None:
    made = case(BytesSource(data))
    assert read_again(made) == made


def test_no_bytes_make_a_small_case() -> None:
    made = case(BytesSource(b""))
    assert len(made.blocks) == 1
    assert sum(len(account.code) for account in made.accounts) < 200


def statistics_of(seeds: range) -> Statistics:
    counted = Statistics()
    for seed in seeds:
        made = case(RandomSource(seed))
        examination = examine(made, RunOptions(quirks=Quirks.NONE), ("native",))
        assert examination.finding is None, seed
        counted.add(made, examination.outcomes)
    return counted


@pytest.fixture(scope="module")
def statistics() -> Statistics:
    return statistics_of(range(SEEDS))


@pytest.fixture(scope="module")
def heavy_statistics() -> Iterator[Statistics]:
    """Of cases that go for what a block can hold: one of a hundred else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cast, "_HEAVY_CASES", 100)
        yield statistics_of(range(HEAVY_SEEDS))


@pytest.mark.native
def test_most_transactions_are_included(statistics: Statistics) -> None:
    assert statistics.share_included() > INCLUDED


@pytest.mark.native
@pytest.mark.parametrize(
    "kind", ["legacy", "eip2930", "eip1559", "eip7702", "l1", "raw"]
)
@pytest.mark.parametrize("status", ["success", "reverted", "invalid"])
def test_transactions_of_each_type_end_each_way(
    statistics: Statistics, kind: str, status: str
) -> None:
    assert statistics.statuses[kind, status] > 0


@pytest.mark.native
@pytest.mark.parametrize(
    ("kind", "status"),
    # An upgrade that reverts is dropped.
    [("upgrade", "success"), ("upgrade", "invalid"), ("encoded", "invalid")],
)
def test_other_ends_are_reached(statistics: Statistics, kind: str, status: str) -> None:
    assert statistics.statuses[kind, status] > 0


@pytest.mark.native
@pytest.mark.parametrize(
    "reason",
    [
        *("InvalidEncoding", "InvalidStructure", "IncorrectFrom", "NonceTooLow"),
        *("NonceTooHigh", "LackOfFundForMaxFee", "RejectCallerWithCode"),
        *("OutOfGasDuringValidation", "UpgradeReverted", "UpgradeTxNotFirst"),
        *("OutOfNativeResourcesDuringValidation", "NativePriceZero"),
        *("CallerGasLimitMoreThanBlock", "NonceOverflowInTransaction"),
        *("InvalidChainId", "CreateInitCodeSizeLimit", "DepositTooLow"),
        *("UnknownEncoding", "MalleableSignature", "BlockPubdataLimitReached"),
    ],
)
def test_common_reasons_are_met(statistics: Statistics, reason: str) -> None:
    assert statistics.reasons["invalid", reason] > 0


@pytest.mark.native
@pytest.mark.parametrize(
    "reason", ["BlockNativeLimitReached", "BlockL2ToL1LogsLimitReached"]
)
def test_limits_of_a_block_are_met(heavy_statistics: Statistics, reason: str) -> None:
    assert heavy_statistics.reasons["invalid", reason] > 0


@pytest.mark.native
@pytest.mark.parametrize(
    "reason", ["Reverted", "OutOfNative", "PubdataNotCovered", "EntryTransferFailed"]
)
def test_transactions_revert_for_each_reason(
    statistics: Statistics, reason: str
) -> None:
    assert statistics.reasons["reverted", reason] > 0


def test_batches_are_chains_of_up_to_eight_blocks() -> None:
    made = [batch(RandomSource(seed)) for seed in range(60)]
    assert {len(item.blocks) for item in made} == set(range(1, MOST_BLOCKS + 1))
    for item in made:
        assert item.batch
        assert as_batch(item) == item
        contexts = [block.context for block in item.blocks]
        for one, two in itertools.pairwise(contexts):
            assert two.block_number == (one.block_number + 1) % (1 << 64)
            assert two.timestamp >= one.timestamp
        assert len({context.chain_id for context in contexts}) == 1
        assert len({context.da for context in contexts}) == 1
    assert {item.blocks[0].context.da for item in made} == set(DataAvailability)


@pytest.mark.slow
@pytest.mark.native
def test_nearly_all_opcodes_are_executed() -> None:
    # Needs the tracing build, which nothing else in these tests does.
    made = (case(RandomSource(seed)) for seed in range(1500))
    counts, deepest = executed(made, RunOptions())
    assert set(NAMES.values()) - set(counts) == set()
    assert deepest > 50

"""Blocks with a chain's real image: what it published and bound (state spec 3 to 6)."""

import json
from functools import cache
from pathlib import Path

import pytest

from differential.outcome import Result
from differential.runners.base import state_after, state_of_case
from tests.support.blocks import BLOCKS
from zkos.host.case import parse_case
from zkos.host.context import DataAvailability
from zkos.host.profile import Mode, RunOptions

PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text())
GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
SCHEMES = [pytest.param(da, id=da.value) for da in DataAvailability]


def hexadecimal(number: int | None) -> str:
    return f"{number:#066x}"


def assert_block(outcome, expected, da: DataAvailability) -> None:
    assert outcome.result is Result.SUCCESS, outcome.reason
    assert f"0x{outcome.pubdata.hex()}" == expected["pubdata"]
    assert hexadecimal(outcome.block_hash) == expected["block_hash"]
    assert hexadecimal(outcome.batch.state_before) == expected["state_before"]
    assert hexadecimal(outcome.batch.state_after) == expected["state_after"]
    assert f"0x{outcome.public_input.hex()}" == expected["public_inputs"][da.value]
    named = [hexadecimal(name) for name in outcome.batch.versioned_hashes]
    blobs = da is DataAvailability.BLOBS
    assert named == (expected["versioned_hashes"] if blobs else [])
    asked = dict(outcome.detail.queries)
    assert asked.pop("blob_advice", 0) == len(named)
    assert asked == expected["queries"]


def chain(known, options):
    """Runs the blocks; gives each with its outcome and the state it ran on."""
    case = parse_case(known["case"], "published")
    state = state_of_case(case)
    for block in case.blocks:
        outcome = BLOCKS.run_block(block, state, options)
        yield block, outcome, state
        state = state_after(state, outcome)


@cache
def parts_of(name, _runner):
    """Blocks for a batch, and the state before each as the engine chosen leaves it."""
    runs = list(chain(PUBLISHED[name], RunOptions()))
    return [block for block, _, _ in runs], [state for _, _, state in runs]


@pytest.mark.parametrize("da", SCHEMES)
@pytest.mark.parametrize("mode", list(Mode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", PUBLISHED)
def test_blocks_alone(name, mode, da):
    known = PUBLISHED[name]
    runs = chain(known, RunOptions(mode=mode, da=da))
    for (_, outcome, _), expected in zip(runs, known["blocks"], strict=True):
        assert_block(outcome, expected, da)


@pytest.mark.parametrize("da", ["keccak", "blobs"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_blocks_together(name, da):
    known = PUBLISHED[name]
    options = RunOptions(da=DataAvailability(da))
    blocks, states = parts_of(name, BLOCKS.runner)

    outcome = BLOCKS.run_batch(blocks, states, options)

    expected = known["batch"][da]
    assert outcome.result is Result.SUCCESS, outcome.reason
    assert f"0x{outcome.public_input.hex()}" == expected["public_input"]
    assert outcome.detail.queries == expected["queries"]
    first, last = known["blocks"][0], known["blocks"][-1]
    assert hexadecimal(outcome.batch.state_before) == first["state_before"]
    assert hexadecimal(outcome.batch.state_after) == last["state_after"]


def test_blocks_in_another_order_make_no_batch():
    options = RunOptions()
    blocks, states = parts_of("chain_3", BLOCKS.runner)
    for order in ((1, 0), (0, 2), (0, 0)):
        outcome = BLOCKS.run_batch(
            [blocks[i] for i in order], [states[i] for i in order], options
        )
        assert outcome.result is Result.ABORT
        assert "does not start where the last one ended" in outcome.reason

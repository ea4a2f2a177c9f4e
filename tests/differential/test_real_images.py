"""The real images as engines, where a developer has them at hand.

Set ZKOS_IMAGES to a folder with `singleblock_batch.bin`, `multiblock_batch.bin` and
`singleblock_batch_logging_enabled.bin`.
"""

import gzip
import json
import os
from functools import partial
from pathlib import Path

import pytest

from differential.compare import compare, compared_layers
from differential.expected import load_expected, load_expected_batch
from differential.runners import image
from differential.runners.base import (
    deliver_block,
    run_batch,
    run_chain,
    state_of_case,
)
from tests.support.published import NAMES, case_path, expected_path
from zkos.host.case import load_case, parse_case
from zkos.host.commitments import seal
from zkos.host.context import DataAvailability
from zkos.host.judge import seal_block
from zkos.host.profile import RunOptions
from zkos.host.state import Slot

MAINNET = "mainnet_22244135"

pytestmark = pytest.mark.riscv


@pytest.fixture(scope="module")
def images():
    folder = os.environ.get("ZKOS_IMAGES")
    if folder is None:
        pytest.skip("ZKOS_IMAGES names no folder of real images")
    return Path(folder)


def run_alone(images, name, case, da):
    """The blocks of a case one by one."""
    run = partial(image.run_file, images / f"{name}.bin")
    return list(run_chain(run, case, RunOptions(da=da)))


def run_together(images, case, outcomes, da):
    """The blocks of a case as one batch."""
    run = partial(image.run_batch_file, images / "multiblock_batch.bin")
    return run_batch(run, case, outcomes, RunOptions(da=da))


def assert_same(outcome, expected):
    assert compare(("image", "published"), outcome, expected) is None
    assert outcome.cycles == expected.cycles
    assert outcome.delegations == expected.delegations
    # Here words of advice count, too: it is the same program.
    assert outcome.oracle_words == expected.oracle_words
    return compared_layers(outcome, expected)


@pytest.mark.parametrize("da", list(DataAvailability), ids=lambda da: da.value)
@pytest.mark.parametrize("name", NAMES)
def test_image_answers_as_published(images, name, da):
    case = load_case(case_path(name))
    published = expected_path(name)
    expected = load_expected(published, da)
    outcomes = run_alone(images, "singleblock_batch", case, da)
    for outcome, known in zip(outcomes, expected, strict=True):
        counts = assert_same(outcome, known)
        assert counts["state_root"] == counts["pubdata"] == counts["block_hash"] == 1
    batch = load_expected_batch(published, da)
    if batch is not None:
        assert_same(run_together(images, case, outcomes, da), batch)


@pytest.mark.parametrize("name", NAMES)
def test_image_that_logs_answers_the_same(images, name):
    case = load_case(case_path(name))
    da = DataAvailability.KECCAK
    expected = load_expected(expected_path(name), da)
    outcomes = run_alone(images, "singleblock_batch_logging_enabled", case, da)
    for outcome, known in zip(outcomes, expected, strict=True):
        assert outcome.public_input == known.public_input
        assert outcome.oracle_words == known.oracle_words
        assert outcome.detail.text


@pytest.mark.parametrize("da", list(DataAvailability), ids=lambda da: da.value)
@pytest.mark.parametrize("name", NAMES)
def test_what_images_bind_is_computed_once_more(images, name, da):
    case = load_case(case_path(name))
    outcomes = run_alone(images, "singleblock_batch", case, da)
    state, sealed = state_of_case(case), []
    for block, outcome in zip(case.blocks, outcomes, strict=True):
        slots = [Slot(diff.address, diff.key) for diff in outcome.detail.diffs]
        made, state = seal_block(
            block.context,
            state,
            deliver_block(block),
            outcome.pubdata,
            {slot.flat_key(): slot for slot in slots},
        )
        assert seal([made], da).public_input == outcome.public_input
        sealed.append(made)
    batch = load_expected_batch(expected_path(name), da)
    if batch is not None:
        assert seal(sealed, da).public_input == batch.public_input


@pytest.mark.parametrize("da", list(DataAvailability), ids=lambda da: da.value)
def test_block_of_mainnet(images, shared, da):
    with gzip.open(shared / "vectors" / f"{MAINNET}.json.gz") as file:
        content = json.load(file)
    del content["block"]["gas_per_pubdata"]
    content["block"]["native_price"] = 1
    case = parse_case(content, MAINNET)
    assert len(deliver_block(case.blocks[0])) == 125
    published = shared / "vectors_v30" / f"{MAINNET}.expected.json.gz"
    outcomes = run_alone(images, "singleblock_batch", case, da)
    (expected,) = load_expected(published, da)
    assert_same(outcomes[0], expected)
    batch = load_expected_batch(published, da)
    if batch is not None:
        assert_same(run_together(images, case, outcomes, da), batch)

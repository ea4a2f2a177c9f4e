"""Published blocks: every engine of ours ends like the real images."""

import pytest

from differential.compare import compared_layers, first_difference
from differential.expected import load_expected, load_expected_batch
from differential.runners import cpython, native, riscv
from differential.runners.base import run_batch, run_chain
from tests.support.published import NAMES, SHIPPED_NAMES, case_path, expected_path
from zkos.host.case import load_case
from zkos.host.context import DataAvailability
from zkos.host.profile import Mode, Quirks, RunOptions

pytestmark = pytest.mark.published

ENGINES = {"cpython": cpython, "native": native, "riscv": riscv}
SCHEMES = pytest.mark.parametrize("da", list(DataAvailability), ids=lambda da: da.value)


def assert_like_the_image(name, engine, da, mode=Mode.PROVING):
    published = expected_path(name)
    expected = load_expected(published, da)
    case = load_case(case_path(name))
    options = RunOptions(mode=mode, quirks=Quirks.UPSTREAM, da=da)
    outcomes = list(run_chain(ENGINES[engine].run_block, case, options))
    for outcome, image in zip(outcomes, expected, strict=True):
        difference = first_difference({engine: outcome, "image": image})
        assert difference is None, difference
        layers = compared_layers(outcome, image)
        assert layers["public_input"] == layers["state_root"] == layers["pubdata"] == 1
        advised = "modexp_advice" in image.detail.queries
        assert layers.get("oracle_words", 0) == (not advised)
    batch = load_expected_batch(published, da)
    if batch is not None:
        together = run_batch(ENGINES[engine].run_batch, case, outcomes, options)
        difference = first_difference({engine: together, "image": batch})
        assert difference is None, difference


@pytest.mark.cpython
@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_small_block_ends_alike_under_cpython(name):
    assert_like_the_image(name, "cpython", DataAvailability.KECCAK)


@pytest.mark.slow
@pytest.mark.cpython
@SCHEMES
@pytest.mark.parametrize("name", NAMES)
def test_block_ends_alike_under_cpython(name, da):
    assert_like_the_image(name, "cpython", da)


@pytest.mark.native
@SCHEMES
@pytest.mark.parametrize("mode", list(Mode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", NAMES)
def test_block_ends_alike_on_native(name, mode, da):
    assert_like_the_image(name, "native", da, mode)


@pytest.mark.riscv
@SCHEMES
@pytest.mark.parametrize("name", NAMES)
def test_block_ends_alike_on_riscv(name, da):
    assert_like_the_image(name, "riscv", da)

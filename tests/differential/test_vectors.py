"""Published blocks: every engine of ours ends like the shipped images."""

from pathlib import Path

import pytest

from differential.compare import compared_layers, first_difference
from differential.expected import load_expected
from differential.runners import cpython, native, riscv
from differential.runners.base import run_chain
from zkos.host.case import load_case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors"
NAMES = sorted(
    path.name.split(".")[0]
    for path in FOLDER.glob("*.json*")
    if ".expected." not in path.name
)
SMALL = ["calls", "chain_3", "l1_low_deposit", "l1_revert", "tx_712", "withdraw"]
RUNNERS = {
    "cpython": cpython.run_block,
    "native": native.run_block,
    "riscv": riscv.run_block,
}


def assert_like_the_image(folder, name, engine, profile, mode=Mode.PROVING):
    suffix = ".gz" if (folder / f"{name}.json.gz").exists() else ""
    expected = load_expected(folder / f"{name}.expected.json{suffix}", profile)
    case = load_case(folder / f"{name}.json{suffix}")
    options = RunOptions(profile, mode=mode, quirks=Quirks.UPSTREAM)
    outcomes = list(run_chain(RUNNERS[engine], case, options))
    assert len(outcomes) == len(expected)
    for outcome, image in zip(outcomes, expected, strict=True):
        difference = first_difference({engine: outcome, "image": image})
        assert difference is None, difference
        if image.succeeded:
            layers = compared_layers(outcome, image)
            assert layers["public_input"] == layers["oracle_words"] == 1
            known = image.state_root is not None
            assert layers.get("state_root", 0) == known
            assert layers.get("pubdata", 0) == (image.pubdata is not None)


@pytest.mark.cpython
@pytest.mark.parametrize("name", SMALL)
def test_small_block_ends_alike_under_cpython(shared, name):
    assert_like_the_image(shared / "vectors", name, "cpython", Profile.APP)


@pytest.mark.cpython
@pytest.mark.parametrize("profile", [Profile.SERVER, Profile.REPLAY])
def test_profiles_end_alike_under_cpython(shared, profile):
    assert_like_the_image(shared / "vectors", "l1_revert", "cpython", profile)


@pytest.mark.slow
@pytest.mark.cpython
@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", NAMES)
def test_block_ends_alike_under_cpython(shared, name, profile):
    assert_like_the_image(shared / "vectors", name, "cpython", profile)


@pytest.mark.native
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", NAMES)
def test_block_ends_alike_on_native(shared, name, profile, mode):
    assert_like_the_image(shared / "vectors", name, "native", profile, mode)


@pytest.mark.riscv
@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", NAMES)
def test_block_ends_alike_on_riscv(shared, name, profile):
    assert_like_the_image(shared / "vectors", name, "riscv", profile)

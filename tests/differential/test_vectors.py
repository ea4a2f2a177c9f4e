import pytest

from differential.compare import compared_layers, first_difference
from differential.expected import load_expected
from differential.runners.base import run_chain
from differential.runners.cpython import run_block
from zkos.host.case import load_case
from zkos.host.profile import Profile, Quirks, RunOptions

pytestmark = pytest.mark.cpython


def assert_like_the_image(folder, name, profile):
    expected = load_expected(folder / f"{name}.expected.json", profile)
    options = RunOptions(profile, quirks=Quirks.UPSTREAM)
    outcomes = list(run_chain(run_block, load_case(folder / f"{name}.json"), options))
    assert len(outcomes) == len(expected)
    for outcome, image in zip(outcomes, expected, strict=True):
        difference = first_difference({"cpython": outcome, "image": image})
        assert difference is None, name
        if image.succeeded:
            assert compared_layers(outcome, image)["public_input"] == 1
            assert compared_layers(outcome, image)["oracle_words"] == 1


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", ["calls", "l1_revert", "l1_low_deposit", "chain_3"])
def test_block_ends_like_on_the_shipped_image(shared, name, profile):
    assert_like_the_image(shared / "vectors", name, profile)


@pytest.mark.slow
@pytest.mark.parametrize("profile", list(Profile))
def test_all_blocks_end_like_on_the_shipped_images(shared, profile):
    folder = shared / "vectors"
    names = sorted(path.name for path in folder.glob("*.json"))
    for name in names:
        if not name.endswith(".expected.json"):
            assert_like_the_image(folder, name.removesuffix(".json"), profile)

"""The inputs campaigns begin with: every target has some, and all of them pass."""

import pytest

from fuzz.coverage.engine import observe
from fuzz.targets.catalogue import NAMES, TargetError, load_target, seed_folder

MOST_FILES = 60
MOST_BYTES = 300_000
ALL_FORKS = ("ethereum_blocks", "ethereum_invalid", "oracle_ethereum")
"""Targets for which builds of all forks are made."""
SLOW = ("compiler", *ALL_FORKS)
"""Each input of the compiler takes a second."""
WITHOUT_FINDINGS = [name for name in NAMES if name != "block_image_faults"]
"""That one finds upstream's faults, which some seeds show."""


def loaded(name):
    try:
        return load_target(name)
    except TargetError as error:
        pytest.skip(str(error))


@pytest.mark.native
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name
        for name in WITHOUT_FINDINGS
    ],
)
def test_seeds_of_a_target_pass(name):
    target = loaded(name)
    for path in sorted(seed_folder(name).glob(f"*{target.suffix}")):
        value = target.decode(path.read_bytes())
        assert observe(target, value).problem is None, path.name


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * (n in ALL_FORKS)) for n in NAMES],
)
def test_every_target_has_a_few_small_seeds(name):
    target = loaded(name)
    paths = list(seed_folder(name).glob(f"*{target.suffix}"))

    assert paths
    assert len(paths) <= MOST_FILES
    assert sum(path.stat().st_size for path in paths) <= MOST_BYTES
    for path in paths:
        content = path.read_bytes()
        value = target.decode(content)
        assert target.decode(target.encode(value)) == value


@pytest.mark.parametrize("name", NAMES)
def test_seeds_are_told_in_the_readme(name):
    readme = (seed_folder(name).parent / "README.md").read_text()

    assert f"`{seed_folder(name).name}/" in readme

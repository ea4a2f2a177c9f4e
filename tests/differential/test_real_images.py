"""The shipped images as one more engine, where a developer has them at hand.

Set ZKOS_IMAGES to a folder with `app.bin`, `server_app.bin`, `evm_replay.bin`.
"""

import os
from pathlib import Path

import pytest

from differential.compare import compare
from differential.runners import image, riscv
from differential.runners.base import state_of_case
from zkos.host.case import load_case
from zkos.host.profile import Profile, Quirks, RunOptions

CORPORA = Path(__file__).resolve().parents[2] / "corpora"
CASES = sorted(CORPORA.glob("[a-q]*/*.json"))


@pytest.fixture(scope="module")
def images():
    folder = os.environ.get("ZKOS_IMAGES")
    if folder is None:
        pytest.skip("ZKOS_IMAGES names no folder of shipped images")
    return Path(folder)


@pytest.mark.riscv
@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize(
    "path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_first_block_ends_alike_on_the_shipped_image(images, path, profile):
    case = load_case(path)
    options = RunOptions(profile, quirks=Quirks.UPSTREAM)
    state = state_of_case(case)
    file = images / f"{profile.image}.bin"
    theirs = image.run_file(file, case.blocks[0], state, options)
    ours = riscv.run_block(case.blocks[0], state, options)
    assert compare(("image", "riscv"), theirs, ours) is None

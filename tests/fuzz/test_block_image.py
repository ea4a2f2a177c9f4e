"""Blocks against the shipped images, where a developer has them at hand.

Set ZKOS_IMAGES to a folder with `app.bin`, `server_app.bin`, `evm_replay.bin`. What
the comparison notices is tested without them, against our own image of the OS.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from differential.runners import native, riscv
from differential.runners.base import state_of_case
from fuzz.coverage.engine import observe
from fuzz.coverage.target import Problem
from fuzz.strategies.source import RandomSource
from fuzz.targets.block_image import compare_block
from fuzz.targets.catalogue import IMAGES_FOLDER, load_target
from zkos.cli.program import run
from zkos.host.case import load_case
from zkos.host.profile import Profile, Quirks, RunOptions

REGRESSIONS = Path(__file__).resolve().parents[2] / "corpora" / "regressions"
UPSTREAM = RunOptions(quirks=Quirks.UPSTREAM)
FAULTS = (
    "upstream_shift_past_32_bits_again",
    "upstream_hash_of_nothing_again",
    "upstream_aborted_block",
    "upstream_wiped_again",
)
pytestmark = [pytest.mark.native, pytest.mark.riscv]


@pytest.fixture
def images() -> None:
    if not os.environ.get(IMAGES_FOLDER):
        pytest.skip("ZKOS_IMAGES names no folder of shipped images")


@pytest.mark.parametrize(
    "name", ["block_image", "block_image_server", "block_image_replay"]
)
def test_generated_blocks_end_alike_on_the_shipped_image(
    images: None, name: str
) -> None:
    target = load_target(name)
    for seed in range(100):
        seen = target.run(target.generate(RandomSource(seed)))
        assert seen.problem is None, seed


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_upstream_are_found(images: None, name: str) -> None:
    case = load_case(REGRESSIONS / name / "case.json")
    assert observe(load_target("block_image"), case).problem is None
    problem = observe(load_target("block_image_faults"), case).problem
    assert problem is not None
    assert problem.kind == "diverge"


def test_without_images_a_campaign_says_so(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    arguments = ["fuzz", "run", "block_image", "--folder", str(tmp_path / "campaign")]
    monkeypatch.delenv(IMAGES_FOLDER, raising=False)
    assert run(arguments) == 2
    assert capfd.readouterr().err.splitlines()[-1] == (
        "zkos: ZKOS_IMAGES names no folder of shipped images"
    )
    monkeypatch.setenv(IMAGES_FOLDER, str(tmp_path))
    assert run(arguments) == 2
    assert "app.bin: No such file" in capfd.readouterr().err


def test_difference_from_an_image_is_told_by_its_cause(tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    options = replace(UPSTREAM, report=False)
    path.write_bytes(riscv.program().image((options.word(),)))
    case = load_case(REGRESSIONS / "upstream_shift_past_32_bits" / "case.json")
    (block,), state = case.blocks, state_of_case(case)

    def problem(options: RunOptions) -> Problem | None:
        ours = native.run_block(block, state, options)
        return compare_block(path, block, state, options, ours).problem

    assert problem(UPSTREAM) is None
    found = problem(RunOptions())
    assert found is not None
    # Not the public input, which is all that the image itself tells.
    assert (found.kind, found.layer) == ("diverge", "storage")
    assert problem(RunOptions(Profile.SERVER, quirks=Quirks.UPSTREAM)) is not None

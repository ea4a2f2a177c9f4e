"""Blocks against the shipped images, where a developer has them at hand.

Set ZKOS_IMAGES to a folder with `singleblock_batch.bin` and `multiblock_batch.bin`.
What the comparison notices is tested without them, against our own image of the OS.
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
from fuzz.targets.block_batch import BatchTarget
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.block_image import compare_block
from fuzz.targets.block_image_batch import compare_batch
from fuzz.targets.blocks import BlockTarget
from fuzz.targets.catalogue import IMAGES_FOLDER, load_target
from fuzz.targets.images import has_large_limits
from zkos.cli.program import run
from zkos.host.case import load_case
from zkos.host.profile import Profile, Quirks, RunOptions

REGRESSIONS = Path(__file__).resolve().parents[2] / "corpora" / "regressions"
UPSTREAM = RunOptions(quirks=Quirks.UPSTREAM)
FAULTS = sorted(path.name for path in REGRESSIONS.glob("upstream_*"))
pytestmark = [pytest.mark.native, pytest.mark.riscv]


@pytest.fixture
def images() -> None:
    if not os.environ.get(IMAGES_FOLDER):
        pytest.skip("ZKOS_IMAGES names no folder of shipped images")


@pytest.fixture
def ours_as_image(tmp_path: Path) -> Path:
    """Our own image with upstream's faults, which tells nothing."""
    path = tmp_path / "image.bin"
    options = replace(UPSTREAM, report=False)
    path.write_bytes(riscv.program().image((options.word(),)))
    return path


@pytest.mark.parametrize("name", ["block_image", "block_image_batch"])
def test_generated_blocks_end_alike_on_the_shipped_image(
    images: None, name: str
) -> None:
    target = load_target(name)
    for seed in range(60):
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
    told = capfd.readouterr().err
    assert "singleblock_batch.bin: cannot be read: No such file" in told


def test_difference_from_an_image_is_told_by_its_cause(ours_as_image: Path) -> None:
    case = load_case(REGRESSIONS / "upstream_p256_is_cold" / "case.json")
    (block,), state = case.blocks, state_of_case(case)

    def problem(options: RunOptions) -> Problem | None:
        ours = native.run_block(block, state, options)
        library = native.library()
        args = ours_as_image, library, block, state, options, ours
        return compare_block(*args).problem

    assert problem(UPSTREAM) is None
    found = problem(RunOptions())
    assert found is not None
    # Not the public input, which is all that the image itself tells.
    assert (found.kind, found.layer) == ("diverge", "return_data")
    assert problem(RunOptions(Profile.REPLAY, quirks=Quirks.UPSTREAM)) is not None


def test_limits_of_an_image_are_found_out_by_asking(ours_as_image: Path) -> None:
    assert not has_large_limits(ours_as_image)


def test_batches_are_compared_with_an_image(tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    options = replace(UPSTREAM, report=False, batch=True)
    path.write_bytes(riscv.program().image((options.word(),)))
    engine = BlockEngine("native", native.run_guest)

    def problem(options: RunOptions, name: str) -> Problem | None:
        def reference(*about: object) -> Problem | None:
            return compare_batch(path, *about)  # type: ignore[arg-type]

        target = BatchTarget("batch", [engine], options, reference=reference)
        case = load_case(REGRESSIONS / name / "case.json")
        return target.run(case).problem

    assert problem(UPSTREAM, "upstream_p256_is_cold") is None
    found = problem(RunOptions(), "upstream_p256_is_cold")
    assert found is not None
    assert (found.layer, found.where) == ("public_input", "batch")
    assert (
        BlockTarget("plain", [engine])
        .run(load_case(REGRESSIONS / "log_numbers" / "case.json"))
        .problem
        is None
    )

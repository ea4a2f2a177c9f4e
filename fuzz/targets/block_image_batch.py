"""Batches of our OS against the shipped image that runs several blocks.

What the image asks, in which order, and its public input must be ours.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from differential.outcome import Result
from differential.runners import image, riscv
from fuzz.coverage.target import Problem
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_batch import BatchTarget
from fuzz.targets.block_image import NAMES, UPSTREAM, engine_of
from fuzz.targets.block_runs import Run
from fuzz.targets.blocks import Step
from fuzz.targets.images import image_path, library_for
from zkos.host.channel import ASIDE
from zkos.host.profile import RunOptions
from zkos.machine.image import read_image

IMAGE: Final = "multiblock_batch"


def block_image_batch() -> BatchTarget:
    """Batches with upstream's faults against the shipped multiblock_batch.bin."""
    path = image_path(IMAGE)
    riscv.translate(read_image(path))
    engine = engine_of(library_for(path))
    reference = partial(compare_batch, path)
    return BatchTarget("block_image_batch", [engine], UPSTREAM, reference=reference)


def compare_batch(
    path: Path, steps: Sequence[Step], options: RunOptions, ours: Run
) -> Problem | None:
    """What the image in a file says otherwise of a batch than ours did."""
    blocks = [step.block for step in steps]
    states = [step.state for step in steps]
    theirs = image.run_batch_file(path, blocks, states, options)
    if theirs.result in (Result.CRASH, Result.TIMEOUT):
        return Problem("crash", NAMES[1:], "outcome", "batch", theirs.reason)
    if ours.ending.result is not theirs.result:
        values = (ours.ending.result.value, theirs.result.value)
        reason = ours.ending.reason
        return Problem("diverge", NAMES, "outcome", "batch", reason, values)
    if ours.ending.result is Result.ABORT:
        # Neither has an output, and when that is found out is nobody's business.
        return None
    asked = ours.channel.queries_by_name()
    told = theirs.detail.queries or {}
    for name in sorted({*asked, *told} - {*ASIDE}):
        if asked.get(name, 0) != told.get(name, 0):
            counts = (asked.get(name, 0), told.get(name, 0))
            return Problem("diverge", NAMES, "queries", f"batch {name}", "", counts)
    if ours.ending.public_input != theirs.public_input:
        return Problem("diverge", NAMES, "public_input", "batch")
    return None


if __name__ == "__main__":
    main("block_image_batch")

"""Blocks of our OS against the shipped images, where a developer has them at hand.

ZKOS_IMAGES names the folder that holds them. With upstream's faults reproduced ours
and the image must not differ; without, what differs is a fault of upstream's. An
image tells no receipts: of a difference that our own reproduction explains, the
reproduction's receipts say where it began.
"""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from differential.origin import origin, signature_of
from differential.outcome import Difference, Outcome, Result
from differential.runners import image, native, riscv
from differential.runners.base import conclude, prepare
from fuzz.coverage.target import Problem
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_engine, coverage_library
from fuzz.targets.blocks import BlockTarget, Judgement
from fuzz.targets.catalogue import IMAGES_FOLDER, TargetError
from zkos.host.case import Block
from zkos.host.profile import Profile, Quirks, RunOptions
from zkos.host.state import ChainState
from zkos.machine.image import ImageError, read_image

NAMES: Final = ("native", "image")


def block_image() -> BlockTarget:
    """Our OS with upstream's faults against the shipped app.bin."""
    return _target("block_image", RunOptions(quirks=Quirks.UPSTREAM))


def block_image_server() -> BlockTarget:
    """Our OS with upstream's faults against the shipped server_app.bin."""
    options = RunOptions(Profile.SERVER, quirks=Quirks.UPSTREAM)
    return _target("block_image_server", options)


def block_image_replay() -> BlockTarget:
    """Our OS with upstream's faults against the shipped evm_replay.bin."""
    options = RunOptions(Profile.REPLAY, quirks=Quirks.UPSTREAM)
    return _target("block_image_replay", options)


def block_image_faults() -> BlockTarget:
    """Our OS without upstream's faults against app.bin: what differs are those."""
    return _target("block_image_faults", RunOptions())


def image_path(profile: Profile) -> Path:
    """The shipped image of a profile; raises TargetError without one."""
    folder = os.environ.get(IMAGES_FOLDER)
    if not folder:
        raise TargetError(f"{IMAGES_FOLDER} names no folder of shipped images")
    path = Path(folder) / f"{profile.image}.bin"
    try:
        read_image(path)
    except ImageError as error:
        raise TargetError(f"{IMAGES_FOLDER}: {error}") from error
    return path


def _target(name: str, options: RunOptions) -> BlockTarget:
    path = image_path(options.profile)
    riscv.translate(read_image(path))
    return BlockTarget(
        name,
        [coverage_engine()],
        options,
        reference=partial(compare_block, path),
        judges_aborts=options.quirks is Quirks.UPSTREAM,
    )


def compare_block(
    path: Path, block: Block, state: ChainState, options: RunOptions, ours: Outcome
) -> Judgement:
    """What the image in a file says otherwise than ours did, as a problem."""
    theirs = image.run_file(path, block, state, options)
    if theirs.result in (Result.CRASH, Result.TIMEOUT):
        if ours.result is theirs.result:
            return Judgement()  # the host of the case cannot answer
        crash = Problem("crash", NAMES[1:], "outcome", "", theirs.reason)
        return Judgement(crash, compared=False)
    found = difference(ours, theirs)
    if found is None:
        return Judgement()
    site = " | ".join(item.reason for item in (ours, theirs) if item.reason)
    if options.quirks is Quirks.NONE:
        again = _reproduced(block, state, options)
        if difference(again, theirs) is None:
            found = origin(NAMES, ours, again) or found
            site = again.reason or " | ".join(signature_of(found).values or ())
    return Judgement(
        Problem("diverge", NAMES, found.layer, found.where, site, found.values)
    )


def difference(ours: Outcome, theirs: Outcome) -> Difference | None:
    """The first difference; the conversations count where both refuse, too."""
    found = origin(NAMES, ours, theirs)
    if found is not None or ours.succeeded:
        return found
    asked = (ours.detail.queries, theirs.detail.queries)
    if asked[0] == asked[1]:
        return None
    return Difference(NAMES, "queries", "before the end", asked)


def _reproduced(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    """What ours says with upstream's faults."""
    options = replace(options, quirks=Quirks.UPSTREAM)
    channel = prepare(block, state)
    ending = native.run_library(coverage_library(), channel, options)
    return conclude(channel, ending, state, options)


if __name__ == "__main__":
    main("block_image")

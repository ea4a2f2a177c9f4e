"""Blocks of our OS against the shipped image, where a developer has it at hand.

ZKOS_IMAGES names the folder that holds the images. With upstream's faults reproduced
ours and the image must not differ; without, what differs is a fault of upstream's. An
image tells no receipts: of a difference that our own reproduction explains, the
reproduction's receipts say where it began.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from differential.origin import origin, signature_of
from differential.outcome import Difference, Outcome, Result
from differential.runners import image, native, riscv
from differential.runners.base import conclude, prepare
from fuzz.coverage.counters import Counters
from fuzz.coverage.target import Problem
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.blocks import BlockTarget, Judgement
from fuzz.targets.images import image_path, library_for
from zkos.compiler.native import NativeLibrary
from zkos.host.case import Block
from zkos.host.channel import ASIDE
from zkos.host.profile import Quirks, RunOptions
from zkos.host.state import ChainState
from zkos.machine.image import read_image

IMAGE: Final = "singleblock_batch"
NAMES: Final = ("native", "image")
UPSTREAM: Final = RunOptions(quirks=Quirks.UPSTREAM)


def block_image() -> BlockTarget:
    """Our OS with upstream's faults against the shipped singleblock_batch.bin."""
    return _target("block_image", UPSTREAM)


def block_image_faults() -> BlockTarget:
    """Our OS without upstream's faults against that image: what differs are those."""
    return _target("block_image_faults", RunOptions())


def _target(name: str, options: RunOptions) -> BlockTarget:
    path = image_path(IMAGE)
    riscv.translate(read_image(path))
    library = library_for(path)
    faithful = options.quirks is Quirks.UPSTREAM
    return BlockTarget(
        name,
        [engine_of(library)],
        options,
        reference=partial(compare_block, path, library),
        judges_aborts=faithful,
    )


def engine_of(library: NativeLibrary) -> BlockEngine:
    """A compiled OS with coverage counters."""
    run = partial(native.run_library, library)
    return BlockEngine(NAMES[0], run, Counters.of(library))


def compare_block(
    path: Path,
    library: NativeLibrary,
    block: Block,
    state: ChainState,
    options: RunOptions,
    ours: Outcome,
) -> Judgement:
    """What the image in a file says otherwise than ours did, as a problem.

    `library` is ours as the image is, to tell by it where a difference begins.
    """
    theirs = image.run_file(path, block, state, replace(options, report=False))
    if theirs.result in (Result.CRASH, Result.TIMEOUT):
        if ours.result is theirs.result:
            return Judgement()  # the host of the case cannot answer
        crash = Problem("crash", NAMES[1:], "outcome", "", theirs.reason)
        return Judgement(crash, compared=False)
    found = difference(ours, theirs)
    if found is None:
        return Judgement()
    if ours.succeeded and theirs.succeeded:
        # Have it say what changed.
        theirs = image.run_file(path, block, state, options)
        found = difference(ours, theirs) or found
    site = " | ".join(item.reason for item in (ours, theirs) if item.reason)
    if options.quirks is Quirks.NONE:
        again = _reproduced(library, block, state, options)
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
    asked, other = (
        {name: count for name, count in (side or {}).items() if name not in ASIDE}
        for side in (ours.detail.queries, theirs.detail.queries)
    )
    if asked == other:
        return None
    return Difference(NAMES, "queries", "before the end", (asked, other))


def _reproduced(
    library: NativeLibrary, block: Block, state: ChainState, options: RunOptions
) -> Outcome:
    """What ours says with upstream's faults."""
    options = replace(options, quirks=Quirks.UPSTREAM)
    channel = prepare(block, state)
    ending = native.run_library(library, channel, options)
    return conclude(channel, ending, state, options)


if __name__ == "__main__":
    main("block_image")

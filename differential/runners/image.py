"""Any RV32IM image that obeys Airbender's conventions, ours or not, from a file."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from differential.from_pubdata import reveal
from differential.outcome import UNSUPPORTED, Outcome, Result
from differential.runners.base import (
    Ending,
    conclude,
    conclude_batch,
    oracle_of,
)
from differential.runners.riscv import run_image
from zkos.host.case import Block
from zkos.host.channel import QUERY_IDS, REPORT, OracleError, QueryChannel, Responder
from zkos.host.context import DataAvailability
from zkos.host.oracle import BatchOracle
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.host.watching import Watcher
from zkos.machine.image import ImageError, read_image

PROBE_CYCLES: Final = 1 << 24
"""An image that asks nothing for so long is none of a protocol we know."""


class Shape(Enum):
    """What a program wants to be served; the value is what it asks first."""

    BLOCK = QUERY_IDS["block_metadata"]
    BATCH = QUERY_IDS["block_count"]
    """Any number of blocks, as one batch."""


def run_file(
    path: Path, block: Block, state: ChainState, options: RunOptions
) -> Outcome:
    """Run a block on the image in a file; raises CaseError and ImageError.

    Features are the image's own: the options only say what its results are called and
    where the pubdata goes. An image of ours that reports is listened to; another shows
    its pubdata if it may put it into blobs, so where a report is wanted and the block's
    pubdata goes elsewhere, it runs a second time for that.
    """
    outcome = _run_block(path, block, state, options)
    if not outcome.succeeded or not options.report or outcome.pubdata is not None:
        return outcome
    blobs = replace(options, da=DataAvailability.BLOBS)
    shown = _run_block(path, block, state, blobs)
    return replace(
        outcome,
        state_root=shown.state_root,
        next_free_slot=shown.next_free_slot,
        block_hash=shown.block_hash,
        pubdata=shown.pubdata,
        detail=replace(
            shown.detail,
            queries=outcome.detail.queries,
            words_read=outcome.detail.words_read,
            words_written=outcome.detail.words_written,
            words_aside=outcome.detail.words_aside,
            text=outcome.detail.text,
        ),
    )


def run_batch_file(
    path: Path,
    blocks: Sequence[Block],
    states: Sequence[ChainState],
    options: RunOptions,
) -> Outcome:
    """Run blocks as one batch on the image in a file; raises CaseError, ImageError."""
    if shape_of(path) is not Shape.BATCH:
        reason = f"{UNSUPPORTED}{path.name} runs single blocks, not batches"
        return Outcome(Result.CRASH, reason)
    pairs = zip(blocks, states, strict=True)
    oracles = [oracle_of(block, state, options) for block, state in pairs]
    channel, ending = _run(path, BatchOracle(oracles))
    options = replace(options, report=_reports(channel))
    return conclude_batch(channel, ending, options, len(blocks))


@cache
def shape_of(path: Path) -> Shape:
    """What the image in a file asks first; raises ImageError for one not known."""
    probe = _Probe()
    channel = QueryChannel(probe)
    run_image(channel, _content(path), cycle_limit=PROBE_CYCLES)
    try:
        return Shape(probe.query)
    except ValueError:
        what = "nothing" if probe.query is None else f"query {probe.query:#x}"
        raise ImageError(
            f"{path}: not an image of a known protocol, it asks {what} first"
        ) from None


class _Probe:
    """Remembers the first query and answers none."""

    query: int | None = None

    def answer(self, query: int, _: bytes) -> bytes:
        self.query = query
        raise OracleError("only probing")


def _run_block(
    path: Path, block: Block, state: ChainState, options: RunOptions
) -> Outcome:
    served = oracle_of(block, state, options)
    batch = shape_of(path) is Shape.BATCH
    watcher = Watcher(BatchOracle([served]) if batch else served)
    channel, ending = _run(path, watcher)
    reports = _reports(channel)
    outcome = conclude(channel, ending, state, replace(options, report=reports))
    return outcome if reports else reveal(outcome, watcher, state)


def _run(path: Path, responder: Responder) -> tuple[QueryChannel, Ending]:
    channel = QueryChannel(responder)
    return channel, run_image(channel, _content(path))


def _reports(channel: QueryChannel) -> bool:
    return any(kind == REPORT for kind, _ in channel.messages)


@lru_cache(maxsize=4)
def _content(path: Path) -> bytes:
    return read_image(path)

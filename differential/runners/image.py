"""Any RV32IM image that obeys Airbender's conventions, ours or not, from a file."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from differential.outcome import Outcome
from differential.runners.base import conclude, prepare
from differential.runners.riscv import run_image
from zkos.host.case import Block
from zkos.host.channel import REPORT
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.machine.image import read_image


def run_file(
    path: Path, block: Block, state: ChainState, options: RunOptions
) -> Outcome:
    """Run a block on the image in a file; raises CaseError and ImageError.

    Features are the image's own: the options only say what its results are called.
    An image of ours that reports is listened to.
    """
    channel = prepare(block, state)
    ending = run_image(channel, _content(path))
    reports = any(kind == REPORT for kind, _ in channel.messages)
    return conclude(channel, ending, state, replace(options, report=reports))


@lru_cache(maxsize=4)
def _content(path: Path) -> bytes:
    return read_image(path)

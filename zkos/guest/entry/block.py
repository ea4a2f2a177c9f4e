"""The program: one block from the oracle to its public input."""

from zkos.guest.blocks.loop import BlockProcessor
from zkos.guest.state.system import System
from zkos.lang.intrinsics import finish


def main() -> None:
    """Process the block and end the run with its public input."""
    finish(BlockProcessor(System()).run())

"""The program: one block from the oracle to its public input."""

from zkos.guest.bootloader.block import BlockProcessor
from zkos.guest.system.system import System
from zkos.lang.intrinsics import finish


def main() -> None:
    """Process the block and end the run with its public input."""
    finish(BlockProcessor(System()).run())

"""What is done with the block that the oracle serves. A seam."""

from zkos.guest.state.system import System
from zkos.lang.ints import Bytes32

class BlockProcessor:
    """Processes it."""

    def __init__(self, system: System) -> None:
        """Asks for its header."""

    def run(self) -> Bytes32:
        """Process the block; the hash of its header. Traps unless all is right."""

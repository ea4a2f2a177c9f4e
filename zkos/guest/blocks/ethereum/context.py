"""The header's view of the block, which other instances lack."""

from zkos.guest.blocks.ethereum.metadata import Metadata
from zkos.guest.state.system import System


def context_of(system: System) -> Metadata:
    """The metadata of a system of this instance."""
    # The seam promises less than what this instance binds to it.
    return system.metadata  # type: ignore[return-value]

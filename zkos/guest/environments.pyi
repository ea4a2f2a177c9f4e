"""The execution environments. A seam: what stands behind it lists them.

An account's type byte says which one runs its code. An environment is a class with
`begin`, `resume` and `leave`, and a case in each method here.
"""

from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame

class Environments:
    """Passes each frame to the environment it belongs to."""

    def __init__(self, system: System) -> None: ...
    def begin(self, frame: Frame) -> Exit:
        """Run a new frame. Raises OutOfNative, Fatal."""

    def resume(self, frame: Frame) -> Exit:
        """Go on after a call or creation. Raises OutOfNative, Fatal."""

    def leave(self, frame: Frame) -> None:
        """Free what an ended frame holds, also one the runner ends itself."""

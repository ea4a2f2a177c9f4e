"""What a hook works on: the frame of the call, and what all hooks share.

A seam: instances have different hooks.
"""

from zkos.guest.crypto.bls381 import Bls381
from zkos.guest.crypto.kzg import Kzg
from zkos.guest.crypto.p256 import P256
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame, Scheme

class HookCall:
    """One per block. A hook sets `exit` if it fails, and the frame's output if not."""

    system: System
    memory: HookMemory
    frame: Frame
    scheme: Scheme
    exit: Exit
    """RETURNED unless the hook says otherwise: HALTED takes all ergs, REVERTED none."""

    def __init__(self, system: System) -> None: ...
    def halt(self) -> None:
        """Fail and take all ergs, as precompiles do."""

    def revert(self) -> None:
        """Fail and give back what is left, as system contracts do."""

    def p256(self) -> P256:
        """The curve of precompile 0x100."""

    def kzg(self) -> Kzg:
        """The proofs of precompile 0a."""

    def bls381(self) -> Bls381:
        """The curve of precompiles 0b to 11; traps in ZKsync OS."""

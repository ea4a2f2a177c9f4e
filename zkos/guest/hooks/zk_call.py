"""What a hook of ZKsync OS works on."""

from zkos.guest.crypto.bls381 import Bls381
from zkos.guest.crypto.kzg import Kzg
from zkos.guest.crypto.p256 import P256
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame, Scheme
from zkos.lang.ints import U32
from zkos.lang.trap import trap


class HookCall:
    """One per block. A hook sets `exit` if it fails, and the frame's output if not."""

    system: System
    memory: HookMemory
    frame: Frame
    scheme: Scheme
    exit: Exit
    """RETURNED unless the hook says otherwise: HALTED takes all ergs, REVERTED none."""
    p256_unit: P256 | None
    """Made on first use, as the next."""
    kzg_unit: Kzg | None

    def __init__(self, system: System) -> None:
        self.system = system
        self.memory = HookMemory()
        self.frame = Frame(U32(0))
        self.scheme = Scheme.CALL
        self.exit = Exit.RETURNED
        self.p256_unit = None
        self.kzg_unit = None

    def halt(self) -> None:
        """Fail and take all ergs, as precompiles do."""
        self.exit = Exit.HALTED

    def revert(self) -> None:
        """Fail and give back what is left, as system contracts do."""
        self.exit = Exit.REVERTED

    def p256(self) -> P256:
        """The curve of precompile 0x100."""
        unit = self.p256_unit
        if unit is None:
            unit = P256()
            self.p256_unit = unit
        return unit

    def kzg(self) -> Kzg:
        """The proofs of precompile 0a."""
        unit = self.kzg_unit
        if unit is None:
            unit = Kzg()
            self.kzg_unit = unit
        return unit

    def bls381(self) -> Bls381:
        """Not here: no hook asks for it."""
        trap("BLS12-381 is for the Ethereum instance")

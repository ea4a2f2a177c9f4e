"""The EVM as the only environment; behind `zkos.guest.environments`."""

from zkos.guest.evm.interpreter import Evm
from zkos.guest.protocol.environment import EVM_ENVIRONMENT
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.guest.system.errors import Fatal


class Environments:
    """Passes each frame to the environment it belongs to."""

    evm: Evm

    def __init__(self, system: System) -> None:
        self.evm = Evm(system)

    def begin(self, frame: Frame) -> Exit:
        """Run a new frame. Raises OutOfNative, Fatal."""
        if frame.environment == EVM_ENVIRONMENT:
            return self.evm.begin(frame)
        raise Fatal

    def resume(self, frame: Frame) -> Exit:
        """Go on after a call or creation. Raises OutOfNative, Fatal."""
        if frame.environment == EVM_ENVIRONMENT:
            return self.evm.resume(frame)
        raise Fatal

    def leave(self, frame: Frame) -> None:
        """Free what an ended frame holds, also one the runner ends itself."""
        if frame.environment == EVM_ENVIRONMENT:
            self.evm.leave(frame)

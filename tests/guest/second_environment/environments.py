"""The environments of the tests: the EVM and the stack machine, type byte 2.

Takes the place of `zkos.guest.environments`; bootloader and system are as they are.
"""

from typing import Final

from tests.guest.second_environment.stack_machine import StackMachine
from zkos.guest.evm.interpreter import Evm
from zkos.guest.protocol.environment import EVM_ENVIRONMENT
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U8

STACK_MACHINE: Final = U8(2)


class Environments:
    """Passes each frame to the environment it belongs to."""

    evm: Evm
    stack_machine: StackMachine

    def __init__(self, system: System) -> None:
        self.evm = Evm(system)
        self.stack_machine = StackMachine(system)

    def begin(self, frame: Frame) -> Exit:
        """Run a new frame. Raises OutOfNative, Fatal."""
        if frame.environment == EVM_ENVIRONMENT:
            return self.evm.begin(frame)
        if frame.environment == STACK_MACHINE:
            return self.stack_machine.begin(frame)
        raise Fatal

    def resume(self, frame: Frame) -> Exit:
        """Go on after a call or creation. Raises OutOfNative, Fatal."""
        if frame.environment == EVM_ENVIRONMENT:
            return self.evm.resume(frame)
        if frame.environment == STACK_MACHINE:
            return self.stack_machine.resume(frame)
        raise Fatal

    def leave(self, frame: Frame) -> None:
        """Free what an ended frame holds."""
        if frame.environment == EVM_ENVIRONMENT:
            self.evm.leave(frame)

"""The code behind special addresses: precompiles and system contracts.

The runner asks `is_special` for every callee and calls `run` in place of an
environment. A hook has the frame of an ordinary callee, except that
`frame.environment` is its caller's: events and burns are charged by the caller's rules.
"""

from zkos.guest.hooks.base_token import base_token
from zkos.guest.hooks.contract_deployer import contract_deployer
from zkos.guest.hooks.l1_messenger import l1_messenger
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.hooks.precompiles import run_precompile
from zkos.guest.protocol.addresses import HIGHEST_PRECOMPILE, HIGHEST_SPECIAL
from zkos.guest.system.calls import Exit, Frame, Scheme
from zkos.guest.system.errors import OutOfErgs
from zkos.guest.system.system import System
from zkos.lang.ints import U32, Address


class Hooks:
    """The hooks installed in this build, with their working memory."""

    system: System
    memory: HookMemory
    has_system_contracts: bool

    def __init__(self, system: System) -> None:
        self.system = system
        self.memory = HookMemory()
        self.has_system_contracts = not system.options.disable_system_contracts

    def is_special(self, address: Address) -> bool:
        """Whether a hook answers calls of `address`."""
        if address > HIGHEST_SPECIAL or address == Address(0):
            return False
        if address <= HIGHEST_PRECOMPILE:
            return True
        if not self.has_system_contracts:
            return False
        match address.word(0):
            case 0x8006 | 0x8008 | 0x800A:
                return True
            case _:
                return False

    def run(self, frame: Frame, scheme: Scheme) -> Exit:
        """Run the hook at `frame.code_address`; `frame.output` is good until the next.

        Raises OutOfNative and Fatal.
        """
        frame.output = frame.output.window(0, 0)
        number = frame.code_address.word(0)
        try:
            if frame.code_address <= HIGHEST_PRECOMPILE:
                return run_precompile(self.system, self.memory, frame, number)
            return self._run_contract(frame, scheme, number)
        except OutOfErgs:
            return Exit.HALTED

    def _run_contract(self, frame: Frame, scheme: Scheme, number: U32) -> Exit:
        if scheme is Scheme.DELEGATE or scheme is Scheme.CALLCODE:
            return Exit.REVERTED
        match number:
            case 0x8006:
                return contract_deployer(self.system, self.memory, frame)
            case 0x8008:
                return l1_messenger(self.system, self.memory, frame)
            case _:
                return base_token(self.system, self.memory, frame)

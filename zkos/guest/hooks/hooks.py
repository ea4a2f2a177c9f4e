"""The code behind special addresses: precompiles and system contracts.

The runner asks `is_special` for every callee and calls `run` in place of an
environment. A hook has the frame of an ordinary callee, except that
`frame.environment` is its caller's: events and burns are charged by the caller's rules.
"""

from typing import Final

from zkos.guest.crypto.kzg import Kzg
from zkos.guest.crypto.p256 import P256
from zkos.guest.hooks.base_token import base_token
from zkos.guest.hooks.contract_deployer import contract_deployer
from zkos.guest.hooks.extensions import (
    blake2f_hook,
    p256_hook,
    point_evaluation_hook,
)
from zkos.guest.hooks.l1_messenger import l1_messenger
from zkos.guest.hooks.memory import HookMemory
from zkos.guest.hooks.precompiles import run_precompile
from zkos.guest.protocol.addresses import (
    HIGHEST_PRECOMPILE,
    HIGHEST_SPECIAL,
    P256_VERIFY,
)
from zkos.guest.protocol.quirks import QUIRK_NO_OUTPUT_WHEN_FULL
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame, Scheme
from zkos.guest.system.errors import OutOfErgs
from zkos.lang.ints import U32, Address

BLAKE2F: Final = U32(9)
POINT_EVALUATION: Final = U32(10)


class Hooks:
    """The hooks installed in this build, with their working memory."""

    system: System
    memory: HookMemory
    has_system_contracts: bool
    has_extensions: bool
    cuts_output: bool
    """Whether a precompile without room for its output has none, as upstream."""
    p256: P256 | None
    """Made on first use, as the next."""
    kzg: Kzg | None

    def __init__(self, system: System) -> None:
        self.system = system
        self.memory = HookMemory()
        self.has_system_contracts = not system.options.disable_system_contracts
        self.has_extensions = system.options.real_precompiles
        self.cuts_output = system.options.quirk_bits & QUIRK_NO_OUTPUT_WHEN_FULL != 0
        self.p256 = None
        self.kzg = None

    def is_special(self, address: Address) -> bool:
        """Whether a hook answers calls of `address`."""
        if address > HIGHEST_SPECIAL or address == Address(0):
            return False
        if address <= HIGHEST_PRECOMPILE:
            return True
        if address == P256_VERIFY:
            return self.has_extensions
        if not self.has_system_contracts:
            return False
        match address.word(0):
            case 0x8006 | 0x8008 | 0x800A:
                return True
            case _:
                return False

    def run(self, frame: Frame, scheme: Scheme) -> Exit:
        """Run the hook at `frame.code_address`; `frame.output` is good until the next.

        Output takes room in the return data buffer here and again when the runner
        copies it (system spec 4). Raises OutOfNative and Fatal.
        """
        frame.output = frame.output.window(0, 0)
        try:
            reason = self._dispatch(frame, scheme)
        except OutOfErgs:
            return Exit.HALTED
        memory = self.system.return_memory
        if self.cuts_output and memory.is_full():
            frame.output = frame.output.window(0, 0)
        if reason is Exit.RETURNED:
            memory.skip(frame.output.length())
        return reason

    def _dispatch(self, frame: Frame, scheme: Scheme) -> Exit:
        number = frame.code_address.word(0)
        if number == BLAKE2F and self.has_extensions:
            return blake2f_hook(self.memory, frame)
        if number == POINT_EVALUATION and self.has_extensions:
            return point_evaluation_hook(self._verifier(), self.memory, frame)
        if frame.code_address <= HIGHEST_PRECOMPILE:
            return run_precompile(self.system, self.memory, frame, number)
        if frame.code_address == P256_VERIFY:
            return p256_hook(self._curve(), self.memory, frame)
        return self._run_contract(frame, scheme, number)

    def _curve(self) -> P256:
        curve = self.p256
        if curve is None:
            curve = P256()
            self.p256 = curve
        return curve

    def _verifier(self) -> Kzg:
        kzg = self.kzg
        if kzg is None:
            kzg = Kzg()
            self.kzg = kzg
        return kzg

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

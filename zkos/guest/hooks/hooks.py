"""The code behind special addresses: precompiles and system contracts.

The runner looks for a hook at every callee and runs it in place of an environment. A
hook has the frame of an ordinary callee.
"""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.groups import EXTRA, SYSTEM_CONTRACT
from zkos.guest.hooks.table import ADDRESSES, GROUPS, HANDLERS, HOOK_COUNT
from zkos.guest.protocol.addresses import HIGHEST_SPECIAL
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame, Scheme
from zkos.guest.system.errors import OutOfErgs
from zkos.guest.system.options import Options
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, Address
from zkos.lang.memory import Array

NO_HOOK: Final = HOOK_COUNT
"""Number of what is no hook."""


class Hooks:
    """The hooks installed in this run."""

    call: HookCall
    installed: Array[bool]

    def __init__(self, system: System) -> None:
        self.call = HookCall(system)
        self.installed = Array(bool, HOOK_COUNT)
        for number in urange(HOOK_COUNT):
            self.installed[number] = is_installed(GROUPS[number], system.options)

    def find(self, address: Address) -> U32:
        """The number of the hook that answers calls of `address`, or `NO_HOOK`."""
        if address > HIGHEST_SPECIAL:
            return NO_HOOK
        low = address.word(0)
        for number in urange(HOOK_COUNT):
            if ADDRESSES[number] == low and self.installed[number]:
                return number
        return NO_HOOK

    def run(self, number: U32, frame: Frame, scheme: Scheme) -> Exit:
        """Run a hook for a frame; `frame.output` is good until the next runs.

        Raises OutOfNative and Fatal.
        """
        call = self.call
        call.frame = frame
        call.scheme = scheme
        call.exit = Exit.RETURNED
        frame.output = frame.output.window(0, 0)
        try:
            HANDLERS.run(U8(number), call)
        except OutOfErgs:
            return Exit.HALTED
        if call.exit is not Exit.RETURNED:
            frame.output = frame.output.window(0, 0)
        return call.exit


def is_installed(group: U8, options: Options) -> bool:
    """Whether this run has the hooks of a group."""
    if group == EXTRA:
        return options.extra_precompiles
    if group == SYSTEM_CONTRACT:
        return not options.disable_system_contracts
    return True

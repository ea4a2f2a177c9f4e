"""Calls of the Ethereum instance's precompiles; guest code.

`ethereum_objects` builds it, with the hooks of that instance in a system of any.
"""

from zkos.guest.hooks.hooks import NO_HOOK, Hooks
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame, Scheme
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView, List


def begin() -> Hooks:
    """The hooks in the first transaction of a block."""
    system = System()
    system.io.begin_transaction()
    return Hooks(system)


def addresses_below(hooks: Hooks, limit: U32) -> List[U32]:
    """Those that a hook answers for."""
    found = List(U32)
    for number in urange(limit):
        if hooks.find(Address(U256(number))) != NO_HOOK:
            found.append(number)
    return found


def answer(
    hooks: Hooks, address: Address, data: ByteView, ergs: U64
) -> tuple[bool, U64, ByteView]:
    """Whether a call succeeds, the ergs it leaves, and its output."""
    frame = Frame(U32(0))
    frame.environment = U8(1)
    frame.address = address
    frame.code_address = address
    frame.input = data
    frame.resources.ergs = ergs
    frame.resources.native = U64(0xFFFFFFFFFFFFFFFF)
    end = hooks.run(hooks.find(address), frame, Scheme.CALL)
    return end is Exit.RETURNED, frame.resources.ergs, frame.output

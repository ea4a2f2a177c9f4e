"""Calls of hooks in a system whose oracle knows an empty world."""

from tests.guest.objects import Frame, Hooks, System, attach, special_below
from tests.guest.system.world import World
from zkos.guest.hooks.hooks import NO_HOOK
from zkos.guest.protocol.options import OPTION_PROVING, OPTION_REPORT
from zkos.guest.system.calls import Scheme
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import view_of

CALLER = 0xCA11
PLENTY = 10**11


def hooks(options: int = 0, world: World | None = None) -> Hooks:
    """Hooks inside the first transaction of a block, in a guest of their own."""
    world = world or World()
    world.options = int(OPTION_PROVING) | int(OPTION_REPORT) | options
    attach(world)
    system = System()
    system.io.begin_transaction()
    return Hooks(system)


def frame_for(address, data, *, caller=CALLER, value=0, static=False, gas=PLENTY):
    frame = Frame(U32(0))
    frame.environment = U8(1)
    frame.address = frame.code_address = Address(address)
    frame.caller = Address(caller)
    frame.value = U256(value)
    frame.static = static
    frame.input = view_of(data)
    frame.resources.ergs = U64(gas * 256)
    frame.resources.native = U64(PLENTY)
    return frame


def call(installed, address, data, *, scheme=Scheme.CALL, native=PLENTY, **more):
    """The end of a call, and its frame."""
    frame = frame_for(address, data, **more)
    frame.resources.native = U64(native)
    return run(installed, frame, scheme), frame


def run(installed, frame, scheme=Scheme.CALL):
    """The end of a call that has its frame."""
    assert is_special(installed, frame.code_address)
    return installed.run(installed.find(frame.code_address), frame, scheme)


def is_special(installed, address):
    return installed.find(Address(address)) != NO_HOOK


def specials(installed, limit):
    """All addresses below a limit that hooks answer for."""
    found = special_below(installed, U32(limit))
    return [int(found[index]) for index in range(int(found.length()))]


def io_of(installed):
    return installed.call.system.io


def ledger(frame, gas=PLENTY):
    """Ergs and native spent."""
    spent = gas * 256 - int(frame.resources.ergs)
    return spent, PLENTY - int(frame.resources.native)

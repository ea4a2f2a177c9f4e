"""Faults planted in the OS, one build for all: option word 1 switches one on.

Each is the change of one expression. With the switch at 0 the build behaves as the
plain one, and stands for it.
"""

from dataclasses import dataclass
from functools import cache

from differential.runners import native
from differential.runners.base import conclude, prepare
from differential.trace import traced_build, watch
from zkos.compiler.variant import Variant
from zkos.lang.linkage import Patch
from zkos.versions import Build

IMPORT = "from zkos.lang.ints import "
SWITCH_IMPORT = "from zkos.lang.intrinsics import option_word\n"


@dataclass(frozen=True)
class Fault:
    """An expression of a module and what it becomes when switched on."""

    name: str
    module: str
    place: str
    """Text around the expression; `{}` stands for it."""
    right: str
    wrong: str


FAULTS = (
    Fault(
        "multiplication costs one gas more",
        "zkos.guest.evm.instructions.arithmetic",
        "    frame.charge({}, NATIVE_MUL)",
        "ERGS_LOW",
        "ERGS_LOW + 256",
    ),
    Fault(
        "arithmetic shift is logical",
        "zkos.guest.evm.instructions.bitwise",
        "    bits = count.word(0) if count < 256 else U32(255)\n    frame.set_top({})",
        "(value.to_signed() >> bits).to_unsigned()",
        "(value >> bits)",
    ),
    Fault(
        "a revert keeps storage",
        "zkos.guest.state.storage",
        "            slot.current = {}\n            slot.unset = undo.unset",
        "undo.current",
        "slot.current",
    ),
    Fault(
        "pubdata calls a decrease an increase",
        "zkos.guest.state.diff_encoding",
        "        kind = {}\n        difference = initial",
        "SUB",
        "ADD",
    ),
    Fault(
        "transient storage outlives its transaction",
        "zkos.guest.state.transient",
        "        return cell.value if {} else U256(0)",
        "(cell.written_in == self.transaction)",
        "(cell.written_in != 0)",
    ),
    Fault(
        "a copy in memory is one byte short",
        "zkos.guest.evm.instructions.memory",
        "    memory = frame.memory\n    length = {}\n    memory.window(to",
        "length",
        "(length - 1)",
    ),
    Fault(
        "topics are in reverse order",
        "zkos.guest.evm.instructions.host",
        "        topics.append({})",
        "frame.stack[lowest + count - 1 - index]",
        "frame.stack[lowest + index]",
    ),
    Fault(
        "an access list warms a neighbour",
        "zkos.guest.transactions.access_list",
        "                io.touch_slot(resources, address, {})",
        "key",
        "(key ^ 1)",
    ),
    Fault(
        "a contract starts with nonce 0",
        "zkos.guest.bootloader.runner",
        "        if {}:\n            self.io.increment_nonce("
        "NO_ENVIRONMENT, frame.resources, frame.address)",
        "True",
        "False",
    ),
    Fault(
        "a credit loses a wei",
        "zkos.guest.state.accounts",
        "            raise InsufficientBalance\n        account.balance = {}\n\n"
        "    def sub_balance",
        "after",
        "(after - 1 if amount.word(0) & 7 == 7 else after)",
    ),
)
ORIGINALS = {
    # Where the expression is not there as such in the source.
    "a copy in memory is one byte short": "    memory = frame.memory\n"
    "    memory.window(to",
    "a contract starts with nonce 0": "        self.io.increment_nonce("
    "NO_ENVIRONMENT, frame.resources, frame.address)",
    "transient storage outlives its transaction": "        return cell.value"
    " if cell.written_in == self.transaction else U256(0)",
}
NUMBERS = {fault.name: number for number, fault in enumerate(FAULTS, start=1)}


def switched():
    """The build with all faults, each behind its switch."""
    patches = [
        Patch(module, IMPORT, SWITCH_IMPORT + IMPORT)
        for module in sorted({fault.module for fault in FAULTS})
    ]
    for fault in FAULTS:
        number = NUMBERS[fault.name]
        choice = (
            f"({fault.wrong} if option_word(U32(1)) == {number} else {fault.right})"
        )
        old = ORIGINALS.get(fault.name, fault.place.format(fault.right))
        patches.append(Patch(fault.module, old, fault.place.format(choice)))
    return Variant(patches=tuple(patches), hurried=True)


@cache
def library(variant):
    return native.library(Build(variant=variant))


def runner(name=None):
    """Runs a block with one fault, or with none."""
    words = (NUMBERS[name] if name else 0,)

    def run(block, state, options):
        channel = prepare(block, state)
        ending = native.run_library(library(switched()), channel, options, words)
        return conclude(channel, ending, state, options)

    return run


def tracer(name=None):
    """Traces a block with one fault, or with none."""
    words = (NUMBERS[name] if name else 0,)

    def run(channel, options):
        traced = library(traced_build(switched()))
        return native.run_library(traced, channel, options, words)

    return lambda block, state, options: watch(block, state, options, run)

"""A guest with an EVM in its first transaction, and code run in it."""

from collections.abc import Callable
from typing import Any

from tests.guest.objects import (
    OBJECTS,
    Evm,
    Frame,
    Resources,
    System,
    attach,
    memory_length,
    memory_of,
    stack_of,
)
from tests.guest.system.conftest import cached_slots
from tests.guest.system.world import World, encode_account, number, stored
from zkos.guest.protocol.environment import EVM_ENVIRONMENT, NO_ENVIRONMENT
from zkos.guest.protocol.options import OPTION_PROVING, OPTION_REPORT
from zkos.guest.system.calls import Exit
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import view_of

SELF = 0xA11CE
CALLER = 0xCA11E7
OTHER = 0x07E4
OWN = 0x5E1F
"""Ether of `SELF`."""
PLENTY = 10**12
MOST_MEMORY = U32(1 << 16)
FIRST_HASH = 5000
"""The hash of block 744, the oldest there is; each is one more than that before."""


def metadata() -> list[int]:
    """Of block 1000: each number another one."""
    hashes = [word for at in range(256) for word in number(FIRST_HASH + at, 8)]
    return [
        *(*number(0xFEE, 8), *number(0, 8), *number(1, 8)),
        *(*number(1000, 2), *number(0x713E, 2), *number(0xC4A1, 2)),
        *(*number(0x11317, 2), *number(2**64 - 1, 2), *number(0xC01, 6)),
        *hashes,
        *number(0x4A4D, 8),
    ]


class Guest:
    """A system and an EVM; `SELF` has ether and a nonce, others what is given."""

    def __init__(
        self, accounts: dict[int, bytes] | None = None, world: World | None = None
    ) -> None:
        """Accounts with this code; each has 0xBA1 wei and the code hash 0x4A54."""
        self.world = world = world or World()
        world.options |= int(OPTION_PROVING) | int(OPTION_REPORT)
        world.metadata = metadata()
        world.add_account(SELF, encode_account(nonce=1, balance=OWN))
        for address, code in (accounts or {}).items():
            record = encode_account(
                versioning=0x0101010000000000,
                balance=0xBA1,
                code=code,
                observable=(0x4A54).to_bytes(32, "big"),
            )
            world.add_account(address, record, stored(code))
        attach(world)
        self.system = System()
        self.system.origin = Address(0x0416)
        self.system.gas_price = U256(0x9A5)
        self.io = self.system.io
        self.evm = Evm(self.system)
        self.io.begin_transaction()
        self.io.read_account(NO_ENVIRONMENT, plenty(), Address(SELF))
        world.queries.clear()
        self.snapshot = self.io.start_frame()

    def renew(self) -> None:
        """Undo what was done, and make all cold again."""
        self.io.finish_frame(self.snapshot, True)
        self.io.begin_transaction()
        self.snapshot = self.io.start_frame()

    def slots(self) -> dict[int, int]:
        """Values of the slots of `SELF` that were looked at."""
        found = [slot for slot in cached_slots(self.io) if slot.address == SELF]
        return {int(slot.key): int(slot.current) for slot in found}

    def transient(self, key: int) -> int:
        return int(self.io.read_transient(plenty(), Address(SELF), U256(key)))

    def events(self) -> list[tuple[list[int], bytes]]:
        """Topics and data."""
        events = self.io.events.events
        return [
            (
                [int(event.topics[index]) for index in range(event.topics.length())],
                bytes(event.data),
            )
            for event in (events[at] for at in range(events.length()))
        ]

    def charge(self, action: Callable[[Any, Any], Any]) -> tuple[float, int]:
        """Gas and native the system takes for something, were it done now."""
        resources = plenty()
        snapshot = self.io.start_frame()
        action(self.io, resources)
        self.io.finish_frame(snapshot, True)
        ergs, native = int(resources.ergs), int(resources.native)
        return PLENTY - ergs / 256, PLENTY - native


_kept: list[tuple[int, Guest]] = []


def kept_guest() -> Guest:
    """One for all runs of a test that name none, as if it were new each time."""
    if _kept and _kept[0][0] == OBJECTS.beginnings:
        _kept[0][1].renew()
    else:
        guest = Guest()
        _kept[:] = [(OBJECTS.beginnings, guest)]
    return _kept[0][1]


def plenty() -> Any:
    return Resources(U64(PLENTY * 256), U64(PLENTY))


class Run:
    """Code of `SELF` run in the entry frame, kept to be looked at and resumed."""

    def __init__(
        self,
        code: bytes,
        *,
        gas: int = PLENTY,
        native: int = PLENTY,
        stack: tuple[int, ...] = (),
        calldata: bytes = b"",
        static: bool = False,
        constructor: bool = False,
        artifacts: bytes | None = None,
        guest: Guest | None = None,
    ) -> None:
        """In a guest as new, unless one is given: there, all is as it was left."""
        self.guest = guest or kept_guest()
        self.evm = self.guest.evm
        self.common = common = Frame(U32(0))
        code = pushes(stack) + code
        common.environment = EVM_ENVIRONMENT
        common.resources.ergs = U64(gas * 256)
        common.resources.native = U64(native)
        common.address = common.code_address = Address(SELF)
        common.caller = Address(CALLER)
        common.value = U256(0x7A1)
        common.code = view_of(code)
        common.has_artifacts = artifacts is not None
        common.artifacts = view_of(artifacts or b"")
        common.input = view_of(calldata)
        common.static = static
        common.constructor = common.under_construction = constructor
        self.exit = self.evm.begin(common)
        self.keep()

    def keep(self) -> None:
        """Note what came out: the next run uses the frame again."""
        frame = self.evm.frames[self.common.depth]
        words = stack_of(frame)
        self.stack = [int(words[index]) for index in range(int(words.length()))]
        """From the bottom up."""
        self.memory_length = int(memory_length(frame))
        self.memory = bytes(memory_of(frame, MOST_MEMORY))
        """Not all of a very large one."""
        self.output = bytes(self.common.output)
        self.gas = int(self.common.resources.ergs) / 256
        self.native = int(self.common.resources.native)

    def reply(self, *, success: bool, data: bytes = b"", address: int = 0) -> None:
        """Resume with what came of the request."""
        self.common.child_success = success
        self.common.child_output = view_of(data)
        self.common.child_address = Address(address)
        self.exit = self.evm.resume(self.common)
        self.keep()


def pushes(stack: tuple[int, ...]) -> bytes:
    """Code that makes this stack, its top first in the tuple."""
    return b"".join(b"\x7f" + word.to_bytes(32, "big") for word in reversed(stack))


def execute(code: bytes, **options: Any) -> Run:
    """Run code that must end well."""
    run = Run(code, **options)
    assert run.exit is Exit.RETURNED, run.exit
    return run


def halts(code: bytes, **options: Any) -> Run:
    """Run code that must halt, taking all gas."""
    run = Run(code, **options)
    assert run.exit is Exit.HALTED, run.exit
    assert run.gas == 0
    assert run.output == b""
    return run


def cost(
    code: bytes, stack: tuple[int, ...] = (), *, ends: bool = False, **options: Any
) -> tuple[float, int]:
    """Gas and native of one opcode, without its step and the analysis of the code.

    `ends`: it stops the frame, else the end of the code does, in one more step.
    """
    before = execute(b"", stack=stack, **options)
    after = Run(code, stack=stack, **options)
    assert after.exit is not Exit.HALTED
    steps = 0 if ends else 20
    native = before.native - after.native - 6 * len(code) - steps
    return before.gas - after.gas, native

"""A world of few methods for EVM frames, and running code in it."""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.evm.interpreter import Evm
from zkos.guest.protocol.limits import FRAME_MEMORY_BYTES
from zkos.guest.system.calls import Exit, Frame
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes, view_of

SELF = 0xA11CE
CALLER = 0xCA11E7
OTHER = 0x07E4
PLENTY = 10**12

# Charges of the fake system: distinct primes, so that each is recognised in a sum.
ACCOUNT = (256 * 7919, 104729)
ACCOUNT_WITH_CODE = (256 * 7867, 104683)
SLOT = (256 * 7907, 104723)
SLOT_WRITE = (256 * 7901, 104717)
TRANSIENT = (256 * 7883, 104711)
EVENT = (256 * 7879, 104707)
DESTRUCT = (256 * 7877, 104701)
KECCAK = (256 * 7873, 104693)


def pay(resources: Any, price: tuple[int, int]) -> None:
    resources.charge(U64(price[0]), U64(price[1]))


@dataclass
class FakeAccount:
    balance: U256
    code: bytes
    observable_hash: U256
    bytecode_hash: U256

    @property
    def observable_length(self) -> U32:
        return U32(len(self.code))

    def hash_for_extcodehash(self) -> U256:
        return self.observable_hash


@dataclass
class FakeIo:
    """Remembers what it is asked; every charge is one of the constants above."""

    slots: dict[int, int] = field(default_factory=dict)
    transient: dict[int, int] = field(default_factory=dict)
    events: list[tuple[list[int], bytes]] = field(default_factory=list)
    destroyed: list[tuple[int, bool]] = field(default_factory=list)
    accounts: dict[int, FakeAccount] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    asked_code: list[int] = field(default_factory=list)
    hasher: Keccak256 = field(default_factory=Keccak256)

    def read_slot(
        self, environment: U8, resources: Any, at: Address, key: U256
    ) -> U256:
        assert (environment, at) == (1, SELF)
        pay(resources, SLOT)
        return U256(self.slots.get(int(key), 0))

    def write_slot(
        self, environment: U8, resources: Any, at: Address, key: U256, value: U256
    ) -> None:
        assert (environment, at) == (1, SELF)
        pay(resources, SLOT_WRITE)
        self.slots[int(key)] = int(value)

    def read_transient(self, resources: Any, at: Address, key: U256) -> U256:
        assert at == SELF
        pay(resources, TRANSIENT)
        return U256(self.transient.get(int(key), 0))

    def write_transient(
        self, resources: Any, at: Address, key: U256, value: U256
    ) -> None:
        assert at == SELF
        pay(resources, TRANSIENT)
        self.transient[int(key)] = int(value)

    def read_account(self, environment: U8, resources: Any, at: Address) -> FakeAccount:
        assert environment == 1
        pay(resources, ACCOUNT)
        self.asked.append(int(at))
        return self.account(at)

    def read_account_with_code(
        self, environment: U8, resources: Any, at: Address
    ) -> FakeAccount:
        assert environment == 1
        pay(resources, ACCOUNT_WITH_CODE)
        self.asked_code.append(int(at))
        return self.account(at)

    def account(self, at: Address) -> FakeAccount:
        empty = FakeAccount(U256(0), b"", U256(0), U256(0))
        return self.accounts.get(int(at), empty)

    def code(self, account: FakeAccount) -> ByteView:
        return view_of(account.code)

    def emit_event(
        self,
        environment: U8,
        resources: Any,
        at: Address,
        topics: List[U256],
        data: ByteView,
    ) -> None:
        assert (environment, at) == (1, SELF)
        pay(resources, EVENT)
        kept = [int(topics[index]) for index in range(int(topics.length()))]
        self.events.append((kept, bytes(data)))

    def self_destruct(
        self,
        resources: Any,
        at: Address,
        beneficiary: Address,
        under_construction: bool,
    ) -> None:
        assert at == SELF
        pay(resources, DESTRUCT)
        self.destroyed.append((int(beneficiary), under_construction))

    def keccak(self, resources: Any, data: ByteView) -> Bytes32:
        pay(resources, KECCAK)
        return self.hasher.hash(data)


METADATA = SimpleNamespace(
    coinbase=Address(0xC01),
    timestamp=U64(0x713E),
    block_number=U64(1000),
    prevrandao=lambda options: U256(0x4A4D if options.prevrandao else 1),
    gas_limit=U64(0x11317),
    chain_id=U64(0xC4A1),
    basefee=U256(0xFEE),
    block_hash=lambda number: U256(int(number) + 1),
)


@cache
def machine() -> tuple[Evm, SimpleNamespace]:
    """One EVM for all tests: its heap is large."""
    system = SimpleNamespace(
        io=FakeIo(),
        metadata=METADATA,
        origin=Address(0x0416),
        gas_price=U256(0x9A5),
        options=SimpleNamespace(prevrandao=False),
        frame_memory=allocate_bytes(FRAME_MEMORY_BYTES),
    )
    return Evm(system), system


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
        io: FakeIo | None = None,
    ) -> None:
        self.evm, system = machine()
        self.io = system.io = io or FakeIo()
        code = pushes(stack) + code
        own = int.from_bytes(sha256(code).digest(), "big")
        self.io.accounts.setdefault(
            SELF, FakeAccount(U256(0x5E1F), code, U256(own), U256(own))
        )
        self.common = Frame(U32(0))
        common = self.common
        common.environment = U8(1)
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
        """Note stack (from the bottom up) and memory: the next run uses them again."""
        frame = self.evm.frames[self.common.depth]
        self.stack = [int(frame.stack[index]) for index in range(int(frame.size))]
        self.memory = bytes(frame.memory)

    @property
    def output(self) -> bytes:
        return bytes(self.common.output)

    @property
    def gas(self) -> float:
        return int(self.common.resources.ergs) / 256

    @property
    def native(self) -> int:
        return int(self.common.resources.native)

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

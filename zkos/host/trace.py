"""What a build that traces tells of the EVM: its messages, decoded to steps.

The formats are kinds 10 and 11 of the table in `zkos/guest/README.md`. A step is in
the terms of EIP-3155, so that other engines can give the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from zkos.guest.evm.opcodes import OPCODES
from zkos.guest.protocol import report as guest_report
from zkos.host.channel import REPORT
from zkos.host.words import ReportError, Words

REACH: Final = 17
"""Words of the stack sent with a step: no opcode uses more."""
OPCODE_NAMES: Final = {row[0]: row[1] for row in OPCODES}
SLOAD: Final = 0x54
SSTORE: Final = 0x55
TLOAD: Final = 0x5C
TSTORE: Final = 0x5D
_WAITING: Final = 1
"""Reasons up to this: the frame goes on once a call returns."""
HALTED: Final = 4
_WORDS_BEFORE_REASON: Final = 3
"""Of a transaction's message."""
_NO_DEPTH: Final = -1
CALLS: Final = frozenset((0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xFA))
"""Opcodes during which other frames run."""


@dataclass(slots=True)
class StorageAccess:
    """The slot an opcode reads or writes."""

    address: int
    slot: int
    value: int | None
    """Read or to be written; None if the opcode failed before it was read."""
    transient: bool
    write: bool


@dataclass(slots=True)
class Step:
    """An opcode and the state it found. What an engine cannot know is None."""

    transaction: int
    """Index in the block, dropped transactions included."""
    depth: int
    """0 for the entry frame."""
    pc: int
    opcode: int
    gas: int
    native: int | None
    address: int
    """The account the frame acts as."""
    stack: tuple[int, ...]
    """Topmost word last."""
    memory_length: int
    """In bytes."""
    refund: int | None = None
    """The refund counter of the transaction, in gas."""
    memory: bytes | None = None
    """If asked for and not empty."""
    return_data: bytes = b""
    """What the frame's last call returned, if asked for."""
    gas_cost: int | None = None
    """Of the opcode itself, without what is given to frames it starts."""
    gas_kept: int | None = None
    """What stays with the frame while a call of the opcode runs."""
    native_cost: int | None = None
    storage: StorageAccess | None = None
    halted: bool = False
    """Whether the opcode ended its frame exceptionally."""

    @property
    def name(self) -> str:
        """The mnemonic, or the number of an unassigned opcode."""
        return OPCODE_NAMES.get(self.opcode, f"opcode {self.opcode:#04x}")


def decode_trace(messages: Iterable[tuple[int, bytes]]) -> list[Step]:
    """The steps of a run in order, from all its messages; raises ReportError."""
    decoder = _Decoder()
    return list(decoder.steps(messages))


def entry_gas_left(messages: Iterable[tuple[int, bytes]]) -> int | None:
    """Gas left to the entry frame as it ended; None without one. Raises ReportError.

    Of the last transaction with code to run.
    """
    left = None
    for kind, content in messages:
        if kind != REPORT:
            continue
        words = Words(content)
        if words.u32() == guest_report.KIND_FRAME_END and words.u32() == 0:
            reason, gas = words.u32(), words.u64()
            if reason > _WAITING:
                left = 0 if reason == HALTED else gas
    return left


def storage_access(
    opcode: int, address: int, stack: tuple[int, ...]
) -> StorageAccess | None:
    """The slot an opcode is about to use, if it uses one and has the operands."""
    write = opcode in (SSTORE, TSTORE)
    if opcode not in (SLOAD, TLOAD) and not write:
        return None
    if len(stack) < 1 + write:
        return None
    value = stack[-2] if write else None
    return StorageAccess(address, stack[-1], value, opcode in (TLOAD, TSTORE), write)


def complete(step: Step, gas: int, native: int | None, top: int | None) -> None:
    """Add to a step what is known after it: gas and native left, the top word."""
    step.gas_cost = step.gas - gas
    if step.native is not None and native is not None:
        step.native_cost = step.native - native
    access = step.storage
    if access is not None and not access.write:
        access.value = top


class _Decoder:
    """Follows which frame each message belongs to."""

    def __init__(self) -> None:
        self._transaction = 0
        self._last: dict[int, Step] = {}
        """The last step at each depth of the frames that are alive."""

    def steps(self, messages: Iterable[tuple[int, bytes]]) -> Iterator[Step]:
        for kind, content in messages:
            if kind != REPORT:
                continue
            words = Words(content)
            match words.u32():
                case guest_report.KIND_STEP:
                    yield self._step(words)
                case guest_report.KIND_FRAME_END:
                    self._frame_end(words)
                case guest_report.KIND_CALL_GAS:
                    self._call(words)
                case guest_report.KIND_TRANSACTION:
                    self._transaction_end(words)

    def _step(self, words: Words) -> Step:
        depth, pc, opcode = words.u32(), words.u32(), words.u32()
        gas, native, refund = words.u64(), words.u64(), words.u32()
        address, size = words.address(), words.u32()
        upper = tuple(words.u256() for _ in range(min(size, REACH)))
        memory_length, memory, returned = words.u32(), words.data(), words.data()
        words.finish(int(guest_report.KIND_STEP))
        self._end_above(depth)
        last = self._last.get(depth)
        if last is not None and last.gas_cost is None:
            complete(last, gas, native, upper[-1] if upper else None)
        stack = self._lower(depth, size - len(upper)) + upper
        step = Step(
            transaction=self._transaction,
            depth=depth,
            pc=pc,
            opcode=opcode,
            gas=gas,
            native=native,
            refund=refund,
            address=address,
            stack=stack,
            memory_length=memory_length,
            memory=memory or None,
            return_data=returned,
            storage=storage_access(opcode, address, stack),
        )
        self._last[depth] = step
        return step

    def _lower(self, depth: int, count: int) -> tuple[int, ...]:
        """The words of the stack too deep to have been sent."""
        if count == 0:
            return ()
        last = self._last.get(depth)
        if last is None or len(last.stack) < count:
            raise ReportError("the stack grew by more than an opcode can push")
        return last.stack[:count]

    def _call(self, words: Words) -> None:
        depth, kept = words.u32(), words.u64()
        words.finish(int(guest_report.KIND_CALL_GAS))
        last = self._last.get(depth)
        if last is not None:
            last.gas_kept = kept

    def _frame_end(self, words: Words) -> None:
        depth, reason = words.u32(), words.u32()
        gas, native = words.u64(), words.u64()
        words.finish(int(guest_report.KIND_FRAME_END))
        self._end_above(depth)
        last = self._last.get(depth)
        if last is not None and last.gas_cost is None:
            complete(last, gas, native, None)
            last.halted = reason == HALTED
        # A frame without code ends without a step; one that waits goes on later.
        if reason > _WAITING:
            self._last.pop(depth, None)

    def _transaction_end(self, words: Words) -> None:
        for _ in range(_WORDS_BEFORE_REASON):
            words.u32()
        if words.u32() == guest_report.REASON_REVERTED:
            self._end_above(_NO_DEPTH)
        self._transaction += 1
        self._last.clear()

    def _end_above(self, depth: int) -> None:
        """End frames that wait for a call which never began, for want of gas."""
        for above in [known for known in self._last if known > depth]:
            step = self._last.pop(above)
            step.halted, step.gas_cost = True, step.gas

"""Steps of EELS, made of the events of its own trace, in the terms of our traces."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ethereum.forks.prague.vm.exceptions import InvalidOpcode, Revert
from ethereum.trace import OpEnd, OpException, OpStart, TraceEvent

from differential.reference.eels.machine import Machine, observers
from zkos.host.trace import CALLS, Step, complete, storage_access


class _Notes:
    """Makes steps of events."""

    def __init__(self, *, memory: bool) -> None:
        self.steps: list[Step] = []
        self._memory = memory
        self._open: dict[int, Step] = {}
        """By depth: the step whose end is not known yet."""

    def see(self, machine: Machine, evm: Any, event: TraceEvent) -> None:
        """Take an event of a frame."""
        depth = int(evm.message.depth)
        match event:
            case OpStart(op):
                self._open[depth] = self._begin(machine, evm, int(op.value))
            case OpEnd():
                self._end(self._open.pop(depth), evm)
            case OpException(error):
                self._fail(machine, evm, error)

    def _begin(self, machine: Machine, evm: Any, opcode: int) -> Step:
        stack = tuple(map(int, evm.stack))
        address = int.from_bytes(evm.message.current_target, "big")
        step = Step(
            transaction=machine.rules.policy.transaction,
            depth=int(evm.message.depth),
            pc=int(evm.pc),
            opcode=opcode,
            gas=int(evm.gas_left),
            native=None,
            address=address,
            stack=stack,
            memory_length=len(evm.memory),
            memory=bytes(evm.memory) or None if self._memory else None,
            storage=storage_access(opcode, address, stack),
        )
        self.steps.append(step)
        return step

    def _end(self, step: Step, evm: Any) -> None:
        complete(
            step, int(evm.gas_left), None, int(evm.stack[-1]) if evm.stack else None
        )
        if step.opcode in CALLS:
            step.gas_cost = None  # what the callee used is in it

    def _fail(self, machine: Machine, evm: Any, error: Exception) -> None:
        """A halt takes all gas; what no opcode is has not begun."""
        step = self._open.pop(int(evm.message.depth), None)
        if step is None:
            if not isinstance(error, InvalidOpcode):
                return  # of a precompile
            step = self._begin(machine, evm, int(evm.code[int(evm.pc)]))
        if isinstance(error, Revert):
            complete(step, int(evm.gas_left), None, None)
            return
        step.halted = True
        complete(step, 0, None, None)
        if step.opcode in CALLS:
            step.gas_cost = None


@contextmanager
def noting(*, memory: bool) -> Iterator[list[Step]]:
    """Note every step of EELS in the body. One at a time in a process."""
    notes = _Notes(memory=memory)
    observers.append(notes.see)
    try:
        yield notes.steps
    finally:
        observers.remove(notes.see)

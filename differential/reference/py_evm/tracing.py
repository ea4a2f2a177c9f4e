"""Steps of py-evm, noted before each opcode, in the terms of our own traces."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from eth.exceptions import Halt, Revert
from eth.vm.logic.invalid import InvalidOpcode

from differential.reference.py_evm.computation import ReferenceComputation
from zkos.host.trace import CALLS, Step, complete, storage_access

Operation = Callable[..., Any]


class _Table(dict[int, Operation]):
    """The opcodes of the reference, each noted before it runs."""

    def __init__(self, opcodes: Mapping[int, Operation], note: "_Notes") -> None:
        super().__init__(opcodes)
        self._note = note

    def __getitem__(self, opcode: int) -> Operation:
        known = self.get(opcode)
        run = InvalidOpcode(opcode) if known is None else known
        return self._note.around(opcode, run)


class _Notes:
    """Makes steps of what computations do."""

    def __init__(self, *, memory: bool) -> None:
        self.steps: list[Step] = []
        self._memory = memory
        self._next: dict[int, tuple[Any, int]] = {}
        """By depth: a computation and the program counter its last opcode left."""

    def around(self, opcode: int, run: Operation) -> Operation:
        def noted(computation: Any) -> Any:
            step = self._begin(opcode, computation)
            if step is None:
                return run(computation=computation)
            step.halted = True  # until it is known to end well
            try:
                result = run(computation=computation)
                step.halted = False
            except (Halt, Revert):
                step.halted = False
                raise
            finally:
                self._end(step, computation)
            return result

        return noted

    def _begin(self, opcode: int, computation: Any) -> Step | None:
        """The step about to happen; None for the stop behind the end of the code."""
        # py-evm's counter does not tell a stop in the last byte from one behind it.
        known, pc = self._next.get(computation.msg.depth, (None, 0))
        if known is not computation:
            pc = 0
        if pc >= len(computation.code):
            return None
        stack = stack_of(computation)
        address = int.from_bytes(computation.msg.storage_address, "big")
        memory = computation._memory
        step = Step(
            transaction=computation.state.policy.transaction,
            depth=computation.msg.depth,
            pc=pc,
            opcode=opcode,
            gas=computation.get_gas_remaining(),
            native=None,
            address=address,
            stack=stack,
            memory_length=len(memory),
            memory=bytes(memory.read(0, len(memory))) or None if self._memory else None,
            storage=storage_access(opcode, address, stack),
        )
        self.steps.append(step)
        return step

    def _end(self, step: Step, computation: Any) -> None:
        """What is known after the opcode; a halt takes all gas."""
        self._next[step.depth] = (computation, computation.code.program_counter)
        gas = 0 if step.halted else computation.get_gas_remaining()
        stack = stack_of(computation)
        top = stack[-1] if stack and not step.halted else None
        complete(step, gas, None, top)
        if step.opcode in CALLS:
            step.gas_cost = None  # what the callee used is in it


def stack_of(computation: Any) -> tuple[int, ...]:
    """The stack of a computation as numbers, topmost last."""
    return tuple(
        value if isinstance(value, int) else int.from_bytes(value, "big")
        for value in computation._stack.values
    )


@contextmanager
def noting(*, memory: bool) -> Iterator[list[Step]]:
    """Note every step of the reference in the body. One at a time in a process."""
    notes = _Notes(memory=memory)
    opcodes = ReferenceComputation.opcodes
    ReferenceComputation.opcodes = _Table(opcodes, notes)
    try:
        yield notes.steps
    finally:
        ReferenceComputation.opcodes = opcodes

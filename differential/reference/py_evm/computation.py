"""Frames of py-evm under the rules: memory, precompiles, what is under construction."""

from collections.abc import Callable
from types import TracebackType
from typing import Any

from eth._utils.numeric import ceil32
from eth.exceptions import OutOfGas
from eth.vm.computation import memory_gas_cost
from eth.vm.forks.prague.computation import PragueComputation

from differential.known import INITCODE_GAS_TWICE
from differential.reference.py_evm.opcodes import OPCODES


class ReferenceComputation(PragueComputation):  # type: ignore[misc]
    """A frame, with the rules of its state."""

    opcodes = OPCODES
    state: Any

    @property
    def precompiles(self) -> dict[bytes, Callable[[Any], Any]]:
        table: dict[bytes, Callable[[Any], Any]] = self.state.precompile_table
        return table

    def extend_memory(self, start_position: int, size: int) -> None:
        before = len(self._memory)
        end = ceil32(start_position + size) if size else 0
        if end > before:
            cost = memory_gas_cost(end) - memory_gas_cost(before)
            if self.state.rules.refuses_memory(
                start_position + size,
                end - before,
                self.state.heap_bytes,
                is_affordable=cost <= self.get_gas_remaining(),
            ):
                raise OutOfGas("beyond the memory of all frames")
        super().extend_memory(start_position, size)
        self.state.heap_bytes += len(self._memory) - before

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        self.state.heap_bytes -= len(self._memory)
        handled: bool | None = super().__exit__(exc_type, exc_value, traceback)
        return handled

    @classmethod
    def consume_initcode_gas_cost(cls, computation: Any) -> None:
        again = computation.msg.depth > 0
        if again and computation.state.policy.fire(INITCODE_GAS_TWICE):
            return
        super().consume_initcode_gas_cost(computation)

    @classmethod
    def apply_create_message(
        cls, state: Any, message: Any, *others: Any, **named: Any
    ) -> Any:
        state.constructing.append(message.storage_address)
        try:
            return super().apply_create_message(state, message, *others, **named)
        finally:
            state.constructing.pop()

"""Frames of py-evm under the policy: memory, precompiles, the code of a creation."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from eth._utils.numeric import ceil32
from eth.exceptions import OutOfGas, ReservedBytesInCode, VMError
from eth.vm.computation import memory_gas_cost
from eth.vm.forks.cancun.computation import CANCUN_PRECOMPILES, CancunComputation
from eth.vm.forks.spurious_dragon.constants import EIP170_CODE_SIZE_LIMIT

from differential.known import MEMORY_LIMIT, REFUSED_CODE_IS_RETURNED
from differential.reference.opcodes import OPCODES

PRECOMPILES: Final = frozenset(CANCUN_PRECOMPILES)
HEAP_BYTES: Final = 2**27
OFFSET_LIMIT: Final = 2**32 - 32


class CodeTooLong(OutOfGas):  # type: ignore[misc]
    """The code of a creation is longer than allowed (EIP-170)."""


class RefusedCode(VMError):  # type: ignore[misc]
    """Code was refused, and its creator can read it."""

    erases_return_data = False


class ReferenceComputation(CancunComputation):  # type: ignore[misc]
    """A frame, with the policy of its state."""

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
            self._check_memory(start_position + size, before, end)
        super().extend_memory(start_position, size)
        self.state.heap_bytes += len(self._memory) - before

    def _check_memory(self, wanted: int, before: int, end: int) -> None:
        """Refuse what the heap of ours cannot hold, if gas does not refuse it."""
        total = self.state.heap_bytes + end - before
        if wanted <= OFFSET_LIMIT and total < HEAP_BYTES:
            return
        cost = memory_gas_cost(end) - memory_gas_cost(before)
        affordable = cost <= self.get_gas_remaining()
        if affordable and self.state.policy.fire(MEMORY_LIMIT):
            raise OutOfGas("beyond the memory of all frames")

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
    def validate_contract_code(cls, contract_code: bytes) -> None:
        if len(contract_code) > EIP170_CODE_SIZE_LIMIT:
            raise CodeTooLong(f"{len(contract_code)} bytes of code")
        super().validate_contract_code(contract_code)

    @classmethod
    def apply_create_message(
        cls, state: Any, message: Any, *others: Any, **named: Any
    ) -> Any:
        state.constructing.append(message.storage_address)
        try:
            computation = super().apply_create_message(state, message, *others, **named)
        finally:
            state.constructing.pop()
        refused = computation.is_error and isinstance(
            computation._error, CodeTooLong | ReservedBytesInCode
        )
        if refused and state.policy.fire(REFUSED_CODE_IS_RETURNED):
            computation._error = RefusedCode(str(computation._error))
        return computation

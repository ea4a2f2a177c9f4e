"""The opcodes whose behaviour the policy changes, over py-evm's Cancun table."""

from collections.abc import Callable
from typing import Any, Final

from eth import constants
from eth.exceptions import OutOfGas
from eth.vm import mnemonics, opcode_values
from eth.vm.forks.berlin import logic as berlin
from eth.vm.forks.cancun.opcodes import CANCUN_OPCODES
from eth.vm.forks.shanghai.constants import MAX_INITCODE_SIZE
from eth.vm.forks.shanghai.logic import Create2EIP3860, CreateEIP3860
from eth.vm.logic.call import max_child_gas_eip150
from eth.vm.logic.system import CreateOpcodeStackData

from differential.known import (
    CODELESS_CALL_AT_DEPTH_LIMIT,
    CREATE_AT_DEPTH_LIMIT,
    CREATION_OVER_STORAGE,
    DELEGATED_DESTRUCTION_SPARED,
    EMPTY_KECCAK_OFFSET,
    INITCODE_SIZE_FIRST,
    SELFDESTRUCT_TO_UNTOUCHED_PRECOMPILE,
    SHIFT_LOW_WORD,
)

Operation = Callable[[Any], Any]
DEPTH_LIMIT: Final = constants.STACK_DEPTH_LIMIT
_ADDRESS_MASK: Final = 2**160 - 1
_LAST_PRECOMPILE: Final = 10
_WARM_GAS: Final = 100


def peek(computation: Any, position: int) -> int | None:
    """The stack item at `position` from the top, None where there is none."""
    values = computation._stack.values
    if position >= len(values):
        return None
    value = values[-1 - position]
    return value if isinstance(value, int) else int.from_bytes(value, "big")


def peek_address(computation: Any, position: int) -> bytes | None:
    """The low 160 bits of a stack item."""
    value = peek(computation, position)
    return None if value is None else (value & _ADDRESS_MASK).to_bytes(20, "big")


class ReferenceCreate:
    """CREATE and CREATE2: what ZKsync OS does at the depth limit, EIP-3860's order."""

    def __call__(self, computation: Any) -> None:
        value, offset, length, salt = (peek(computation, n) for n in range(4))
        state, message = computation.state, computation.msg
        own = message.storage_address
        poor = value is not None and state.get_balance(own) < value
        exhausted = state.get_nonce(own) + 1 > constants.UINT_64_MAX
        too_deep = message.depth + 1 > DEPTH_LIMIT
        skipped = (poor or exhausted or too_deep) and not message.is_static
        too_long = (length or 0) > MAX_INITCODE_SIZE
        if skipped and too_long and state.policy.fire(INITCODE_SIZE_FIRST):
            raise OutOfGas("initcode too long")
        super().__call__(computation)  # type: ignore[misc]
        if too_deep and not poor and not exhausted:
            data = CreateOpcodeStackData(value, offset, length, salt)
            self._prepare_in_vain(computation, data)

    def _prepare_in_vain(self, computation: Any, data: Any) -> None:
        """Use up nonce and address of a creation that is too deep."""
        state = computation.state
        if not state.policy.fire(CREATE_AT_DEPTH_LIMIT):
            return
        initcode = computation.memory_read_bytes(data.memory_start, data.memory_length)
        address = self.generate_contract_address(  # type: ignore[attr-defined]
            data, initcode, computation
        )
        if state.has_code_or_nonce(address):
            lost = max_child_gas_eip150(computation.get_gas_remaining())
            computation.consume_gas(lost, reason="collision")


class ReferenceCreate1(ReferenceCreate, CreateEIP3860):  # type: ignore[misc]
    """CREATE; py-evm itself leaves the storage of the target alone."""

    def apply_create_message(self, computation: Any, child_msg: Any) -> None:
        if computation.state.has_storage(child_msg.storage_address):
            computation.state.policy.fire(CREATION_OVER_STORAGE)
        super().apply_create_message(computation, child_msg)


class ReferenceCreate2(ReferenceCreate, Create2EIP3860):  # type: ignore[misc]
    """CREATE2; py-evm clears the storage of the target."""

    def apply_create_message(self, computation: Any, child_msg: Any) -> None:
        state = computation.state
        has_storage = state.has_storage(child_msg.storage_address)
        if has_storage and state.policy.fire(CREATION_OVER_STORAGE):
            CreateEIP3860.apply_create_message(self, computation, child_msg)
        else:
            super().apply_create_message(computation, child_msg)


class ReferenceCall:
    """Calls of accounts without code do not count as deeper."""

    def __call__(self, computation: Any) -> None:
        message = computation.msg
        if message.depth < DEPTH_LIMIT:
            super().__call__(computation)  # type: ignore[misc]
            return
        callee = peek_address(computation, 1)
        codeless = (
            callee is not None
            and callee not in computation.get_precompiles()
            and not computation.state.get_code(callee)
        )
        if codeless and computation.state.policy.allows(CODELESS_CALL_AT_DEPTH_LIMIT):
            self._call_from_above(computation)
        else:
            super().__call__(computation)  # type: ignore[misc]

    def _call_from_above(self, computation: Any) -> None:
        """Make the call as one frame higher."""
        computation.msg.depth -= 1
        try:
            super().__call__(computation)  # type: ignore[misc]
        finally:
            computation.msg.depth += 1
        if peek(computation, 0) == 1:
            computation.state.policy.fire(CODELESS_CALL_AT_DEPTH_LIMIT)


class _Call(ReferenceCall, berlin.CallEIP2929):  # type: ignore[misc]
    pass


class _CallCode(ReferenceCall, berlin.CallCodeEIP2929):  # type: ignore[misc]
    pass


class _DelegateCall(ReferenceCall, berlin.DelegateCallEIP2929):  # type: ignore[misc]
    pass


class _StaticCall(ReferenceCall, berlin.StaticCallEIP2929):  # type: ignore[misc]
    pass


def selfdestruct(computation: Any) -> None:
    """SELFDESTRUCT, dearer to a precompile nobody touched."""
    beneficiary = peek_address(computation, 0)
    if beneficiary is not None and not computation.msg.is_static:
        number = int.from_bytes(beneficiary, "big")
        untouched = not computation.state.is_touched(beneficiary)
        policy = computation.state.policy
        dearer = 1 <= number <= _LAST_PRECOMPILE and untouched
        if dearer and policy.fire(SELFDESTRUCT_TO_UNTOUCHED_PRECOMPILE):
            computation.consume_gas(_WARM_GAS, reason=mnemonics.SELFDESTRUCT)
    created = computation.contracts_created
    if _is_spared(computation):
        computation.contracts_created = []
    try:
        CANCUN_OPCODES[opcode_values.SELFDESTRUCT](computation)
    finally:
        computation.contracts_created = created


def _is_spared(computation: Any) -> bool:
    """Whether upstream overlooks that the account is under construction."""
    message, state = computation.msg, computation.state
    below = not message.is_create and message.storage_address in state.constructing
    return below and bool(state.policy.fire(DELEGATED_DESTRUCTION_SPARED))


def shift(value: int) -> Operation:
    """SHL or SHR, with the amount upstream makes of it where that is in force."""
    plain = CANCUN_OPCODES[value]

    def shift_by_low_word(computation: Any) -> None:
        amount = peek(computation, 0) or 0
        reduced = 2**32 <= amount < 2**64
        if reduced and computation.state.policy.fire(SHIFT_LOW_WORD):
            computation.stack_pop1_any()
            computation.stack_push_int(amount % 2**32)
        plain(computation)

    return shift_by_low_word


def keccak256(computation: Any) -> None:
    """KECCAK256, halting for far offsets of nothing where that is in force."""
    offset, length = peek(computation, 0), peek(computation, 1)
    far = length == 0 and (offset or 0) >= 2**32
    if far and computation.state.policy.fire(EMPTY_KECCAK_OFFSET):
        raise OutOfGas("offset of nothing")
    CANCUN_OPCODES[opcode_values.SHA3](computation)


def _configured(kind: Any, value: int) -> Any:
    plain = CANCUN_OPCODES[value]
    return kind.configure(
        __name__=kind.__name__, mnemonic=plain.mnemonic, gas_cost=plain.gas_cost
    )()


OPCODES: Final[dict[int, Operation]] = {
    **CANCUN_OPCODES,
    opcode_values.CREATE: _configured(ReferenceCreate1, opcode_values.CREATE),
    opcode_values.CREATE2: _configured(ReferenceCreate2, opcode_values.CREATE2),
    opcode_values.CALL: _configured(_Call, opcode_values.CALL),
    opcode_values.CALLCODE: _configured(_CallCode, opcode_values.CALLCODE),
    opcode_values.DELEGATECALL: _configured(_DelegateCall, opcode_values.DELEGATECALL),
    opcode_values.STATICCALL: _configured(_StaticCall, opcode_values.STATICCALL),
    opcode_values.SELFDESTRUCT: selfdestruct,
    opcode_values.SHL: shift(opcode_values.SHL),
    opcode_values.SHR: shift(opcode_values.SHR),
    opcode_values.SHA3: keccak256,
}

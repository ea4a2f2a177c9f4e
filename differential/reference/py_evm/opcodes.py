"""The opcodes where rules or faults of py-evm bear, over py-evm's Prague table."""

from collections.abc import Callable
from typing import Any, Final

from eth import constants
from eth._utils.state import code_is_delegation_designation
from eth.exceptions import OutOfGas
from eth.vm import opcode_values
from eth.vm.forks.prague.logic import CallEIP7702
from eth.vm.forks.prague.opcodes import PRAGUE_OPCODES
from eth.vm.forks.shanghai.constants import MAX_INITCODE_SIZE
from eth.vm.forks.shanghai.logic import Create2EIP3860, CreateEIP3860
from eth.vm.logic.system import CreateOpcodeStackData

from differential.known import INITCODE_SIZE_FIRST
from differential.reference.py_evm.collision import collides
from differential.reference.rules import WATCHED

Operation = Callable[[Any], Any]
ADDRESS_BYTES: Final = 20
_WORD_BYTES: Final = 32
DEPTH_LIMIT: Final = constants.STACK_DEPTH_LIMIT


def peek(computation: Any, position: int) -> int | None:
    """The stack item at `position` from the top, None where there is none."""
    values = computation._stack.values
    if position >= len(values):
        return None
    value = values[-1 - position]
    return value if isinstance(value, int) else int.from_bytes(value, "big")


class ReferenceCreate:
    """CREATE and CREATE2: EIP-3860's order, and collisions with storage."""

    def __call__(self, computation: Any) -> None:
        value, offset, length, salt = (peek(computation, n) for n in range(4))
        state, message = computation.state, computation.msg
        own = message.storage_address
        is_refused = not message.is_static and (
            (value is not None and state.get_balance(own) < value)
            or state.get_nonce(own) + 1 > constants.UINT_64_MAX
            or message.depth + 1 > DEPTH_LIMIT
        )
        too_long = (length or 0) > MAX_INITCODE_SIZE
        if is_refused and too_long and state.policy.fire(INITCODE_SIZE_FIRST):
            raise OutOfGas("initcode too long")
        super().__call__(computation)  # type: ignore[misc]
        if is_refused:
            self._warm(computation, CreateOpcodeStackData(value, offset, length, salt))

    def _warm(self, computation: Any, data: Any) -> None:
        """Warm the address of a refused creation, where that is a rule."""
        state, own = computation.state, computation.msg.storage_address
        initcode = computation.memory_read_bytes(data.memory_start, data.memory_length)
        snapshot, nonce = state.snapshot(), state.get_nonce(own)
        if nonce + 1 > constants.UINT_64_MAX:
            state.set_nonce(own, 0)  # only to find an address of CREATE2
        address = self.generate_contract_address(  # type: ignore[attr-defined]
            data, initcode, computation
        )
        state.revert(snapshot)
        is_warm = state.is_address_warm(address)
        if state.rules.warms_refused_creation(is_warm=is_warm):
            state.mark_address_warm(address)

    def apply_create_message(self, computation: Any, child_msg: Any) -> None:
        """Run the initcode, unless storage is in its way."""
        if not collides(computation.state, child_msg.storage_address):
            super().apply_create_message(computation, child_msg)  # type: ignore[misc]
            return
        computation.stack_push_int(0)
        computation.return_data = b""


class _Create(ReferenceCreate, CreateEIP3860):  # type: ignore[misc]
    pass


class _Create2(ReferenceCreate, Create2EIP3860):  # type: ignore[misc]
    """py-evm clears the storage of the target."""

    def apply_create_message(self, computation: Any, child_msg: Any) -> None:
        if computation.state.rules.keeps_storage:
            collides(computation.state, child_msg.storage_address)
            CreateEIP3860.apply_create_message(self, computation, child_msg)
        else:
            super().apply_create_message(computation, child_msg)


class _Call(CallEIP7702):  # type: ignore[misc]
    """CALL of an account that counts as empty."""

    def compute_msg_extra_gas(
        self, computation: Any, gas: int, to: bytes, value: int
    ) -> int:
        extra: int = super().compute_msg_extra_gas(computation, gas, to, value)
        state, code, delegated = computation.state, None, computation.state.get_code(to)
        if code_is_delegation_designation(delegated):
            code = state.get_code(delegated[-ADDRESS_BYTES:])
        nonce, balance = state.get_nonce(to), state.get_balance(to)
        if value and state.rules.takes_for_empty(nonce, balance, code):
            extra += constants.GAS_NEWACCOUNT
        return extra


def extcodehash(computation: Any) -> None:
    """EXTCODEHASH, also of accounts that only ours does not call empty."""
    number, state = peek(computation, 0) or 0, computation.state
    PRAGUE_OPCODES[opcode_values.EXTCODEHASH](computation)
    address = number.to_bytes(_WORD_BYTES, "big")[-ADDRESS_BYTES:]
    is_empty_contract = not peek(computation, 0) and address in state.empty_contracts
    if state.rules.has_hash(is_empty_contract=is_empty_contract):
        computation.stack_pop1_any()
        computation.stack_push_bytes(constants.EMPTY_SHA3)


def selfdestruct(computation: Any) -> None:
    """SELFDESTRUCT, which may spare an account under construction."""
    message, state = computation.msg, computation.state
    is_below = not message.is_create and message.storage_address in state.constructing
    created = computation.contracts_created
    if state.rules.spares_construction(is_below=is_below):
        computation.contracts_created = []
    try:
        PRAGUE_OPCODES[opcode_values.SELFDESTRUCT](computation)
    finally:
        computation.contracts_created = created


def _watched(opcode: int, run: Operation) -> Operation:
    """An opcode that the rules see before it runs."""

    def watched(computation: Any) -> Any:
        state = computation.state

        def is_warm(number: int) -> bool:
            return bool(state.is_address_warm(number.to_bytes(20, "big")))

        state.rules.see(opcode, lambda position: peek(computation, position), is_warm)
        return run(computation)

    return watched


def _configured(kind: Any, value: int) -> Any:
    plain = PRAGUE_OPCODES[value]
    return kind.configure(
        __name__=kind.__name__, mnemonic=plain.mnemonic, gas_cost=plain.gas_cost
    )()


_OWN: Final[dict[int, Operation]] = {
    **PRAGUE_OPCODES,
    opcode_values.CREATE: _configured(_Create, opcode_values.CREATE),
    opcode_values.CREATE2: _configured(_Create2, opcode_values.CREATE2),
    opcode_values.CALL: _configured(_Call, opcode_values.CALL),
    opcode_values.EXTCODEHASH: extcodehash,
    opcode_values.SELFDESTRUCT: selfdestruct,
}
OPCODES: Final[dict[int, Operation]] = {
    **_OWN,
    **{opcode: _watched(opcode, _OWN[opcode]) for opcode in WATCHED},
}

"""EELS's virtual machine under the rules.

What the specification executes is not written again: names its modules look up are
bound to others for a while, which ask the rules and then the original.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any, Final
from unittest.mock import patch

from ethereum.forks.prague import state as state_module
from ethereum.forks.prague.vm import eoa_delegation, interpreter
from ethereum.forks.prague.vm.exceptions import InvalidParameter, OutOfGasError
from ethereum.forks.prague.vm.gas import calculate_gas_extend_memory, charge_gas
from ethereum.forks.prague.vm.instructions import (
    Ops,
    environment,
    keccak,
    log,
    memory,
    op_implementation,
    storage,
    system,
)
from ethereum.forks.prague.vm.precompiled_contracts.mapping import (
    PRE_COMPILED_CONTRACTS,
)
from ethereum.trace import OpEnd, OpStart, TraceEvent, set_evm_trace
from ethereum_types.numeric import U256, Uint

from differential.from_report import EMPTY_CODE_HASH
from differential.reference import p256
from differential.reference.eels.state import address_of
from differential.reference.rules import P256, WATCHED, Rules

Observer = Callable[["Machine", Any, TraceEvent], None]
_WITH_MEMORY: Final = (environment, keccak, log, memory, system)
_MODEXP: Final = address_of(5)
_ADDRESSES: Final = 1 << 160
_DEPTH_LIMIT: Final = 1024
_MOST_NONCE: Final = 2**64 - 1
observers: Final[list[Observer]] = []
"""Told of every event of EELS's own trace while the machine runs."""


def peek(evm: Any, position: int) -> int | None:
    """The stack item at `position` from the top, None where there is none."""
    return int(evm.stack[-1 - position]) if position < len(evm.stack) else None


class Machine:
    """The virtual machine of a block; use `running` around all it executes."""

    def __init__(self, rules: Rules, empty_contracts: Collection[bytes]) -> None:
        self.rules = rules
        self.empty_contracts = empty_contracts
        """Accounts that were deployed with empty code."""
        self.seen_slots: dict[bytes, set[int]] = {}
        """Slots touched in the block, by account."""
        self._evm: Any = None
        """The frame that runs, and its opcode."""
        self._op: Any = None
        self._slot: tuple[bytes, int] | None = None
        """Account and slot of the opcode that runs."""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Bind the rules to EELS for the body. One at a time in a process."""
        with ExitStack() as stack:
            for module, name, value in self._bindings():
                stack.enter_context(patch.object(module, name, value))
            table = self._precompiles()
            stack.enter_context(patch.dict(PRE_COMPILED_CONTRACTS, table, clear=True))
            own = {
                Ops.EXTCODEHASH: self._extcodehash,
                Ops.SELFDESTRUCT: self._selfdestruct,
            }
            stack.enter_context(patch.dict(op_implementation, own))
            stack.callback(set_evm_trace, set_evm_trace(self._watch))
            yield

    def _bindings(self) -> Iterator[tuple[ModuleType, str, Any]]:
        for module in _WITH_MEMORY:
            yield module, "calculate_gas_extend_memory", self._extend
        for module in (interpreter, system):
            yield module, "account_has_storage", self._has_storage
        yield interpreter, "destroy_storage", self._begin_storage
        yield storage, "get_storage_original", self._original
        yield system, "generic_create", self._create
        yield system, "is_account_alive", self._is_alive
        yield environment, "calculate_blob_gas_price", self._blob_base_fee
        yield state_module, "destroy_account", self._clear_account
        yield eoa_delegation, "account_exists", state_module.is_account_alive

    def _watch(self, evm: Any, event: TraceEvent) -> None:
        match event:
            case OpStart(op):
                self._evm, self._op, self._slot = evm, op, None
                opcode = op.value
                if opcode in WATCHED:
                    self.rules.see(
                        opcode,
                        lambda position: peek(evm, position),
                        lambda number: address_of(number) in evm.accessed_addresses,
                    )
                elif op in (Ops.SLOAD, Ops.SSTORE):
                    slot = peek(evm, 0)
                    if slot is not None:
                        self._slot = evm.message.current_target, slot
            case OpEnd() if self._slot is not None:
                self.see_slot(*self._slot)
                self._slot = None
        for observer in observers:
            observer(self, evm, event)

    def see_slot(self, address: bytes, slot: int) -> None:
        """Note that a slot is touched."""
        self.seen_slots.setdefault(address, set()).add(slot)

    # Memory, precompiles, environment

    def _extend(self, memory_of_frame: Any, extensions: Any) -> Any:
        extension = calculate_gas_extend_memory(memory_of_frame, extensions)
        if extension.expand_by:
            evm = self._evm
            ends = (int(at) + int(size) for at, size in extensions if size)
            if self.rules.refuses_memory(
                max(ends),
                int(extension.expand_by),
                _memory_of_all(evm),
                is_affordable=extension.cost <= evm.gas_left,
            ):
                raise OutOfGasError
        return extension

    def _precompiles(self) -> dict[Any, Callable[[Any], None]]:
        known = {
            **PRE_COMPILED_CONTRACTS,
            _MODEXP: self._modexp,
            address_of(P256): _verify,
        }
        return {
            address_of(number): known[address_of(number)]
            for number in self.rules.precompiles
        }

    def _modexp(self, evm: Any) -> None:
        head = bytes(evm.message.data[:96]).ljust(96, b"\0")
        lengths = [int.from_bytes(head[at : at + 32], "big") for at in (0, 32, 64)]
        if self.rules.refuses_modexp(lengths):
            raise InvalidParameter
        _ETHEREUM_MODEXP(evm)

    def _blob_base_fee(self, _: Any) -> Uint:
        return Uint(self.rules.blob_base_fee())

    # Creations

    def _has_storage(self, state: Any, address: Any) -> bool:
        has_storage = _HAS_STORAGE(state, address)
        return self.rules.collides(has_storage=has_storage)

    def _begin_storage(self, state: Any, address: Any) -> None:
        if not self.rules.keeps_storage:
            state_module.destroy_storage(state, address)

    def _original(self, state: Any, address: Any, key: Any) -> U256:
        if not self.rules.keeps_storage:
            return _ORIGINAL(state, address, key)
        created = state.created_accounts
        state.created_accounts = set()
        try:
            return _ORIGINAL(state, address, key)
        finally:
            state.created_accounts = created

    def _create(
        self, evm: Any, endowment: Any, address: Any, offset: Any, size: Any
    ) -> None:
        _CREATE(evm, endowment, address, offset, size)
        message = evm.message
        own = state_module.get_account(message.block_env.state, message.current_target)
        is_refused = (
            own.balance < endowment
            or int(own.nonce) == _MOST_NONCE
            or int(message.depth) + 1 > _DEPTH_LIMIT
        )
        is_warm = address in evm.accessed_addresses
        if is_refused and self.rules.warms_refused_creation(is_warm=is_warm):
            evm.accessed_addresses.add(address)

    # Calls and destructions

    def _is_alive(self, state: Any, address: Any) -> bool:
        alive = bool(state_module.is_account_alive(state, address))
        if self._op is not Ops.CALL:
            return alive
        account = state_module.get_account(state, address)
        delegate = eoa_delegation.get_delegated_code_address(account.code)
        code = None
        if delegate is not None:
            code = bytes(state_module.get_account(state, delegate).code)
        nonce, balance = int(account.nonce), int(account.balance)
        return alive and not self.rules.takes_for_empty(nonce, balance, code)

    def _extcodehash(self, evm: Any) -> None:
        address = address_of((peek(evm, 0) or 0) % _ADDRESSES)
        _EXTCODEHASH(evm)
        is_empty_contract = not evm.stack[-1] and address in self.empty_contracts
        if self.rules.has_hash(is_empty_contract=is_empty_contract):
            evm.stack[-1] = U256(EMPTY_CODE_HASH)

    def _selfdestruct(self, evm: Any) -> None:
        state, address = evm.message.block_env.state, evm.message.current_target
        created = state.created_accounts
        if self.rules.spares_construction(is_below=_is_below_constructor(evm)):
            state.created_accounts = created - {address}
        try:
            _SELFDESTRUCT(evm)
        finally:
            state.created_accounts = created

    def _clear_account(self, state: Any, address: Any) -> None:
        """Delete an account that has become empty."""
        if not self.rules.keeps_empty_account(has_storage=_HAS_STORAGE(state, address)):
            _DESTROY(state, address)


_CREATE: Final = system.generic_create
_DESTROY: Final = state_module.destroy_account
_ETHEREUM_MODEXP: Final = PRE_COMPILED_CONTRACTS[_MODEXP]
_HAS_STORAGE: Final = state_module.account_has_storage
_ORIGINAL: Final = state_module.get_storage_original
_EXTCODEHASH: Final = op_implementation[Ops.EXTCODEHASH]
_SELFDESTRUCT: Final = op_implementation[Ops.SELFDESTRUCT]


def _memory_of_all(evm: Any) -> int:
    """Bytes of memory of a frame and those above it."""
    total = 0
    while evm is not None:
        total += len(evm.memory)
        evm = evm.message.parent_evm
    return total


def _is_below_constructor(evm: Any) -> bool:
    """Whether a constructor of the account runs above, and this is none."""
    own, message = evm.message.current_target, evm.message
    while message.parent_evm is not None and message.target:
        message = message.parent_evm.message
        if not message.target and message.current_target == own:
            return bool(evm.message.target)
    return False


def _verify(evm: Any) -> None:
    """P256VERIFY."""
    charge_gas(evm, Uint(p256.GAS))
    evm.output = p256.verify(bytes(evm.message.data))

"""A transaction on py-evm: what refuses it, what it pays, what is wiped.

Raises `Refused` and py-evm's own errors for an invalid one; the caller restores the
state.
"""

from collections.abc import Iterable
from typing import Any, Final

from eth._utils.state import code_is_delegation_designation
from eth.exceptions import ContractCreationCollision, VMError
from eth.vm.forks.frontier.state import FrontierTransactionExecutor
from eth.vm.forks.prague.state import PragueTransactionExecutor
from eth.vm.forks.shanghai.constants import INITCODE_WORD_COST
from eth.vm.forks.spurious_dragon._utils import collect_touched_accounts

from differential.known import (
    BALANCE_FOR_MAXIMUM_FEE,
    FLOOR_UNCHECKED,
    INITCODE_GAS,
    PRIORITY_FEE_ABOVE_MAXIMUM,
    SENDER_WITH_CODE,
)
from differential.policy import Policy
from differential.reference.py_evm.collision import collides
from differential.reference.rules import Fate, Rules
from differential.reference.transactions import Refused

_WORD: Final = 32


class GasTaken(VMError):  # type: ignore[misc]
    """The transaction reverts with all its gas, without having run."""


class NotCovered(VMError):  # type: ignore[misc]
    """The transaction reverts once it has run."""

    burns_gas = False


class ReferenceExecutor(PragueTransactionExecutor):  # type: ignore[misc]
    """Runs one transaction on a `ReferenceState`."""

    vm_state: Any
    fate: Fate = Fate()
    gas_paid: int = 0
    gas_refunded: int = 0
    touch_gas: int = 0

    @property
    def rules(self) -> Rules:
        rules: Rules = self.vm_state.rules
        return rules

    @property
    def policy(self) -> Policy:
        return self.rules.policy

    def validate_transaction(self, transaction: Any) -> None:
        state = self.vm_state
        transaction.validate()
        if transaction.chain_id not in (None, state.execution_context.chain_id):
            raise Refused("signed for another chain")
        self._validate_fees(transaction)
        state.validate_transaction(transaction)
        code = state.get_code(transaction.sender)
        is_delegated = code_is_delegation_designation(code)
        if code and not is_delegated and self.policy.fire(SENDER_WITH_CODE):
            raise Refused("sender has code")
        has_environment = is_delegated or transaction.sender in state.empty_contracts
        self.touch_gas = self.rules.touch_gas(has_environment=has_environment)
        self._validate_gas(transaction)

    def _validate_gas(self, transaction: Any) -> None:
        left = transaction.gas - transaction.intrinsic_gas - self.touch_gas
        if left < 0:
            raise Refused("no gas for what is intrinsic")
        words = 0 if transaction.to else _gas_for_words(transaction.data)
        if words > left and self.policy.fire(INITCODE_GAS):
            raise Refused("no gas for the words of initcode")
        floor = self.rules.floor_of(_calldata_floor(transaction), Fate())
        if floor > transaction.gas and self.policy.fire(FLOOR_UNCHECKED):
            raise Refused("no gas for the floor of calldata")

    def _validate_fees(self, transaction: Any) -> None:
        maximum = transaction.max_fee_per_gas
        above = transaction.max_priority_fee_per_gas > maximum
        if above and self.policy.fire(PRIORITY_FEE_ABOVE_MAXIMUM):
            raise Refused("priority fee above maximum fee")
        balance = self.vm_state.get_balance(transaction.sender)
        poor = balance < maximum * transaction.gas + transaction.value
        if poor and self.policy.fire(BALANCE_FOR_MAXIMUM_FEE):
            raise Refused("balance below maximum fee and value")

    def build_evm_message(self, transaction: Any) -> Any:
        message = super().build_evm_message(transaction)
        message.gas -= self.touch_gas
        return message

    def build_computation(self, message: Any, transaction: Any) -> Any:
        if self.fate.takes_all:
            return self._fail(message, transaction, GasTaken("all gas is taken"))
        target = message.storage_address
        if message.is_create and collides(self.vm_state, target):
            error = ContractCreationCollision("storage")
            return self._fail(message, transaction, error)
        self.rules.see_address(
            int.from_bytes(target, "big"), calls=True, is_warm=lambda: True
        )
        snapshot = self.vm_state.snapshot()
        computation = super().build_computation(message, transaction)
        if self.fate.reverts and computation.is_success:
            self.vm_state.revert(snapshot)
            computation.error = NotCovered("pubdata")
        else:
            self.vm_state.commit(snapshot)
        return computation

    def _fail(self, message: Any, transaction: Any, error: VMError) -> Any:
        context = self.vm_state.get_transaction_context(transaction)
        computation = self.vm_state.get_computation(message, context)
        computation.error = error
        return computation

    def calc_data_floor_gas(
        self, transaction: Any, gas_used: int, gas_refund: int
    ) -> int:
        floor, gas = _calldata_floor(transaction), gas_used - gas_refund
        self.gas_refunded = gas_refund
        self.gas_paid = max(gas, self.rules.floor_of(floor, self.fate))
        self.rules.see_gas(floor, self.fate, gas, self.gas_paid)
        self.vm_state.burns = self.rules.burns(self.gas_paid)
        return self.gas_paid - gas

    def finalize_computation(self, transaction: Any, computation: Any) -> Any:
        state = self.vm_state
        spared = self._spared_slots(computation.get_accounts_for_deletion())
        # Skips the clearing of empty accounts, which is done below.
        computation = FrontierTransactionExecutor.finalize_computation(
            self, transaction, computation
        )
        for address, slot, value in spared:
            state.set_storage(address, slot, value)
        self._clear_empty_accounts(computation)
        return computation

    def _spared_slots(self, addresses: Iterable[bytes]) -> list[tuple[bytes, int, int]]:
        """Slots that outlive the destruction of their accounts, with their values."""
        state = self.vm_state
        return [
            (address, slot, value)
            for address in addresses
            for slot, value in self.rules.spared_slots(
                state.before.get(address, {}), state.seen_slots[address]
            ).items()
        ]

    def _clear_empty_accounts(self, computation: Any) -> None:
        state = self.vm_state
        for account in collect_touched_accounts(computation):
            if not (state.has_record(account) and state.account_is_empty(account)):
                continue
            has_storage = state.has_storage(account)
            if not self.rules.keeps_empty_account(has_storage=has_storage):
                state.delete_account(account)


def _gas_for_words(initcode: bytes) -> int:
    return int(INITCODE_WORD_COST) * ((len(initcode) + _WORD - 1) // _WORD)


def _calldata_floor(transaction: Any) -> int:
    """py-evm's floor of what a transaction pays (EIP-7623)."""
    floor: int = PragueTransactionExecutor.calc_data_floor_gas(transaction, 0, 0)
    return floor

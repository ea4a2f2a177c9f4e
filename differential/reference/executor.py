"""A transaction under the policy: what refuses it, who gets the fees, what is wiped.

Raises `Refused` before anything counts; the caller restores the state.
"""

from typing import Any, Final

from eth.exceptions import ContractCreationCollision, VMError
from eth.vm.forks.cancun.state import CancunTransactionExecutor
from eth.vm.forks.frontier.state import FrontierTransactionExecutor
from eth.vm.forks.shanghai.constants import INITCODE_WORD_COST
from eth.vm.forks.spurious_dragon._utils import collect_touched_accounts
from eth.vm.message import Message

from differential.known import (
    BALANCE_FOR_MAXIMUM_FEE,
    BOOTLOADER_BALANCE_SWEPT,
    COLLISION_KEEPS_GAS,
    CREATION_GAS_IN_EXECUTION,
    FEE_LIMIT,
    FEES_HELD_BY_BOOTLOADER,
    FEES_TO_COINBASE,
    INITCODE_GAS,
    NO_REFUNDS,
    NO_STATE_CLEARING,
    PRIORITY_FEE_ABOVE_MAXIMUM,
    SENDER_WITH_CODE,
    Policy,
)
from zkos.guest.protocol.addresses import BOOTLOADER

BOOTLOADER_ADDRESS: Final = int(BOOTLOADER).to_bytes(20, "big")
CREATION_GAS: Final = 32000
_FEE_LIMIT: Final = 2**128


class Refused(Exception):
    """The transaction is invalid."""


class GasTaken(VMError):  # type: ignore[misc]
    """The transaction reverts with all its gas, without having run."""


class CollisionWithGas(ContractCreationCollision):  # type: ignore[misc]
    """A creation met an account, and some gas is left."""

    burns_gas = False


class ReferenceExecutor(CancunTransactionExecutor):  # type: ignore[misc]
    """Runs one transaction on a `ReferenceState`."""

    vm_state: Any
    takes_all: bool = False
    """The transaction is one that reverts unseen."""

    @property
    def policy(self) -> Policy:
        policy: Policy = self.vm_state.policy
        return policy

    def validate_transaction(self, transaction: Any) -> None:
        short = self._validate_gas(transaction)
        if short:
            transaction.check_signature_validity()
        else:
            transaction.validate()
        if transaction.gas > self.vm_state.gas_limit:
            raise Refused("gas limit above the block's")
        if transaction.chain_id not in (None, self.vm_state.execution_context.chain_id):
            raise Refused("signed for another chain")
        self._validate_fees(transaction)
        self.vm_state.validate_transaction(transaction)
        has_code = self.vm_state.get_code(transaction.sender) != b""
        if has_code and self.policy.fire(SENDER_WITH_CODE):
            raise Refused("sender has code")
        if short:
            self.policy.fire(CREATION_GAS_IN_EXECUTION)
        self.takes_all = self.takes_all or short

    def _validate_gas(self, transaction: Any) -> bool:
        """Whether only the gas of the creation is missing. Raises Refused."""
        if transaction.to:
            return False
        words = INITCODE_WORD_COST * ((len(transaction.data) + 31) // 32)
        needed = transaction.intrinsic_gas + words
        missing = needed - transaction.gas
        if missing <= 0:
            return False
        if missing <= CREATION_GAS and self.policy.allows(CREATION_GAS_IN_EXECUTION):
            return True
        only_words = transaction.gas >= transaction.intrinsic_gas
        if only_words and self.policy.fire(INITCODE_GAS):
            raise Refused("no gas for the words of initcode")
        return False

    def _validate_fees(self, transaction: Any) -> None:
        maximum = transaction.max_fee_per_gas
        above = transaction.max_priority_fee_per_gas > maximum
        if above and self.policy.fire(PRIORITY_FEE_ABOVE_MAXIMUM):
            raise Refused("priority fee above maximum fee")
        balance = self.vm_state.get_balance(transaction.sender)
        poor = balance < maximum * transaction.gas + transaction.value
        if poor and self.policy.fire(BALANCE_FOR_MAXIMUM_FEE):
            raise Refused("balance below maximum fee and value")
        large = maximum * transaction.gas >= _FEE_LIMIT or maximum >= _FEE_LIMIT
        if large and self.policy.fire(FEE_LIMIT):
            raise Refused("fee of 2**128 or more")

    def build_evm_message(self, transaction: Any) -> Any:
        if self.policy.allows(FEES_HELD_BY_BOOTLOADER):
            fee = transaction.gas * self.vm_state.get_gas_price(transaction)
            self.vm_state.delta_balance(BOOTLOADER_ADDRESS, fee)
        if self.takes_all:
            return self._message_without_gas(transaction)
        return super().build_evm_message(transaction)

    def _message_without_gas(self, transaction: Any) -> Message:
        """Take fee and nonce; the frame will not run."""
        state, sender = self.vm_state, transaction.sender
        fee = transaction.gas * state.get_gas_price(transaction)
        state.delta_balance(sender, -fee)
        state.increment_nonce(sender)
        target = transaction.to or sender
        return Message(0, target, sender, transaction.value, b"", b"")

    def build_computation(self, message: Any, transaction: Any) -> Any:
        if self.takes_all:
            return self._fail(message, transaction, GasTaken("all gas is taken"))
        if not message.is_create:
            return super().build_computation(message, transaction)
        state = self.vm_state
        collides = state.has_code_or_nonce(message.storage_address)
        if collides and self.policy.fire(COLLISION_KEEPS_GAS):
            computation = self._fail(
                message, transaction, CollisionWithGas("collision")
            )
            words = INITCODE_WORD_COST * ((len(message.code) + 31) // 32)
            gas = computation.get_gas_remaining() - words
            computation.consume_gas(words + gas - gas // 64, reason="collision")
            return computation
        return super().build_computation(message, transaction)

    def _fail(self, message: Any, transaction: Any, error: VMError) -> Any:
        context = self.vm_state.get_transaction_context(transaction)
        computation = self.vm_state.get_computation(message, context)
        computation.error = error
        return computation

    @classmethod
    def calculate_gas_refund(cls, computation: Any, gas_used: int) -> int:
        refund: int = super().calculate_gas_refund(computation, gas_used)
        if refund and computation.state.policy.fire(NO_REFUNDS, refund):
            refund = 0
        computation.refund_paid = refund
        return refund

    def finalize_computation(self, transaction: Any, computation: Any) -> Any:
        state = self.vm_state
        held = self.policy.allows(FEES_HELD_BY_BOOTLOADER)
        if held:
            fee = transaction.gas * state.get_gas_price(transaction)
            state.delta_balance(BOOTLOADER_ADDRESS, -fee)
        # Skips the clearing of empty accounts, which is done below.
        computation = FrontierTransactionExecutor.finalize_computation(
            self, transaction, computation
        )
        self._clear_empty_accounts(computation)
        self._pay_coinbase(transaction, computation)
        return computation

    def _pay_coinbase(self, transaction: Any, computation: Any) -> None:
        """Give the coinbase what py-evm does not (see `ReferenceState.get_tip`)."""
        state = self.vm_state
        if not self.policy.allows(FEES_TO_COINBASE):
            return
        used = gas_used(transaction, computation)
        if used * state.base_fee:
            self.policy.fire(FEES_TO_COINBASE)
        state.delta_balance(state.coinbase, used * state.get_gas_price(transaction))
        left = state.get_balance(BOOTLOADER_ADDRESS)
        stays = left == 0 or state.coinbase == BOOTLOADER_ADDRESS
        if not stays and self.policy.fire(BOOTLOADER_BALANCE_SWEPT):
            state.set_balance(BOOTLOADER_ADDRESS, 0)
            state.delta_balance(state.coinbase, left)

    def _clear_empty_accounts(self, computation: Any) -> None:
        state = self.vm_state
        for account in collect_touched_accounts(computation):
            if not (state.account_exists(account) and state.account_is_empty(account)):
                continue
            if state.has_storage(account) and self.policy.fire(NO_STATE_CLEARING):
                continue
            state.delete_account(account)


def gas_used(transaction: Any, computation: Any) -> int:
    """Gas a finished transaction pays for."""
    used: int = transaction.gas - computation.get_gas_remaining()
    return used - int(computation.refund_paid)

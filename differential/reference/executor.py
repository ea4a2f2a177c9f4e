"""A transaction under the policy: what refuses it, who gets the fees, what is wiped.

Raises `Refused` before anything counts; the caller restores the state.
"""

from collections.abc import Iterable
from typing import Any, Final

from eth.exceptions import ContractCreationCollision, VMError
from eth.vm.forks.cancun.state import CancunTransactionExecutor
from eth.vm.forks.frontier.state import FrontierTransactionExecutor
from eth.vm.forks.shanghai.constants import INITCODE_WORD_COST
from eth.vm.forks.spurious_dragon._utils import collect_touched_accounts
from eth.vm.message import Message

from differential.known import (
    BALANCE_FOR_MAXIMUM_FEE,
    BLOCK_ABOVE_GAS_LIMIT,
    BOOTLOADER_BALANCE_SWEPT,
    COLLISION_KEEPS_GAS,
    CREATION_GAS_IN_EXECUTION,
    DESTRUCTION_SPARES_UNSEEN_SLOTS,
    EMPTY_CONTRACT_PAYS_TOUCHES,
    FEE_LIMIT,
    FEES_HELD_BY_BOOTLOADER,
    FEES_TO_COINBASE,
    INITCODE_GAS,
    NO_REFUNDS,
    NO_STATE_CLEARING,
    PRIORITY_FEE_ABOVE_MAXIMUM,
    SENDER_WITH_CODE,
    WASM_DEPLOYER_REVERTS,
    WIPED_AGAIN,
    Policy,
)
from zkos.guest.protocol.addresses import BOOTLOADER, WASM_DEPLOYER
from zkos.guest.protocol.limits import BLOCK_GAS, INITCODE_BYTES

BOOTLOADER_ADDRESS: Final = int(BOOTLOADER).to_bytes(20, "big")
_DEPLOYER_ADDRESS: Final = int(WASM_DEPLOYER).to_bytes(20, "big")
CREATION_GAS: Final = 32000
_TOUCH_GAS: Final = 100
_TOUCHES: Final = 4
"""Of validation: balance and nonce of the sender, both sides of the fee."""
_FEE_LIMIT: Final = 2**128


class Refused(Exception):
    """The transaction is invalid."""


class Dropped(Refused):
    """The transaction is invalid, and what was done so far stays."""


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
    touch_gas: int = 0
    """What validation takes of a sender that was deployed with empty code."""

    @property
    def policy(self) -> Policy:
        policy: Policy = self.vm_state.policy
        return policy

    def validate_transaction(self, transaction: Any) -> None:
        if transaction.sender in self.vm_state.empty_contracts:
            self.touch_gas = _TOUCHES * _TOUCH_GAS
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
        above = self.vm_state.gas_limit > BLOCK_GAS
        if above and self.policy.fire(BLOCK_ABOVE_GAS_LIMIT):
            raise Refused("gas limit of the block too high")
        self._validate_deployer(transaction)
        self._validate_touches(transaction)
        if short:
            self.policy.fire(CREATION_GAS_IN_EXECUTION)
        self.takes_all = self.takes_all or short

    def _validate_gas(self, transaction: Any) -> bool:
        """Whether only the gas of the creation is missing. Raises Refused."""
        if transaction.to:
            return False
        words = _gas_for_words(transaction.data)
        missing = transaction.intrinsic_gas + words + self.touch_gas - transaction.gas
        if missing <= 0:
            return False
        deferred = CREATION_GAS + self.touch_gas
        if missing <= deferred and self.policy.allows(CREATION_GAS_IN_EXECUTION):
            if len(transaction.data) > INITCODE_BYTES:
                raise Refused("initcode too long")
            return True
        only_words = transaction.gas >= transaction.intrinsic_gas
        if only_words and self.policy.fire(INITCODE_GAS):
            raise Refused("no gas for the words of initcode")
        return False

    def _validate_deployer(self, transaction: Any) -> None:
        """Whether the transaction goes where nothing is deployed any more."""
        is_deployer = transaction.to == _DEPLOYER_ADDRESS
        if not is_deployer or not self.policy.fire(WASM_DEPLOYER_REVERTS):
            return
        if len(transaction.data) > INITCODE_BYTES:
            raise Refused("too long as initcode")
        if self._left_for_touches(transaction) < 0:
            raise Refused("no gas for the words of initcode")
        self.takes_all = True

    def _validate_touches(self, transaction: Any) -> None:
        """Drop a transaction out of gas for the touches of its validation."""
        left = self._left_for_touches(transaction)
        if left >= self.touch_gas:
            return
        self.policy.fire(EMPTY_CONTRACT_PAYS_TOUCHES)
        if left >= 2 * _TOUCH_GAS:
            self.vm_state.increment_nonce(transaction.sender)
        if left >= 3 * _TOUCH_GAS:
            fee = transaction.max_fee_per_gas * transaction.gas
            self.vm_state.delta_balance(transaction.sender, -fee)
        raise Dropped("no gas for the touches of accounts")

    def _left_for_touches(self, transaction: Any) -> int:
        """Gas left after all else that validation takes."""
        left: int = transaction.gas - transaction.intrinsic_gas
        if not transaction.to:
            left += CREATION_GAS - _gas_for_words(transaction.data)
        elif transaction.to == _DEPLOYER_ADDRESS:
            left -= _gas_for_words(transaction.data)
        return left

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
        message = super().build_evm_message(transaction)
        if self.touch_gas and self.policy.fire(EMPTY_CONTRACT_PAYS_TOUCHES):
            message.gas -= self.touch_gas
        return message

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
            words = _gas_for_words(message.code)
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
        ended = set(computation.get_accounts_for_deletion())
        spared = self._unseen_slots(ended)
        # Skips the clearing of empty accounts, which is done below.
        computation = FrontierTransactionExecutor.finalize_computation(
            self, transaction, computation
        )
        for address, slot, value in spared:
            state.set_storage(address, slot, value)
        self._wipe_again(filter(state.is_touched, state.destroyed - ended))
        state.destroyed |= ended
        self._clear_empty_accounts(computation)
        self._pay_coinbase(transaction, computation)
        return computation

    def _wipe_again(self, addresses: Iterable[bytes]) -> None:
        """Destroy accounts once more, where they are something again."""
        state = self.vm_state
        for address in addresses:
            slots = state.seen_slots[address]
            keeps = any(state.get_storage(address, slot) for slot in slots)
            something = keeps or not state.account_is_empty(address)
            if something and self.policy.fire(WIPED_AGAIN):
                spared = self._unseen_slots([address])
                state.delete_account(address)
                for _, slot, value in spared:
                    state.set_storage(address, slot, value)

    def _unseen_slots(self, addresses: Iterable[bytes]) -> list[tuple[bytes, int, int]]:
        """Slots that outlive the destruction of their accounts, with their values."""
        state = self.vm_state
        unseen = [
            (address, slot, value)
            for address in addresses
            for slot, value in state.before.get(address, {}).items()
            if slot not in state.seen_slots[address]
        ]
        if unseen and self.policy.fire(DESTRUCTION_SPARES_UNSEEN_SLOTS):
            return unseen
        return []

    def _pay_coinbase(self, transaction: Any, computation: Any) -> None:
        """Give the coinbase what py-evm does not (see `ReferenceState.get_tip`)."""
        state = self.vm_state
        if not self.policy.allows(FEES_TO_COINBASE):
            return
        used = gas_used(transaction, computation)
        if used * state.base_fee:
            self.policy.fire(FEES_TO_COINBASE)
        state.delta_balance(state.coinbase, used * state.get_gas_price(transaction))

    def refuse(self) -> None:
        """What even a refused transaction does: it touches the coinbase."""
        self._wipe_again(self.vm_state.destroyed & {self.vm_state.coinbase})

    def sweep(self) -> None:
        """Give the coinbase what is left at the bootloader's address."""
        state = self.vm_state
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


def _gas_for_words(initcode: bytes) -> int:
    return int(INITCODE_WORD_COST) * ((len(initcode) + 31) // 32)


def gas_used(transaction: Any, computation: Any) -> int:
    """Gas a finished transaction pays for."""
    used: int = transaction.gas - computation.get_gas_remaining()
    return used - int(computation.refund_paid)

"""One transaction of EELS: what is intrinsic, what is paid, and what is wiped.

`process_transaction` of the specification does the work; here is what the rules have
to say to it.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from ethereum.exceptions import EthereumException
from ethereum.forks.prague import fork, transactions
from ethereum.forks.prague.state import get_account
from ethereum.forks.prague.vm import BlockEnvironment
from ethereum.forks.prague.vm.eoa_delegation import (
    is_valid_delegation,
    set_delegation,
)
from ethereum.forks.prague.vm.interpreter import MessageCallOutput
from ethereum_types.bytes import Bytes
from ethereum_types.numeric import U256, Uint

from differential.outcome import Log, TransactionOutcome, TransactionStatus
from differential.reference.eels.machine import Machine
from differential.reference.eels.state import (
    address_of,
    copy_of,
    put_slot,
    restore,
)
from differential.reference.rules import Fate

_DESTROY: Final = fork.destroy_account
_INTRINSIC: Final = transactions.calculate_intrinsic_cost
_PREPARE: Final = fork.prepare_message
_PROCESS: Final = fork.process_message_call
_REFUND_QUOTIENT: Final = 5


class GasTaken(EthereumException):  # type: ignore[misc]
    """The transaction reverts with all its gas, without having run."""


class NotCovered(EthereumException):  # type: ignore[misc]
    """The transaction reverts once it has run."""


class Settlement:
    """What the rules say about a transaction, and what became of it."""

    def __init__(
        self,
        machine: Machine,
        environment: BlockEnvironment,
        transaction: Any,
        fate: Fate,
        *,
        slots_before: Mapping[bytes, Mapping[int, int]],
        is_empty_contract: bool,
    ) -> None:
        self._machine = machine
        self._rules = machine.rules
        self._environment = environment
        self._transaction = transaction
        self._fate = fate
        self._slots_before = slots_before
        self._is_empty_contract = is_empty_contract
        self._touch_gas = 0
        self._output: MessageCallOutput | None = None
        self._refunded = 0
        self._target = 0
        self.begun = False
        """Whether it is valid and runs."""

    @contextmanager
    def bound(self, sender: Any) -> Iterator[None]:
        """Bind the rules to EELS's transactions for the body."""
        code = get_account(self._environment.state, sender).code
        self._touch_gas = self._rules.touch_gas(
            has_environment=is_valid_delegation(code) or self._is_empty_contract
        )
        base_fee = self._environment.base_fee_per_gas
        with ExitStack() as stack:
            for module, name, value in (
                (transactions, "calculate_intrinsic_cost", self._intrinsic),
                (fork, "prepare_message", self._prepare),
                (fork, "process_message_call", self._process),
                (fork, "destroy_account", self._destroy),
            ):
                stack.enter_context(patch.object(module, name, value))
            try:
                yield
            finally:
                self._environment.base_fee_per_gas = base_fee

    def receipt(self, gas_used: int) -> TransactionOutcome:
        """The receipt of a transaction that used so much gas."""
        output = self._output
        assert output is not None
        success = output.error is None
        created = success and not self._transaction.to
        return TransactionOutcome(
            TransactionStatus.SUCCESS if success else TransactionStatus.REVERTED,
            reason=None,
            gas_used=gas_used,
            gas_refunded=self._refunded,
            created=self._target if created else 0,
            return_data=None if self._fate.reverts else bytes(output.return_data),
            logs=tuple(_log(log) for log in output.logs),
        )

    def _intrinsic(self, transaction: Any) -> tuple[Uint, Uint]:
        gas, floor = _INTRINSIC(transaction)
        paid = self._rules.floor_of(int(floor), self._fate)
        return gas + Uint(self._touch_gas), Uint(paid)

    def _prepare(self, block_env: Any, tx_env: Any, transaction: Any) -> Any:
        message = _PREPARE(block_env, tx_env, transaction)
        message.accessed_addresses = {
            tx_env.origin,
            message.current_target,
            *tx_env.access_list_addresses,
            *map(address_of, self._rules.warm),
        }
        for address, key in tx_env.access_list_storage_keys:
            self._machine.see_slot(address, int.from_bytes(key, "big"))
        return message

    def _process(self, message: Any) -> MessageCallOutput:
        self.begun = True
        self._target = int.from_bytes(message.current_target, "big")
        if self._fate.takes_all:
            output = self._reverted(message, GasTaken(), Uint(0))
        else:
            self._rules.see_address(self._target, calls=True, is_warm=lambda: True)
            saved = copy_of(message.block_env.state)
            output = _PROCESS(message)
            if self._fate.reverts and output.error is None:
                restore(message.block_env.state, saved)
                output = self._reverted(message, NotCovered(), output.gas_left)
        self._output = output
        if not self._rules.burns(self._see_gas(output)):
            # What is not burned is part of the tip.
            self._environment.base_fee_per_gas = Uint(0)
        return output

    def _reverted(
        self, message: Any, error: EthereumException, gas_left: Uint
    ) -> MessageCallOutput:
        """A message of which only the authorizations remain."""
        refund = set_delegation(message) if message.tx_env.authorizations else U256(0)
        return MessageCallOutput(gas_left, refund, (), set(), error, Bytes(b""))

    def _see_gas(self, output: MessageCallOutput) -> int:
        """The gas that will be paid for."""
        used = int(self._transaction.gas) - int(output.gas_left)
        self._refunded = min(used // _REFUND_QUOTIENT, int(output.refund_counter))
        gas = used - self._refunded
        floor = int(_INTRINSIC(self._transaction)[1])
        paid = max(gas, self._rules.floor_of(floor, self._fate))
        self._rules.see_gas(floor, self._fate, gas, paid)
        return paid

    def _destroy(self, state: Any, address: Any) -> None:
        """End an account, but for slots that outlive it."""
        seen = self._machine.seen_slots.get(address, ())
        before = self._slots_before.get(address, {})
        spared = self._rules.spared_slots(before, seen)
        _DESTROY(state, address)
        for slot, value in spared.items():
            put_slot(state, address, slot, value)


def _log(log: Any) -> Log:
    topics = tuple(int.from_bytes(topic, "big") for topic in log.topics)
    return Log(int.from_bytes(log.address, "big"), topics, bytes(log.data))

"""EELS with the state of a block: its own transactions, settled under the rules."""

from typing import Any

from ethereum.exceptions import EthereumException
from ethereum.forks.prague import fork
from ethereum.forks.prague.state import state_root
from ethereum.forks.prague.transactions import (
    LegacyTransaction,
    decode_transaction,
    recover_sender,
)
from ethereum.forks.prague.vm import BlockOutput
from ethereum_rlp import rlp
from ethereum_rlp.exceptions import RLPException
from ethereum_types.bytes import Bytes
from ethereum_types.numeric import U64, Uint

from differential.outcome import AccountDiff, SlotDiff, TransactionOutcome
from differential.reference.eels import state as states
from differential.reference.eels.machine import Machine
from differential.reference.eels.transaction import Settlement
from differential.reference.rules import Fate, Rules, Unanswerable
from differential.reference.transactions import FIRST_LIST, Refused
from zkos.host.state import ChainState


class Eels:
    """A `differential.reference.block.World`."""

    def __init__(self, state: ChainState, rules: Rules) -> None:
        self._before = state
        self._rules = rules
        self._state = states.load_state(state)
        self._environment = states.environment(rules, self._state)
        self._empty_contracts = states.empty_contracts(state)
        self._machine = Machine(rules, self._empty_contracts)
        self._slots: dict[bytes, dict[int, int]] = {}
        """Before the block, by account."""
        for (number, slot), value in states.slots_of(state).items():
            account = self._slots.setdefault(states.address_of(number), {})
            account[slot] = value

    def decode(self, data: bytes) -> Any:
        try:
            if data[0] >= FIRST_LIST:
                return rlp.decode_to(LegacyTransaction, data)
            return decode_transaction(Bytes(data))
        except (EthereumException, RLPException, OverflowError) as error:
            raise Refused(f"not a transaction: {error}") from error

    def gas_limit(self, transaction: Any) -> int:
        return int(transaction.gas)

    def gas_price(self, transaction: Any) -> int:
        if not hasattr(transaction, "max_fee_per_gas"):
            return int(transaction.gas_price)
        tip = int(transaction.max_priority_fee_per_gas)
        base_fee = self._rules.context.eip1559_basefee
        return min(int(transaction.max_fee_per_gas), base_fee + tip)

    def save(self) -> Any:
        return states.copy_of(self._state)

    def restore(self, saved: Any) -> None:
        states.restore(self._state, saved)

    def apply(self, transaction: Any, claimed: int, fate: Fate) -> TransactionOutcome:
        try:
            sender = recover_sender(U64(self._rules.context.chain_id), transaction)
        except (EthereumException, OverflowError) as error:
            raise Refused(str(error)) from error
        if claimed != int.from_bytes(sender, "big"):
            raise Refused("signed by another sender")
        settlement = Settlement(
            self._machine,
            self._environment,
            transaction,
            fate,
            slots_before=self._slots,
            is_empty_contract=sender in self._empty_contracts,
        )
        try:
            with self._machine.running(), settlement.bound(sender):
                output = BlockOutput()
                fork.process_transaction(
                    self._environment, output, transaction, Uint(0)
                )
        except EthereumException as error:
            raise Refused(str(error)) from error
        except OverflowError as error:
            if not settlement.begun:
                raise Refused(str(error)) from error
            raise Unanswerable("more ether than there can be") from error
        return settlement.receipt(int(output.block_gas_used))

    def changed_accounts(self) -> tuple[AccountDiff, ...]:
        return states.changed_accounts(self._state, self._before)

    def changed_slots(self) -> tuple[SlotDiff, ...]:
        return states.changed_slots(self._state, self._before)

    def state_root(self) -> int:
        return int.from_bytes(state_root(self._state), "big")

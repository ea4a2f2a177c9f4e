"""py-evm with the state of a block."""

from dataclasses import replace
from typing import Any, Final

from eth.exceptions import PyEVMError, VMError
from eth.vm.forks.prague.transactions import (
    PragueLegacyTransaction,
    PragueTransactionBuilder,
)
from eth_keys.exceptions import BadSignature
from eth_utils import ValidationError
from rlp import encode as encode_by_rlp

from differential.known import CHAIN_ID_ZERO, EMPTY_LIST_IS_ZERO, LATE_REFUSAL
from differential.outcome import (
    AccountDiff,
    Log,
    SlotDiff,
    TransactionOutcome,
    TransactionStatus,
)
from differential.reference.py_evm.executor import ReferenceExecutor
from differential.reference.py_evm.state import load_state
from differential.reference.rules import Fate, Rules
from differential.reference.transactions import Refused
from zkos.host.rlp import encode as encode_rlp
from zkos.host.state import ChainState

_REFUSALS: Final = (Refused, ValidationError, PyEVMError, BadSignature)


class PyEvm:
    """A `differential.reference.block.World`."""

    def __init__(self, state: ChainState, rules: Rules) -> None:
        self._before = state
        self._rules = rules
        self._state = load_state(state, rules)
        self._saved: Any = None

    def decode(self, data: bytes) -> Any:
        try:
            decoded = PragueTransactionBuilder.decode(data)
        except Exception as error:
            # The decoder raises whatever its libraries raise.
            raise Refused(f"not a transaction: {error}") from error
        if not _is_faithful(decoded, data) and self._rules.policy.fire(
            EMPTY_LIST_IS_ZERO
        ):
            raise Refused("not a transaction: a list in place of a number")
        is_legacy = isinstance(decoded, PragueLegacyTransaction)
        of_zero = is_legacy and decoded.chain_id == 0
        if of_zero and self._rules.policy.fire(CHAIN_ID_ZERO):
            return _SignedForChainZero(*decoded)
        return decoded

    def gas_limit(self, transaction: Any) -> int:
        return int(transaction.gas)

    def gas_price(self, transaction: Any) -> int:
        return int(self._state.get_gas_price(transaction))

    def save(self) -> Any:
        if self._saved is not None:
            self._state.commit(self._saved)
        self._state.clear_transient_storage()
        self._state.lock_changes()
        self._saved = self._state.snapshot()
        return self._saved

    def restore(self, saved: Any) -> None:
        self._state.revert(saved)
        self._saved = None

    def apply(self, transaction: Any, claimed: int, fate: Fate) -> TransactionOutcome:
        state = self._state
        snapshot = state.snapshot()
        executor = ReferenceExecutor(state)
        executor.fate = fate
        try:
            if claimed != int.from_bytes(transaction.sender, "big"):
                raise Refused("signed by another sender")
            computation = executor(transaction)
        except _REFUSALS as error:
            # Errors of execution escape from py-evm when it is too late to refuse.
            late = isinstance(error, VMError)
            if not late or self._rules.policy.fire(LATE_REFUSAL):
                state.revert(snapshot)
            raise Refused(str(error)) from error
        state.commit(snapshot)
        receipt = _receipt(computation, executor)
        return replace(receipt, return_data=None) if fate.reverts else receipt

    def changed_accounts(self) -> tuple[AccountDiff, ...]:
        return self._state.changed_accounts(self._before)

    def changed_slots(self) -> tuple[SlotDiff, ...]:
        return self._state.changed_slots()

    def state_root(self) -> int:
        return int.from_bytes(self._state.make_state_root(), "big")


def _is_faithful(decoded: Any, data: bytes) -> bool:
    """Whether a transaction is what its fields encode to."""
    fields = getattr(decoded, "_inner", decoded)
    # rlp remembers what an object was read from; another one with its fields does not.
    return data.endswith(encode_by_rlp(type(fields)(*fields)))


class _SignedForChainZero(PragueLegacyTransaction):  # type: ignore[misc]
    """A legacy transaction whose signature covers chain id 0 as EIP-155 has it."""

    def get_message_for_signing(self) -> bytes:
        items = [self.nonce, self.gas_price, self.gas, self.to, self.value, self.data]
        return encode_rlp([*items, 0, 0, 0])


def _receipt(computation: Any, executor: ReferenceExecutor) -> TransactionOutcome:
    success = not computation.is_error
    created = success and computation.msg.is_create
    address = int.from_bytes(computation.msg.storage_address, "big")
    return TransactionOutcome(
        TransactionStatus.SUCCESS if success else TransactionStatus.REVERTED,
        reason=None,
        gas_used=executor.gas_paid,
        gas_refunded=executor.gas_refunded,
        created=address if created else 0,
        return_data=bytes(computation.output),
        logs=tuple(
            Log(int.from_bytes(address, "big"), tuple(topics), bytes(data))
            for address, topics, data in computation.get_log_entries()
        ),
    )

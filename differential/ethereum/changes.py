"""What a block makes of a state, as engines tell it: from the state after it."""

from collections.abc import Mapping

from differential.ethereum.blocks import Account, State
from differential.outcome import AccountDiff, Detail, SlotDiff
from zkos.host.signing import keccak256


def changes(before: State, after: Mapping[int, Account | None]) -> Detail:
    """The differences; `after` may leave out accounts that are as they were."""
    accounts, slots = [], []
    for address, item in sorted(after.items()):
        old, new = before.get(address, Account()), item or Account()
        if (old.nonce, old.balance, old.code) != (new.nonce, new.balance, new.code):
            code_hash = int.from_bytes(keccak256(new.code), "big")
            accounts.append(AccountDiff(address, new.balance, new.nonce, code_hash))
        for key in sorted({*old.storage, *new.storage}):
            value = new.storage.get(key, 0)
            if old.storage.get(key, 0) != value:
                slots.append(SlotDiff(address, key, value))
    return Detail(accounts=tuple(accounts), storage=tuple(slots))

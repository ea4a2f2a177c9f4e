"""From the pubdata of an image that reports nothing to what all engines share."""

from dataclasses import replace
from typing import Final

from differential.from_report import EMPTY_CODE_HASH
from differential.outcome import (
    AccountDiff,
    L1Log,
    Outcome,
    SlotDiff,
    account_after,
)
from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.host.accounts import Account
from zkos.host.pubdata import Pubdata, read_pubdata
from zkos.host.state import ChainState
from zkos.host.watching import Watcher

_ACCOUNTS: Final = int(ACCOUNT_PROPERTIES)


def reveal(outcome: Outcome, watcher: Watcher, before: ChainState) -> Outcome:
    """The outcome with what the pubdata tells, if it was seen.

    Raises PubdataError, which is a ValueError, where it makes no sense.
    """
    data = watcher.pubdata()
    if not outcome.succeeded or data is None:
        return outcome
    read = read_pubdata(data, before, watcher.slots)
    after = before.fork()
    after.apply(read.diffs, read.preimages, read.block_hash, read.timestamp)
    return replace(
        outcome,
        state_root=int.from_bytes(after.tree.root(), "big"),
        next_free_slot=after.tree.next_free_slot,
        block_hash=read.block_hash,
        pubdata=data,
        detail=replace(
            outcome.detail,
            diffs=tuple(SlotDiff(*diff.slot, diff.current) for diff in read.diffs),
            l1_logs=tuple(
                L1Log(log.transaction, log.sender, log.key, log.value)
                for log in read.logs
            ),
            l1_messages=read.messages,
            accounts=_accounts(read),
            storage=_storage(read),
            published=read.preimages,
        ),
    )


def with_said_hashes(revealed: Outcome, other: Outcome) -> Outcome:
    """The revealed outcome with the keccak-256 of codes as another engine says them.

    Governance may say any hash of a code it deploys, and pubdata does not tell it
    (system spec 3.4). The public input binds it: where two engines agree on that, what
    one says holds for both. An account that differs in anything else is left alone.
    """
    one, two = revealed.detail, other.detail
    if one.diffs is None or two.diffs is None or two.preimages is None:
        return revealed
    if revealed.public_input != other.public_input:
        return revealed
    diffs, codes = list(one.diffs), {}
    for at, (left, right) in enumerate(zip(one.diffs, two.diffs, strict=False)):
        slots = {(item.address, item.key) for item in (left, right)}
        if left == right or slots != {(_ACCOUNTS, left.key)}:
            continue
        ours = account_after(revealed, left.current)
        said = account_after(other, right.current)
        if ours is None or said is None:
            continue
        if said == ours._replace(observable_hash=said.observable_hash):
            diffs[at] = right
            codes[left.key] = _account(left.key, said)
    if not codes:
        return revealed
    accounts = tuple(codes.get(item.address, item) for item in one.accounts or ())
    alike = tuple(diffs) == two.diffs
    return replace(
        revealed,
        state_root=other.state_root if alike else revealed.state_root,
        detail=replace(one, diffs=tuple(diffs), accounts=accounts),
    )


def _accounts(read: Pubdata) -> tuple[AccountDiff, ...]:
    changed = [
        _account(address, new)
        for address, old, new in read.accounts
        if _account(address, old) != _account(address, new)
    ]
    return tuple(sorted(changed, key=lambda item: item.address))


def _account(address: int, account: Account) -> AccountDiff:
    code_hash = EMPTY_CODE_HASH
    if account.observable_length:
        code_hash = int.from_bytes(account.observable_hash, "big")
    return AccountDiff(address, account.balance, account.nonce, code_hash)


def _storage(read: Pubdata) -> tuple[SlotDiff, ...]:
    diffs = [
        SlotDiff(*diff.slot, diff.current)
        for diff in read.diffs
        if diff.slot.address != _ACCOUNTS
    ]
    return tuple(sorted(diffs, key=lambda diff: (diff.address, diff.key)))

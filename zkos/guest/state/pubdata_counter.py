"""How much pubdata the current transaction has made so far (bootloader spec 9).

A record counts if it differs both from the start of the block and from the start of
the transaction, with the length of the difference since the latter. What is published
in the end is the difference since the start of the block (state spec 3).
"""

from typing import Final

from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.guest.state.accounts import AccountCache
from zkos.guest.state.diff_encoding import account_paid_length, encoded_length
from zkos.guest.state.events import EventLog
from zkos.guest.state.storage import StorageCache
from zkos.lang.control import urange
from zkos.lang.ints import U64

KEY_BYTES: Final = U64(32)


def net_pubdata(storage: StorageCache, accounts: AccountCache, events: EventLog) -> U64:
    """Net pubdata of the current transaction in bytes."""
    return slot_pubdata(storage) + account_pubdata(accounts) + events.log_pubdata()


def slot_pubdata(storage: StorageCache) -> U64:
    """Of storage slots; account hashes are not counted here."""
    total = U64(0)
    journal = storage.journal
    for index in urange(storage.journal_length):
        undo = journal[index]
        slot = undo.slot
        if undo.journaled != 0 or slot.current == slot.initial:
            continue
        if slot.current != undo.current and slot.address != ACCOUNT_PROPERTIES:
            total = total + KEY_BYTES
            total = total + U64(encoded_length(undo.current, slot.current))
    return total


def account_pubdata(accounts: AccountCache) -> U64:
    """Of accounts."""
    total = U64(0)
    journal = accounts.journal
    for index in urange(accounts.journal_length):
        undo = journal[index]
        account = undo.account
        if undo.journaled == 0 and account.changed():
            if account.changed_since(undo.properties):
                total = total + KEY_BYTES
                total = total + U64(account_paid_length(undo.properties, account))
    return total

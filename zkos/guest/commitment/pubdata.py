"""The pubdata of a block: what one needs to follow the state without proofs.

State spec 3. The stream is put together in one place, where it can be hashed or made
into blobs together with that of other blocks.
"""

from typing import Final

from zkos.guest.commitment.logs import LOG_BYTES, encode_log
from zkos.guest.models.flat.tree import SealedSlot
from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.guest.protocol.pubdata import FORMAT
from zkos.guest.state.account import Account
from zkos.guest.state.accounts import AccountCache
from zkos.guest.state.diff_encoding import (
    LONGEST_VALUE_BYTES,
    account_room,
    encode,
    encode_account,
)
from zkos.guest.state.emitted import Log
from zkos.lang.control import srange, urange
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes

KEY_BYTES: Final = U32(32)
FIRST_ROOM_BYTES: Final = U32(65536)


class Pubdata:
    """Writes the stream of one block."""

    room: ByteView
    end: U32
    """How much of the room is filled."""

    def __init__(self) -> None:
        self.room = allocate_bytes(FIRST_ROOM_BYTES)
        self.end = U32(0)

    def write(
        self,
        block_hash: Bytes32,
        timestamp: U64,
        records: List[SealedSlot],
        accounts: AccountCache,
        logs: List[Log],
    ) -> ByteView:
        """The whole stream."""
        head = self.grow(U32(41))
        head[0] = FORMAT
        head.store_u256_be(1, U256(block_hash))
        head.store_u64_be(33, timestamp)
        self.write_diffs(records, accounts)
        self.write_logs(logs)
        return self.room.window(0, self.end)

    def write_diffs(self, records: List[SealedSlot], accounts: AccountCache) -> None:
        changed = U32(0)
        for position in urange(records.length()):
            if records[position].is_written():
                changed = changed + 1
        self.write_u32(changed)

        for position in urange(records.length()):
            record = records[position]
            if not record.is_written():
                continue
            slot = record.slot
            place = self.grow(KEY_BYTES)
            for i in srange(8):
                place.store_u32(4 * i, record.key[i])
            if slot.address == ACCOUNT_PROPERTIES:
                self.write_account(accounts.get(Address(slot.key)), accounts)
            else:
                room = self.spare(LONGEST_VALUE_BYTES)
                self.end = self.end + encode(slot.initial, slot.current, room)

    def write_account(self, account: Account, accounts: AccountCache) -> None:
        stored = published_code(account, accounts)
        room = self.spare(account_room(account))
        self.end = self.end + encode_account(account, stored, room)

    def write_logs(self, logs: List[Log]) -> None:
        count = logs.length()
        messages = U32(0)
        self.write_u32(count)
        for position in urange(count):
            log = logs[position]
            encode_log(log, self.grow(LOG_BYTES))
            if log.is_message:
                messages = messages + 1

        self.write_u32(messages)
        for position in urange(count):
            log = logs[position]
            if log.is_message:
                length = log.data.length()
                self.write_u32(length)
                self.grow(length).copy_from(log.data)

    def write_u32(self, value: U32) -> None:
        self.grow(U32(4)).store_u32_be(0, value)

    def grow(self, length: U32) -> ByteView:
        """The next bytes of the stream, to be written."""
        place = self.spare(length)
        self.end = self.end + length
        return place

    def spare(self, length: U32) -> ByteView:
        """The bytes behind the stream, which may be overwritten."""
        needed = self.end + length
        size = self.room.length()
        if needed > size:
            size = size.saturating_add(size)
            room = allocate_bytes(size if size > needed else needed)
            room.window(0, self.end).copy_from(self.room.window(0, self.end))
            self.room = room
        return self.room.window(self.end, length)


def published_code(account: Account, accounts: AccountCache) -> ByteView:
    """The stored code in the pubdata; asks the oracle if nobody has yet."""
    if account.not_publish or not account.code_changed_since(account.initial):
        return accounts.no_code.data
    return accounts.stored_code(account)

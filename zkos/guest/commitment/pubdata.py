"""The pubdata of a block, hashed as it is made (state spec 4).

Keys of records that were touched but not changed are part of the stream although the
count in front leaves them out: that is the protocol.
"""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.flat.tree import SealedSlot
from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.guest.state.account import Account
from zkos.guest.state.accounts import AccountCache
from zkos.guest.state.diff_encoding import (
    LONGEST_VALUE_BYTES,
    account_encoded_length,
    encode,
    encode_account,
)
from zkos.guest.state.events import Log
from zkos.guest.state.preimages import PREIMAGE_CODE
from zkos.guest.state.report import Report
from zkos.guest.system.resources import INFINITE, Resources
from zkos.lang.control import srange, urange
from zkos.lang.ints import U16, U32, U256, Address, Bytes32
from zkos.lang.memory import NOT_FOUND, ByteView, List, allocate_bytes

KEY_BYTES: Final = U32(32)
LOG_BYTES: Final = U32(88)
ROOM_BYTES: Final = U32(65536)
"""A key and the longest diff of an account with code of the usual size."""


class Pubdata:
    """Writes the stream to the hasher of the build, and to the report."""

    keccak: Keccak256
    blake2s: Blake2s
    use_keccak: bool
    report: Report
    measuring: bool
    """Only count the bytes: a report names the length first."""
    length: U32
    piece: ByteView
    """Where a record is put together."""
    log_piece: ByteView

    def __init__(
        self, keccak: Keccak256, blake2s: Blake2s, use_keccak: bool, report: Report
    ) -> None:
        self.keccak = keccak
        self.blake2s = blake2s
        self.use_keccak = use_keccak
        self.report = report
        self.measuring = False
        self.length = U32(0)
        self.piece = allocate_bytes(ROOM_BYTES)
        self.log_piece = allocate_bytes(LOG_BYTES)

    def hash_block(
        self,
        block_hash: Bytes32,
        records: List[SealedSlot],
        accounts: AccountCache,
        logs: List[Log],
    ) -> Bytes32:
        """The digest of the pubdata: keccak for batches, else BLAKE2s."""
        if self.report.enabled:
            self.measuring = True
            self.write(block_hash, records, accounts, logs)
            self.measuring = False
            self.report.begin_pubdata(self.length)
        self.write(block_hash, records, accounts, logs)
        self.report.end_data()
        return self.keccak.finish() if self.use_keccak else self.blake2s.finish()

    def write(
        self,
        block_hash: Bytes32,
        records: List[SealedSlot],
        accounts: AccountCache,
        logs: List[Log],
    ) -> None:
        """The whole stream."""
        self.piece.store_u256_be(0, U256(block_hash))
        self.emit(self.piece.window(0, 32))
        self.write_diffs(records, accounts)
        self.write_logs(logs)

    def write_diffs(self, records: List[SealedSlot], accounts: AccountCache) -> None:
        changed = U32(0)
        for position in urange(records.length()):
            if records[position].is_written():
                changed = changed + 1
        self.write_u32(changed)

        for position in urange(records.length()):
            record = records[position]
            slot = record.slot
            if not slot.updated:
                continue
            for i in srange(8):
                self.piece.store_u32(4 * i, record.key[i])
            end = KEY_BYTES
            if record.is_written():
                if slot.address == ACCOUNT_PROPERTIES:
                    end = end + self.put_account(slot.key, accounts)
                else:
                    room = self.piece.window(end, LONGEST_VALUE_BYTES)
                    end = end + encode(slot.initial, slot.current, room)
            self.emit(self.piece.window(0, end))

    def put_account(self, key: U256, accounts: AccountCache) -> U32:
        """Put the diff of an account after its key; the length of the diff."""
        account = accounts.get(Address(key))
        length = account_encoded_length(account)
        needed = KEY_BYTES + length + KEY_BYTES
        if needed > self.piece.length():
            piece = allocate_bytes(needed)
            piece.window(0, KEY_BYTES).copy_from(self.piece.window(0, KEY_BYTES))
            self.piece = piece
        room = self.piece.window(KEY_BYTES, length + KEY_BYTES)
        return encode_account(account, published_code(account, accounts), room)

    def write_logs(self, logs: List[Log]) -> None:
        count = logs.length()
        messages = U32(0)
        self.write_u32(count)
        for position in urange(count):
            log = logs[position]
            encode_log(log, self.log_piece)
            self.emit(self.log_piece)
            if log.is_message:
                messages = messages + 1

        self.write_u32(messages)
        for position in urange(count):
            log = logs[position]
            if log.is_message:
                self.write_u32(log.data.length())
                self.emit(log.data)

    def write_u32(self, value: U32) -> None:
        self.piece.store_u32_be(0, value)
        self.emit(self.piece.window(0, 4))

    def emit(self, data: ByteView) -> None:
        """Append bytes to the stream."""
        if self.measuring:
            self.length = self.length + data.length()
            return
        if self.use_keccak:
            self.keccak.update(data)
        else:
            self.blake2s.update(data)
        if self.report.enabled:
            self.report.append(data)


def published_code(account: Account, accounts: AccountCache) -> ByteView:
    """The code that goes into the pubdata; asks the oracle if nobody has yet."""
    length = account.bytecode_length
    if not account.code_changed() or account.not_publish or length == 0:
        return accounts.no_code.data
    preimages = accounts.preimages
    digest = account.bytecode_hash
    if preimages.by_hash.find(digest) == NOT_FOUND:
        preimages.load(Resources(INFINITE, INFINITE), digest, length, PREIMAGE_CODE)
    return preimages.get(digest).data.window(0, length)


def encode_log(log: Log, out: ByteView) -> None:
    """Write the 88 bytes of an L2 to L1 log (state spec 6)."""
    out[0] = 0
    out[1] = 1
    out.store_u256_be(4, U256(log.sender) << 96)
    out.store_u16_be(2, U16.truncate(log.transaction_number))
    out.store_u256_be(24, log.key)
    out.store_u256_be(56, log.value)

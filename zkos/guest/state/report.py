"""The result keeper: messages to a host that wants to see more than the proof.

The format is the table of `zkos/guest/README.md`. Nothing is sent unless enabled, and
a message is never sent inside a query. The bootloader reports transactions and their
events, `finish` the rest.
"""

from zkos.guest.protocol.report import (
    KIND_ACCOUNT_DIFF,
    KIND_BLOCK,
    KIND_EVENT,
    KIND_L1_LOG,
    KIND_L1_MESSAGE,
    KIND_PREIMAGE,
    KIND_PUBDATA,
    KIND_STORAGE_DIFF,
    KIND_TRANSACTION,
    LOG_MESSAGE,
    LOG_TRANSACTION_RESULT,
    MESSAGE,
)
from zkos.guest.state.account import Account, Properties
from zkos.guest.state.events import Event, Log
from zkos.guest.state.preimages import Preimage
from zkos.guest.state.storage import Slot
from zkos.guest.system.commitment import Commitment
from zkos.lang.control import srange, urange
from zkos.lang.intrinsics import oracle_write
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView


class Report:
    """Sends messages if `enabled`."""

    enabled: bool
    word: U32
    """Bytes of a byte string that do not fill a word yet."""
    bytes_in_word: U32

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.word = U32(0)
        self.bytes_in_word = U32(0)

    def transaction(
        self,
        number: U32,
        transaction_type: U32,
        status: U32,
        reason: U32,
        first_value: U256,
        second_value: U256,
        gas_used: U64,
        gas_refunded: U64,
        native_used: U64,
        pubdata_used: U64,
        transaction_hash: Bytes32,
        sender: Address,
        created: Address,
        return_data: ByteView,
    ) -> None:
        """The result of a transaction; the numbers are those of `protocol.report`."""
        if not self.enabled:
            return
        start(KIND_TRANSACTION, U32(46) + words_of(return_data))
        oracle_write(number)
        oracle_write(transaction_type)
        oracle_write(status)
        oracle_write(reason)
        write_u256(first_value)
        write_u256(second_value)
        write_u64(gas_used)
        write_u64(gas_refunded)
        write_u64(native_used)
        write_u64(pubdata_used)
        write_u256(U256(transaction_hash))
        write_address(sender)
        write_address(created)
        self.data(return_data)

    def event(self, event: Event) -> None:
        """An EVM log that its transaction kept."""
        if not self.enabled:
            return
        count = event.topics.length()
        start(KIND_EVENT, U32(7) + count * 8 + words_of(event.data))
        oracle_write(event.transaction_number)
        write_address(event.address)
        oracle_write(count)
        for index in urange(count):
            write_u256(event.topics[index])
        self.data(event.data)

    def log(self, log: Log) -> None:
        """An L2 to L1 log of the block, and the message behind it if there is one."""
        if not self.enabled:
            return
        start(KIND_L1_LOG, U32(23))
        oracle_write(log.transaction_number)
        oracle_write(LOG_MESSAGE if log.is_message else LOG_TRANSACTION_RESULT)
        write_address(log.sender)
        write_u256(log.key)
        write_u256(log.value)
        if log.is_message:
            start(KIND_L1_MESSAGE, U32(6) + words_of(log.data))
            oracle_write(log.transaction_number)
            write_address(Address.truncate(log.key))
            self.data(log.data)

    def storage_diff(self, slot: Slot) -> None:
        """A changed slot."""
        if not self.enabled:
            return
        start(KIND_STORAGE_DIFF, U32(30))
        write_address(slot.address)
        write_u256(slot.key)
        write_u256(slot.initial)
        write_u256(slot.current)
        oracle_write(U32(1) if slot.is_new else U32(0))

    def preimage(self, preimage: Preimage) -> None:
        """A preimage made in the block."""
        if not self.enabled:
            return
        start(KIND_PREIMAGE, U32(9) + words_of(preimage.data))
        oracle_write(preimage.kind)
        write_u256(preimage.hash)
        self.data(preimage.data)

    def account_diff(self, account: Account) -> None:
        """A changed account."""
        if not self.enabled:
            return
        start(KIND_ACCOUNT_DIFF, U32(5 + 2 * 31))
        write_address(account.address)
        write_properties(account.initial)
        current = Properties()
        account.store_into(current)
        write_properties(current)

    def block(
        self,
        block_hash: Bytes32,
        before: Commitment,
        after: Commitment,
        rolling_hash: Bytes32,
    ) -> None:
        """The commitments of the block."""
        if not self.enabled:
            return
        start(KIND_BLOCK, U32(36))
        write_u256(U256(block_hash))
        write_u256(before.root)
        write_u64(before.next_free_slot)
        write_u256(after.root)
        write_u64(after.next_free_slot)
        write_u256(U256(rolling_hash))

    def begin_pubdata(self, length: U32) -> None:
        """Announce the pubdata; `append` must follow until `length` bytes are sent."""
        start(KIND_PUBDATA, U32(1) + ((length + 3) >> 2))
        oracle_write(length)

    def append(self, data: ByteView) -> None:
        """Send bytes; up to three of them wait for the next ones."""
        word = self.word
        count = self.bytes_in_word
        for index in urange(data.length()):
            word = word | (U32(data[index]) << (count << 3))
            count = count + 1
            if count == 4:
                oracle_write(word)
                word = U32(0)
                count = U32(0)
        self.word = word
        self.bytes_in_word = count

    def end_data(self) -> None:
        """Send the bytes that wait."""
        if self.bytes_in_word != 0:
            oracle_write(self.word)
        self.word = U32(0)
        self.bytes_in_word = U32(0)

    def data(self, data: ByteView) -> None:
        """Send a byte string: its length and its bytes."""
        oracle_write(data.length())
        self.append(data)
        self.end_data()


def start(kind: U32, words: U32) -> None:
    """Begin a message that has `words` words after the kind."""
    oracle_write(MESSAGE)
    oracle_write(words + 1)
    oracle_write(kind)


def words_of(data: ByteView) -> U32:
    """Number of words that `Report.data` sends."""
    return ((data.length() + 3) >> 2) + 1


def write_u64(value: U64) -> None:
    oracle_write(value.word(0))
    oracle_write(value.word(1))


def write_u256(value: U256) -> None:
    for index in srange(8):
        oracle_write(value.word(index))


def write_address(address: Address) -> None:
    for index in srange(5):
        oracle_write(address.word(index))


def write_properties(properties: Properties) -> None:
    """The fields of an account, 31 words."""
    write_u64(properties.versioning)
    write_u64(properties.nonce)
    write_u256(properties.balance)
    write_u256(properties.bytecode_hash)
    oracle_write(properties.code_length)
    oracle_write(properties.artifacts_length)
    write_u256(properties.observable_hash)
    oracle_write(properties.observable_length)

"""The result keeper: messages to a host that wants to see more than the proof.

The format is the table of `zkos/guest/README.md`. Nothing is sent unless enabled, and
a message is never sent inside a query. The bootloader reports transactions and their
events, `finish` what a block comes to, `batch` what all blocks do.
"""

from zkos.guest.protocol.report import (
    KIND_ACCOUNT_DIFF,
    KIND_BATCH,
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
from zkos.guest.state.emitted import Event, Log
from zkos.guest.state.preimages import Preimage
from zkos.guest.state.slot import Slot
from zkos.guest.system.commitment import Commitment
from zkos.lang.control import srange, urange
from zkos.lang.intrinsics import oracle_write
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, List


class Report:
    """Sends messages if `enabled`."""

    enabled: bool

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

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
        write_bytes(return_data)

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
        write_bytes(event.data)

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
            write_bytes(log.data)

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
        write_bytes(preimage.data)

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
        gas_used: U64,
    ) -> None:
        """The commitments of the block."""
        if not self.enabled:
            return
        start(KIND_BLOCK, U32(38))
        write_u256(U256(block_hash))
        write_u256(before.root)
        write_u64(before.next_free_slot)
        write_u256(after.root)
        write_u64(after.next_free_slot)
        write_u256(U256(rolling_hash))
        write_u64(gas_used)

    def pubdata(self, pubdata: ByteView) -> None:
        """The pubdata of the block."""
        if not self.enabled:
            return
        start(KIND_PUBDATA, words_of(pubdata))
        write_bytes(pubdata)

    def batch(
        self,
        state_before: Bytes32,
        state_after: Bytes32,
        output: Bytes32,
        logs_root: Bytes32,
        availability: Bytes32,
        public_input: Bytes32,
        block_count: U32,
        versioned_hashes: List[Bytes32],
    ) -> None:
        """The digests that the public input of all blocks is made from."""
        if not self.enabled:
            return
        count = versioned_hashes.length()
        start(KIND_BATCH, U32(50) + count * 8)
        write_u256(U256(state_before))
        write_u256(U256(state_after))
        write_u256(U256(output))
        write_u256(U256(logs_root))
        write_u256(U256(availability))
        write_u256(U256(public_input))
        oracle_write(block_count)
        oracle_write(count)
        for index in urange(count):
            write_u256(U256(versioned_hashes[index]))


def start(kind: U32, words: U32) -> None:
    """Begin a message that has `words` words after the kind."""
    oracle_write(MESSAGE)
    oracle_write(words + 1)
    oracle_write(kind)


def words_of(data: ByteView) -> U32:
    """Number of words that `write_bytes` sends."""
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


def write_bytes(data: ByteView) -> None:
    """A byte string: its length, then its bytes in words filled up with zeros."""
    length = data.length()
    oracle_write(length)
    whole = length >> 2
    for index in urange(whole):
        oracle_write(data.load_u32(index << 2))
    if length & 3 != 0:
        word = U32(0)
        for index in urange(whole << 2, length):
            word = word | (U32(data[index]) << ((index & 3) << 3))
        oracle_write(word)


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

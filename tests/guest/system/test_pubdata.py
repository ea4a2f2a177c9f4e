from hashlib import blake2s

import pytest

from zkos.guest.commitment.pubdata import Pubdata
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.flat.sort import address_rank, sort, sorted_slots
from zkos.guest.models.flat.tree import SealedSlot
from zkos.guest.protocol.options import OPTION_REPORT
from zkos.guest.state.account import Account
from zkos.guest.state.events import Log
from zkos.guest.state.io import Io
from zkos.guest.state.report import Report
from zkos.guest.state.storage import Slot
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.host.accounts import keccak_bytes
from zkos.host.channel import QueryChannel, WordChannel
from zkos.host.context import BlockContext
from zkos.host.oracle import HonestOracle
from zkos.host.report import decode_report
from zkos.host.state import ChainState
from zkos.host.state import Slot as Place
from zkos.lang.intrinsics import attach
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import Array, List, view_of

pytestmark = pytest.mark.cpython
BLOCK_HASH = bytes(range(32))
ACCOUNTS = 0x8003


class Block:
    """The caches of a block, filled by hand, and the host's end of the channel."""

    def __init__(self, *, report=True, known=()):
        state = ChainState()
        for data in known:
            state.preimages.add(data)
        self.channel = QueryChannel(HonestOracle(state, BlockContext(), []))
        self.engine = WordChannel(self.channel, (int(OPTION_REPORT) * report,))
        attach(self.engine)
        self.io = Io(Oracle(), Blake2s(), Keccak256(), Options())

    def slot(self, address, key, initial, current, *, updated=True):
        slot = Slot(Address(address), U256(key), U256(initial), is_new=False)
        slot.current = U256(current)
        slot.updated = updated
        self.io.storage.slots_of(slot.address).insert(slot.key, slot)
        self.io.storage.slots.append(slot)

    def account(self, address):
        account = Account(Address(address), self.io.accounts.no_code)
        self.io.accounts.by_address.insert(account.address, account)
        self.io.accounts.accounts.append(account)
        self.slot(ACCOUNTS, address, 0, 0, updated=False)
        return account

    def log(self, transaction, sender, key, value, message=None):
        self.io.events.logs.append(
            Log(
                U32(transaction),
                message is not None,
                Address(sender),
                U256(key),
                U256(value),
                view_of(message or b""),
            )
        )

    def seal(self, *, batch=False):
        """The digest, and the stream as the report has it."""
        self.io.accounts.flush()
        records = List(SealedSlot)
        slots = sorted_slots(self.io.storage)
        for position in range(int(slots.length())):
            records.append(SealedSlot(slots[position], Blake2s()))
        report = Report(Options().report)
        pubdata = Pubdata(Keccak256(), Blake2s(), batch, report)
        block_hash = Bytes32(int.from_bytes(BLOCK_HASH, "big"))
        logs = self.io.events.logs
        digest = pubdata.hash_block(block_hash, records, self.io.accounts, logs)
        self.engine.flush()
        sent = decode_report(self.channel.messages).pubdata
        return int(digest).to_bytes(32, "big"), sent


@pytest.fixture(autouse=True)
def detached():
    yield
    attach(None)


def u32(value):
    return value.to_bytes(4, "big")


def flat(address, key):
    return Place(address, key).flat_key()


def test_nothing_is_counts_of_nothing():
    digest, sent = Block().seal()

    assert sent == BLOCK_HASH + u32(0) * 3
    assert digest == blake2s(sent).digest()


def test_unchanged_keys_are_published_and_not_counted():
    block = Block()
    block.slot(5, 1, 7, 7)
    block.slot(5, 2, 7, 7, updated=False)
    block.slot(5, 3, 7, 9)

    digest, sent = block.seal()

    changed = bytes([1 << 3 | 1, 2])
    diffs = u32(1) + flat(5, 1) + flat(5, 3) + changed
    assert sent == BLOCK_HASH + diffs + u32(0) * 2
    assert digest == blake2s(sent).digest()


def test_logs_and_messages():
    block = Block()
    block.log(65537, 0x8008, 0xAB, 2**255, b"hello")
    block.log(2, 0x8001, 2**256 - 1, 1)
    block.log(3, 0x8008, 0xAC, 5, b"")

    digest, sent = block.seal(batch=True)

    def log(number, sender, key, value):
        head = b"\x00\x01" + number.to_bytes(2, "big") + sender.to_bytes(20, "big")
        return head + key.to_bytes(32, "big") + value.to_bytes(32, "big")

    logs = log(1, 0x8008, 0xAB, 2**255) + log(2, 0x8001, 2**256 - 1, 1)
    logs += log(3, 0x8008, 0xAC, 5)
    messages = u32(2) + u32(5) + b"hello" + u32(0)
    assert sent == BLOCK_HASH + u32(0) + u32(3) + logs + messages
    assert digest == keccak_bytes(sent)


def set_code(account, digest, length):
    account.versioning = U64(0x0101010000000000)
    account.nonce = U64(1)
    account.bytecode_hash = U256(int.from_bytes(digest, "big"))
    account.bytecode_length = U32(length)
    account.observable_length = U32(length)


FULL_HEAD = (0x0101010000000000).to_bytes(8, "big") + bytes([1 << 3 | 1, 1]) + b"\x01"


@pytest.mark.parametrize("length", [1, 3, 24576, 70000])
def test_published_code_is_asked_for_if_nobody_has_it(length):
    code = bytes(position * 7 % 256 for position in range(length))
    block = Block(known=[code])
    set_code(block.account(0xA), blake2s(code).digest(), length)

    digest, sent = block.seal()

    diff = b"\x04" + FULL_HEAD + u32(length) + code + u32(0) + u32(length)
    assert sent == BLOCK_HASH + u32(1) + flat(ACCOUNTS, 0xA) + diff + u32(0) * 2
    assert digest == blake2s(sent).digest()
    assert block.channel.queries_by_name() == {"preimage": 1}


def test_code_forced_by_hash_is_not_asked_for():
    block = Block()
    account = block.account(0xA)
    set_code(account, b"\x0c" * 32, 9)
    account.not_publish = True

    _, sent = block.seal()

    diff = b"\x24" + FULL_HEAD + b"\x0c" * 32 + u32(0) + u32(9)
    assert sent == BLOCK_HASH + u32(1) + flat(ACCOUNTS, 0xA) + diff + u32(0) * 2
    assert block.channel.queries_by_name() == {}


def test_accounts_with_other_balance_and_nonce():
    block = Block()
    block.account(3).nonce = U64(2)
    block.account(2).balance = U256(2**160)
    both = block.account(1)
    both.nonce, both.balance = U64(1), U256(1)
    block.account(4)

    _, sent = block.seal()

    value = bytes([21 << 3 | 1]) + (2**160).to_bytes(21, "big")
    one, two = bytes([1 << 3 | 1, 1]), bytes([1 << 3 | 1, 2])
    diffs = u32(3) + flat(ACCOUNTS, 1) + b"\x1c" + one + one
    diffs += flat(ACCOUNTS, 2) + b"\x14" + value + flat(ACCOUNTS, 3) + b"\x0c" + two
    assert sent == BLOCK_HASH + diffs + u32(0) * 2


def test_nothing_is_sent_without_a_report():
    block = Block(report=False)
    block.slot(1, 1, 0, 1)

    digest, sent = block.seal()

    assert sent is None
    assert any(digest)


def test_slots_come_by_address_limbs_then_key():
    block = Block()
    places = [
        (1 << 64, 9),
        (5, 2**255),
        (5, 0),
        (1 << 128, 0),
        (5 | 1 << 128, 1),
        (5 | 1 << 64, 1),
        (ACCOUNTS, 5),
        (4, 2**256 - 1),
    ]
    for place in places:
        block.slot(*place, 0, 1)

    slots = sorted_slots(block.io.storage)

    def limbs(place):
        address, key = place
        low = 2**64 - 1
        return (address & low, address >> 64 & low, address >> 128, key)

    found = [slots[position] for position in range(int(slots.length()))]
    expected = sorted(places, key=limbs)
    assert [(int(slot.address), int(slot.key)) for slot in found] == expected


def test_address_rank_keeps_all_bits():
    address = 0x11112222333344445555666677778888_99990000
    rank = int(address_rank(Address(address)))

    limbs = [address >> shift & 2**64 - 1 for shift in (0, 64, 128)]
    assert rank == limbs[0] << 128 | limbs[1] << 64 | limbs[2]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 100])
def test_sort_is_a_stable_permutation(count):
    values = [(position * 37 + 11) % 23 for position in range(count)]
    keys, order = Array(U256, count), Array(U32, count)
    for position, value in enumerate(values):
        keys[position] = U256(value)

    sort(keys, order, Array(U32, count), U32(count))

    found = [int(order[position]) for position in range(count)]
    assert found == sorted(range(count), key=lambda position: values[position])

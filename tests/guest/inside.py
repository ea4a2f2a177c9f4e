"""Guest code for tests: what would take an operation for each item from outside."""

from zkos.guest.blocks.loop import BlockProcessor
from zkos.guest.commitment.logs import hash_logs, l1_transactions
from zkos.guest.commitment.pubdata import Pubdata
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.evm.frame import EvmFrame
from zkos.guest.hooks.hooks import NO_HOOK, Hooks
from zkos.guest.models.flat.sort import sort, sorted_slots
from zkos.guest.models.flat.tree import SealedSlot, StateTree
from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.guest.state.account import Account
from zkos.guest.state.emitted import Log
from zkos.guest.state.events import EventLog
from zkos.guest.state.io import Io
from zkos.guest.state.slot import Slot
from zkos.guest.system.memory import ReturnMemory
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import Array, ByteView, List, allocate_bytes


def stack_of(frame: EvmFrame) -> List[U256]:
    """The words of a frame's stack, from the bottom up."""
    words = List(U256)
    for index in urange(frame.size):
        words.append(frame.stack[index])
    return words


def memory_length(frame: EvmFrame) -> U32:
    """Bytes of memory in use."""
    return frame.memory.length()


def memory_of(frame: EvmFrame, most: U32) -> ByteView:
    """The beginning of a frame's memory."""
    length = frame.memory.length()
    return frame.memory.window(0, most if most < length else length)


def seal(io: Io) -> U32:
    """Seal the block's state; how many slots that makes."""
    return io.backing.seal(io.storage.addresses, io.accounts.accounts).length()


def fill(memory: ReturnMemory, room: U32) -> None:
    """Leave so much room."""
    memory.append(allocate_bytes(memory.room() - room))


def special_below(hooks: Hooks, limit: U32) -> List[U32]:
    """The addresses below a limit that a hook answers for."""
    found = List(U32)
    for number in urange(limit):
        if hooks.find(Address(U256(number))) != NO_HOOK:
            found.append(number)
    return found


def add_slot(io: Io, address: Address, key: U256, initial: U256, value: U256) -> None:
    """Have a slot in the cache, as if it was read and written."""
    slot = Slot(address, key, initial, False)
    slot.current = value
    io.storage.slots_of(address).insert(key, slot)


def add_account(io: Io, address: Address) -> Account:
    """Have an account in the cache that nobody has used, and its slot."""
    account = Account(address, io.accounts.no_code)
    io.accounts.by_address.insert(address, account)
    io.accounts.accounts.append(account)
    add_slot(io, ACCOUNT_PROPERTIES, U256(address), U256(0), U256(0))
    return account


def add_logs(io: Io, count: U32) -> None:
    """Emit logs that say nothing."""
    nothing = allocate_bytes(0)
    for _ in urange(count):
        log = Log(U32(0), False, Address(0), U256(0), U256(0), nothing)
        io.events.logs.append(log)


def check_limits(processor: BlockProcessor) -> None:
    """Raise Invalid if the transaction exceeds what is left of the block."""
    processor._check_limits()


def write_pubdata(io: Io, block_hash: Bytes32, timestamp: U64) -> ByteView:
    """Seal the state and write the block's stream."""
    records = io.backing.seal(io.storage.addresses, io.accounts.accounts)
    return Pubdata().write(block_hash, timestamp, records, io.accounts, io.events.logs)


def sorted_places(io: Io) -> List[U256]:
    """Address and key of each slot in the cache, in the order of the seal."""
    places = List(U256)
    slots = sorted_slots(io.storage.addresses)
    for index in urange(slots.length()):
        places.append(U256(slots[index].address))
        places.append(slots[index].key)
    return places


def sort_order(keys: Array[U256]) -> Array[U32]:
    """Positions of the keys, lowest key first."""
    order = Array(U32, keys.length())
    sort(keys, order, Array(U32, keys.length()), keys.length())
    return order


def log_digests(keccak: Keccak256, events: EventLog) -> List[Bytes32]:
    """The digest of each log."""
    return hash_logs(keccak, events.logs)


def l1_hashes(events: EventLog, upgrade_hash: Bytes32) -> List[Bytes32]:
    """The hashes of transactions from L1 that have logs."""
    return l1_transactions(events.logs, upgrade_hash)


def find(tree: StateTree, key: Array[U32]) -> tuple[bool, U64]:
    """Whether a leaf with this key is loaded, and its index."""
    leaf = tree.known(key)
    if leaf is None:
        return False, U64(0)
    return True, leaf.index


class Sealed:
    """Sealed slots, to be applied to a tree."""

    slots: List[SealedSlot]
    blake2s: Blake2s

    def __init__(self) -> None:
        self.slots = List(SealedSlot)
        self.blake2s = Blake2s()

    def add(self, slot: Slot) -> None:
        self.slots.append(SealedSlot(slot, self.blake2s))

    def apply(self, tree: StateTree) -> None:
        tree.apply(self.slots)

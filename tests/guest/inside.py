"""Guest code for tests: what would take an operation for each item from outside."""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.evm.frame import EvmFrame
from zkos.guest.hooks.hooks import NO_HOOK, Hooks
from zkos.guest.models.flat.tree import SealedSlot, StateTree
from zkos.guest.state.io import Io
from zkos.guest.state.slot import Slot
from zkos.guest.system.memory import ReturnMemory
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
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

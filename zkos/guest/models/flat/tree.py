"""Verification and update of the state tree at the end of a block (state spec 11).

Every cached slot is looked up through the oracle and checked against the old root;
then old and new root are folded together from the loaded leaves, each inner node
hashed once for each tree and only if it differs. Without `verify` the oracle is
trusted: it is asked the same, but only what leads to the new root is hashed.
"""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.models.flat.leaves import (
    HEIGHT,
    STATE_WORDS,
    Leaf,
    copy_digest,
    fold,
    hash_leaf,
    key_prefix,
    number_of,
    precedes,
    read_proof,
    same,
    words_of,
)
from zkos.guest.models.flat.sort import sort
from zkos.guest.protocol.queries import (
    QUERY_EXACT_INDEX,
    QUERY_PREVIOUS_INDEX,
    SCALAR_WORDS,
)
from zkos.guest.state.slot import Slot
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.oracle import ask, expect_words, read_u64
from zkos.lang.control import srange, urange
from zkos.lang.intrinsics import oracle_write
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import (
    NOT_FOUND,
    Array,
    List,
    Map,
    aligned_array,
)


class SealedSlot:
    """A cached slot of the finished block."""

    slot: Slot
    key: Array[U32]
    """Flat key: 8 words in memory order (state spec 8)."""

    def __init__(self, slot: Slot, blake2s: Blake2s) -> None:
        self.slot = slot
        self.key = Array(U32, 8)
        node = blake2s.node
        sibling = blake2s.sibling
        node[0] = U32(0)
        node[1] = U32(0)
        node[2] = U32(0)
        for i in srange(5):
            node[3 + i] = slot.address.word(4 - i).byte_swap()
        for i in srange(8):
            sibling[i] = slot.key.word(7 - i).byte_swap()
        blake2s.fold(False)
        copy_digest(node, U32(0), self.key)

    def is_written(self) -> bool:
        return self.slot.current != self.slot.initial


class StateTree:
    """What is known of the tree behind a commitment."""

    verify: bool
    root: Array[U32]
    """8 words in memory order."""
    next_free_slot: U64
    old_size: U64
    """Number of leaves before the block."""
    kept: U32
    """Height at which all leaves, old and new, are below one node."""
    upper: Array[U32]
    """Siblings from that height up: the same for all leaves, kept once."""
    loaded: Map[U64, Leaf]
    """Leaves of the old tree by index."""
    by_key: Map[U64, U32]
    """1 + position in `loaded` of a key by its first 8 bytes; see `Leaf.twin`."""
    inserted: List[Leaf]
    """New leaves in order of their indices."""
    predecessors: List[Leaf]
    """For each inserted leaf the one before it in the old tree."""
    sibling: Array[U32]
    empty: Array[U32]
    """Digest of the unused subtree at the current height."""
    tail: Array[U32]

    def __init__(self, verify: bool, before: Commitment) -> None:
        self.verify = verify
        self.root = words_of(before.root)
        self.next_free_slot = before.next_free_slot
        self.old_size = before.next_free_slot
        self.kept = HEIGHT
        self.upper = Array(U32, 0)
        self.loaded = Map(U64, Leaf)
        self.by_key = Map(U64, U32)
        self.inserted = List(Leaf)
        self.predecessors = List(Leaf)
        self.sibling = Array(U32, 16)
        self.empty = aligned_array(U32, STATE_WORDS)
        self.tail = Array(U32, 16)

    def commitment(self) -> Commitment:
        return Commitment(number_of(self.root), self.next_free_slot)

    def apply(self, records: List[SealedSlot]) -> None:
        """Check all records, apply the writes, replace the commitment."""
        if records.length() == 0:
            return
        self.measure(records)
        for position in urange(records.length()):
            if not records[position].is_written():
                self.check_read(records[position])
        any_write = False
        for position in urange(records.length()):
            if records[position].is_written():
                self.write(records[position])
                any_write = True
        if self.inserted.length() != 0:
            self.link()
            self.load(self.old_size - 1)
        if any_write or self.verify:
            self.replace_root(any_write)

    def measure(self, records: List[SealedSlot]) -> None:
        """Find out how much of each path is worth keeping."""
        size = self.old_size
        for position in urange(records.length()):
            record = records[position]
            if record.slot.is_new and record.is_written():
                size = size + 1
        assert size != 0, "a tree has leaves"
        self.kept = (size - 1).bit_length()
        self.upper = Array(U32, (HEIGHT - self.kept) * 8)

    def check_read(self, record: SealedSlot) -> None:
        """Prove that an unchanged slot has its value, or no leaf."""
        if record.slot.is_new:
            self.load_neighbours(record.key)
        else:
            leaf = self.load(ask_index(QUERY_EXACT_INDEX, record.key))
            assert same(leaf.body, record.key), "the leaf has another key"
            assert leaf.has_value(record.slot.current), "the leaf has another value"

    def write(self, record: SealedSlot) -> None:
        """Change or insert the leaf of a changed slot."""
        slot = record.slot
        if slot.is_new:
            predecessor = self.load_neighbours(record.key)
            self.insert(record.key, slot.current, predecessor)
            return
        leaf = self.known(record.key)
        if leaf is None:
            leaf = self.load(ask_index(QUERY_EXACT_INDEX, record.key))
            assert same(leaf.body, record.key), "the leaf has another key"
        assert leaf.has_value(slot.initial), "the leaf had another value"
        leaf.set_value(slot.current)
        leaf.mark_changed()

    def load_neighbours(self, key: Array[U32]) -> Leaf:
        """Prove that a key has no leaf; the leaf before it."""
        predecessor = self.load(ask_index(QUERY_PREVIOUS_INDEX, key))
        assert precedes(predecessor.body, key), "the leaf before is not before"
        successor = self.load(predecessor.next)
        assert precedes(key, successor.body), "the leaf after is not after"
        return predecessor

    def insert(self, key: Array[U32], value: U256, predecessor: Leaf) -> None:
        """Append a leaf; `link` puts it into the order of the keys."""
        leaf = Leaf(self.next_free_slot, Array(U32, 0))
        self.next_free_slot = self.next_free_slot + 1
        leaf.inserted = True
        leaf.mark_changed()
        for i in srange(8):
            leaf.body[i] = key[i]
        leaf.set_value(value)
        self.inserted.append(leaf)
        self.predecessors.append(predecessor)

    def load(self, index: U64) -> Leaf:
        """The leaf of the old tree at `index`, asked for the first time only."""
        entry = self.loaded.find(index)
        if entry != NOT_FOUND:
            return self.loaded.value(entry)
        assert index < self.old_size, "an index beyond the tree"

        first = self.loaded.length() == 0
        leaf = read_proof(index, self.kept, self.upper, first)
        if self.verify:
            hash_leaf(leaf.body, leaf.next, self.tail, leaf.before)
        prefix = key_prefix(leaf.body)
        position = self.loaded.insert(index, leaf) + 1
        entry = self.by_key.find(prefix)
        if entry == NOT_FOUND:
            self.by_key.insert(prefix, position)
        else:
            leaf.twin = self.by_key.value(entry)
            self.by_key.set_value(entry, position)
        return leaf

    def known(self, key: Array[U32]) -> Leaf | None:
        """The loaded leaf with this key, if any."""
        entry = self.by_key.find(key_prefix(key))
        if entry == NOT_FOUND:
            return None
        position = self.by_key.value(entry)
        while position != 0:
            leaf = self.loaded.value(position - 1)
            if same(leaf.body, key):
                return leaf
            position = leaf.twin
        return None

    def link(self) -> None:
        """Thread the inserted leaves into the list sorted by key."""
        count = self.inserted.length()
        keys = Array(U256, count)
        for position in urange(count):
            keys[position] = number_of(self.inserted[position].body)
        order = Array(U32, count)
        sort(keys, order, Array(U32, count), count)

        for rank in urange(count):
            leaf = self.inserted[order[rank]]
            previous = self.predecessors[order[rank]]
            if rank != 0 and self.predecessors[order[rank - 1]] is previous:
                previous = self.inserted[order[rank - 1]]
            leaf.next = previous.next
            previous.next = leaf.index
            previous.mark_changed()

    def replace_root(self, any_write: bool) -> None:
        """Fold all leaves; check the old root and set the new one."""
        nodes = self.bottom()
        count = nodes.length()
        hash_leaf(Array(U32, 16), U64(0), self.tail, self.empty)
        for height in urange(self.kept):
            count = self.fold_level(nodes, count, height * 8)
        assert count == 1, "nodes left beside the root"
        top = nodes[0]
        for height in urange(HEIGHT - self.kept):
            copy_digest(self.upper, height * 8, self.sibling)
            self.fold_node(top, False)

        if self.verify:
            assert same(top.before, self.root), "the proofs lead to another root"
        if any_write:
            assert not same(top.after, self.root), "the writes change nothing"
            copy_digest(top.after, U32(0), self.root)

    def bottom(self) -> List[Leaf]:
        """The leaves to fold, by index, with their digests."""
        loaded = self.loaded
        count = loaded.length()
        indices = Array(U256, count)
        for entry in urange(count):
            indices[entry] = U256(loaded.key(entry))
        order = Array(U32, count)
        sort(indices, order, Array(U32, count), count)

        last = self.old_size - 1
        grows = self.inserted.length() != 0
        nodes = List(Leaf)
        for position in urange(count):
            leaf = loaded.value(order[position])
            if self.verify or leaf.changed:
                nodes.append(leaf)
            elif grows and leaf.index == last:
                hash_leaf(leaf.body, leaf.next, self.tail, leaf.before)
                nodes.append(leaf)
        for position in urange(self.inserted.length()):
            nodes.append(self.inserted[position])
        for position in urange(nodes.length()):
            leaf = nodes[position]
            if leaf.changed:
                hash_leaf(leaf.body, leaf.next, self.tail, leaf.after)
        return nodes

    def fold_level(self, nodes: List[Leaf], count: U32, offset: U32) -> U32:
        """Replace the first `count` nodes by their parents; how many these are.

        `offset` is where the siblings of this height lie in a path.
        """
        source = U32(0)
        target = U32(0)
        while source < count:
            node = nodes[source]
            source = source + 1
            is_right = node.index.word(0) & 1 != 0
            pair = not is_right and source < count
            if pair and nodes[source].index == node.index + 1:
                self.join(node, nodes[source])
                source = source + 1
            elif node.inserted:
                assert not is_right, "a gap before the new leaves"
                fold(node.after, self.empty, False)
            else:
                copy_digest(node.path, offset, self.sibling)
                self.fold_node(node, is_right)
            node.index = node.index >> 1
            nodes[target] = node
            target = target + 1

        if self.inserted.length() != 0:
            copy_digest(self.empty, U32(0), self.sibling)
            fold(self.empty, self.sibling, False)
        return target

    def fold_node(self, node: Leaf, is_right: bool) -> None:
        """Make `node` its parent; the other child, in `sibling`, is unchanged."""
        if self.verify or not node.changed:
            fold(node.before, self.sibling, is_right)
        if node.changed:
            fold(node.after, self.sibling, is_right)

    def join(self, left: Leaf, right: Leaf) -> None:
        """Make `left` the parent of both."""
        if left.changed:
            fold(left.after, right.after if right.changed else right.before, False)
        elif right.changed:
            fold(right.after, left.before, True)
            left.after = right.after
            left.changed = True
        if left.inserted or (left.changed and not self.verify):
            return
        fold(left.before, self.empty if right.inserted else right.before, False)


def ask_index(query: U32, key: Array[U32]) -> U64:
    """The answer to a query for the index of a key."""
    ask(query, U32(8))
    for i in srange(8):
        oracle_write(key[i])
    expect_words(SCALAR_WORDS)
    return read_u64()

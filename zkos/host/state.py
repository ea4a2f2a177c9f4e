"""The chain between two blocks: tree, preimages and the hashes of past blocks."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.host.accounts import Account, delegation, padded, stored_code
from zkos.host.layered import LayeredDict
from zkos.host.preimages import Preimages
from zkos.host.tree import Leaf, StateTree, hash_bytes

BLOCK_HASHES: Final = 256
ACCOUNTS: Final = int(ACCOUNT_PROPERTIES)


class Slot(NamedTuple):
    """A place in the state: account slots are keys of address 0x8003."""

    address: int
    key: int

    def place(self) -> bytes:
        """What its flat key is the hash of."""
        return self.address.to_bytes(32, "big") + self.key.to_bytes(32, "big")

    def flat_key(self) -> bytes:
        """The key of its leaf (state spec 8)."""
        return hash_bytes(self.place())

    @classmethod
    def at(cls, place: bytes) -> "Slot":
        """The slot of this `place`."""
        return cls(int.from_bytes(place[:32], "big"), int.from_bytes(place[32:], "big"))


class Slots(Mapping[bytes, Slot]):
    """What flat keys stand for."""

    def __init__(self, places: LayeredDict[bytes, bytes]) -> None:
        self._places = places

    def __getitem__(self, key: bytes) -> Slot:
        return Slot.at(self._places[key])

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._places)


class SlotDiff(NamedTuple):
    """A changed slot of a block, as the guest reports it; the rest is known here."""

    slot: Slot
    current: int


class ChainState:
    """State after some block, from which the oracle of the next one is served."""

    def __init__(self) -> None:
        self.tree = StateTree()
        self.preimages = Preimages()
        self._places: LayeredDict[bytes, bytes] = LayeredDict()
        self.block_hashes: tuple[int, ...] = (0,) * BLOCK_HASHES
        """Of past blocks as big-endian numbers, latest first."""
        self.timestamp = 0
        """Of the last block."""

    def fork(self) -> "ChainState":
        """An independent copy; cheap until one of the two changes."""
        twin = ChainState()
        twin.tree = self.tree.fork()
        twin.preimages = self.preimages.fork()
        twin._places = self._places.fork()
        twin.block_hashes = self.block_hashes
        twin.timestamp = self.timestamp
        return twin

    @property
    def slots(self) -> Mapping[bytes, Slot]:
        """What the keys of the tree stand for, as far as known."""
        return Slots(self._places)

    def set_slot(self, address: int, key: int, value: int) -> None:
        """Write a slot; a zero value makes a leaf too."""
        self._write(Slot(address, key), value.to_bytes(32, "big"))

    def set_leaf(self, key: bytes, value: int) -> None:
        """Write a leaf by its key in the tree; what slot it is stays unknown."""
        self.tree.write(key, value.to_bytes(32, "big"))

    def slot(self, address: int, key: int) -> int | None:
        """Value of a slot; None if it has no leaf."""
        value = self.tree.value(Slot(address, key).flat_key())
        return None if value is None else int.from_bytes(value, "big")

    def set_account(
        self,
        address: int,
        *,
        balance: int = 0,
        nonce: int = 0,
        code: bytes = b"",
        deployed_empty: bool = False,
        old_code: bool = False,
        delegate: int | None = None,
        force: bool = False,
    ) -> None:
        """Write an account, with code of its own or that of a `delegate`.

        Without balance, nonce and code nothing is written unless `force`.
        """
        if delegate is not None:
            self.preimages.add(padded(delegation(delegate)))
            account = Account.delegating(balance, nonce, delegate)
        elif balance or nonce or code or deployed_empty or force:
            if code:
                self.preimages.add(padded(code) if old_code else stored_code(code))
            account = Account.make(
                balance, nonce, code, deployed=deployed_empty, old=old_code
            )
        else:
            return
        self.put_account(address, account)

    def put_account(self, address: int, account: Account) -> None:
        """Write the properties of an account and remember their encoding."""
        self._write(Slot(ACCOUNTS, address), self.preimages.add(account.encode()))

    def account(self, address: int) -> Account:
        """Properties of an account; those of an absent one if it has no leaf.

        KeyError if the encoding is unknown.
        """
        value = self.tree.value(Slot(ACCOUNTS, address).flat_key())
        if value is None or not any(value):
            return Account()
        encoding = self.preimages.get(value)
        if encoding is None:
            raise KeyError(f"no preimage for account {address:#042x}")
        return Account.decode(encoding)

    def code(self, address: int) -> bytes:
        """Code of an account; KeyError if its preimage is unknown."""
        account = self.account(address)
        if not account.bytecode_length:
            return b""
        code = self.preimages.get(account.bytecode_hash)
        if code is None:
            raise KeyError(f"no preimage for the code of account {address:#042x}")
        return code[: account.bytecode_length]

    def apply(
        self,
        diffs: Iterable[SlotDiff],
        preimages: Iterable[bytes],
        block_hash: int,
        timestamp: int,
    ) -> None:
        """Become the state after a block.

        `diffs` are the changed slots in cache order, which numbers new leaves.
        """
        for data in preimages:
            self.preimages.add(data)
        for diff in diffs:
            self._write(diff.slot, diff.current.to_bytes(32, "big"))
        self.block_hashes = (block_hash, *self.block_hashes[:-1])
        self.timestamp = timestamp

    def save(self, path: Path) -> None:
        """Write everything to a JSON file."""
        content = {
            "leaves": [_leaf_row(leaf, self.slots) for leaf in self.tree.leaves()[2:]],
            "preimages": [data.hex() for data in self.preimages],
            "block_hashes": [f"{value:064x}" for value in self.block_hashes],
            "timestamp": self.timestamp,
        }
        path.write_text(json.dumps(content, indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> "ChainState":
        """Read what `save` wrote."""
        content: dict[str, Any] = json.loads(path.read_text())
        state = cls()
        rows = [(bytes.fromhex(row["key"]), row) for row in content["leaves"]]
        state.tree = StateTree.from_leaves(
            (key, bytes.fromhex(row["value"])) for key, row in rows
        )
        for key, row in rows:
            if "slot" in row:
                address, slot = row["slot"]
                state._places.add(key, Slot(int(address, 16), int(slot, 16)).place())
        state.preimages = Preimages(bytes.fromhex(x) for x in content["preimages"])
        state.block_hashes = tuple(int(x, 16) for x in content["block_hashes"])
        state.timestamp = content["timestamp"]
        return state

    def _write(self, slot: Slot, value: bytes) -> None:
        place = slot.place()
        key = hash_bytes(place)
        self.tree.write(key, value)
        self._places.add_new(key, place)


def _leaf_row(leaf: Leaf, slots: Mapping[bytes, Slot]) -> dict[str, Any]:
    row: dict[str, Any] = {"key": leaf.key.hex(), "value": leaf.value.hex()}
    slot = slots.get(leaf.key)
    if slot is not None:
        row["slot"] = [f"{slot.address:x}", f"{slot.key:x}"]
    return row

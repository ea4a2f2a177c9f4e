"""Pubdata read back: what a block changed, from its bytes alone (state spec 3).

Flat keys hide addresses, so a reader needs to know what they stand for, and values
are differences, so it needs the state before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.host.accounts import Account, padded, stored_code
from zkos.host.commitments import L1LogLine
from zkos.host.preimages import Preimages
from zkos.host.signing import keccak256
from zkos.host.state import ChainState, Slot, SlotDiff
from zkos.host.tree import hash_bytes

FORMATS: Final = (1, 2)
"""With what is made of code, and without."""
_ACCOUNT: Final = 4
"""Lower three bits of the first byte of an account's difference."""
_FULL, _NONCE, _BALANCE, _BOTH, _HIDDEN = 0, 1, 2, 3, 4
"""Its other bits."""
_NOTHING, _ADD, _SUBTRACT, _TRANSFORM = 0, 1, 2, 3
"""Lower three bits of the first byte of a number's difference."""
_LIMIT: Final = 1 << 256
_STATUS_BITS: Final = 56
"""So many bits of the versioning lie below the status of an account."""
_DEPLOYED: Final = 1
_TIMESTAMP: Final = slice(33, 41)


class PubdataError(ValueError):
    """The bytes are not the pubdata of a block on this state."""


@dataclass(frozen=True, slots=True)
class Pubdata:
    """A block's pubdata, read."""

    block_hash: int
    timestamp: int
    diffs: tuple[SlotDiff, ...]
    """Changed slots in cache order; accounts by their hash under 0x8003."""
    accounts: tuple[tuple[int, Account, Account], ...]
    """Changed accounts with their properties before and after."""
    preimages: tuple[bytes, ...]
    """Account encodings, and code that is published."""
    logs: tuple[L1LogLine, ...]
    messages: tuple[bytes, ...]


def read_pubdata(
    data: bytes, before: ChainState, slots: Mapping[bytes, Slot]
) -> Pubdata:
    """What one block's pubdata says; `slots` names the flat keys the state does not.

    Raises PubdataError.
    """
    reader = _Reader(data)
    made = _read(reader, before, slots)
    if reader.left:
        raise PubdataError(f"{reader.left} bytes follow the pubdata")
    return made


def read_batch(
    data: bytes, before: ChainState, slots: Mapping[bytes, Slot]
) -> tuple[Pubdata, ...]:
    """What the pubdata of blocks on each other's state says. Raises PubdataError."""
    reader, state, blocks = _Reader(data), before, []
    while reader.left:
        block = _read(reader, state, slots)
        blocks.append(block)
        state = state.fork()
        state.apply(block.diffs, block.preimages, block.block_hash, block.timestamp)
    return tuple(blocks)


def timestamp_of(data: bytes) -> int:
    """When the block was made that begins this pubdata."""
    return int.from_bytes(data[_TIMESTAMP], "big")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._position

    def take(self, length: int) -> bytes:
        start, self._position = self._position, self._position + length
        if self._position > len(self._data):
            raise PubdataError("the pubdata ends early")
        return self._data[start : self._position]

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def difference(self, initial: int, first: int | None = None) -> int:
        """A number that was `initial`; `first` if its first byte is read already."""
        meta = self.number(1) if first is None else first
        kind, length = meta & 7, meta >> 3
        if length > 31 or (kind == _NOTHING and length):
            raise PubdataError(f"no number is encoded by {meta:#04x}")
        if kind == _NOTHING:
            return self.number(32)
        payload = self.number(length)
        if kind == _ADD:
            return (initial + payload) % _LIMIT
        if kind == _SUBTRACT:
            return (initial - payload) % _LIMIT
        if kind == _TRANSFORM:
            return payload
        raise PubdataError(f"no number is encoded by {meta:#04x}")


def _read(reader: _Reader, before: ChainState, slots: Mapping[bytes, Slot]) -> Pubdata:
    version = reader.number(1)
    if version not in FORMATS:
        known = " and ".join(map(str, FORMATS))
        raise PubdataError(f"pubdata of format {version}, only {known} are known")
    block_hash, timestamp = reader.number(32), reader.number(8)
    diffs: list[SlotDiff] = []
    accounts: list[tuple[int, Account, Account]] = []
    preimages: list[bytes] = []
    for _ in range(reader.number(4)):
        key = reader.take(32)
        slot = before.slots.get(key) or slots.get(key)
        if slot is None:
            raise PubdataError(f"nobody knows what slot has the key 0x{key.hex()}")
        first = reader.number(1)
        if slot.address != int(ACCOUNT_PROPERTIES):
            initial = before.slot(*slot) or 0
            diffs.append(SlotDiff(slot, reader.difference(initial, first)))
            continue
        old = before.account(slot.key)
        new, code = _account(reader, version, first, old, before.preimages)
        encoding = new.encode()
        preimages += [encoding] if code is None else [code, encoding]
        accounts.append((slot.key, old, new))
        digest = hash_bytes(encoding)
        diffs.append(SlotDiff(slot, int.from_bytes(digest, "big")))
    return Pubdata(
        block_hash,
        timestamp,
        tuple(diffs),
        tuple(accounts),
        tuple(preimages),
        tuple(_log(reader) for _ in range(reader.number(4))),
        tuple(reader.take(reader.number(4)) for _ in range(reader.number(4))),
    )


def _log(reader: _Reader) -> L1LogLine:
    head = reader.take(2)
    if head != b"\0\1":
        raise PubdataError("a log is not from a service of shard 0")
    numbers = (reader.number(size) for size in (2, 20, 32, 32))
    return L1LogLine(*numbers)


def _account(
    reader: _Reader, version: int, first: int, old: Account, known: Preimages
) -> tuple[Account, bytes | None]:
    """An account after the block, and its code if that is new."""
    if first & 7 != _ACCOUNT:
        raise PubdataError(f"no account is encoded by {first:#04x}")
    kind = first >> 3
    if kind in (_NONCE, _BALANCE, _BOTH):
        nonce, balance = old.nonce, old.balance
        if kind != _BALANCE:
            nonce = reader.difference(nonce)
        if kind != _NONCE:
            balance = reader.difference(balance)
        return old._replace(nonce=nonce, balance=balance), None
    if kind not in (_FULL, _HIDDEN):
        raise PubdataError(f"no account is encoded by {first:#04x}")
    versioning = reader.number(8)
    nonce, balance = reader.difference(old.nonce), reader.difference(old.balance)
    if kind == _HIDDEN:
        return _forced(reader, versioning, nonce, balance, known)
    length = reader.number(4)
    if version == 1:
        artifacts = reader.number(4)
        stored = reader.take(length + -length % 8 + artifacts)
    else:
        code = reader.take(length)
        deployed = versioning >> _STATUS_BITS == _DEPLOYED
        stored = stored_code(code) if deployed else padded(code)
        artifacts = len(stored) - len(padded(code))
    observable = reader.number(4)
    made = Account(
        versioning=versioning,
        nonce=nonce,
        balance=balance,
        bytecode_hash=hash_bytes(stored) if versioning else bytes(32),
        bytecode_length=length,
        artifacts_length=artifacts,
        observable_hash=keccak256(stored[:length]) if versioning else bytes(32),
        observable_length=observable,
    )
    return made, stored


def _forced(
    reader: _Reader, versioning: int, nonce: int, balance: int, known: Preimages
) -> tuple[Account, bytes]:
    """Of a forced deployment only the hash is published: its code is known before.

    That the deployment told the right keccak-256 is taken for granted.
    """
    digest, observable = reader.take(32), reader.number(4)
    for item in known:
        code = item[:observable]
        stored = stored_code(code)
        if hash_bytes(stored) == digest:
            break
    else:
        raise PubdataError(f"no code is known for the hash 0x{digest.hex()}")
    made = Account(
        versioning=versioning,
        nonce=nonce,
        balance=balance,
        bytecode_hash=digest,
        bytecode_length=len(code),
        artifacts_length=len(stored) - len(padded(code)),
        observable_hash=keccak256(code),
        observable_length=observable,
    )
    return made, stored

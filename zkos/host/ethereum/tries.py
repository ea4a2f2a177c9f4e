"""Tries of a state that is known in full, and the witness of all of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from trie.hexary import HexaryTrie

from zkos.host.rlp import Encodable, encode
from zkos.host.signing import keccak256

EMPTY_CODE: Final = keccak256(b"")


@dataclass(frozen=True)
class FullAccount:
    """An account with its code and all its slots."""

    nonce: int = 0
    balance: int = 0
    code: bytes = b""
    storage: Mapping[int, int] | None = None


@dataclass(frozen=True)
class FullState:
    """The root of a state, and all nodes and codes behind it."""

    root: bytes
    nodes: tuple[bytes, ...]
    codes: tuple[bytes, ...]


def build_state(accounts: Mapping[int, FullAccount]) -> FullState:
    """The tries of accounts by address. Slots that are 0 are left out."""
    nodes: dict[bytes, bytes] = {}
    codes = {account.code for account in accounts.values() if account.code}
    state = HexaryTrie(nodes, prune=False)
    for address, account in accounts.items():
        storage = HexaryTrie(nodes, prune=False)
        for key, value in (account.storage or {}).items():
            if value:
                storage[keccak256(key.to_bytes(32, "big"))] = encode(value)
        code_hash = keccak256(account.code)
        leaf: list[Encodable] = [
            account.nonce,
            account.balance,
            storage.root_hash,
            code_hash,
        ]
        state[keccak256(address.to_bytes(20, "big"))] = encode(leaf)
    return FullState(state.root_hash, tuple(nodes.values()), tuple(sorted(codes)))


def list_root(items: Iterable[bytes]) -> bytes:
    """The root of an ordered list, as of transactions."""
    trie = HexaryTrie({}, prune=False)
    for index, item in enumerate(items):
        trie[encode(index)] = item
    root: bytes = trie.root_hash
    return root

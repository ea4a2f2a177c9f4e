"""Tries of a state that is known in full, and the witness of all of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from zkos.host.ethereum.lookup import EMPTY_ROOT
from zkos.host.rlp import Encodable, encode
from zkos.host.signing import keccak256

EMPTY_CODE: Final = keccak256(b"")
_DIGITS: Final = "0123456789abcdef"
_HASH_BYTES: Final = 32
_LIST: Final = 0xC0
_SHORT: Final = 55
"""The longest payload whose length is in the first byte."""


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
    leaves: dict[bytes, bytes] = {}
    for address, account in accounts.items():
        slots = {
            keccak256(key.to_bytes(32, "big")): encode(value)
            for key, value in (account.storage or {}).items()
            if value
        }
        leaf: list[Encodable] = [
            account.nonce,
            account.balance,
            build_trie(slots, nodes),
            keccak256(account.code),
        ]
        leaves[keccak256(address.to_bytes(20, "big"))] = encode(leaf)
    root = build_trie(leaves, nodes)
    return FullState(root, tuple(nodes.values()), tuple(sorted(codes)))


def list_root(items: Iterable[bytes]) -> bytes:
    """The root of an ordered list, as of transactions."""
    return build_trie({encode(index): item for index, item in enumerate(items)}, {})


def build_trie(items: Mapping[bytes, bytes], nodes: dict[bytes, bytes]) -> bytes:
    """The root of a trie of values that are not empty; puts its nodes into `nodes`.

    That of no values has none.
    """
    if not items:
        return EMPTY_ROOT
    paths = sorted((key.hex(), value) for key, value in items.items())
    encoding = _node(paths, 0, nodes)
    root = keccak256(encoding)
    nodes[root] = encoding
    return root


def _node(
    paths: list[tuple[str, bytes]], depth: int, nodes: dict[bytes, bytes]
) -> bytes:
    """The encoding of a node, of keys that agree up to a depth and are sorted."""
    first, value = paths[0]
    if len(paths) == 1:
        return encode([_packed(first[depth:], leaf=True), value])
    last = paths[-1][0]
    shared = depth
    while shared < len(first) and first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        below = _reference(_node(paths, shared, nodes), nodes)
        return _encoded_list((encode(_packed(first[depth:shared], leaf=False)), below))
    here = b""
    if len(first) == depth:
        here, paths = value, paths[1:]
    groups: dict[str, list[tuple[str, bytes]]] = {}
    for item in paths:
        groups.setdefault(item[0][depth], []).append(item)
    parts = [
        _reference(_node(groups[nibble], depth + 1, nodes), nodes)
        if nibble in groups
        else b"\x80"
        for nibble in _DIGITS
    ]
    return _encoded_list((*parts, encode(here)))


def _reference(encoding: bytes, nodes: dict[bytes, bytes]) -> bytes:
    """How a node is named in the one above: short ones are in it."""
    if len(encoding) < _HASH_BYTES:
        return encoding
    digest = keccak256(encoding)
    nodes[digest] = encoding
    return encode(digest)


def _packed(path: str, *, leaf: bool) -> bytes:
    """The nibbles of a leaf or an extension, with what says which it is."""
    kind = 2 if leaf else 0
    if len(path) % 2:
        return bytes.fromhex(f"{kind + 1}{path}")
    return bytes.fromhex(f"{kind}0{path}")


def _encoded_list(items: Iterable[bytes]) -> bytes:
    """The list of items that are encoded already."""
    payload = b"".join(items)
    if len(payload) <= _SHORT:
        return bytes([_LIST + len(payload)]) + payload
    digits = len(payload).to_bytes((len(payload).bit_length() + 7) // 8, "big")
    return bytes([_LIST + _SHORT + len(digits)]) + digits + payload

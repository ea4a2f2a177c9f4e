"""Looking up accounts and slots in the nodes of a witness.

What the witness does not reach is taken for absent: the guest proves all it relies on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from zkos.host.rlp import Item, decode
from zkos.host.signing import keccak256

EMPTY_ROOT: Final = bytes.fromhex(
    "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
)
NO_HASH: Final = bytes(32)
_HASH_BYTES: Final = 32
_BRANCH_ITEMS: Final = 17


@dataclass(frozen=True, slots=True)
class AccountLeaf:
    """An account as the state trie has it; the default is one that is not there."""

    nonce: int = 0
    balance: int = 0
    storage_root: bytes = EMPTY_ROOT
    code_hash: bytes = NO_HASH


class Lookup:
    """The state with a root, as far as nodes tell it."""

    def __init__(self, nodes: Mapping[bytes, bytes], root: bytes) -> None:
        self._nodes = nodes
        self._root = root

    def account(self, address: bytes) -> AccountLeaf:
        """The account at an address of 20 bytes."""
        leaf = self._find(self._root, keccak256(address))
        if leaf is None:
            return AccountLeaf()
        nonce, balance, storage_root, code_hash = cast(list[bytes], decode(leaf))
        return AccountLeaf(
            int.from_bytes(nonce, "big"),
            int.from_bytes(balance, "big"),
            storage_root,
            code_hash,
        )

    def slot(self, address: bytes, key: bytes) -> int:
        """The value of a slot, 0 if there is none."""
        leaf = self._find(self.account(address).storage_root, keccak256(key))
        return 0 if leaf is None else int.from_bytes(cast(bytes, decode(leaf)), "big")

    def _find(self, root: bytes, key: bytes) -> bytes | None:
        """The value of a key; None without one, or if a node is missing."""
        path = [nibble for byte in key for nibble in divmod(byte, 16)]
        node: Item | None = root
        while True:
            if isinstance(node, bytes):
                encoding = self._nodes.get(node)
                if encoding is None:
                    return None
                node = decode(encoding)
            if not node:
                return None  # the trie of nothing, which some witnesses list
            if len(node) == _BRANCH_ITEMS:
                node = cast(Item, node[path.pop(0)])
                if not node:
                    return None
                continue
            packed = cast(bytes, node[0])
            part = [nibble for byte in packed for nibble in divmod(byte, 16)]
            part = part[1:] if part[0] & 1 else part[2:]
            if path[: len(part)] != part:
                return None
            path = path[len(part) :]
            if packed[0] & 0x20:
                return cast(bytes, node[1])
            node = cast(Item, node[1])

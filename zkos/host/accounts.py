"""Accounts as they lie in the state: 124 bytes behind a hash, and their code.

State spec 1. Code is stored with padding and a map of its jump destinations.
"""

import struct
from typing import Final, NamedTuple, Self

from zkos.host.signing import keccak256
from zkos.host.tree import hash_bytes

DEPLOYED_EVM: Final = 0x0101010000000000
"""Versioning of a deployed EVM contract: status 1, environment 1, code version 1."""
DEPLOYED_OLD: Final = 0x0101000000000000
"""Code version 0: stored without a jump map."""
DELEGATED: Final = 0x0201010000000000
"""An account that runs another's code (EIP-7702)."""
ENCODED_BYTES: Final = 124
DELEGATION_PREFIX: Final = b"\xef\x01\x00"
DELEGATION_BYTES: Final = 23
"""Of the prefix and an address."""
_LAYOUT: Final = struct.Struct(">QQ32s32sII32sI")
_PUSH1: Final = 0x60
_PUSH32: Final = 0x7F
_JUMPDEST: Final = 0x5B
_WORD: Final = 8
"""Bytes that code is padded to, and of the jump map for 64 bytes of code."""


class Account(NamedTuple):
    """The properties of an account; the defaults are those of an absent one."""

    versioning: int = 0
    nonce: int = 0
    balance: int = 0
    """Wei."""
    bytecode_hash: bytes = bytes(32)
    bytecode_length: int = 0
    """Without padding and jump map."""
    artifacts_length: int = 0
    """Bytes of the jump map."""
    observable_hash: bytes = bytes(32)
    """Keccak-256 of the code."""
    observable_length: int = 0

    @classmethod
    def make(
        cls,
        balance: int = 0,
        nonce: int = 0,
        code: bytes = b"",
        *,
        deployed: bool,
        old: bool = False,
    ) -> Self:
        """An account with EVM code; `deployed` matters for empty code.

        `old` code has version 0: no jump map.
        """
        if not code and not deployed:
            return cls(nonce=nonce, balance=balance)
        stored = padded(code) if old else stored_code(code)
        return cls(
            versioning=DEPLOYED_OLD if old else DEPLOYED_EVM,
            nonce=nonce,
            balance=balance,
            bytecode_hash=hash_bytes(stored),
            bytecode_length=len(code),
            artifacts_length=len(stored) - len(padded(code)),
            observable_hash=keccak256(code),
            observable_length=len(code),
        )

    @classmethod
    def delegating(cls, balance: int, nonce: int, delegate: int) -> Self:
        """An account that runs the code of `delegate`."""
        code = delegation(delegate)
        return cls(
            versioning=DELEGATED,
            nonce=nonce,
            balance=balance,
            bytecode_hash=hash_bytes(padded(code)),
            bytecode_length=len(code),
            observable_hash=keccak256(code),
            observable_length=len(code),
        )

    @property
    def stored_length(self) -> int:
        """Bytes of the preimage of `bytecode_hash`."""
        return (
            self.bytecode_length + -self.bytecode_length % _WORD + self.artifacts_length
        )

    def encode(self) -> bytes:
        """The 124 bytes that are hashed."""
        return _LAYOUT.pack(
            self.versioning,
            self.nonce,
            self.balance.to_bytes(32, "big"),
            self.bytecode_hash,
            self.bytecode_length,
            self.artifacts_length,
            self.observable_hash,
            self.observable_length,
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The account with this encoding. struct.error unless it has 124 bytes."""
        fields = _LAYOUT.unpack(data)
        return cls(fields[0], fields[1], int.from_bytes(fields[2], "big"), *fields[3:])


def padded(code: bytes) -> bytes:
    """Code and zeros to a multiple of eight bytes."""
    return code + bytes(-len(code) % _WORD)


def jump_map(code: bytes) -> bytes:
    """A bit for each byte of code: set for a JUMPDEST that is no push data."""
    bits = bytearray(_WORD * -(-len(code) // (8 * _WORD)))
    position = 0
    while position < len(code):
        opcode = code[position]
        if opcode == _JUMPDEST:
            bits[position // 8] |= 1 << position % 8
        elif _PUSH1 <= opcode <= _PUSH32:
            position += opcode - _PUSH1 + 1
        position += 1
    return bytes(bits)


def stored_code(code: bytes) -> bytes:
    """What the bytecode hash of a contract is of: code, padding, jump map."""
    return padded(code) + jump_map(code)


def delegation(delegate: int) -> bytes:
    """The 23 bytes that stand for another's code."""
    return DELEGATION_PREFIX + delegate.to_bytes(20, "big")


def delegate_of(code: bytes) -> int | None:
    """Whose code an account runs with this code of its own (EIP-7702), or None."""
    if len(code) != DELEGATION_BYTES or not code.startswith(DELEGATION_PREFIX):
        return None
    return int.from_bytes(code[len(DELEGATION_PREFIX) :], "big")

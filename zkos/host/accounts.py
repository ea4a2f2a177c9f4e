"""Accounts as they lie in the state: 124 bytes behind a hash (system spec 3.3)."""

import struct
from typing import Final, NamedTuple, Self

from Crypto.Hash import keccak

from zkos.host.tree import hash_bytes

DEPLOYED_EVM: Final = 0x0101010000000000
"""Versioning of a deployed EVM contract: status 1, environment 1, code version 1."""
ENCODED_BYTES: Final = 124
_LAYOUT: Final = struct.Struct(">QQ32s32sII32sI")


def keccak_bytes(data: bytes) -> bytes:
    """Keccak-256."""
    return keccak.new(data=data, digest_bits=256).digest()


class Account(NamedTuple):
    """The properties of an account; the defaults are those of an absent one."""

    versioning: int = 0
    nonce: int = 0
    balance: int = 0
    """Wei."""
    bytecode_hash: bytes = bytes(32)
    bytecode_length: int = 0
    artifacts_length: int = 0
    observable_hash: bytes = bytes(32)
    observable_length: int = 0

    @classmethod
    def make(
        cls, balance: int = 0, nonce: int = 0, code: bytes = b"", *, deployed: bool
    ) -> Self:
        """An account with plain EVM code; `deployed` matters for empty code."""
        if not code and not deployed:
            return cls(nonce=nonce, balance=balance)
        return cls(
            versioning=DEPLOYED_EVM,
            nonce=nonce,
            balance=balance,
            bytecode_hash=hash_bytes(code),
            bytecode_length=len(code),
            observable_hash=keccak_bytes(code),
            observable_length=len(code),
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

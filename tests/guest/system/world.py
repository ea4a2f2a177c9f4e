"""A scripted host for guests under CPython: slots, preimages, one block's metadata.

Written from the oracle specification alone; it shares no code with the guest. A batch
asks for the number of its blocks in a way of its own: that is not here.
"""

import hashlib
from collections.abc import Sequence

from zkos.lang.trap import Trap

DISCONNECT, PREIMAGE, SLOT = 0x40000000, 0x4002F000, 0x40030000
MODEXP_ADVICE, BLOB_ADVICE = 0x40050010, 0x40050020
SIZE, CONTENT, ENCODING, SENDER = 0x40060000, 0x40060001, 0x40060002, 0x40060003
METADATA, PROOF_DATA, DA_SCHEME = 0x40070000, 0x40070001, 0x40070002
ACCOUNTS = 0x8003


def b2s(data: bytes) -> bytes:
    return hashlib.blake2s(data).digest()


def packed(data: bytes) -> list[int]:
    padded = data + bytes(-len(data) % 8)
    return [
        int.from_bytes(padded[i : i + 4], "little") for i in range(0, len(padded), 4)
    ]


def number(value: int, words: int) -> list[int]:
    return packed(value.to_bytes(4 * words, "little"))


def padded(code: bytes) -> bytes:
    return code + bytes(-len(code) % 8)


def jump_map(code: bytes) -> bytes:
    """Bits of the JUMPDESTs outside the data of PUSHes, lowest first (state spec 1)."""
    bits, position = 0, 0
    while position < len(code):
        opcode = code[position]
        bits |= (opcode == 0x5B) << position
        position += 1 + (opcode - 0x5F if 0x60 <= opcode <= 0x7F else 0)
    return bits.to_bytes(8 * -(-len(code) // 64), "little")


def stored(code: bytes) -> bytes:
    return padded(code) + jump_map(code)


def encode_account(
    *,
    versioning: int = 0,
    nonce: int = 0,
    balance: int = 0,
    code: bytes = b"",
    artifacts: bytes | None = None,
    observable: bytes = bytes(32),
) -> bytes:
    """The record of an account; its code is stored with a jump map by default."""
    artifacts = jump_map(code) if artifacts is None else artifacts
    digest = b2s(padded(code) + artifacts) if code else bytes(32)
    return b"".join(
        [
            versioning.to_bytes(8, "big"),
            nonce.to_bytes(8, "big"),
            balance.to_bytes(32, "big"),
            digest,
            len(code).to_bytes(4, "big"),
            len(artifacts).to_bytes(4, "big"),
            observable,
            len(code).to_bytes(4, "big"),
        ]
    )


class World:
    """An engine whose oracle answers from dictionaries."""

    def __init__(self, options: int = 0) -> None:
        self.options = options
        self.slots: dict[tuple[int, int], int] = {}
        self.preimages: dict[bytes, bytes] = {}
        self.metadata = number(0, 2096)
        self.da_scheme = 3
        self.answers: dict[int, list[int]] = {}
        """Whole answers, length word first, instead of the honest ones."""
        self.queries: list[int] = []
        self.parameters: list[int] = []
        """Of the last query."""
        self.outgoing: list[int] = []
        self.incoming: list[int] = []

    def add_account(self, address: int, encoded: bytes, code: bytes = b"") -> None:
        """Put a record into the tree; `code` is what is stored."""
        digest = b2s(encoded)
        self.preimages[digest] = encoded
        self.preimages[b2s(code)] = code
        self.slots[ACCOUNTS, address] = int.from_bytes(digest, "big")

    def option(self, index: int) -> int:
        assert index == 0
        return self.options

    def read(self) -> int:
        if not self.incoming:
            raise Trap("read of nothing")
        return self.incoming.pop(0)

    def write(self, word: int) -> None:
        self.outgoing.append(word)
        if len(self.outgoing) < 2 or len(self.outgoing) < 2 + self.outgoing[1]:
            return
        query, _, *parameters = self.outgoing
        self.outgoing, self.parameters = [], parameters
        self.queries.append(query)
        if query in self.answers:
            self.incoming = list(self.answers[query])
        else:
            answer = self.answer(query, parameters)
            self.incoming = [len(answer), *answer]

    def answer(self, query: int, parameters: Sequence[int]) -> list[int]:
        data = b"".join(word.to_bytes(4, "little") for word in parameters)
        if query == SLOT:
            assert len(data) == 56
            address = int.from_bytes(data[:24], "little")
            value = self.slots.get((address, int.from_bytes(data[24:], "big")))
            is_new = value is None
            return number(int(is_new), 2) + packed((value or 0).to_bytes(32, "big"))
        if query == PREIMAGE:
            return packed(self.preimages[data])
        if query == METADATA:
            return self.metadata
        if query == DA_SCHEME:
            return number(self.da_scheme, 2)
        raise AssertionError(f"query {query}")

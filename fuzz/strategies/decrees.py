"""Deployments by decree: calldata of the deployer, for code that every case knows.

The hash is that of the plain code, which the host is asked for. With a hash of no known
code, or a length that is not the code's, there is nothing true to answer and no block:
only governance can do so, and it is not generated.
"""

from typing import Final

from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source
from zkos.host.signing import keccak256
from zkos.host.tree import hash_bytes

DEPLOYER: Final = 0x8006
SET_BYTECODE_DETAILS: Final = bytes.fromhex("f6eca0b0")
ACCOUNT_PROPERTIES: Final = 0x8003
MAX_CODE_BYTES: Final = 24576
CODES: Final = (
    bytes.fromhex("5f355f5500"),
    bytes.fromhex("60016000f3"),
    bytes.fromhex("43600155425f5260205ff3"),
)
"""Store a word of calldata; return a zero; store the number and return the time."""


def deployer_input(source: Source, target: int) -> bytes:
    """Calldata that puts code at an address; some is refused."""
    code = source.choose(CODES)
    digest = hash_bytes(code)
    if source.chance(20):
        # None at all, which leaves room for another.
        code, digest = b"", bytes(32)
    if target == ACCOUNT_PROPERTIES:
        # Code there would write accounts as if they were its slots.
        target = DEPLOYER
    size = len(code)
    if source.chance(10):
        size = source.choose((MAX_CODE_BYTES + 1, 1 << 32, (1 << 255) + word(source)))
    if source.chance(5):
        target |= 1 << 160
    words = (
        target.to_bytes(32, "big"),
        digest,
        (size % (1 << 256)).to_bytes(32, "big"),
        keccak256(code) if source.chance(80) else word(source).to_bytes(32, "big"),
    )
    content = SET_BYTECODE_DETAILS + b"".join(words)
    if source.chance(5):
        return content[: -source.choose((1, 4, 5, 32, source.integer(1, len(content))))]
    return content

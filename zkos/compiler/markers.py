"""Marker functions: calls the linker overwrites with machine-only instructions.

LLVM has no words for the machine's CSR instructions here, so the compiler calls an
undefined function by one of these names and the pair `auipc; jalr` becomes two other
instructions. The operands sit where the calling convention puts them: a0, a1, a2.
"""

from dataclasses import dataclass
from typing import Final

from zkos.compiler.assembler import A0, A2, RA, ZERO, encode
from zkos.compiler.objects import LinkError

PREFIX: Final = "__csr_"
MASKED_PREFIX: Final = "__csr_u256_m"

CSR_ORACLE: Final = 0x7C0
CSR_BLAKE2S: Final = 0x7C7
CSR_U256: Final = 0x7CA
CSR_KECCAK: Final = 0x7CB
CSR_ABORT: Final = 0xC00

NOP: Final = encode("addi", ZERO, ZERO, 0)
RETURN: Final = encode("jalr", ZERO, RA, 0)
JUMP_TO_ITSELF: Final = encode("jal", ZERO, 0)


@dataclass(frozen=True)
class Marker:
    """The two instructions that replace a call, and those for a call at the end."""

    first: int
    second: int
    tail: int | None
    """Second word where the call was a tail call; None if that cannot be done."""


MARKERS: Final = {
    # i32 (): a word from the host
    "__csr_read": Marker(encode("csrrw", A0, CSR_ORACLE, ZERO), NOP, RETURN),
    # void (i32): a word to the host
    "__csr_write": Marker(encode("csrrw", ZERO, CSR_ORACLE, A0), NOP, RETURN),
    # void (state, message, round mask, control): one round, registers unchanged
    "__csr_blake2s": Marker(encode("csrrw", ZERO, CSR_BLAKE2S, ZERO), NOP, RETURN),
    # i32 (a, b, mask): the flag
    "__csr_u256": Marker(
        encode("csrrw", ZERO, CSR_U256, ZERO), encode("addi", A0, A2, 0), None
    ),
    # i32 (step, lanes): one step or two, the number of the next
    "__csr_keccak": Marker(encode("csrrw", ZERO, CSR_KECCAK, ZERO), NOP, RETURN),
    "__csr_keccak_two": Marker(
        encode("csrrw", ZERO, CSR_KECCAK, ZERO),
        encode("csrrw", ZERO, CSR_KECCAK, ZERO),
        None,
    ),
    # noreturn void ()
    "__csr_abort": Marker(
        encode("csrrw", ZERO, CSR_ABORT, ZERO), JUMP_TO_ITSELF, JUMP_TO_ITSELF
    ),
}


def find_marker(name: str) -> Marker | None:
    """The marker of that name, None for ordinary functions. Raises `LinkError`.

    `__csr_u256_m<mask>`: void (a, b, mask), all registers kept: a2 gets the mask
    back, so that the caller may treat the call as preserving it.
    """
    if not name.startswith(PREFIX):
        return None
    if name in MARKERS:
        return MARKERS[name]
    digits = name.removeprefix(MASKED_PREFIX)
    if name.startswith(MASKED_PREFIX) and digits.isdecimal() and int(digits) < 256:
        return Marker(
            encode("csrrw", ZERO, CSR_U256, ZERO),
            encode("addi", A2, ZERO, int(digits)),
            None,
        )
    raise LinkError(f"unknown marker function {name}")

"""Advice about what lies in the guest's memory (oracle spec 1.4).

The guest sends addresses. `pointed` replaces them by what lies there, when it asks:
so answers, tapes and comparisons know nothing of an engine's memory.
"""

import struct
from typing import Final

from zkos.guest.protocol.queries import QUERY_BLOB_ADVICE, QUERY_MODEXP_ADVICE
from zkos.host.kzg import open_blob
from zkos.host.signing import SECP256K1_ORDER
from zkos.lang.places import Memory

MODEXP: Final = int(QUERY_MODEXP_ADVICE)
BLOB: Final = int(QUERY_BLOB_ADVICE)
FIELD: Final = 0x4005_0011
"""Roots and inverses that signatures need; asked by images of others alone."""
POINTING: Final = (MODEXP, BLOB, FIELD)
"""Queries whose parameters are addresses."""
_WORD: Final = 4
_DIGIT: Final = 32
"""Bytes of a digit of a number to divide."""
_OPERATION: Final = struct.Struct("<7I")
_REDUCTION: Final = 0
_MODEXP_PARAMETERS: Final = struct.Struct("<2I")
_FIELD_OPERATION: Final = struct.Struct("<3I")
_FIELD_WORDS: Final = 8
_BLOB_PARAMETERS: Final = struct.Struct("<2Q")


SECP256K1_PRIME: Final = (1 << 256) - (1 << 32) - 977
_ROOT: Final = 0
_MODULI: Final = {1: SECP256K1_PRIME, 2: SECP256K1_ORDER}
"""Of inverses, by the number of the operation."""


class AdviceError(ValueError):
    """The guest asks for advice in a way that has no answer."""


def pointed(query: int, parameters: bytes, memory: Memory) -> bytes:
    """What a query of `POINTING` is about.

    The data of a blob; the number to divide and the divisor, each after its length in
    bytes; or an operation on a field and its operand. Raises AdviceError.
    """
    try:
        if query == BLOB:
            address, length = _BLOB_PARAMETERS.unpack(parameters)
            return bytes(memory(address, length))
        address, _ = _MODEXP_PARAMETERS.unpack(parameters)
        if query == FIELD:
            kind, place, words = _FIELD_OPERATION.unpack(
                memory(address, _FIELD_OPERATION.size)
            )
            if words != _FIELD_WORDS:
                raise AdviceError(f"no advice for a number of {words} words")
            return int(kind).to_bytes(_WORD, "little") + bytes(memory(place, _DIGIT))
        operation = _OPERATION.unpack(memory(address, _OPERATION.size))
        kind, number, number_digits, _, _, divisor, divisor_digits = operation
        if kind != _REDUCTION:
            raise AdviceError(f"no advice for operation {kind} on long numbers")
        return _pair(
            memory(number, _DIGIT * number_digits),
            memory(divisor, _DIGIT * divisor_digits),
        )
    except (ValueError, struct.error) as error:
        raise AdviceError(f"advice: {error}") from error


def advise(query: int, about: bytes) -> bytes:
    """The answer to a query of `POINTING`, without its length word.

    Raises AdviceError.
    """
    if query == BLOB:
        try:
            opening = open_blob(about)
        except ValueError as error:
            raise AdviceError(f"advice: {error}") from error
        return opening.commitment + opening.proof
    if query == FIELD:
        return _advise_field(int.from_bytes(about[:_WORD], "little"), about[_WORD:])
    number, divisor = split_pair(about)
    if divisor == 0:
        raise AdviceError("advice: a division by zero")
    quotient, rest = (_significant(part) for part in divmod(number, divisor))
    lengths = struct.pack("<2I", len(quotient) // _WORD, len(rest) // _WORD)
    return lengths + quotient + rest


def _advise_field(kind: int, operand: bytes) -> bytes:
    """A square root or an inverse for secp256k1, big endian; raises AdviceError.

    Of a number without a root that of its negative, and a flag that says so.
    """
    number = int.from_bytes(operand, "big")
    if kind == _ROOT:
        prime = SECP256K1_PRIME
        root = pow(number, (prime + 1) // 4, prime)
        is_negated = root * root % prime != number % prime
        return root.to_bytes(_DIGIT, "big") + is_negated.to_bytes(8, "little")
    modulus = _MODULI.get(kind)
    if modulus is None:
        raise AdviceError(f"no advice for operation {kind} on a field")
    if number % modulus == 0:
        raise AdviceError("advice: zero has no inverse")
    return pow(number, -1, modulus).to_bytes(_DIGIT, "big")


def split_pair(about: bytes) -> tuple[int, int]:
    """The number to divide and the divisor."""
    length = int.from_bytes(about[:_WORD], "little")
    number, rest = about[_WORD : _WORD + length], about[_WORD + length :]
    return int.from_bytes(number, "little"), int.from_bytes(rest[_WORD:], "little")


def _pair(number: bytes, divisor: bytes) -> bytes:
    parts = (len(part).to_bytes(_WORD, "little") + part for part in (number, divisor))
    return b"".join(parts)


def _significant(number: int) -> bytes:
    """Its 64-bit words but for zeros at the top, least significant first."""
    words = (number.bit_length() + 63) // 64
    return number.to_bytes(8 * words, "little")

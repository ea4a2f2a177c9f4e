"""Advice about what lies in the guest's memory (oracle spec 1.4).

The guest sends addresses. `pointed` replaces them by what lies there, when it asks:
so answers, tapes and comparisons know nothing of an engine's memory.
"""

import struct
from typing import Final

from zkos.guest.protocol.queries import QUERY_BLOB_ADVICE, QUERY_MODEXP_ADVICE
from zkos.host.kzg import open_blob
from zkos.lang.places import Memory

MODEXP: Final = int(QUERY_MODEXP_ADVICE)
BLOB: Final = int(QUERY_BLOB_ADVICE)
POINTING: Final = (MODEXP, BLOB)
"""Queries whose parameters are addresses."""
_WORD: Final = 4
_DIGIT: Final = 32
"""Bytes of a digit of a number to divide."""
_OPERATION: Final = struct.Struct("<7I")
_REDUCTION: Final = 0
_MODEXP_PARAMETERS: Final = struct.Struct("<2I")
_BLOB_PARAMETERS: Final = struct.Struct("<2Q")


class AdviceError(ValueError):
    """The guest asks for advice in a way that has no answer."""


def pointed(query: int, parameters: bytes, memory: Memory) -> bytes:
    """What a query of `POINTING` is about.

    The data of a blob, or the number to divide and the divisor, each after its length
    in bytes. Raises AdviceError.
    """
    try:
        if query == BLOB:
            address, length = _BLOB_PARAMETERS.unpack(parameters)
            return memory(address, length)
        address, _ = _MODEXP_PARAMETERS.unpack(parameters)
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
    number, divisor = split_pair(about)
    if divisor == 0:
        raise AdviceError("advice: a division by zero")
    quotient, rest = (_significant(part) for part in divmod(number, divisor))
    lengths = struct.pack("<2I", len(quotient) // _WORD, len(rest) // _WORD)
    return lengths + quotient + rest


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

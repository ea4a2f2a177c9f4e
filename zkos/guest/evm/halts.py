"""Exceptional halts: each ends its frame, takes all ergs and rolls back (EVM spec 1).

Running out of ergs in a charge is `system.errors.OutOfErgs` and has the same effect.
"""


class Halt(Exception):
    """Any exceptional halt."""


class StackUnderflow(Halt):
    """An operand was taken from a stack that did not hold it."""


class StackOverflow(Halt):
    """A word was pushed on a full stack."""


class InvalidOpcode(Halt):
    """INVALID or an unassigned opcode."""


class InvalidJump(Halt):
    """A jump to what is not a jump destination."""


class StaticViolation(Halt):
    """A state change was attempted in a static context (EIP-214)."""


class OperandTooLarge(Halt):
    """An offset, length or destination does not fit in 32 bits."""


class OutOfMemory(Halt):
    """Memory would exceed 2**32 - 32 bytes, or the heap shared by all frames."""


class ReturnDataOutOfBounds(Halt):
    """RETURNDATACOPY beyond the return data (EIP-211)."""


class StipendReserved(Halt):
    """SSTORE with no more gas left than the call stipend (EIP-2200)."""


class InitcodeTooLong(Halt):
    """CREATE or CREATE2 with more than 49152 bytes of initcode (EIP-3860)."""

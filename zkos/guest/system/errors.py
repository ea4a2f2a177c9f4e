"""Errors that cross component borders, each with the scope it ends."""


class SystemFault(Exception):
    """Whatever the system may answer instead of a result."""


class OutOfErgs(SystemFault):
    """Ergs ran out: the frame halts (the caller's frame, for call charges)."""


class OutOfNative(SystemFault):
    """Native ran out: unwinds the whole transaction; priority over `OutOfErgs`."""


class OutOfReturnMemory(SystemFault):
    """Return data of one interaction exceeds 2**28 bytes: unwinds as `OutOfNative`."""


class Fatal(SystemFault):
    """An internal error: the block cannot continue upstream (bootloader spec 11)."""


class InsufficientBalance(SystemFault):
    """A balance update would go below zero or above 2**256 - 1."""


class NonceOverflow(SystemFault):
    """A nonce would exceed 2**64 - 1."""

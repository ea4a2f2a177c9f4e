"""The hooks: numbered, with the address, the group and the handler of each.

A seam: instances have different ones. What is not in the table is an ordinary account.
"""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.lang.control import DispatchTable
from zkos.lang.ints import U8, U32

HOOK_COUNT: Final[U32]
ADDRESSES: Final[tuple[U32, ...]]
"""By number; every address of a hook fits 32 bits."""
GROUPS: Final[tuple[U8, ...]]
"""By number, in the sense of `hooks.groups`."""
HANDLERS: Final[DispatchTable[HookCall]]

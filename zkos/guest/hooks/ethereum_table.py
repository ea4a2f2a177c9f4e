"""The hooks of the Ethereum instance: its precompiles."""

from typing import Final

from zkos.guest.hooks.call import HookCall
from zkos.guest.hooks.groups import ALWAYS
from zkos.guest.hooks.hashes import identity
from zkos.guest.protocol.addresses import IDENTITY
from zkos.lang.control import DispatchTable
from zkos.lang.ints import U32

HOOKS: Final = ((IDENTITY, identity),)
HOOK_COUNT: Final = U32(len(HOOKS))
ADDRESSES: Final = tuple(U32(int(row[0])) for row in HOOKS)
GROUPS: Final = tuple(ALWAYS for _ in HOOKS)


def unknown(call: HookCall) -> None:
    """Stands for numbers without a row, which nobody asks for."""
    call.halt()


HANDLERS: Final[DispatchTable[HookCall]] = DispatchTable(
    tuple((number, row[1], ()) for number, row in enumerate(HOOKS)), unknown
)

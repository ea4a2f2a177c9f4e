"""The shipped images at hand, and our OS with their limits.

Some images at hand were built with larger limits of code than the release has. What an
image has is found out by asking it: it creates a contract beyond the limit, or not.
"""

import os
from functools import cache
from pathlib import Path
from typing import Final

from differential.runners import image, native
from differential.runners.base import state_of_case
from fuzz.coverage.lines import counting
from fuzz.strategies.cast import created_address, keys, senders
from fuzz.targets.block_engines import SEARCH
from fuzz.targets.catalogue import IMAGES_FOLDER, TargetError
from zkos.compiler.native import NativeLibrary
from zkos.guest.protocol.limits import CODE_BYTES
from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.profile import RunOptions
from zkos.host.transactions import FieldTransaction, Kind
from zkos.lang.ints import U32
from zkos.lang.linkage import Linkage
from zkos.machine.image import ImageError, read_image
from zkos.versions import Build

_LIMITS: Final = "zkos.guest.protocol.limits"
_LARGE_LIMITS: Final = (
    (f"{_LIMITS}:CODE_BYTES", U32(0x40000)),
    (f"{_LIMITS}:INITCODE_BYTES", U32(0x80000)),
)


def image_path(name: str) -> Path:
    """A shipped image; raises TargetError without one."""
    folder = os.environ.get(IMAGES_FOLDER)
    if not folder:
        raise TargetError(f"{IMAGES_FOLDER} names no folder of shipped images")
    path = Path(folder) / f"{name}.bin"
    try:
        read_image(path)
    except ImageError as error:
        raise TargetError(f"{IMAGES_FOLDER}: {error}") from error
    return path


@cache
def library_for(path: Path) -> NativeLibrary:
    """The compiled OS with coverage counters and the limits of an image."""
    limits = _LARGE_LIMITS if has_large_limits(path) else ()
    below = Linkage(overrides=limits)
    return native.library(Build(variant=counting(SEARCH.over(below))))


@cache
def has_large_limits(path: Path) -> bool:
    """Whether an image creates a contract that is longer than it may be."""
    size = int(CODE_BYTES) + 1
    made = FieldTransaction(
        Kind.LEGACY,
        gas_limit=10**7,
        max_fee_per_gas=10**4,
        data=b"\x62" + size.to_bytes(3, "big") + b"\x5f\xf3",
        private_key=keys()[0],
    )
    block = Block(BlockContext(da=DataAvailability.BLOBS), (made,))
    case = Case((block,), (AccountState(senders()[0], 10**18),))
    outcome = image.run_file(path, block, state_of_case(case), RunOptions())
    created = created_address(senders()[0], 0)
    return any(item.address == created for item in outcome.detail.accounts or ())

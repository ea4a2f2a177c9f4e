"""How fast the host's state is made, and changed by a block: seconds and memory."""

import resource
import time
from collections.abc import Iterator
from typing import Final

from differential.benchmark_rows import Row
from zkos.host.state import ChainState, Slot, SlotDiff

LEAVES: Final = 1_000_000
_BLOCKS: Final = 64
_GOAL_SECONDS: Final = 8.0
_GOAL_MILLISECONDS: Final = 2.0


def state_rows(leaves: int = LEAVES) -> Iterator[Row]:
    """Slots written, the root, and then blocks of one transfer each.

    A transfer changes two accounts that are there and adds an encoding of each.
    """
    work = f"{leaves:,} leaves"
    before = resident_bytes()
    started = time.process_time()
    state = ChainState()
    for number in range(leaves):
        state.set_slot(0x10000 + (number >> 4), number & 15, number + 1)
    state.tree.root()
    seconds = time.process_time() - started
    held = (resident_bytes() - before) / 1e6
    figures = {"seconds": seconds, "MB": held}
    yield Row(
        "state", f"{work}, built", "host", figures, "goal", seconds / _GOAL_SECONDS
    )
    taken = []
    for block in range(_BLOCKS):
        started = time.process_time()
        after = state.fork()
        touched = (Slot(0x10000 + (block + side) % (leaves >> 4), 3) for side in (0, 1))
        diffs = [SlotDiff(slot, block + 2) for slot in touched]
        after.apply(diffs, [b"%d" % block], block, block)
        after.tree.root()
        state = after
        taken.append(time.process_time() - started)
    middle = sorted(taken)[_BLOCKS // 2] * 1e3
    figures = {"ms a block": middle, "most ms": max(taken) * 1e3}
    ratio = middle / _GOAL_MILLISECONDS
    yield Row("state", f"{work}, block of a transfer", "host", figures, "goal", ratio)


def resident_bytes() -> int:
    """Memory of this process that is not paged out; the most so far elsewhere."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

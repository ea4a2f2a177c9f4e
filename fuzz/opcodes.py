"""Which opcodes generated cases really execute: counts from the tracing build."""

import struct
from collections import Counter
from collections.abc import Iterable
from typing import Final

from differential.runners import native
from differential.runners.base import prepare, state_of_case
from zkos.compiler.variant import TRACE
from zkos.guest.evm.opcodes import OPCODES
from zkos.guest.protocol.report import KIND_STEP
from zkos.host.case import Case
from zkos.host.profile import RunOptions
from zkos.versions import Build

NAMES: Final = {row[0]: row[1] for row in OPCODES}
_HEAD: Final = struct.Struct("<4I")
"""Kind, depth, position, opcode."""


def executed(cases: Iterable[Case], options: RunOptions) -> tuple[Counter[str], int]:
    """Opcodes of the first blocks of cases, and the greatest depth."""
    library = native.library(Build(options.protocol, variant=TRACE))
    counts: Counter[str] = Counter()
    deepest = 0
    for case in cases:
        channel = prepare(case.blocks[0], state_of_case(case))
        native.run_library(library, channel, options)
        for _, content in channel.messages:
            if len(content) < _HEAD.size:
                continue
            kind, depth, _, opcode = _HEAD.unpack_from(content)
            if kind == KIND_STEP:
                counts[NAMES.get(opcode, "unassigned")] += 1
                deepest = max(deepest, depth)
    return counts, deepest


def lines(cases: Iterable[Case], options: RunOptions) -> list[str]:
    """What was executed, as text."""
    counts, deepest = executed(cases, options)
    never = sorted(set(NAMES.values()) - set(counts))
    rare = ", ".join(f"{name} {number}" for name, number in counts.most_common()[-8:])
    return [
        f"{sum(counts.values())} opcodes executed, depth up to {deepest}",
        f"  never: {', '.join(never) or 'none'}",
        f"  rarest: {rare}",
    ]

"""What each engine does in the EVM, step by step, as EIP-3155 JSON lines.

Ours come from builds that trace; py-evm is watched. All give the same `Step`, with
what an engine cannot know left out.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from differential.engines import Engine
from differential.outcome import Outcome, TransactionStatus
from differential.runners.base import Ending, conclude, prepare
from zkos.compiler.variant import TRACE, Variant
from zkos.host.case import Block
from zkos.host.channel import QueryChannel
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.host.trace import Step, StorageAccess, decode_trace
from zkos.versions import Build

EIP3155_DEPTH: Final = 1
"""Depth of the entry frame in EIP-3155."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A block on one engine, watched."""

    outcome: Outcome
    steps: list[Step]


Tracer = Callable[[Block, ChainState, RunOptions], Trace]


def trace_cpython(block: Block, state: ChainState, options: RunOptions) -> Trace:
    """A traced run of the plain Python; raises CaseError."""
    from differential.runners import cpython

    build = Build(options.protocol, variant=TRACE)
    return watch(
        block,
        state,
        options,
        lambda channel, given: cpython.run_build(build, channel, given),
    )


def trace_native(
    block: Block, state: ChainState, options: RunOptions, variant: Variant = TRACE
) -> Trace:
    """A traced run of the x86-64 build; raises CaseError."""
    from differential.runners import native

    library = native.library(Build(options.protocol, variant=variant))
    return watch(
        block,
        state,
        options,
        lambda channel, given: native.run_library(library, channel, given),
    )


def trace_riscv(
    block: Block, state: ChainState, options: RunOptions, variant: Variant = TRACE
) -> Trace:
    """A traced run of the RV32IM image; raises CaseError."""
    from differential.runners import riscv

    program = riscv.program(Build(options.protocol, variant=variant))
    return watch(
        block,
        state,
        options,
        lambda channel, given: riscv.run_image(
            channel, program.image((given.word(),)), program
        ),
    )


def trace_py_evm(block: Block, state: ChainState, options: RunOptions) -> Trace:
    """A watched run of py-evm; raises CaseError."""
    from differential.reference.py_evm.tracing import noting
    from differential.runners import py_evm

    with noting(memory=options.trace_memory) as steps:
        outcome = py_evm.run_block(block, state, options)
    return Trace(outcome, steps)


def trace_eels(block: Block, state: ChainState, options: RunOptions) -> Trace:
    """A watched run of EELS; raises CaseError."""
    from differential.reference.eels.tracing import noting
    from differential.runners import eels

    with noting(memory=options.trace_memory) as steps:
        outcome = eels.run_block(block, state, options)
    return Trace(outcome, steps)


TRACERS: Final[dict[str, Tracer]] = {
    "cpython": trace_cpython,
    "native": trace_native,
    "riscv": trace_riscv,
    "py_evm": trace_py_evm,
    "eels": trace_eels,
}
"""The engines that can be traced."""


def tracer_for(engine: Engine) -> Tracer | None:
    """How an engine is traced, with its own options; None if it cannot be."""
    trace = TRACERS.get(engine.kind)
    if trace is None:
        return None
    return lambda block, state, options: trace(block, state, engine.options(options))


def watch(
    block: Block,
    state: ChainState,
    options: RunOptions,
    run: Callable[[QueryChannel, RunOptions], Ending],
) -> Trace:
    """A run of any build of ours that traces; raises CaseError."""
    options = replace(options, report=True)
    channel = prepare(block, state, options)
    outcome = conclude(channel, run(channel, options), state, options)
    return Trace(outcome, decode_trace(channel.messages))


def traced_build(variant: Variant) -> Variant:
    """The same build, tracing."""
    return TRACE.over(variant)


def json_lines(trace: Trace, transaction: int | None = None) -> Iterator[str]:
    """Lines of one transaction or of all: its steps, then its summary (EIP-3155)."""
    receipts = trace.outcome.transactions or ()
    last = max((step.transaction for step in trace.steps), default=-1)
    wanted: Sequence[int] = range(max(len(receipts), last + 1))
    if transaction is not None:
        wanted = [transaction]
    by_transaction: dict[int, list[Step]] = {}
    for step in trace.steps:
        by_transaction.setdefault(step.transaction, []).append(step)
    for number in wanted:
        for step in by_transaction.get(number, ()):
            yield json.dumps(step_to_json(step))
        if number < len(receipts):
            yield json.dumps(_summary(trace.outcome, number))


def step_to_json(step: Step) -> dict[str, Any]:
    """A step as EIP-3155 has it; `native`, `nativeCost` and `storage` are ours."""
    line: dict[str, Any] = {
        "pc": step.pc,
        "op": step.opcode,
        "gas": hex(step.gas),
        "gasCost": None if step.gas_cost is None else hex(step.gas_cost),
        "memSize": step.memory_length,
        "stack": [hex(word) for word in step.stack],
        "depth": step.depth + EIP3155_DEPTH,
        "refund": step.refund or 0,
        "opName": step.name,
        "address": f"{step.address:#042x}",
    }
    if step.native is not None:
        line["native"] = hex(step.native)
    if step.native_cost is not None:
        line["nativeCost"] = hex(step.native_cost)
    if step.memory is not None:
        line["memory"] = "0x" + step.memory.hex()
    if step.storage is not None:
        line["storage"] = _access_to_json(step.storage)
    if step.halted:
        line["error"] = "halt"
    return line


def _access_to_json(access: StorageAccess) -> dict[str, Any]:
    return {
        "kind": "transient" if access.transient else "persistent",
        "access": "write" if access.write else "read",
        "slot": hex(access.slot),
        "value": None if access.value is None else hex(access.value),
    }


def _summary(outcome: Outcome, number: int) -> dict[str, Any]:
    assert outcome.transactions is not None
    receipt = outcome.transactions[number]
    line: dict[str, Any] = {
        "transaction": number,
        "pass": receipt.status is TransactionStatus.SUCCESS,
        "status": receipt.status.value,
    }
    if receipt.return_data is not None:
        line["output"] = "0x" + receipt.return_data.hex()
    if receipt.gas_used is not None:
        line["gasUsed"] = hex(receipt.gas_used)
    if receipt.native_used is not None:
        line["nativeUsed"] = hex(receipt.native_used)
    if receipt.reason:
        line["error"] = receipt.reason
    if outcome.state_root is not None and number == len(outcome.transactions) - 1:
        line["stateRoot"] = f"{outcome.state_root:#066x}"
    return line

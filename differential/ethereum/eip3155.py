"""Lines of a run as state test tools write them: EIP-3155, EELS's flavour.

A line a step, a summary, the state root. What tools spell differently is a row of
`DIFFERENCES`; all else of a line is the same in ours and in EELS's.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from differential.ethereum.lone import LoneRun, LoneTransaction
from differential.outcome import TransactionOutcome, TransactionStatus
from zkos.guest.protocol import ethereum as numbers
from zkos.guest.protocol import transactions as prices
from zkos.host.codecs.rlp import decode_signed
from zkos.host.trace import Step
from zkos.host.transactions import FieldTransaction, Kind

DEPTH: Final = 1
"""Of the entry frame."""
REVERT: Final = 0xFD
DIFFERENCES: Final = (
    ("opName", "each tool has its own names of some opcodes; `op` is the number"),
    ("error", "each tool has its own texts; whether there is one is compared"),
    ("gasCost of a step that fails", "ours is the gas it used up, EELS's the price"),
    ("refund of SSTORE", "EELS shows the counter after the opcode, ours before"),
    ("refund of EIP-7702", "EELS adds that of authorizations after the execution"),
    ("gasUsed of a precompile", "called by the transaction at the floor, ours says 0"),
    ("output of a creation", "EELS shows the code that was returned, ours nothing"),
    ("STOP", "EELS writes a line for the one behind the end of code; none is compared"),
    ("gas limits from 2**56 on", "ours cannot count so much gas and gives no root"),
    (
        "BLOCKHASH",
        "EELS knows hashes of a test's env, ours as geth those of the digits",
    ),
)
"""Where lines of ours and of EELS's tool differ: what, and why."""


def lines_of(
    transaction: LoneTransaction,
    run: LoneRun,
    *,
    stack: bool = True,
    return_data: bool = True,
) -> Iterator[str]:
    """The lines of the steps, then the summary; none where nothing was executed."""
    receipts = run.outcome.transactions or ()
    if not receipts or receipts[0].status is TransactionStatus.INVALID:
        return
    if _collides(transaction, run, receipts[0]):
        return
    for step in run.steps or ():
        yield _json(step_fields(step, stack=stack, return_data=return_data))
    yield _json(_summary(transaction, run, receipts[0]))


def _collides(
    transaction: LoneTransaction, run: LoneRun, receipt: TransactionOutcome
) -> bool:
    """Whether a creation met an account: nothing ran, so there is nothing to tell."""
    failed = receipt.status is not TransactionStatus.SUCCESS
    return failed and not run.steps and decode_signed(transaction.data).to is None


def step_fields(step: Step, *, stack: bool, return_data: bool) -> dict[str, Any]:
    """A step as EIP-3155 has it."""
    line: dict[str, Any] = {
        "pc": step.pc,
        "op": step.opcode,
        "gas": hex(step.gas),
        "gasCost": hex(cost_with_gift(step)),
    }
    if step.memory is not None:
        line["memory"] = f"0x{step.memory.hex()}"
    line["memSize"] = step.memory_length
    if stack:
        line["stack"] = [hex(word) for word in step.stack]
    if return_data:
        line["returnData"] = f"0x{step.return_data.hex()}"
    line["depth"] = step.depth + DEPTH
    line["refund"] = step.refund
    line["opName"] = step.name
    if step.halted:
        line["error"] = "halt"
    elif step.opcode == REVERT:
        line["error"] = "revert"
    return line


def cost_with_gift(step: Step) -> int:
    """The cost of a step, with the gas that it gives to what it calls (EIP-150)."""
    if step.gas_kept is not None:
        return step.gas - step.gas_kept
    return step.gas_cost or 0


def _summary(
    transaction: LoneTransaction, run: LoneRun, receipt: TransactionOutcome
) -> dict[str, Any]:
    output = receipt.return_data or b""
    used = _gas_of_execution(transaction, run, receipt)
    line: dict[str, Any] = {"output": output.hex(), "gasUsed": hex(used)}
    if receipt.status is not TransactionStatus.SUCCESS:
        last = run.steps[-1] if run.steps else None
        reverts = last is not None and last.opcode == REVERT and not last.halted
        line["error"] = "revert" if reverts else "halt"
    return line


def _gas_of_execution(
    transaction: LoneTransaction, run: LoneRun, receipt: TransactionOutcome
) -> int:
    """Gas that the entry frame used: without intrinsic gas, refund and floor."""
    fields = decode_signed(transaction.data)
    used = (receipt.gas_used or 0) + (receipt.gas_refunded or 0)
    intrinsic, floor = _terms(fields)
    if receipt.gas_used != floor:
        return used - intrinsic
    left = fields.gas_limit - intrinsic if run.gas_left is None else run.gas_left
    return fields.gas_limit - intrinsic - left


def _terms(fields: FieldTransaction) -> tuple[int, int]:
    """Intrinsic gas, and the least that is paid in the end (EIP-7623)."""
    size = len(fields.data)
    zeros = fields.data.count(0)
    tokens = zeros + int(numbers.TOKENS_NON_ZERO) * (size - zeros)
    gas = int(numbers.GAS_TRANSACTION) + int(numbers.GAS_TOKEN) * tokens
    if fields.to is None and fields.kind is not Kind.EIP7702:
        words = (size + 31) // 32
        gas += int(prices.GAS_CREATION) + int(prices.GAS_INITCODE_WORD) * words
    for entry in fields.access_list or ():
        gas += int(numbers.GAS_LISTED_ADDRESS)
        gas += int(numbers.GAS_LISTED_KEY) * len(entry.storage_keys)
    gas += int(prices.GAS_AUTHORIZATION) * len(fields.authorization_list)
    return gas, int(numbers.GAS_TRANSACTION) + int(numbers.GAS_TOKEN_FLOOR) * tokens


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":"))

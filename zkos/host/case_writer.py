"""Writing a case in the published JSON format; the inverse of `zkos.host.case`."""

import gzip
import json
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

from zkos.host.case import FORMAT, AccountState, Block, Case, LeafState, SlotState
from zkos.host.case_expected import write_batch, write_expected
from zkos.host.case_transactions import (
    write_address,
    write_bytes,
    write_number,
    write_transaction,
)
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.edits import AnswerEdit


def save_case(case: Case, path: Path) -> None:
    """Write a case file, gzipped if named so; equal cases give equal bytes."""
    content = (json.dumps(case_to_json(case), indent=1) + "\n").encode()
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    path.write_bytes(content)


def case_to_json(case: Case) -> dict[str, Any]:
    """The JSON object of a case, without fields at their default."""
    first, *others = case.blocks
    written: dict[str, Any] = {
        "format": FORMAT,
        "block": _write_context(first.context),
    }
    if case.protocol is not None:
        written["protocol"] = case.protocol.value
    if case.batch:
        written["batch"] = True
    if case.batches:
        written["batches"] = [write_batch(batch) for batch in case.batches]
    if case.unlimited_native:
        written["unlimited_native"] = True
    if case.accounts:
        written["accounts"] = {
            write_address(account.address): _write_account(account)
            for account in case.accounts
        }
    if case.sequence:
        written["sequence"] = [_write_entry(entry) for entry in case.sequence]
    if case.leaves:
        written["leaves"] = [_write_slot(leaf) for leaf in case.leaves]
    if case.tree:
        written["tree"] = [_write_leaf(leaf) for leaf in case.tree]
    if case.preimages:
        written["preimages"] = [write_bytes(preimage) for preimage in case.preimages]
    written |= _write_work(first)
    if others:
        written["then"] = [_write_block(block) for block in others]
    return written


def _write_block(block: Block) -> dict[str, Any]:
    protocol = {} if block.protocol is None else {"protocol": block.protocol.value}
    return {"block": _write_context(block.context), **protocol, **_write_work(block)}


def _write_work(block: Block) -> dict[str, Any]:
    written: dict[str, Any] = {
        "txs": [write_transaction(item) for item in block.transactions]
    }
    if block.edits:
        written["oracle"] = [_write_edit(edit) for edit in block.edits]
    if block.expected is not None:
        written["expected"] = write_expected(block.expected)
    return written


def _write_edit(edit: AnswerEdit) -> dict[str, Any]:
    if edit.response is not None:
        return {"answer": edit.answer, "response": write_bytes(edit.response)}
    return {"answer": edit.answer, "word": edit.word, "value": hex(edit.value)}


def _write_context(context: BlockContext) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for field in dataclass_fields(context):
        value = getattr(context, field.name)
        if value == field.default:
            continue
        if field.name == "coinbase":
            written[field.name] = write_address(value)
        elif field.name == "block_hashes":
            written[field.name] = [f"{number:#066x}" for number in value]
        elif isinstance(value, bool):
            written[field.name] = value
        elif isinstance(value, DataAvailability):
            written[field.name] = value.value
        else:
            written[field.name] = write_number(value)
    return written


def _write_account(account: AccountState) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if account.balance:
        written["balance"] = write_number(account.balance)
    if account.nonce:
        written["nonce"] = write_number(account.nonce)
    if account.code:
        written["code"] = write_bytes(account.code)
    if account.deployed_empty:
        written["deployed_empty"] = True
    if account.code_version != 1:
        written["code_version"] = account.code_version
    if account.delegate is not None:
        written["delegate"] = write_address(account.delegate)
    if account.force:
        written["force"] = True
    if account.storage:
        written["storage"] = {hex(slot): hex(value) for slot, value in account.storage}
    return written


def _write_entry(entry: AccountState | SlotState) -> Any:
    if isinstance(entry, SlotState):
        return _write_slot(entry)
    return {"account": write_address(entry.address), **_write_account(entry)}


def _write_leaf(leaf: SlotState | LeafState) -> list[str]:
    if isinstance(leaf, LeafState):
        return [write_bytes(leaf.key), hex(leaf.value)]
    return _write_slot(leaf)


def _write_slot(leaf: SlotState) -> list[str]:
    return [write_address(leaf.address), hex(leaf.slot), hex(leaf.value)]

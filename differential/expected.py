"""Published outcomes of the real images, as ours are held.

An entry says what an image answered; what it hashed is published once for all
(`reveal`), likewise what the image that logs has printed (`log`).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from differential.outcome import (
    Detail,
    L1Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from zkos.host.context import DataAvailability
from zkos.terminal import json_text
from zkos.terminal.files import read_packed

SINGLE_BLOCK: Final = "singleblock_batch"
MULTIBLOCK: Final = "multiblock_batch"
_PRINTED_ADDRESS: Final = re.compile(r"Bits\((\d+)\)")
_LIMITS: Final = {
    "Block gas limit": "BlockGasLimitReached",
    "Block native limit": "BlockNativeLimitReached",
    "Block pubdata limit": "BlockPubdataLimitReached",
    "Block logs limit": "BlockL2ToL1LogsLimitReached",
}
"""What the image prints of a transaction that a block has no room for."""


def load_expected(path: Path, da: DataAvailability) -> list[Outcome]:
    """The outcomes of single blocks from an `.expected.json[.gz]`."""
    content = _read(path)
    entries = content["images"][SINGLE_BLOCK][da.value]
    if not isinstance(entries, list):
        entries = [entries]
    outcomes = [expected_outcome(entry) for entry in entries]
    revealed = content.get("reveal")
    if revealed is not None:
        outcomes = [
            _revealed(outcome, revealed["blocks"][index], revealed["pubdata"][index])
            for index, outcome in enumerate(outcomes)
        ]
    logged = content.get("log") or [None] * len(outcomes)
    return [
        outcome if receipts is None else _with_receipts(outcome, receipts)
        for outcome, receipts in zip(outcomes, logged, strict=True)
    ]


def load_expected_batch(path: Path, da: DataAvailability) -> Outcome | None:
    """The outcome of all blocks as one batch, if it is published."""
    entry = _read(path)["images"][MULTIBLOCK].get(da.value)
    return None if entry is None else expected_outcome(entry)


def expected_outcome(entry: Mapping[str, Any]) -> Outcome:
    """The outcome of an image's entry."""
    read, written = entry["oracle_words_read"], entry["oracle_words_written"]
    queries = dict(entry["queries"])
    # How long the advice was is not published.
    aside = None if "modexp_advice" in queries else 3 * queries.get("block_count", 0)
    return Outcome(
        result=Result(entry["outcome"]),
        reason=entry.get("reason", ""),
        public_input=_bytes(entry["output_bytes"]),
        cycles=entry["cycles"],
        delegations={
            "blake2s": entry["blake2s_delegations"],
            "u256": entry["bigint_delegations"],
            "keccak": 0,
        },
        oracle_words=read + written,
        detail=Detail(
            queries=queries,
            words_read=read,
            words_written=written,
            words_aside=aside,
        ),
    )


def _read(path: Path) -> Any:
    return json_text.parse(read_packed(path))


def _revealed(outcome: Outcome, block: Mapping[str, Any], pubdata: str) -> Outcome:
    """The outcome with what the images hashed of the block."""
    if not outcome.succeeded:
        return outcome
    before, after = block["state_before"], block["state_after"]
    return replace(
        outcome,
        state_root=_number(after["root"]),
        next_free_slot=after["next_free_slot"],
        block_hash=_number(block["block_hash"]),
        pubdata=_bytes(pubdata),
        detail=replace(
            outcome.detail,
            l1_logs=tuple(_log(log) for log in block["logs"]),
            l1_messages=tuple(_bytes(message) for message in block["messages"]),
            root_before=_number(before["root"]),
            next_free_slot_before=before["next_free_slot"],
        ),
    )


def _with_receipts(outcome: Outcome, receipts: list[Mapping[str, Any]]) -> Outcome:
    if not outcome.succeeded:
        return outcome
    return replace(outcome, transactions=tuple(map(_receipt, receipts)))


def _receipt(receipt: Mapping[str, Any]) -> TransactionOutcome:
    """What the image that logs has printed of a transaction."""
    error = receipt.get("validation_error")
    if error is not None:
        reason = _PRINTED_ADDRESS.sub(lambda match: f"{int(match[1]):#042x}", error)
        return TransactionOutcome(TransactionStatus.INVALID, reason)
    limit = receipt.get("invalidated")
    if limit is not None:
        return TransactionOutcome(TransactionStatus.INVALID, _LIMITS[limit])
    succeeded = receipt.get("body_success", False)
    status = TransactionStatus.SUCCESS if succeeded else TransactionStatus.REVERTED
    # Why a transaction reverted is not printed in one place.
    return TransactionOutcome(status, None, gas_used=receipt["gas_used"])


def _log(log: Mapping[str, Any]) -> L1Log:
    return L1Log(
        transaction=log["tx"],
        sender=_number(log["sender"]),
        key=_number(log["key"]),
        value=_number(log["value"]),
    )


def _number(text: str) -> int:
    return int(text, 16)


def _bytes(text: str | None) -> Any:
    return None if text is None else bytes.fromhex(text[2:])

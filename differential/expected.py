"""Published outcomes of the shipped images, as ours are held.

An entry lists everything the image hashed; what a build does not hash (the pubdata
of a batch, for one) is absent.
"""

import gzip
import json
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
from zkos.host.profile import Profile

_PRINTED_ADDRESS: Final = re.compile(r"Bits\((\d+)\)")


def load_expected(path: Path, profile: Profile) -> list[Outcome]:
    """The outcomes of one image, one a block, from an `.expected.json[.gz]`."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        content = json.load(file)
    entries = content["images"][profile.image]
    if isinstance(entries, list):
        return [expected_outcome(entry) for entry in entries]
    outcome = expected_outcome(entries)
    if profile is Profile.SERVER and outcome.succeeded and "log" in content:
        receipts = tuple(_receipt(receipt) for receipt in content["log"]["txs"])
        outcome = replace(outcome, transactions=receipts)
    return [outcome]


def expected_outcome(entry: Mapping[str, Any]) -> Outcome:
    """The outcome of an image's entry."""
    reveal = entry.get("reveal")
    # A text in its place refers to the entry of another image.
    revealed: Mapping[str, Any] = reveal if isinstance(reveal, dict) else {}
    after = revealed.get("state_after", {})
    read, written = entry["oracle_words_read"], entry["oracle_words_written"]
    return Outcome(
        result=Result(entry["outcome"]),
        reason=entry["reason"],
        public_input=_bytes(entry["output_bytes"]),
        state_root=_number(after.get("root")),
        next_free_slot=after.get("next_free_slot"),
        cycles=entry["cycles"],
        blake2s=entry["blake2s_delegations"],
        u256=entry["bigint_delegations"],
        oracle_words=read + written,
        pubdata=_pubdata(revealed),
        detail=_detail(entry, revealed),
    )


def _receipt(receipt: Mapping[str, Any]) -> TransactionOutcome:
    """What the logging build printed of a transaction."""
    error = receipt.get("validation_error")
    if error is not None:
        reason = _PRINTED_ADDRESS.sub(lambda match: f"{int(match[1]):#042x}", error)
        return TransactionOutcome(TransactionStatus.INVALID, reason)
    succeeded = receipt["body_success"] and not receipt["not_enough_for_pubdata"]
    status = TransactionStatus.SUCCESS if succeeded else TransactionStatus.REVERTED
    # Why a transaction reverted is not printed in one place.
    return TransactionOutcome(status, None, gas_used=receipt["gas_used"])


def _detail(entry: Mapping[str, Any], revealed: Mapping[str, Any]) -> Detail:
    before = revealed.get("state_before", {})
    logs, messages = revealed.get("logs"), revealed.get("messages")
    return Detail(
        block_hash=_number(revealed.get("block_hash")),
        l1_logs=None if logs is None else tuple(_log(log) for log in logs),
        l1_messages=None
        if messages is None
        else tuple(bytes.fromhex(message[2:]) for message in messages),
        queries=dict(entry["queries"]),
        words_read=entry["oracle_words_read"],
        words_written=entry["oracle_words_written"],
        root_before=_number(before.get("root")),
        next_free_slot_before=before.get("next_free_slot"),
    )


def _pubdata(revealed: Mapping[str, Any]) -> bytes | None:
    """The whole pubdata: the entry splits the block hash off its front."""
    if "pubdata" not in revealed:
        return None
    block_hash: bytes = _bytes(revealed["block_hash"])
    rest: bytes = _bytes(revealed["pubdata"])
    return block_hash + rest


def _log(log: Mapping[str, Any]) -> L1Log:
    return L1Log(
        transaction=log["tx"],
        sender=int(log["sender"], 16),
        key=int(log["key"], 16),
        value=int(log["value"], 16),
    )


def _number(text: str | None) -> int | None:
    return None if text is None else int(text, 16)


def _bytes(text: str | None) -> Any:
    return None if text is None else bytes.fromhex(text[2:])

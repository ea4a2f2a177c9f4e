"""Answers of the reference engine kept on disk: it is slow and never changes its mind.

The key is everything an answer depends on: state root, block, options, rules in force,
what ran out of native resource, the version of py-evm and the adapter's own sources.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Collection
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from differential.known import Policy
from differential.outcome import (
    AccountDiff,
    DeclaredDifference,
    Detail,
    Outcome,
    SlotDiff,
)
from differential.runners import py_evm
from zkos.compiler.cache import folder
from zkos.host.case import Block, Case
from zkos.host.case_writer import case_to_json
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

FILE: Final = "py_evm.sqlite"
_SECONDS_TO_WAIT: Final = 60
_ADAPTER: Final = (
    "known.py",
    "reference",
    "runners/py_evm.py",
    "reference_cache.py",
    "outcome.py",
)


class ReferenceCache:
    """Outcomes of `differential.runners.py_evm` by what they depend on."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = folder() / FILE if path is None else path
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT)"
            )

    def run_with(
        self,
        block: Block,
        state: ChainState,
        policy: Policy,
        options: RunOptions,
        *,
        out_of_native: Collection[int] = (),
        excess_blob_gas: int = 0,
    ) -> Outcome:
        """`py_evm.run_with`, from disk where it was asked before."""
        extra = sorted(out_of_native), excess_blob_gas
        key = answer_key(block, state, policy, options, extra)
        row = (
            self._connection()
            .execute("SELECT answer FROM answers WHERE key = ?", (key,))
            .fetchone()
        )
        if row is not None:
            return _read(json.loads(row[0]))
        outcome = py_evm.run_with(
            block,
            state,
            policy,
            options,
            out_of_native=out_of_native,
            excess_blob_gas=excess_blob_gas,
        )
        if outcome.succeeded:
            text = json.dumps(_write(outcome))
            with self._connection() as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, text)
                )
        return outcome

    def _connection(self) -> sqlite3.Connection:
        return _connect(self._path, os.getpid())


@cache
def _connect(path: Path, process: int) -> sqlite3.Connection:
    """One connection for each process: they do not survive a fork."""
    return sqlite3.connect(path, timeout=_SECONDS_TO_WAIT)


def answer_key(
    block: Block,
    state: ChainState,
    policy: Policy,
    options: RunOptions,
    extra: object,
) -> str:
    """A hash of all an answer depends on; `extra` is JSON."""
    parts = [
        state.tree.root().hex(),
        case_to_json(Case((block,))),
        options.profile.value,
        sorted(policy.enabled),
        extra,
        _adapter_version(),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _adapter_version() -> str:
    digest = hashlib.sha256(version("py-evm").encode())
    here = Path(__file__).resolve().parent
    for name in _ADAPTER:
        place = here / name
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        for file in files:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _write(outcome: Outcome) -> dict[str, Any]:
    detail = outcome.detail
    return {
        **outcome.to_json(),
        "accounts": [
            [diff.address, diff.balance, diff.nonce, diff.code_hash]
            for diff in detail.accounts or ()
        ],
        "storage": [
            [diff.address, diff.key, diff.current] for diff in detail.storage or ()
        ],
        "declared": [
            [item.transaction, item.rule, item.times, item.amount]
            for item in detail.declared or ()
        ],
    }


def _read(answer: dict[str, Any]) -> Outcome:
    outcome = Outcome.from_json(answer)
    detail = Detail(
        accounts=tuple(AccountDiff(*row) for row in answer["accounts"]),
        storage=tuple(SlotDiff(*row) for row in answer["storage"]),
        declared=tuple(DeclaredDifference(*row) for row in answer["declared"]),
    )
    return Outcome(
        outcome.result,
        transactions=outcome.transactions,
        seconds=outcome.seconds,
        detail=detail,
    )

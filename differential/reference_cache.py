"""Answers of reference engines kept on disk: they are slow and never change their mind.

The key is everything an answer depends on: state root, block, options, rules in force,
what the reference is told, its version and the adapter's own sources.
Each answer has a digest. A damaged file is thrown away, a damaged answer asked for
again; where nothing can be written, nothing is kept.
"""

import hashlib
import json
import os
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from differential.outcome import (
    AccountDiff,
    DeclaredDifference,
    Detail,
    Outcome,
    SlotDiff,
)
from differential.policy import Policy
from differential.reference.rules import Told
from zkos.compiler.cache_folder import ANSWERS, folder, remove, tell_once
from zkos.host.case import Block, Case
from zkos.host.case_writer import case_to_json
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

FILE: Final = f"{ANSWERS}references.sqlite"
_BESIDE: Final = ("", "-journal", "-wal", "-shm")
"""What SQLite has beside its file."""
_SECONDS_TO_WAIT: Final = 60
_PACKAGES: Final = {"py_evm": "py-evm", "eels": "ethereum-execution"}
_ADAPTER: Final = (
    "known.py",
    "policy.py",
    "reference",
    "reference_cache.py",
    "outcome.py",
)


class ReferenceCache:
    """Outcomes of reference engines by what they depend on."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = folder() / FILE if path is None else path

    def run_with(
        self,
        block: Block,
        state: ChainState,
        policy: Policy,
        options: RunOptions,
        *,
        engine: str = "py_evm",
        told: Told | None = None,
        excess_blob_gas: int = 0,
    ) -> Outcome:
        """`run_with` of an engine, from disk where it was asked before."""
        told = Told() if told is None else told
        extra = engine, _listed(told), excess_blob_gas
        key = answer_key(block, state, policy, options, extra)
        known = self._load(key)
        if known is not None:
            return _read(json.loads(known))
        run = import_module(f"differential.runners.{engine}").run_with
        outcome: Outcome = run(
            block, state, policy, options, told=told, excess_blob_gas=excess_blob_gas
        )
        if outcome.succeeded:
            self._save(key, json.dumps(_write(outcome)))
        return outcome

    def _load(self, key: str) -> str | None:
        """An answer, if it is there and whole."""
        sql = "SELECT digest, answer FROM answers WHERE key = ?"
        rows = self._ask(sql, (key,))
        if not rows:
            return None
        digest, answer = rows[0]
        if digest == _digest(key, answer):
            return str(answer)
        tell_once(self._path, "damaged; what is, is asked for again")
        return None

    def _save(self, key: str, answer: str) -> None:
        sql = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)"
        self._ask(sql, (key, _digest(key, answer), answer))

    def _ask(self, sql: str, values: tuple[str, ...]) -> list[Any]:
        """The rows; none where there is no file, and none can be."""
        try:
            with _connect(self._path, os.getpid()) as connection:
                return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if self._path.is_file() or not self._path.exists():
                tell_once(self._path, f"{error}: answers are not kept")
                return []
            self._clear()
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            self._clear()
        return []

    def _clear(self) -> None:
        """Throw a damaged file away: the next answer begins another."""
        tell_once(self._path, "damaged; answers are asked for again")
        with suppress(sqlite3.Error):
            _connect(self._path, os.getpid()).close()
        _connect.cache_clear()
        for ending in _BESIDE:
            remove(self._path.with_name(self._path.name + ending))


@cache
def _connect(path: Path, process: int) -> sqlite3.Connection:
    """One connection for each process: they do not survive a fork.

    A file that cannot be written is read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writable = os.access(path if path.exists() else path.parent, os.W_OK)
    mode = "rwc" if writable and os.access(path.parent, os.W_OK) else "ro"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, timeout=_SECONDS_TO_WAIT, uri=True)
    if mode == "rwc":
        columns = "key TEXT PRIMARY KEY, digest TEXT, answer TEXT"
        connection.execute(f"CREATE TABLE IF NOT EXISTS answers ({columns})")
    return connection


def _digest(key: str, answer: Any) -> str:
    return hashlib.sha256(f"{key}\0{answer}".encode()).hexdigest()


def answer_key(
    block: Block,
    state: ChainState,
    policy: Policy,
    options: RunOptions,
    extra: tuple[Any, ...],
) -> str:
    """A hash of all an answer depends on; `extra` is JSON, the engine first."""
    parts = [
        state.tree.root().hex(),
        state.block_hashes,
        case_to_json(Case((block,))),
        options.word(),
        sorted(policy.enabled),
        policy.fork,
        extra,
        _adapter_version(extra[0]),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _adapter_version(engine: str) -> str:
    digest = hashlib.sha256(version(_PACKAGES[engine]).encode())
    here = Path(__file__).resolve().parent
    for name in _ADAPTER:
        place = here / name
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        for file in files:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _listed(told: Told) -> list[Any]:
    """What a reference is told, as JSON can hold it."""
    return [
        sorted(item.items() if isinstance(item, dict) else item)
        for item in asdict(told).values()
    ]


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

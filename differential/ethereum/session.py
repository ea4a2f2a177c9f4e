"""Blocks of Ethereum on several engines, each compared with what is expected.

Engines run in this process, one after the other. An engine that raises has crashed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from differential.compare import failed, first_difference
from differential.engines import EngineError, unsupported
from differential.ethereum.blocks import KnownBlock
from differential.ethereum.files import SUFFIXES, instance_of_file
from differential.ethereum.running import GUESTS, run_block
from differential.importers.ethereum_blocks import load_blocks
from differential.outcome import Difference, Outcome, Result
from differential.own_engine import describe_exception
from zkos.host.case_errors import CaseError
from zkos.host.profile import RunOptions
from zkos.terminal.extras import how_to_install
from zkos.versions import Instance

EXPECTED: Final = "expected"
"""The name of what the file says, where engines are named."""
IMAGE: Final = "image"
"""An image from a file."""
ENGINES: Final = (*GUESTS, "eels", "py_evm")


@dataclass(frozen=True)
class BlockResult:
    """A block on all engines."""

    path: Path
    index: int
    """Of the block in its file."""
    known: KnownBlock
    engines: dict[str, Outcome]
    """Without those that have no answer to it."""
    without: dict[str, str]
    """Those, and why."""
    difference: Difference | None

    def to_json(self) -> dict[str, Any]:
        """A line of `--json`."""
        difference = None if self.difference is None else self.difference.to_json()
        return {
            "case": str(self.path),
            "block": self.index,
            "instance": Instance.ETHEREUM.value,
            "fork": self.known.block.fork.value,
            "quirks": "none",
            "engines": {name: item.to_json() for name, item in self.engines.items()},
            "difference": difference,
        }


def check_engines(names: Sequence[str]) -> None:
    """Raise EngineError for an engine that cannot run such blocks here."""
    for name in names:
        if name not in ENGINES:
            known = ", ".join(ENGINES)
            raise EngineError(
                f"no engine {name!r} for Ethereum's blocks, one of: {known}"
            )
        if names.count(name) > 1:
            raise EngineError(f"engine {name} given twice")
        if name == "eels" and (reason := _no_eels()) is not None:
            raise EngineError(f"engine eels {reason}")


def find_files(places: Sequence[Path]) -> list[Path]:
    """The files of files and folders, in order; raises CaseError."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            inside = sorted(
                path
                for path in place.rglob("*")
                if path.name.endswith(SUFFIXES)
                and instance_of_file(path) is Instance.ETHEREUM
            )
            if not inside:
                raise CaseError(str(place), "", "the folder holds no block")
            found.extend(inside)
        else:
            found.append(place)
    return found


def run_file(
    path: Path,
    engines: Sequence[str],
    options: RunOptions,
    image: Path | None = None,
) -> Iterator[BlockResult]:
    """The blocks of a file, in order; raises CaseError.

    `image` is an engine more, judged by the first of ours.
    """
    for index, known in enumerate(load_blocks(path)):
        outcomes = {name: run_engine(name, known, options) for name in engines}
        if image is not None:
            outcomes[IMAGE] = _run_image(image, known, outcomes)
        yield result(path, index, known, outcomes)


def _run_image(
    image: Path, known: KnownBlock, outcomes: Mapping[str, Outcome]
) -> Outcome:
    from differential.ethereum.image import judged
    from differential.ethereum.image import run_file as run_image_file

    try:
        theirs = run_image_file(image, known.block)
        ours = next((item for name, item in outcomes.items() if name in GUESTS), None)
        ours = ours or known.expected
        return theirs if ours is None else judged(theirs, ours, known.block)
    except Exception as error:
        return Outcome(Result.CRASH, describe_exception(error))


def run_engine(name: str, known: KnownBlock, options: RunOptions) -> Outcome:
    """A block on one engine."""
    try:
        if name == "eels":
            from differential.ethereum import eels

            return eels.run_block(known)
        if name == "py_evm":
            from differential.ethereum import py_evm

            return py_evm.run_block(known)
        return run_block(name, known.block, options)
    except Exception as error:
        return Outcome(Result.CRASH, describe_exception(error))


def result(
    path: Path, index: int, known: KnownBlock, outcomes: dict[str, Outcome]
) -> BlockResult:
    """What the outcomes of a block come to."""
    reasons = {name: unsupported(item) for name, item in outcomes.items()}
    without = {name: why for name, why in reasons.items() if why is not None}
    asked = {name: item for name, item in outcomes.items() if name not in without}
    answers = {name: item for name, item in asked.items() if not failed(item)}
    difference = first_difference(answers) if answers else None
    if difference is None and known.expected is not None:
        for name, item in answers.items():
            difference = first_difference({EXPECTED: known.expected, name: item})
            if difference is not None:
                break
    return BlockResult(path, index, known, asked, without, difference)


def _no_eels() -> str | None:
    """Why EELS cannot run here."""
    from importlib.util import find_spec

    if find_spec("ethereum") is not None:
        return None
    return how_to_install("ethereum") or "needs the module ethereum"

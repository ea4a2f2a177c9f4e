"""What blocks cost to prove beside the real images: measures, writes the table.

python -m tests.costs

A cost is cycles + 4 u256 + 16 blake2s. Ours is that of the default build and options,
which reports nothing to the host: what a prover runs.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from differential.expected import load_expected, load_expected_batch
from differential.outcome import Outcome
from differential.runners import native, riscv
from differential.runners.base import run_chain, settle, state_after, state_of_case
from tests.support.published import (
    CORPORA,
    FOLDER,
    SHARED,
    SHIPPED_NAMES,
    case_path,
    expected_path,
)
from zkos.host.case import Case, load_case, parse_case
from zkos.host.context import DataAvailability
from zkos.host.profile import RunOptions

MAINNET: Final = "mainnet_22244135"
TABLE: Final = CORPORA / "costs.expected.json"


@dataclass(frozen=True)
class Cost:
    """Of a run."""

    cycles: int
    u256: int
    blake2s: int

    @property
    def effective(self) -> int:
        """What proving it costs, in cycles."""
        return self.cycles + 4 * self.u256 + 16 * self.blake2s


@dataclass(frozen=True)
class Measured:
    """A block, or all of a case as a batch, on ours and on the image."""

    what: str
    """Vector, scheme, and which block: a number or `batch`."""
    ours: Cost
    image: Cost

    @property
    def ratio(self) -> float:
        return round(self.ours.effective / self.image.effective, 4)

    def row(self) -> dict[str, float]:
        """As it is in the table."""
        ours = self.ours
        return {
            "cycles": ours.cycles,
            "u256": ours.u256,
            "blake2s": ours.blake2s,
            "of_the_image": self.ratio,
        }


def measure(name: str, da: DataAvailability) -> Iterator[Measured]:
    """All runs of a vector whose cost at the image is known."""
    published = expected_path(name)
    if name == MAINNET:
        published = FOLDER / f"{name}.expected.json.gz"
    images = load_expected(published, da)
    case = mainnet() if name == MAINNET else load_case(case_path(name))
    silent = RunOptions(da=da, report=False)
    states = [state_of_case(case)]
    if len(case.blocks) > 1:
        for outcome in run_chain(native.run_block, case, RunOptions(da=da)):
            states.append(state_after(states[-1], outcome))
    states = states[: len(case.blocks)]
    pairs = zip(case.blocks, states, strict=True)
    blocks = [settle(block, state, silent) for block, state in pairs]
    runs = zip(blocks, states, images, strict=True)
    for index, (block, state, image) in enumerate(runs):
        ours = riscv.run_block(block, state, silent)
        yield Measured(f"{name} {da.value} {index}", cost_of(ours), cost_of(image))
    together = load_expected_batch(published, da)
    if together is not None:
        ours = riscv.run_batch(blocks, states, silent)
        yield Measured(f"{name} {da.value} batch", cost_of(ours), cost_of(together))


def cost_of(outcome: Outcome) -> Cost:
    """Of a run that ended well."""
    assert outcome.succeeded, outcome.reason
    cycles, calls = outcome.cycles, outcome.delegations
    assert cycles is not None
    assert calls is not None
    return Cost(cycles, calls["u256"], calls["blake2s"])


def mainnet() -> Case:
    """The block of mainnet, which is published for an older protocol."""
    with gzip.open(SHARED / "vectors" / f"{MAINNET}.json.gz") as file:
        content = json.load(file)
    del content["block"]["gas_per_pubdata"]
    content["block"]["native_price"] = 1
    return parse_case(content, MAINNET)


def is_mainnet_there() -> bool:
    """Whether the folder beside the repository has that block."""
    return (SHARED / "vectors" / f"{MAINNET}.json.gz").is_file()


def table() -> dict[str, dict[str, float]]:
    """The costs that are tracked."""
    known: dict[str, dict[str, float]] = json.loads(TABLE.read_text())
    return known


def write() -> None:
    """Measure all that ships, and the block of mainnet where it is there."""
    rows = {}
    if TABLE.is_file():
        rows = {what: row for what, row in table().items() if MAINNET in what}
    for name in [*SHIPPED_NAMES, *([MAINNET] if is_mainnet_there() else [])]:
        for da in DataAvailability:
            rows |= {item.what: item.row() for item in measure(name, da)}
    lines = [f"  {json.dumps(what)}: {json.dumps(rows[what])}" for what in sorted(rows)]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    write()

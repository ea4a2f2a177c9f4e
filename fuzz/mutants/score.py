"""The score as a table: what was found, when, by what; what survived, and why."""

from collections.abc import Mapping
from typing import Final

from fuzz.mutants.hunt import Catch
from fuzz.mutants.mutant import Hunt, Mutant, Where
from fuzz.mutants.table import MUTANTS

PAIRS: Final = {
    Where.NATIVE: "native\\* / native",
    Where.RISCV: "riscv\\* / native",
    Where.MACHINE: "machine\\* / native",
    Where.TRANSLATOR: "translated\\* / interpreted",
    Where.HOST: "native / host\\*",
}
GENERATORS: Final = {
    Hunt.BLOCKS: "fuzz.strategies.cases",
    Hunt.ORACLE: "fuzz.adversary.attack",
    Hunt.STREAMS: "fuzz.mutants.streams",
    Hunt.FIELDS: "fuzz.targets.fields",
    Hunt.PRECOMPILES: "fuzz.targets.precompiles",
}
MINUTE: Final = 60.0
INTRODUCTION: Final = """# Planted faults

Each mutant is the same source with one place changed; only one side of a comparison
is built with it (marked \\*), the other is the plain peer. `zkos mutants run` hunts
them with the campaign's own generators and properties, `zkos mutants list` shows
what each changes. Case `n` of seed `s` is drawn from `RandomSource((s << 40) + n)`,
attack `n` likewise, so a row can be repeated alone, with the generators that were
there when it was made:

    python -m fuzz.mutants.hunt NAME --seed SEED --seconds 600

Seconds are those of one core, without building. A fault in the guest is compiled
alone, and takes the place of the plain function when the OS is loaded. The first
cases are served once for all faults: what the plain OS and its host said is recorded,
and a changed build must say the same. No mutation operator made these; those are
drawn by `zkos mutants sample`.
"""


def render(catches: Mapping[str, Catch]) -> str:
    """The table as Markdown."""
    found = [m for m in MUTANTS.values() if _found(catches, m)]
    faults = [m for m in MUTANTS.values() if not m.harmless]
    tried = [m for m in faults if m.name in catches]
    caught = [m for m in found if not m.harmless]
    alarms = [m for m in found if m.harmless]
    lines = [INTRODUCTION]
    share = 100 * len(caught) / max(len(tried), 1)
    lines.append(
        f"{len(MUTANTS)} mutants, {len(MUTANTS) - len(faults)} of them harmless on "
        f"purpose. {len(caught)} of {len(tried)} faults hunted were found "
        f"({share:.1f} %), {_within(caught, catches)} within a minute; "
        f"{len(alarms)} false alarms.\n"
    )
    lines += _survivors(tried, catches)
    lines += ["## Score", "", *_head()]
    lines += [_row(mutant, catches.get(name)) for name, mutant in MUTANTS.items()]
    return "\n".join(lines) + "\n"


def _found(catches: Mapping[str, Catch], mutant: Mutant) -> bool:
    return mutant.name in catches and catches[mutant.name].found


def _within(caught: list[Mutant], catches: Mapping[str, Catch]) -> int:
    return sum(catches[mutant.name].seconds <= MINUTE for mutant in caught)


def _survivors(tried: list[Mutant], catches: Mapping[str, Catch]) -> list[str]:
    alive = [m for m in tried if not catches[m.name].found]
    harmless = [m for m in MUTANTS.values() if m.harmless]
    lines = ["## Survivors", ""]
    for mutant in alive:
        catch = catches[mutant.name]
        lines.append(
            f"* `{mutant.name}`: {mutant.what}. Not in {catch.number} cases "
            f"({catch.seconds:.0f} s). {mutant.reach}".rstrip()
        )
    if not alive:
        lines.append("None but the harmless.")
    lines += ["", "Harmless, to see that nothing else is found in their place:", ""]
    lines += [f"* `{m.name}`: {m.what}; {m.harmless}." for m in harmless]
    return [*lines, ""]


def _head() -> list[str]:
    return [
        "| mutant | category | pair | generator | seed | case | seconds | found by |",
        "|---|---|---|---|---|---|---|---|",
    ]


def _row(mutant: Mutant, catch: Catch | None) -> str:
    pair = PAIRS[mutant.where]
    if mutant.hunt is Hunt.ORACLE:
        pair = "native\\*"
    elif mutant.hunt is Hunt.FIELDS:
        pair = "native\\* / Python"
    elif mutant.hunt is Hunt.PRECOMPILES:
        pair = "native\\* / libraries"
    elif mutant.hunt is Hunt.STREAMS and mutant.where is Where.MACHINE:
        pair = "machine\\* / machine"
    cells = [f"`{mutant.name}`", mutant.category, pair, GENERATORS[mutant.hunt]]
    if catch is None:
        cells += ["", "", "", "not hunted yet"]
    else:
        what = catch.what.replace("|", "/")[:80] if catch.found else "**survives**"
        if mutant.harmless and not catch.found:
            what = "harmless"
        number = "" if catch.number < 0 else str(catch.number)
        cells += [str(catch.seed), number, f"{catch.seconds:.1f}", what]
    return f"| {' | '.join(cells)} |"

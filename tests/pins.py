"""Pins public inputs: reads lines of `zkos diff corpora --json`, writes the file.

zkos diff corpora --json | python -m tests.pins
"""

import json
import sys
from pathlib import Path

CORPORA = Path(__file__).resolve().parents[1] / "corpora"
PINS = CORPORA / "expected.json"


def pins_of(lines):
    """Public inputs by case, one a block; ValueError where engines do not agree."""
    pins = {}
    for line in lines:
        row = json.loads(line)
        if "batch" in row:
            continue
        inputs = {engine.get("public_input") for engine in row["engines"].values()}
        if len(row["engines"]) < 2 or len(inputs) != 1 or row["difference"]:
            raise ValueError(f"{row['case']}: no two engines that agree")
        name = Path(row["case"]).resolve().relative_to(CORPORA).as_posix()
        pins.setdefault(name, {})[row.get("block", 0)] = inputs.pop()
    return {name: [blocks[i] for i in sorted(blocks)] for name, blocks in pins.items()}


if __name__ == "__main__":
    found = dict(sorted(pins_of(sys.stdin).items()))
    PINS.write_text(json.dumps(found, indent=2) + "\n")

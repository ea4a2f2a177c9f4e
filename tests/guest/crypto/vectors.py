"""Published vectors of the precompiles, as parameters of tests."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Vector:
    name: str
    input: bytes
    expected: bytes


def load_vectors(shared: Path, name: str) -> list[Vector]:
    """All vectors of one precompile."""
    path = shared / "fixtures" / "precompiles" / f"{name}.json"
    return [
        Vector(row["Name"], bytes.fromhex(row["Input"]), bytes.fromhex(row["Expected"]))
        for row in json.loads(path.read_text())
    ]

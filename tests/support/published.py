"""Published vectors, which lie beside the repository: ZKOS_SHARED says where else."""

import os
from pathlib import Path
from typing import Final

_BESIDE: Final = Path(__file__).resolve().parents[3] / "shared"
SHARED: Final = Path(os.environ.get("ZKOS_SHARED") or _BESIDE)
VECTORS: Final = SHARED / "vectors_v30"
NAMES: Final = sorted(
    path.name.removesuffix(".expected.json") for path in VECTORS.glob("*.expected.json")
)
"""Of the vectors that are there, but for the block of mainnet."""

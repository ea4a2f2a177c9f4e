"""Published vectors: those that ship, and the folder beside the repository.

`ZKOS_SHARED` says where that folder is, if it is not beside. What ships is a part of
it, without what no test looks at (`tests.shipped`).
"""

import os
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = Path(os.environ.get("ZKOS_SHARED") or _ROOT.parent / "shared")
CORPORA: Final = _ROOT / "corpora"
SHIPPED: Final = CORPORA / "vectors"
FOLDER: Final = SHARED / "vectors_v30"
_EXPECTED: Final = ".expected.json"


def _names(folder: Path) -> list[str]:
    files = sorted(folder.glob(f"*{_EXPECTED}"))
    return [path.name.removesuffix(_EXPECTED) for path in files]


SHIPPED_NAMES: Final = _names(SHIPPED)
NAMES: Final = sorted({*SHIPPED_NAMES, *_names(FOLDER)})
"""Of all vectors that are there, but for the block of mainnet."""


def case_path(name: str) -> Path:
    """The block of a vector."""
    return _place(name) / f"{name}.json"


def expected_path(name: str) -> Path:
    """What the images answered."""
    return _place(name) / f"{name}{_EXPECTED}"


def _place(name: str) -> Path:
    return SHIPPED if name in SHIPPED_NAMES else FOLDER

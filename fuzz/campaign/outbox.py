"""What was found and is not stored yet: a mark on disk for each, until it is.

Only folders of workers whose campaign is kept elsewhere have an outbox. A mark is
written after what it stands for, so that what it names is whole.
"""

import json
import time
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from fuzz.campaign.sealed import sealed, unsealed
from zkos.terminal.files import FileError, read_file, write_file

ENTRY: Final = "entry"
FINDING: Final = "finding"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was found."""

    kind: str
    """`entry` or `finding`."""
    name: str
    target: str
    first: bytes = b""
    """Of an entry, the features it was kept for, packed."""
    cost: int = 0
    """Of an entry: what running it takes, as the pool counts."""
    serial: int = field(default_factory=time.time_ns)
    """Orders the marks of a worker: by when they were made."""

    @property
    def features(self) -> int:
        """The features it was kept for, as a set of bits."""
        return unpacked(self.first) if self.first else 0

    @property
    def key(self) -> str:
        """What tells it from all other marks of a campaign."""
        return f"{self.kind}-{self.target}-{self.name}".replace("/", "_")


def packed(features: int) -> bytes:
    """A set of features small enough to be sent: few of its many bits are set."""
    size = (features.bit_length() + 7) // 8
    return zlib.compress(features.to_bytes(size, "little"), 1)


def unpacked(content: bytes) -> int:
    """The set of features that was packed."""
    return int.from_bytes(zlib.decompress(content), "little")


class Outbox:
    """A folder of marks; one that is not there takes none."""

    def __init__(self, path: Path) -> None:
        self._path: Final = path

    @property
    def is_open(self) -> bool:
        """Whether it takes marks."""
        return self._path.is_dir()

    def put(self, mark: Mark) -> None:
        """Remember something that is whole by now; raises OSError."""
        if self.is_open:
            fields = {**asdict(mark), "first": mark.first.hex()}
            text = json.dumps(sealed(fields)).encode()
            write_file(self._place(mark), text)

    def marks(self) -> list[Mark]:
        """All that waits, in its order; what is no whole mark is left out."""
        found = []
        for path in sorted(self._path.glob("[!.]*.json")):
            with suppress(FileError, ValueError, TypeError, KeyError):
                fields = unsealed(read_file(path))
                fields["first"] = bytes.fromhex(fields["first"])
                found.append(Mark(**fields))
        return found

    def drop(self, mark: Mark) -> None:
        """It is stored, or need not be."""
        self._place(mark).unlink(missing_ok=True)

    def _place(self, mark: Mark) -> Path:
        return self._path / f"{mark.serial:020}-{mark.key}.json"

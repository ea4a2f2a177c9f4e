"""Archives that somebody named: their files one after the other, within limits.

Links, devices and folders in them are passed over. Nothing is written under the name
that an archive says, and no more than a file at a time is in memory.
"""

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from zkos.terminal.files import FileError, open_file

SUFFIXES: Final = (".tar", ".tar.xz", ".tar.gz", ".tar.bz2", ".tgz", ".zip")
"""What files are called that are meant as archives."""
MOST_FILE_BYTES: Final = 64 << 20
MOST_BYTES: Final = 16 << 30
"""Of all files of an archive together."""
_DAMAGES: Final = (
    OSError,
    EOFError,
    LookupError,
    NotImplementedError,  # a way of packing that Python does not know
    OverflowError,
    RuntimeError,  # a password is wanted
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a damaged archive raises."""


def is_archive(path: Path) -> bool:
    """Whether a file begins as an archive does; raises FileError."""
    with open_file(path) as file:
        try:
            return zipfile.is_zipfile(file) or tarfile.is_tarfile(_again(file))
        except _DAMAGES:
            return False


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files of an archive; raises FileError."""
    size = 0
    with open_file(path) as file:
        try:
            for name, content in _members(file):
                size += len(content)
                if len(content) > MOST_FILE_BYTES:
                    reason = f"{name}: larger than {MOST_FILE_BYTES} bytes"
                    raise FileError(path, reason)
                if size > MOST_BYTES:
                    raise FileError(path, f"holds more than {MOST_BYTES} bytes")
                yield name, content
        except _DAMAGES as error:
            raise FileError(path, f"not an archive: {error}") from error


def _members(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The files, one byte beyond the limit at most."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(_again(file)) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    with archive.open(entry) as inside:
                        yield entry.filename, inside.read(MOST_FILE_BYTES + 1)
        return
    with tarfile.open(fileobj=_again(file)) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, content.read(MOST_FILE_BYTES + 1)


def _again(file: Any) -> Any:
    file.seek(0, io.SEEK_SET)
    return file

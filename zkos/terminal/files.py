"""Reading files that somebody named: whole or not at all, and never for ever.

A pipe, a device or a folder is refused at once, and so is what is too large.
"""

import gzip
import os
import secrets
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from zkos.terminal.errors import UserError

PARTS: Final = ".part-"
"""How names of files begin that are not whole."""
MOST_BYTES: Final = 256 << 20
"""Of a file that is read whole, unless somebody knows better."""


class FileError(UserError):
    """A file cannot be used; the text names it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason


def open_file(path: Path) -> IO[bytes]:
    """A regular file, open; raises FileError."""
    try:
        # Opening a pipe would wait for its writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise FileError(path, reason) from error
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise FileError(path, "is a folder" if stat.S_ISDIR(mode) else "is no regular file")


def read_file(path: Path, most: int = MOST_BYTES) -> bytes:
    """What a file holds; raises FileError."""
    try:
        with open_file(path) as file:
            return read_limited(file, most, path)
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror or error}") from error


def read_packed(path: Path, most: int = MOST_BYTES) -> bytes:
    """The same, unpacked if the name ends in `.gz`."""
    if path.suffix != ".gz":
        return read_file(path, most)
    try:
        with open_file(path) as file, gzip.open(file) as packed:
            return read_limited(packed, most, path)
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(path, f"damaged gzip data: {error}") from error


def read_limited(file: Any, most: int, path: Path) -> bytes:
    """The rest of an open file, compressed or not; FileError if it is too long."""
    content: bytes = file.read(most + 1)
    if len(content) > most:
        raise FileError(path, f"larger than {most} bytes")
    return content


def write_file(path: Path, content: bytes) -> None:
    """Create or replace a file: it is whole or as it was; raises OSError."""
    part = path.with_name(f"{PARTS}{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def open_to_append(path: Path) -> IO[bytes]:
    """A file to write to at its end and to read, made if there is none; FileError."""
    if path.exists() and not path.is_file():
        raise FileError(path, "is no regular file")
    with writing(path):
        return path.open("ab+")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say where writing fails: FileError for what the system refuses in the body.

    `path` is named where the system names nothing.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        named = isinstance(error.filename, str | os.PathLike)
        place = Path(error.filename) if named else path
        raise FileError(place, error.strerror or str(error)) from error


def check_writable(path: Path | None) -> None:
    """Raise FileError unless a file can be written there, as far as one can see now."""
    if path is None:
        return
    folder = path.parent
    with writing(path):
        if path.is_dir():
            raise FileError(path, "is a folder")
        if not folder.exists():
            raise FileError(path, f"there is no folder {folder}")
        if not folder.is_dir():
            raise FileError(path, f"{folder} is no folder")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise FileError(path, "cannot be written")

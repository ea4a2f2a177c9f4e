"""A program image: the ROM content that the machine starts with.

Machine spec 1: a raw little-endian memory image for address 0, whole words.
"""

from pathlib import Path
from typing import Final

from zkos.terminal.files import FileError, read_file

MAXIMUM_BYTES: Final = 0x00200000
"""Size of the ROM."""


class ImageError(ValueError):
    """The bytes are no program image; the text is one line for the user."""


def check_image(image: bytes, name: str = "image") -> bytes:
    """Return `image` if it can be a program, else raise `ImageError` about `name`."""
    size = len(image)
    if size == 0:
        raise ImageError(f"{name}: empty, there is no program")
    if size > MAXIMUM_BYTES:
        raise ImageError(f"{name}: {size} bytes, the ROM has {MAXIMUM_BYTES}")
    if size % 4 != 0:
        raise ImageError(f"{name}: {size} bytes, not a whole number of 4-byte words")
    return image


def read_image(path: Path) -> bytes:
    """The image in a file. Raises `ImageError`, also when it cannot be read."""
    try:
        image = read_file(path)
    except FileError as error:
        raise ImageError(str(error)) from error
    return check_image(image, str(path))

"""An engine without a host, for guest functions that only ask for options."""

from collections.abc import Iterator

import pytest

from zkos.guest.protocol.options import OPTION_QUIRKS_UPSTREAM
from zkos.lang.intrinsics import attach
from zkos.lang.trap import Trap


class Alone:
    """All options are off; there is nobody to talk to."""

    def __init__(self, options: int = 0) -> None:
        self.options = options

    def read(self) -> int:
        raise Trap("nobody to read from")

    def write(self, word: int) -> None:
        raise Trap(f"nobody to write {word} to")

    def option(self, index: int) -> int:
        return self.options if index == 0 else 0


@pytest.fixture(autouse=True)
def engine() -> Iterator[None]:
    """Attached until the test attaches its own."""
    attach(Alone())
    yield
    attach(None)


@pytest.fixture
def upstream(engine: None) -> None:
    """The same with upstream's faults."""
    attach(Alone(int(OPTION_QUIRKS_UPSTREAM)))

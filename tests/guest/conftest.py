"""An engine without a host, for guest functions that only ask for options."""

from collections.abc import Iterator

import pytest

from tests.guest.objects import OBJECTS
from tests.support.remote import Alone


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Attached until the test attaches its own."""
    OBJECTS.attach(Alone())
    yield
    OBJECTS.attach(None)

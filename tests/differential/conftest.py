"""A node with a chain of v30."""

import pytest

from tests.differential.served_chains import made
from tests.support.node_server import serving
from zkos.versions import Protocol


@pytest.fixture(scope="module")
def v30():
    return made(Protocol.V30)


@pytest.fixture
def v30_node(v30):
    with serving(v30) as node:
        yield node

"""The Ethereum instance's precompiles, on each engine in turn."""

import pytest

from tests.guest.hooks.ethereum_objects import Precompiles, objects
from tests.support.target import ENGINES
from zkos.versions import Fork


@pytest.fixture(
    params=[pytest.param(name, marks=getattr(pytest.mark, name)) for name in ENGINES]
)
def engine(request):
    return request.param


@pytest.fixture(params=[Fork.PRAGUE, Fork.OSAKA], ids=lambda fork: fork.value)
def precompiles(engine, request):
    guest = objects(request.param)
    with guest.on(engine):
        yield Precompiles(request.param)
        guest.attach(None)


@pytest.fixture
def osaka(engine):
    guest = objects(Fork.OSAKA)
    with guest.on(engine):
        yield Precompiles(Fork.OSAKA)
        guest.attach(None)

"""Draws lies for the Ethereum instance: words, nodes, claims, headers, bodies."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from differential.ethereum.blocks import Account
from differential.ethereum.chains import PLACES, fields_of, refit_parent
from differential.ethereum.states import witness_of
from fuzz.adversary.conversation import Liar, Moment
from fuzz.adversary.edits import AnswerEdit, draw_edit
from fuzz.adversary.ethereum_stage import EthereumAttack, EthereumStage
from fuzz.strategies.ethereum.damage import damaged
from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source, Weights
from zkos.guest.protocol import ethereum_queries as queries
from zkos.host.channel import OracleError, framed
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.ethereum.lookup import EMPTY_ROOT
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.host.rlp import encode
from zkos.host.signing import keccak256

ACCOUNT: Final = int(queries.QUERY_ACCOUNT)
SLOT: Final = int(queries.QUERY_STORAGE)
NODE: Final = int(queries.QUERY_NODE)
CODE: Final = int(queries.QUERY_CODE)
ANCESTOR: Final = int(queries.QUERY_ANCESTOR)
_SIZES: Final = {
    NODE: int(queries.QUERY_NODE_SIZE),
    CODE: int(queries.QUERY_CODE_SIZE),
    ANCESTOR: int(queries.QUERY_ANCESTOR_SIZE),
}
"""The query for the length of what another answers."""
_STATE: Final = (ACCOUNT, SLOT, NODE, CODE, _SIZES[NODE], _SIZES[CODE])
_HASH_BYTES: Final = 32
_COUNTS: Final = Weights(70, 18, 8, 4)
_NO_CODE: Final = keccak256(b"")


@dataclass(frozen=True, slots=True)
class Claim(Liar):
    """Another answer to a query, whenever it is asked."""

    query: int
    parameters: bytes
    response: bytes

    def change(self, moment: Moment, response: bytes) -> bytes:
        alike = moment.query == self.query and moment.parameters == self.parameters
        return self.response if alike else response


class World(Liar):
    """Answers from the state of another witness, all or some."""

    def __init__(self, block: EthereumBlock, about: tuple[int, ...]) -> None:
        self._oracle: Final = WitnessOracle(block)
        self._about: Final = about

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query not in self._about:
            return response
        try:
            return self._oracle.answer(moment.query, moment.parameters)
        except OracleError:
            return response


class EthereumAttacker:
    """Draws attacks on one stage, which was rehearsed."""

    def __init__(self, stage: EthereumStage) -> None:
        self.stage: Final = stage
        self.known: Final = stage.known

    @cached_property
    def by_query(self) -> dict[int, list[int]]:
        """Positions of the honest run by what is asked."""
        made: dict[int, list[int]] = {}
        for position, asked in enumerate(self.stage.honest):
            made.setdefault(asked.query, []).append(position)
        return made

    @cached_property
    def claims(self) -> dict[int, list[bytes]]:
        """Parameters with which each query is asked, without repetition."""
        return {
            query: list(dict.fromkeys(self.stage.honest[at].parameters for at in rows))
            for query, rows in self.by_query.items()
        }

    def draw(self, source: Source) -> EthereumAttack:
        """One attack."""
        scheme = source.choose(_SCHEMES, _WEIGHTS)
        made = scheme(self, source)
        return made._replace(kind=scheme.__name__)

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The honest answer to a query of the honest run."""
        for at in self.by_query[query]:
            asked = self.stage.honest[at]
            if asked.parameters == parameters:
                return asked.response
        raise KeyError(query)

    def lying(self, *liars: Liar) -> EthereumAttack:
        """An attack on the block as it is."""
        return EthereumAttack("", self.known.block, liars)


def edit(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """A word or more of one answer or a few."""
    honest, made = attacker.stage.honest, []
    groups = tuple(attacker.by_query.values())
    for _ in range(source.choose((1, 2, 3, 5), _COUNTS)):
        position = source.choose(source.choose(groups))
        made.append(draw_edit(source, honest, position))
    return attacker.lying(*made)


def exchange(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Two answers of a kind in each other's place."""
    honest = attacker.stage.honest
    group = source.choose(tuple(attacker.by_query.values()))
    x, y = source.choose(group), source.choose(group)
    return attacker.lying(
        AnswerEdit(x, honest[y].response, "exchange"),
        AnswerEdit(y, honest[x].response, "exchange"),
    )


def account(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Another nonce, balance, storage root or code of an account, or none at all."""
    place = source.choose(attacker.claims[ACCOUNT])
    content = bytearray(attacker.answer(ACCOUNT, place)[4:])
    match source.below(6):
        case 0:
            content[:8] = (word(source) % (1 << 64)).to_bytes(8, "little")
        case 1:
            content[8:40] = word(source).to_bytes(32, "little")
        case 2:
            roots = (EMPTY_ROOT, bytes(32), source.bytes(32))
            content[40:72] = source.choose(roots)
        case 3:
            content[72:] = source.choose((_NO_CODE, bytes(32), source.bytes(32)))
        case 4:
            content[:] = bytes(40) + EMPTY_ROOT + source.choose((bytes(32), _NO_CODE))
        case _:
            other = source.choose(attacker.claims[ACCOUNT])
            content[:] = attacker.answer(ACCOUNT, other)[4:]
    return attacker.lying(Claim(ACCOUNT, place, framed(bytes(content))))


def slot(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Another value of a slot, or none."""
    places = attacker.claims.get(SLOT)
    if not places:
        return account(attacker, source)
    place = source.choose(places)
    other = attacker.answer(SLOT, source.choose(places))[12:]
    value = source.choose((bytes(32), word(source).to_bytes(32, "big"), other))
    flag = source.below(2).to_bytes(8, "little")
    return attacker.lying(Claim(SLOT, place, framed(flag + value)))


def node(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Other bytes for a node or a code, with the length that they have."""
    query = source.choose((NODE, NODE, NODE, CODE))
    hashes = attacker.claims.get(query) or attacker.claims[NODE]
    query = query if query in attacker.claims else NODE
    digest = source.choose(hashes)
    known = attacker.known.block.witness.by_hash
    content = bytearray(known.get(digest[-_HASH_BYTES:], b"\x80"))
    match source.below(5):
        case 0:
            content[source.below(len(content))] ^= 1 << source.below(8)
        case 1:
            content = bytearray(known.get(source.choose(hashes), b"\x80"))
        case 2:
            del content[source.below(len(content)) :]
        case 3:
            content += source.bytes(source.integer(1, 9))
        case _:
            at = source.below(len(content))
            content[at : at + 1] = source.bytes(1)
    return attacker.lying(*_sized(query, digest, bytes(content)))


def ancestor(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Another header of an ancestor than the one whose hash is named."""
    depth = source.choose(attacker.claims[ANCESTOR])
    headers = attacker.known.block.witness.headers
    at = len(headers) - 1 - int.from_bytes(depth, "little")
    fields = fields_of(headers[max(at, 0)])
    place = source.below(len(fields))
    size = len(fields[place])
    fields[place] = source.bytes(size) if size else b"\1"
    given = encode(list(fields))
    if source.chance(20):
        given = source.choose(headers)
    return attacker.lying(*_sized(ANCESTOR, depth, given))


def body(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Another block: header, transactions, withdrawals or parent with one change."""
    try:
        other = damaged(source, attacker.known)
    except ValueError:
        return edit(attacker, source)
    return EthereumAttack("", other.block)


def harmless(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Another header that is as good: what nobody reads has changed."""
    fields = fields_of(attacker.known.block.header)
    fields[PLACES["extraData"]] = source.bytes(source.below(33))
    if source.chance(50):
        fields[PLACES["mixHash"]] = source.bytes(32)
    served = replace(attacker.known.block, header=encode(list(fields)))
    return EthereumAttack("", served)


def other_world(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Answers from a state with one account more, less or changed."""
    known = attacker.known
    before = dict(known.before or {})
    address = source.choose(tuple(before))
    item = before[address]
    match source.below(4):
        case 0 if len(before) > 1:
            del before[address]
        case 1:
            before[address] = replace(item, balance=word(source))
        case 2:
            slots = dict(item.storage)
            key = source.choose((*slots, word(source)))
            slots[key] = word(source) or 1
            before[address] = replace(item, storage=slots)
        case _:
            before[word(source) % (1 << 160)] = Account(1, word(source))
    headers = refit_parent(before, known.block.witness.headers)
    served = replace(known.block, witness=witness_of(before, headers))
    about = _STATE if source.chance(60) else (source.choose(_STATE),)
    return attacker.lying(World(served, about))


def both(attacker: EthereumAttacker, source: Source) -> EthereumAttack:
    """Two schemes at once."""
    first = source.choose(_SCHEMES[:-1])(attacker, source)
    second = source.choose(_SCHEMES[:-1])(attacker, source)
    served = first.served
    if served is attacker.known.block:
        served = second.served
    return EthereumAttack("", served, (*first.liars, *second.liars))


def _sized(query: int, parameters: bytes, content: bytes) -> tuple[Liar, ...]:
    size = framed(len(content).to_bytes(8, "little"))
    return (
        Claim(query, parameters, framed(content)),
        Claim(_SIZES[query], parameters, size),
    )


_Scheme = Callable[[EthereumAttacker, Source], EthereumAttack]
_SCHEMES: Final[tuple[_Scheme, ...]] = (
    edit,
    exchange,
    account,
    slot,
    node,
    ancestor,
    body,
    harmless,
    other_world,
    both,
)
_WEIGHTS: Final = Weights(30, 5, 12, 12, 16, 6, 8, 1, 1, 8)

"""Oracle adversary as a campaign target: an input is the number of an attack.

The lies are drawn in `fuzz.adversary`; coverage of the guest says which reached new
refusals, and those seeds are kept.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final, NamedTuple

from fuzz.adversary.attack import Attacker
from fuzz.adversary.engines import Engine, NativeEngine
from fuzz.adversary.judge import Trial, Verdict, judge
from fuzz.adversary.knowledge import Knowledge
from fuzz.adversary.scenes import scenes
from fuzz.adversary.stage import Stage
from fuzz.coverage.counters import Counters, semantic
from fuzz.coverage.target import Observation, Problem
from fuzz.coverage.text import read_json
from fuzz.strategies.source import BytesSource, RandomSource, Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import coverage_library
from fuzz.targets.versions import named
from zkos.host.profile import Mode, Profile, RunOptions
from zkos.versions import DEFAULT, Protocol

_WORLD_SEED: Final = 1
_BYTES: Final = 48


class Lie(NamedTuple):
    """A scene and the choices an attack on it is drawn from."""

    scene: int
    choices: bytes


class LieTarget(ABC):
    """Lies as inputs: made, changed, written down. What runs them is elsewhere."""

    suffix: Final = ".lie"

    def __init__(self, name: str, counters: Counters, scenes: int) -> None:
        self.name: Final = name
        self._counters: Final = counters
        self._scene_count: Final = scenes

    @property
    def counters(self) -> Counters | None:
        """Those of the compiled guest."""
        return self._counters

    def generate(self, source: Source) -> Lie:
        """Any attack on any scene."""
        return Lie(source.below(self._scene_count), source.bytes(_BYTES))

    def mutate(self, source: Source, parent: Lie, donor: Lie) -> Lie:
        """Other choices from some place on, another byte, or another scene."""
        at = source.below(_BYTES)
        match source.below(4):
            case 0:
                return parent._replace(scene=source.below(self._scene_count))
            case 1:
                tail = source.bytes(_BYTES - at)
            case 2:
                tail = donor.choices[at:]
            case _:
                tail = source.bytes(1) + parent.choices[at + 1 :]
        return parent._replace(choices=parent.choices[:at] + tail)

    @abstractmethod
    def run(self, value: Lie) -> Observation:
        """Tell the lie and judge what the guest makes of it."""

    def weight(self, value: Lie) -> int:
        """All alike, but for trailing zeros."""
        return len(value.choices.rstrip(b"\0"))

    def encode(self, value: Lie) -> bytes:
        """A line of JSON."""
        row = {"scene": value.scene, "choices": value.choices.hex()}
        return (json.dumps(row) + "\n").encode()

    def decode(self, content: bytes) -> Lie:
        """The inverse; ValueError for anything else."""
        try:
            row = read_json(content)
            return Lie(int(row["scene"]), bytes.fromhex(row["choices"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no lie: {error}") from error

    def shrink(self, value: Lie) -> Iterator[Lie]:
        """Fewer choices: what is missing is zero."""
        for length in range(len(value.choices)):
            yield value._replace(choices=value.choices[:length])


def observed(engine: Engine, scene: str, kind: str, trial: Trial) -> Observation:
    """What the campaign sees of an attack.

    A lie that is noticed is what such targets call a valid input.
    """
    seen = Observation(semantic("attack", kind, trial.verdict, trial.ending.reason))
    seen.included = trial.verdict is Verdict.REJECTED
    seen.reverted = trial.verdict is not Verdict.REJECTED
    if trial.verdict.is_bad:
        # The fault is known by what was lied about, not by how or in which scene.
        seen.problem = Problem(
            trial.verdict.value,
            (engine.name,),
            "answers",
            site=trial.about,
            values=(f"{trial.reason} ({kind} on {scene})",),
        )
    return seen


class OracleTarget(LieTarget):
    """No lie of the host is accepted with an output no honest run gives."""

    def __init__(self, protocol: Protocol = DEFAULT) -> None:
        library = coverage_library(protocol)
        self._engine: Final = NativeEngine(library)
        word = RunOptions(Profile.PRODUCTION, Mode.PROVING, report=False).word()
        self._scenes: Final[list[tuple[Stage, Attacker]]] = []
        for name, case in scenes(protocol).items():
            stage = Stage(name, case, word, protocol)
            ending = stage.rehearse(self._engine)
            if ending.output is None:
                raise RuntimeError(
                    f"honest answers are refused: {name}: {ending.reason}"
                )
            source = RandomSource(_WORLD_SEED)
            knowledge = Knowledge(stage, self._engine, source)
            self._scenes.append((stage, Attacker(knowledge)))
        super().__init__(
            named("oracle", protocol), Counters.of(library), len(self._scenes)
        )

    def run(self, value: Lie) -> Observation:
        stage, attacker = self._scenes[value.scene % len(self._scenes)]
        attack = attacker.draw(BytesSource(value.choices))
        trial = judge(self._engine, stage, attack)
        return observed(self._engine, stage.name, attack.kind, trial)


def oracle(protocol: Protocol = DEFAULT) -> OracleTarget:
    """Lies of the host: none is accepted with an output no honest run gives."""
    return OracleTarget(protocol)


if __name__ == "__main__":
    main("oracle")

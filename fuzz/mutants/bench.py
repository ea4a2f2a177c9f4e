"""The ground for faults in arithmetic and decoders: functions called directly.

They are those of the call targets (precompiles, hashes, division, fields, decoders),
with the plain build as peer; for faults that are in the source, with the libraries and
readers that the targets have as references.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, Final

from fuzz.mutants.grounds import Fields, Ground, Tell, begin_case, found, until
from fuzz.mutants.mutant import source_of
from fuzz.mutants.pieces import Built
from fuzz.mutants.workshop import Workshop
from fuzz.targets.arithmetic import arithmetic
from fuzz.targets.calls import Call, CallTarget
from fuzz.targets.fields import fields
from fuzz.targets.hashes import hashes
from fuzz.targets.precompiles import precompiles
from fuzz.targets.transaction_parser import transaction_parser
from zkos.compiler.native import GuestTrap, NativeLibrary

TARGETS: Final = (precompiles, arithmetic, fields, hashes, transaction_parser)
MODULES: Final = ("zkos.guest.crypto.", "zkos.guest.rlp.", "zkos.guest.transactions.")
"""Where a fault may be seen in these functions."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A call and what the plain build makes of it."""

    target: CallTarget
    call: Call
    answer: Any
    reached: int


class Bench(Ground):
    """Calls of functions."""

    def __init__(self, seed: int = 1) -> None:
        self._seed: Final = seed
        self.targets: Final = [make() for make in TARGETS]
        places = [place for target in self.targets for place in target.places]
        roots = sorted({place.split(":")[0] for place in places})
        super().__init__(Workshop(tuple(roots), tuple(dict.fromkeys(places))))
        self.answered: list[Answered] = []

    def grow(self, calls: int) -> None:
        """Have the plain build answer calls until there are so many."""
        plain = self.plain
        self.workshop.entered(plain)
        for number in range(len(self.answered), calls):
            target, call = self.call(number)
            answer = answer_of(plain, target, call)
            reached = self.workshop.entered(plain)
            self.answered.append(Answered(target, call, answer, reached))
        plain.reset()

    def call(self, number: int) -> tuple[CallTarget, Call]:
        """Call `number` of the seed."""
        target = self.targets[number % len(self.targets)]
        return target, target.generate(source_of(self._seed, number))

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules of the functions."""
        return frozenset(item.function.module.name for item in self.workshop.instances)

    def chase(self, built: Built, end: float, tell: Tell) -> Fields:
        """Known calls first, then new ones."""
        return self._chase(built, end, tell, judged=False)

    def judge(self, built: Built, end: float, tell: Tell) -> Fields:
        """The same where only a reference counts."""
        return self._chase(built, end, tell, judged=True)

    def _chase(self, built: Built, end: float, tell: Tell, *, judged: bool) -> Fields:
        reaching = [item for item in self.answered if item.reached & built.mask]
        seen = {"reached": len(reaching)}
        for runs in until(end, iter(range(len(reaching)))):
            known = reaching[runs]
            begin_case(tell, runs, runs, len(reaching))
            what = _differs(built.library, known.target, known.call, known.answer)
            if what and judged:
                what = _wrong(built.library, known.target, known.call)
            if what:
                return seen | {"runs": runs + 1} | found(what, runs)
        runs = len(reaching)
        for number in until(end, count(len(self.answered))):
            begin_case(tell, number, runs, len(reaching))
            target, call = self.call(number)
            answer = answer_of(self.plain, target, call)
            self.plain.reset()
            what = _differs(built.library, target, call, answer)
            if what and judged:
                what = _wrong(built.library, target, call)
            runs += 1
            if what:
                return seen | {"runs": runs} | found(what, number)
        return seen | {"runs": runs}


def answer_of(library: NativeLibrary, target: CallTarget, call: Call) -> Any:
    """What a build answers; a trap is an answer, too."""
    function = target.functions[call.name]
    arguments: list[Any] = list(call.arguments)
    out = bytearray(0 if function.out is None else function.out(*call.arguments))
    if function.out is not None:
        arguments.append(out)
    library.reset()
    try:
        return library.call(function.place, *arguments), bytes(out)
    except GuestTrap:
        return "trap"


def _differs(
    library: NativeLibrary, target: CallTarget, call: Call, answer: Any
) -> str:
    said = answer_of(library, target, call)
    library.reset()
    if said == answer:
        return ""
    kind = "trap" if "trap" in (said, answer) else "answer"
    return f"{kind} of {target.name} {call.name}"


def _wrong(library: NativeLibrary, target: CallTarget, call: Call) -> str:
    """What the reference of the target finds wrong."""
    problem = target.run_on(library, call).problem
    library.reset()
    return "" if problem is None else f"library: {problem.kind} {call.name}"

"""Which declared differences are in force for a run, and how often each made one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from differential.known import (
    ABSENT_PRECOMPILES_ARE_COLD,
    FEES_TO_COINBASE,
    FORK,
    NATIVE_GAS,
    NO_BLAKE2F,
    NO_POINT_EVALUATION,
    PREVRANDAO_IS_ONE,
    PUBDATA_NOT_COVERED,
    RULES,
    Origin,
    Rule,
)
from differential.outcome import DeclaredDifference
from zkos.guest.protocol.options import (
    OPTION_BURN_BASE_FEE,
    OPTION_EXTRA_PRECOMPILES,
    OPTION_PREVRANDAO,
    OPTION_UNLIMITED_NATIVE,
)
from zkos.host.profile import Quirks, RunOptions
from zkos.versions import VERSIONS

_UNLESS: Final = (
    (OPTION_BURN_BASE_FEE, FEES_TO_COINBASE),
    (OPTION_PREVRANDAO, PREVRANDAO_IS_ONE),
    (OPTION_UNLIMITED_NATIVE, NATIVE_GAS),
    (OPTION_UNLIMITED_NATIVE, PUBDATA_NOT_COVERED),
    (OPTION_EXTRA_PRECOMPILES, ABSENT_PRECOMPILES_ARE_COLD),
    (OPTION_EXTRA_PRECOMPILES, NO_BLAKE2F),
    (OPTION_EXTRA_PRECOMPILES, NO_POINT_EVALUATION),
)
"""Options of a build, and the rules that do not hold in a build with them."""


@dataclass(slots=True)
class Policy:
    """The rules in force for a run, and how often each fired."""

    enabled: frozenset[str]
    fork: str = FORK
    transaction: int = 0
    """Index of the transaction in work."""
    fired: Counter[tuple[int, str]] = field(default_factory=Counter)
    amounts: Counter[tuple[int, str]] = field(default_factory=Counter)
    """What the rules took: gas, for `native_gas`."""

    @classmethod
    def of(cls, options: RunOptions) -> "Policy":
        """The rules of a variant of the OS."""
        version = VERSIONS[options.protocol].number
        rules = {rule for rule in RULES.values() if rule.holds_in(version)}
        if options.quirks is Quirks.NONE:
            rules -= {rule for rule in rules if rule.origin is Origin.QUIRK}
        word = options.word()
        rules -= {rule for option, rule in _UNLESS if word & int(option)}
        return cls(frozenset(rule.name for rule in rules))

    @classmethod
    def ethereum(cls, fork: str = FORK) -> "Policy":
        """Ethereum as of Cancun or Prague: only py-evm's faults are corrected."""
        without = {r for r in RULES.values() if fork != FORK and r.fork == FORK}
        faults = {r for r in RULES.values() if r.origin is Origin.REFERENCE}
        return cls(frozenset(rule.name for rule in without | faults), fork)

    def without(self, rules: Iterable[Rule]) -> "Policy":
        """A fresh policy in which these differences are not declared."""
        return Policy(self.enabled - {rule.name for rule in rules}, self.fork)

    def allows(self, rule: Rule) -> bool:
        """Whether a rule is in force."""
        return rule.name in self.enabled

    def fire(self, rule: Rule, amount: int = 0) -> bool:
        """Whether a rule is in force, where it makes a difference."""
        if rule.name not in self.enabled:
            return False
        self.fired[self.transaction, rule.name] += 1
        self.amounts[self.transaction, rule.name] += amount
        return True

    def declared(self) -> tuple[DeclaredDifference, ...]:
        """What fired, by transaction and name."""
        return tuple(
            DeclaredDifference(
                transaction, name, times, self.amounts[transaction, name]
            )
            for (transaction, name), times in sorted(self.fired.items())
        )

"""The build with the second environment: its modules, the highest type byte raised."""

from zkos.compiler.variant import Variant
from zkos.lang.ints import U8

PACKAGE = "tests.guest.second_environment"
MODULES = [f"{PACKAGE}.environments", f"{PACKAGE}.stack_machine"]
REGISTRY = "zkos.guest.environments"
HIGHEST = "zkos.guest.protocol.environment:HIGHEST_ENVIRONMENT"
VARIANT = Variant(
    overrides=((HIGHEST, U8(2)),),
    bindings=((REGISTRY, f"{PACKAGE}.environments"),),
    hurried=True,
)

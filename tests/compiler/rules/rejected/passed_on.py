# 5:19: __all__ lists names that are imported above

from zkos.machine.operations import ADD

__all__ = ["ADD", "WALK"]

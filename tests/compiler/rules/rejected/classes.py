# 9:1: class Child inherits from Parent

from zkos.lang.ints import U32

class Parent:
    """Above."""


class Child(Parent):
    """Below."""


def run(a: U32) -> U32:
    return a

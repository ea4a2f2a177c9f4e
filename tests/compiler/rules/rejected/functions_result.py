# 6:1: run lacks a result type

from zkos.lang.ints import U32


def run(a: U32):
    return a

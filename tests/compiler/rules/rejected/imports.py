# 5:1: imports are absolute, of single names, without 'as'

from typing import Final

from zkos.lang.ints import U32 as Word

A: Final = Word(1)


def run(a: Word) -> Word:
    return a

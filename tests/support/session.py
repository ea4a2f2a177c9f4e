"""A run of a guest program whose host asks for one operation after the other.

The program runs in a thread. When it reads and no operation is going on, it waits
for the next; what it asks otherwise goes to the engine attached: the test's world.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Final, Protocol

from tests.support.driver import DONE
from tests.support.program import END, RAISED
from zkos.compiler.image import Program
from zkos.compiler.native import GuestError, GuestTrap, NativeLibrary, describe_site
from zkos.lang.intrinsics import Engine
from zkos.lang.places import Memory
from zkos.lang.trap import Trap
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine

CYCLE_LIMIT: Final = 1 << 40
MARKS: Final = (DONE, RAISED)
CHUNK: Final = 16
"""An answer with more words left than this goes in one piece, but for its end: what
the guest leaves unread must still be with the world."""


def _nothing(address: int, length: int) -> bytes:
    raise ValueError(f"no memory to see {length} bytes at {address:#x}")


class Left(EOFError):
    """The host asks for no more."""


@dataclass
class Conversation:
    """The host's end of a run: operations for it, and a world for what it asks."""

    world: Engine
    requests: "SimpleQueue[bytes | None]" = field(default_factory=SimpleQueue)
    replies: "SimpleQueue[list[int] | BaseException]" = field(
        default_factory=SimpleQueue
    )
    result: list[int] = field(default_factory=list)
    """Words of the operation that has ended, or ends just now."""
    head: list[int] = field(default_factory=list)
    """Of the message being sent to the world: its name and length."""
    left: int = 0
    idle: bool = True
    memory: Memory = _nothing

    def see(self, memory: Memory) -> None:
        """Take the memory of the guest."""
        self.memory = memory

    def exchange(self, written: bytes) -> bytes:
        """Take words, give those to be read."""
        for word in memoryview(written).cast("I"):
            self._take(word)
        if self.result:
            if self.result[-1] != END:
                return b""
            self.replies.put(self.result[:-1])
            self.result = []
            self.idle = True
        if self.idle:
            request = self.requests.get()
            if request is None:
                raise Left
            self.idle = False
            return request
        return self._answer()

    def _take(self, word: int) -> None:
        boundary = not self.head and not self.left
        if self.result or (boundary and word in MARKS):
            self.result.append(word)
            return
        self.world.write(word)
        if self.left:
            self.left -= 1
            return
        self.head.append(word)
        if len(self.head) == 2:
            self.left = word
            self.head = []

    def _answer(self) -> bytes:
        waiting = getattr(self.world, "incoming", [])
        count = len(waiting) - CHUNK if len(waiting) > CHUNK else 1
        words = [self.world.read() for _ in range(count)]
        return b"".join(word.to_bytes(4, "little") for word in words)


class Run:
    """One run of the program, from its first operation to its end."""

    def __init__(
        self, world: Engine, start: Callable[[Conversation, int], BaseException]
    ) -> None:
        """`start` runs the program to its end, and says how it ended."""
        self.options: Final = world.option(0)
        self.talk: Final = Conversation(world)
        self._ended: BaseException | None = None
        self._thread: Final = threading.Thread(
            target=self._work, args=(start,), daemon=True
        )
        self._thread.start()

    def _work(self, start: Callable[[Conversation, int], BaseException]) -> None:
        try:
            ending = start(self.talk, self.options)
        except BaseException as error:
            ending = error
        self.talk.replies.put(ending)

    def ask(self, words: bytes) -> list[int]:
        """What the operation writes; raises how the run ended instead."""
        if self._ended is None:
            assert self.talk.world.option(0) == self.options, "options changed"
            self.talk.requests.put(words)
            reply = self.talk.replies.get()
            if not isinstance(reply, BaseException):
                return reply
            self._ended = reply
        raise self._ended

    def end(self) -> None:
        """Have the program end where it waits."""
        if self._ended is None:
            self.talk.requests.put(None)
        self._thread.join()


class Compiled(Protocol):
    """A compiled program."""

    def start(self, talk: Conversation, options: int) -> BaseException:
        """Run it to its end and say how it ended."""


class NativeProgram:
    """Compiled for this machine."""

    def __init__(self, library: NativeLibrary, main: str) -> None:
        self._library: Final = library
        self._main: Final = main

    def start(self, talk: Conversation, options: int) -> BaseException:
        library = self._library
        library.reset()
        library.attach(talk, (options,))
        try:
            library.call(self._main)
        except GuestTrap as trap:
            return Trap(str(trap))
        except GuestError as error:
            return AssertionError(f"uncaught {error}")
        except BaseException as failure:
            return failure
        finally:
            library.attach(None)
        return AssertionError("the program returned")


class RiscvProgram:
    """Compiled to an image for the machine."""

    def __init__(self, program: Program) -> None:
        self._program: Final = program
        self._machine: Final = Machine("native")

    def start(self, talk: Conversation, options: int) -> BaseException:
        image = self._program.image((options,))
        done = self._machine.run(image, talk, CYCLE_LIMIT)
        if done.reason is Stop.ABORTED:
            where = describe_site(self._program.sites, done.registers[10])
            return Trap(where)
        error: Any = done.error
        return error or AssertionError(done.describe())

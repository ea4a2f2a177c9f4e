"""Compiled guest code in this process: loading, calling, traps, the oracle."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, Protocol, TypeAlias

import llvmlite.binding as llvm

from zkos.compiler.arena import Arena
from zkos.compiler.build import Artefact, Progress, build
from zkos.compiler.emit import X86
from zkos.compiler.module import SLOT_BYTES, Export
from zkos.compiler.variant import PLAIN, Variant
from zkos.lang.places import show
from zkos.terminal.steps import step

OUT_WORDS: Final = 1 << 20
IN_BYTES: Final = 1 << 14
"""Room for answers at the start; it grows with the longest."""
STATUS_TRAP: Final = 1
STATUS_FINISHED: Final = 2
STATUS_ERROR: Final = 15
_GLOBALS: Final = (
    "__heap_next",
    "__heap_end",
    "__options",
    "__trap_site",
    "__public_input",
    "__oracle",
)
_COVERAGE: Final = ("__coverage", "__coverage_hooks")
_WIDTHS: Final = {
    "bool": 1,
    "U8": 1,
    "U16": 2,
    "U32": 4,
    "I32": 4,
    "U64": 8,
    "I64": 8,
    "U128": 16,
    "U256": 32,
    "I256": 32,
    "Address": 32,
    "Bytes32": 32,
    "U512": 64,
}


View: TypeAlias = tuple[int, int]
"""Address and length in bytes."""


class Channel(Protocol):
    """The host's end of the oracle."""

    def exchange(self, written: bytes) -> bytes:
        """Take the words written so far, give all words that can be read now."""


class Answerer(Protocol):
    """Who answers a guest in place of the channel, as far as it can.

    A channel that may be left aside offers one: its method `answerer` gives it for the
    next run, or None if it has to see all questions itself.
    """

    def begin(self, oracle: View, out: View, incoming: View, slow: int) -> int:
        """The address of a function to call for answers.

        It works on the guest's end of the oracle, on the words written and on the
        buffer for answers; `slow` is the address of what asks the channel.
        """

    def receive(self, incoming: View) -> None:
        """Put answers there from now on."""

    def end(self) -> None:
        """The run is over."""


class GuestTrap(Exception):
    """Compiled code trapped; the text names file, line and reason."""


class GuestFinished(Exception):
    """Compiled code ended by `finish`."""

    def __init__(self, public_input: bytes) -> None:
        super().__init__("finished")
        self.public_input: Final = public_input


class GuestError(Exception):
    """An exception of the guest reached the host; the text is its class."""


class _Oracle(ctypes.Structure):
    _fields_ = (
        ("out", ctypes.c_void_p),
        ("out_used", ctypes.c_uint32),
        ("out_size", ctypes.c_uint32),
        ("in_words", ctypes.c_void_p),
        ("in_position", ctypes.c_uint32),
        ("in_length", ctypes.c_uint32),
        ("words_read", ctypes.c_uint64),
        ("words_written", ctypes.c_uint64),
        ("host", ctypes.c_void_p),
    )


class NativeLibrary:
    """Guest functions compiled to the machine this runs on."""

    _loaded = 0

    def __init__(
        self,
        artefact: Artefact,
        symbols: Sequence[str] = (),
        *,
        instead: bytes = b"",
        arena: Arena | None = None,
    ) -> None:
        """Load; `symbols` are names of an appendix whose addresses are wanted.

        `instead` is an object whose functions take the places of weak ones, `arena`
        memory that another library used before, for addresses to be the same.
        """
        self.module = artefact.module
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        libc = ctypes.CDLL(None)
        for name in ("_setjmp", "longjmp", "memcpy", "memmove", "memset"):
            address = ctypes.cast(getattr(libc, name), ctypes.c_void_p).value
            llvm.add_symbol(name, address)
        target = llvm.Target.from_default_triple()
        self._jit = llvm.create_lljit_compiler(target.create_target_machine(jit=True))
        builder = llvm.JITLibraryBuilder().add_object_img(artefact.code)
        if instead:
            builder.add_object_img(instead)
        builder.add_current_process()
        exported = [export.symbol for export in self.module.exports.values()]
        counted = _COVERAGE if self.module.counters else ()
        for symbol in (*exported, *_GLOBALS, *counted, *symbols):
            builder.export_symbol(symbol)
        NativeLibrary._loaded += 1
        self._tracker = builder.link(self._jit, f"guest{NativeLibrary._loaded}")
        prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        self._functions = {
            name: prototype(self._tracker[export.symbol])
            for name, export in self.module.exports.items()
        }
        self.arena: Final = arena or Arena()
        self._base = self.arena.address
        self._next = self._cell("__heap_next", ctypes.c_uint64)
        self._cell("__heap_end", ctypes.c_uint64).value = self._base + len(self.arena)
        self._options = self._cell("__options", ctypes.c_uint32 * 4)
        self._site = self._cell("__trap_site", ctypes.c_uint32)
        self._public_input = self._cell("__public_input", ctypes.c_char * 32)
        self._next.value = self._base
        self._connect()

    def _cell(self, name: str, kind: Any) -> Any:
        return kind.from_address(self._tracker[name])

    def _connect(self) -> None:
        self._oracle = self._cell("__oracle", _Oracle)
        self._out = (ctypes.c_uint32 * OUT_WORDS)()
        self._outgoing = memoryview(self._out).cast("B")
        self._oracle.out = ctypes.addressof(self._out)
        self._oracle.out_size = OUT_WORDS
        self._answerer: Answerer | None = None
        self._receive(bytearray(IN_BYTES))
        self._channel: Channel | None = None
        self._failure: BaseException | None = None
        self._callback = ctypes.CFUNCTYPE(ctypes.c_int)(self._exchange)
        self._slow = ctypes.cast(self._callback, ctypes.c_void_p).value or 0
        self._oracle.host = self._slow

    def _exchange(self) -> int:
        try:
            if self._channel is None:
                return 1
            answer = self._channel.exchange(self._written())
            length = len(answer)
            if length > len(self._incoming):
                self._receive(bytearray(length))
            self._incoming[:length] = answer
            oracle = self._oracle
            oracle.in_position = 0
            oracle.in_length = length // 4
        except BaseException as failure:
            self._failure = failure
            return 1
        return 0

    def _receive(self, buffer: bytearray) -> None:
        """Take answers in this memory from now on."""
        self._incoming = buffer
        self._oracle.in_words = ctypes.addressof(ctypes.c_char.from_buffer(buffer))
        if self._answerer is not None:
            self._answerer.receive((self._oracle.in_words, len(buffer)))

    def _written(self) -> bytes:
        oracle = self._oracle
        written = self._outgoing[: 4 * oracle.out_used].tobytes()
        oracle.out_used = 0
        return written

    @property
    def coverage(self) -> ctypes.Array[ctypes.c_uint8]:
        """The block counters of a coverage build, live."""
        cells: ctypes.Array[ctypes.c_uint8] = self._cell(
            "__coverage", ctypes.c_uint8 * self.module.counters
        )
        return cells

    def address(self, symbol: str) -> int:
        """Where a symbol of the appendix lies."""
        return int(self._tracker[symbol])

    def entry(self, name: str) -> Callable[[int, int], int]:
        """An exported function as it is: addresses of arguments and results, a status.

        Each argument is at the next multiple of `SLOT_BYTES`.
        """
        return self._functions[name]

    def set_hooks(self, hooks: Sequence[int]) -> None:
        """Addresses of the comparison hooks of a coverage build, as in `HOOKS`."""
        cells = self._cell("__coverage_hooks", ctypes.c_void_p * len(hooks))
        for index, address in enumerate(hooks):
            cells[index] = address

    def reset(self) -> None:
        """Forget everything allocated so far; the memory is zero again."""
        used = self.heap_used
        if used > 1 << 20:
            self.arena.clear(used)
        else:
            ctypes.memset(self._base, 0, used)
        self._next.value = self._base

    @property
    def heap_used(self) -> int:
        """Bytes of the arena in use."""
        return int(self._next.value) - self._base

    def memory(self, address: int, length: int) -> bytes:
        """Bytes of the arena where `address_of` says: a `zkos.lang.places.Memory`."""
        start = (address - self._base) % (1 << 32)
        if start + length > len(self.arena):
            raise ValueError(f"the guest has no {length} bytes at {address:#x}")
        return self.arena.read(start, length)

    @property
    def words(self) -> tuple[int, int]:
        """Oracle words read and written since the channel was attached."""
        return self._oracle.words_read, self._oracle.words_written

    def attach(self, channel: Channel | None, options: Sequence[int] = ()) -> None:
        """Connect an oracle and set the option words."""
        if self._answerer is not None:
            self._answerer.end()
        self._channel = channel
        offer: Callable[[], Answerer | None] | None
        offer = getattr(channel, "answerer", None)
        self._answer_by(None if offer is None else offer())
        show(channel, self.memory)
        self._oracle.out_used = 0
        self._oracle.in_position = 0
        self._oracle.in_length = 0
        self._oracle.words_read = 0
        self._oracle.words_written = 0
        for index in range(4):
            self._options[index] = options[index] if index < len(options) else 0

    def _answer_by(self, answerer: Answerer | None) -> None:
        self._answerer = answerer
        self._oracle.host = self._slow
        if answerer is not None:
            self._oracle.host = answerer.begin(
                (ctypes.addressof(self._oracle), ctypes.sizeof(_Oracle)),
                (self._oracle.out, 4 * OUT_WORDS),
                (self._oracle.in_words, len(self._incoming)),
                self._slow,
            )

    def flush(self) -> None:
        """Give the channel what was written and not yet exchanged."""
        if self._channel is not None and self._oracle.out_used:
            self._channel.exchange(self._written())

    def call(self, name: str, *arguments: Any) -> Any:
        """Call an exported function `module:function`.

        Integers are ints, byte views are bytearrays (shared), bytes (copied) or
        (address, length) pairs. Raises GuestTrap, GuestFinished, GuestError.
        """
        export = self.module.exports[name]
        slots = ctypes.create_string_buffer(SLOT_BYTES * max(len(arguments), 1) + 32)
        start = -ctypes.addressof(slots) % 32
        if len(arguments) != len(export.parameters):
            raise TypeError(f"{name} takes {len(export.parameters)} arguments")
        keep = []
        pairs = zip(arguments, export.parameters, strict=True)
        for number, (given, kind) in enumerate(pairs):
            raw, alive = _argument(given, kind)
            keep.append(alive)
            place = start + SLOT_BYTES * number
            ctypes.memmove(ctypes.addressof(slots) + place, raw, len(raw))
        results = ctypes.create_string_buffer(256 + 64)
        shift = -ctypes.addressof(results) % 64
        status = self._functions[name](
            ctypes.addressof(slots) + start, ctypes.addressof(results) + shift
        )
        self._check(status)
        return _results(export, results.raw[shift:])

    def _check(self, status: int) -> None:
        if status == 0:
            return
        if status == STATUS_TRAP:
            self.raise_trap()
        if status == STATUS_FINISHED:
            raise GuestFinished(bytes(self._public_input.raw))
        raise GuestError(self.module.errors[status - STATUS_ERROR])

    def raise_trap(self) -> NoReturn:
        """Raise what the host failed with during a call, or the GuestTrap."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        raise GuestTrap(describe_site(self.module.sites, self._site.value))


def describe_site(sites: Sequence[tuple[str, int, int, str]], number: int) -> str:
    """Text of a trap site: file, line and reason."""
    if number >= len(sites):
        return f"trap {number}"
    path, line, _, reason = sites[number]
    return f"{path}:{line}: {reason}" if line else f"{path}: {reason}"


def _argument(given: Any, kind: str) -> tuple[bytes, Any]:
    if kind not in _WIDTHS:
        return _view(given)
    return (int(given) % (1 << 8 * _WIDTHS[kind])).to_bytes(
        _WIDTHS[kind], "little"
    ), None


def _view(given: Any) -> tuple[bytes, Any]:
    if isinstance(given, tuple):
        address, length = given
        alive: Any = None
    else:
        if isinstance(given, bytes):
            given = bytearray(given)
        length = len(given)
        alive = (ctypes.c_char * max(length, 1)).from_buffer(given or bytearray(1))
        address = ctypes.addressof(alive)
    return address.to_bytes(8, "little") + length.to_bytes(4, "little"), alive


def _results(export: Export, raw: bytes) -> Any:
    values = []
    for kind, offset in export.results:
        width = _WIDTHS[kind]
        signed = kind.startswith("I")
        number = int.from_bytes(raw[offset : offset + width], "little", signed=signed)
        values.append(bool(number) if kind == "bool" else number)
    if not values:
        return None
    return values[0] if len(values) == 1 else tuple(values)


def build_native(
    roots: Sequence[str],
    exports: Sequence[str],
    progress: Progress = step,
    variant: Variant = PLAIN,
) -> NativeLibrary:
    """Compile guest modules for this machine and load them."""
    artefact = build(roots, exports, X86, progress=progress, variant=variant)
    return NativeLibrary(artefact)

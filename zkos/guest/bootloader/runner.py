"""Runs calls and creations: owns the call stack of an interaction.

Environments and hooks run one frame; everything between two frames happens here, in
the order of system spec 4 and EVM spec 3 and 4: who pays for what, checks, snapshots,
value transfer, return data. Frames are kept one a depth and used again.
"""

from zkos.guest.bootloader.callee import aim, pass_resources, read_callee, take_code
from zkos.guest.bootloader.creation import Creation, Preparation
from zkos.guest.environments import Environments
from zkos.guest.evm.trace import TRACE, trace_call
from zkos.guest.hooks.hooks import NO_HOOK, Hooks
from zkos.guest.protocol.environment import (
    EVM_ENVIRONMENT,
    NO_ENVIRONMENT,
    runs_code,
)
from zkos.guest.protocol.gas import (
    ERGS_CALL_STIPEND,
    ERGS_CALL_VALUE,
    ERGS_NEW_ACCOUNT,
)
from zkos.guest.protocol.io_ergs import UNSEEN_IS_UNPROVEN
from zkos.guest.protocol.limits import (
    CALL_DEPTH,
    CODE_BYTES,
    RESERVED_PREFIX,
)
from zkos.guest.protocol.quirks import QUIRK_SPARES_UNDER_CONSTRUCTION
from zkos.guest.protocol.report import REASON_ENTRY_TRANSFER_FAILED
from zkos.guest.state.account import Account
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.calls import Exit, Frame, Scheme
from zkos.guest.system.errors import (
    Fatal,
    InsufficientBalance,
    OutOfErgs,
    SystemFault,
)
from zkos.guest.system.resources import INFINITE, Resources
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView, List, allocate_bytes


class Runner:
    """One per block. `call` and `create` run an interaction to its end."""

    system: System
    io: Io
    environments: Environments
    hooks: Hooks
    preparation: Preparation
    frames: List[Frame]
    snapshots: List[U32]
    """Where to roll back to when the frame of the same index fails."""
    depth: U32
    begun: bool
    """Whether an environment holds the frame at `depth`; those below it always are."""
    payer: Resources
    """What the caller of the entry frame has left."""
    output: ByteView
    """Return data of the last interaction, good until the next."""
    created: Address
    """Address made by the last successful `create`."""
    empty: ByteView
    fault: U32
    """Reason of the Fatal error that ended the last interaction, if known; else 0."""
    spares: bool
    """Whether code that a constructor delegates to cannot end its account, as
    upstream."""

    def __init__(
        self, system: System, environments: Environments, hooks: Hooks
    ) -> None:
        self.system = system
        self.io = system.io
        self.environments = environments
        self.hooks = hooks
        self.preparation = Preparation(system)
        self.frames = List(Frame)
        self.snapshots = List(U32)
        self.depth = U32(0)
        self.begun = False
        self.payer = Resources(U64(0), U64(0))
        self.empty = allocate_bytes(0)
        self.output = self.empty
        self.created = Address(0)
        self.fault = U32(0)
        bits = system.options.quirk_bits
        self.spares = bits & QUIRK_SPARES_UNDER_CONSTRUCTION != 0

    # Entry

    def call(
        self,
        resources: Resources,
        environment: U8,
        caller: Address,
        callee: Address,
        value: U256,
        input: ByteView,  # noqa: A002 - the field's term
    ) -> bool:
        """Call `callee` from outside any frame; whether it succeeded.

        Ergs are charged for what runs, not for the call itself. `resources` changes
        only when this returns. Raises OutOfNative, OutOfReturnMemory and Fatal.
        """
        frame = self._start(resources)
        frame.resources.ergs = INFINITE
        _, source = read_callee(self.io, environment, frame.resources, callee)
        frame.resources.ergs = resources.ergs
        frame.environment = environment
        frame.address = callee
        frame.caller = caller
        frame.code_address = callee
        frame.value = value
        frame.input = input
        frame.static = False
        try:
            return self._run(self._enter(frame, source, Scheme.CALL), resources)
        except SystemFault:
            self._unwind()
            raise

    def create(
        self,
        resources: Resources,
        deployer: Address,
        value: U256,
        initcode: ByteView,
        nonce: U64,
    ) -> bool:
        """Create a contract from outside any frame; whether it succeeded.

        The deployer's nonce, given as it was before, is already increased.
        `resources` changes only when this returns. Raises OutOfNative,
        OutOfReturnMemory and Fatal.
        """
        frame = self._start(resources)
        payer = self.payer
        payer.ergs = resources.ergs
        payer.native = resources.native
        preparation = self.preparation
        preparation.by_nonce(nonce)
        verdict = preparation.prepare(payer, frame, deployer, value, initcode)
        if verdict is not Creation.READY:
            resources.ergs = payer.ergs
            resources.native = payer.native
            return False
        try:
            return self._run(self._enter_constructor(frame), resources)
        except SystemFault:
            self._unwind()
            raise

    def _start(self, resources: Resources) -> Frame:
        """The entry frame of a new interaction, holding all native."""
        self.system.return_memory.reset()
        self.output = self.empty
        self.created = Address(0)
        self.depth = U32(0)
        self.begun = False
        self.fault = U32(0)
        frame = self._frame_at(U32(0))
        frame.resources.native = resources.native
        return frame

    # Loop

    def _run(self, reason: Exit, resources: Resources) -> bool:
        """Go on after the entry frame stopped for `reason`, until it has ended."""
        frame = self.frames[0]
        while True:
            if reason is Exit.CALL:
                reason = self._call(frame)
            elif reason is Exit.CREATE:
                reason = self._create(frame)
            elif self.depth == 0:
                success = self._end(frame, reason)
                resources.ergs = frame.resources.ergs
                resources.native = frame.resources.native
                self.output = frame.output
                if frame.constructor and success:
                    self.created = frame.address
                return success
            else:
                reason = self._return(frame, reason)
            frame = self.frames[self.depth]

    def _return(self, frame: Frame, reason: Exit) -> Exit:
        """Hand the result of an ended frame to its caller, which runs on."""
        success = self._end(frame, reason)
        self.depth = self.depth - 1
        self.begun = True
        parent = self.frames[self.depth]
        parent.resources.ergs = parent.resources.ergs + frame.resources.ergs
        parent.resources.native = frame.resources.native
        parent.child_success = success
        parent.child_output = frame.output
        parent.child_address = Address(0)
        if frame.constructor and success:
            parent.child_address = frame.address
        return self.environments.resume(parent)

    def _end(self, frame: Frame, reason: Exit) -> bool:
        """Deploy or roll back, free the frame, keep its return data; the success."""
        success = reason is Exit.RETURNED
        if reason is Exit.HALTED:
            frame.resources.ergs = U64(0)
            frame.output = self.empty
        if success and frame.constructor:
            success = self._deploy(frame)
        self.io.finish_frame(self.snapshots[self.depth], not success)
        if frame.output.length() != 0:
            frame.output = self.system.return_memory.append(frame.output)
        if self.begun:
            self.environments.leave(frame)
        return success

    def _unwind(self) -> None:
        """Free what the frames hold after an error that ends them all."""
        depth = self.depth
        if self.begun:
            self.environments.leave(self.frames[depth])
        while depth != 0:
            depth = depth - 1
            self.environments.leave(self.frames[depth])

    def _frame_at(self, depth: U32) -> Frame:
        """The frame of a depth, cleared of what its last use left."""
        if depth == self.frames.length():
            self.frames.append(Frame(depth))
            self.snapshots.append(U32(0))
        frame = self.frames[depth]
        frame.constructor = False
        frame.under_construction = False
        frame.output = self.empty
        frame.child_output = self.empty
        return frame

    # Calls

    def _call(self, caller: Frame) -> Exit:
        """Serve a call request: the first stop of the callee, or of the caller."""
        request = caller.request
        scheme = request.scheme
        resources = caller.resources
        stipend = U64(0)
        try:
            callee, source = read_callee(
                self.io, caller.environment, resources, request.callee
            )
            if request.value != 0 and scheme is not Scheme.DELEGATE:
                resources.charge(ERGS_CALL_VALUE, U64(0))
                stipend = ERGS_CALL_STIPEND
                if UNSEEN_IS_UNPROVEN:
                    self.io.observe(callee)
                is_empty = callee.nonce == 0 and source.code_length == 0
                if is_empty and callee.balance == 0 and scheme is not Scheme.CALLCODE:
                    resources.charge(ERGS_NEW_ACCOUNT, U64(0))
        except OutOfErgs:
            return Exit.HALTED
        frame = self._frame_at(self.depth + 1)
        pass_resources(caller, frame, stipend)
        if TRACE:
            trace_call(caller)
        frame.environment = caller.environment
        aim(caller, frame)
        if caller.under_construction and not self.spares:
            frame.under_construction = frame.address == caller.address
        self.depth = self.depth + 1
        return self._enter(frame, source, scheme)

    def _enter(self, frame: Frame, source: Account, scheme: Scheme) -> Exit:
        """Begin the callee: its first stop. `frame.environment` is the caller's.

        `source` is the account whose code runs, unless there is a hook.
        """
        self.begun = False
        moves_value = frame.value != 0 and scheme is not Scheme.DELEGATE
        may_run = self._may_run(frame, moves_value)
        self.snapshots[self.depth] = self.io.start_frame()
        if not may_run:
            return Exit.REVERTED
        if moves_value and not self._transfer(frame):
            return self._refuse_transfer(frame)
        hook = self.hooks.find(frame.code_address)
        if hook != NO_HOOK:
            return self.hooks.run(hook, frame, scheme)
        if source.environment() == NO_ENVIRONMENT:
            if source.has_code():
                raise Fatal
            return Exit.RETURNED
        take_code(frame, source, self.io.stored_code(source))
        self.begun = True
        return self.environments.begin(frame)

    def _may_run(self, frame: Frame, moves_value: bool) -> bool:
        """Whether depth and the caller's balance allow the call. Raises OutOfNative."""
        if self.depth > CALL_DEPTH:
            return False
        if not moves_value:
            return True
        payer = self.io.read_account(NO_ENVIRONMENT, frame.resources, frame.caller)
        return payer.balance >= frame.value

    def _transfer(self, frame: Frame) -> bool:
        """Move the value; to itself for CALLCODE, whose caller is itself.

        False if the receiver lacks room for it.
        """
        try:
            self.io.transfer(
                NO_ENVIRONMENT,
                frame.resources,
                frame.caller,
                frame.address,
                frame.value,
            )
        except InsufficientBalance:
            return False
        return True

    def _refuse_transfer(self, frame: Frame) -> Exit:
        """What a call does whose receiver has no room for the value. Raises Fatal.

        Only an environment lets such a call fail.
        """
        if not runs_code(frame.environment):
            self.fault = REASON_ENTRY_TRANSFER_FAILED
            raise Fatal
        return Exit.REVERTED

    # Creations

    def _create(self, caller: Frame) -> Exit:
        """Serve a creation request: the first stop of constructor or caller."""
        request = caller.request
        frame = self._frame_at(self.depth + 1)
        preparation = self.preparation
        if request.has_salt:
            preparation.by_salt(request.salt)
        else:
            preparation.by_own_nonce(caller.resources, caller.address)
        verdict = preparation.prepare(
            caller.resources, frame, caller.address, request.value, request.input
        )
        if verdict is not Creation.READY:
            caller.child_success = False
            caller.child_output = self.empty
            caller.child_address = Address(0)
            return self.environments.resume(caller)
        self.depth = self.depth + 1
        return self._enter_constructor(frame)

    def _enter_constructor(self, frame: Frame) -> Exit:
        """Open the frame of a new account, fund it and begin: its first stop."""
        self.begun = False
        self.snapshots[self.depth] = self.io.start_frame()
        if frame.value != 0 and not self._transfer(frame):
            return Exit.REVERTED
        self.io.increment_nonce(NO_ENVIRONMENT, frame.resources, frame.address)
        frame.environment = EVM_ENVIRONMENT
        self.begun = True
        return self.environments.begin(frame)

    def _deploy(self, frame: Frame) -> bool:
        """Install what a constructor returned; False, without gas, if it is no code."""
        code = frame.output
        frame.output = self.empty
        length = code.length()
        resources = frame.resources
        if length > CODE_BYTES or (length != 0 and code[0] == RESERVED_PREFIX):
            resources.ergs = U64(0)
            return False
        try:
            self.io.deploy_code(frame.environment, resources, frame.address, code)
        except OutOfErgs:
            resources.ergs = U64(0)
            return False
        return True

"""Errors of bad input to the host: one clear line each."""

from zkos.terminal.errors import UserError


class CaseError(UserError):
    """A case cannot be used: names the file, the field and the reason."""

    def __init__(self, source: str, field: str, reason: str) -> None:
        self.source = source
        self.field = field
        self.reason = reason
        place = f"{source}: {field}" if field else source
        super().__init__(f"{place}: {reason}")

"""What stops the helper, as sentences for the person at the machine."""


class HelperError(Exception):
    """`str()` is the sentence."""


class NotPairedError(HelperError):
    """This machine is not paired, or its pairing was revoked."""


class UnreachableError(HelperError):
    """The server gave no answer, or none that is understood; it may later."""


class RefusedError(HelperError):
    """The server refused what was asked for. `status` is the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

"""What can go wrong in the words of the domain; `web/errors.py` alone knows the status codes."""


class DomainError(Exception):
    """A refusal that a visitor may read: `str(error)` is a whole, plain sentence."""


class NotFound(DomainError):
    """There is nothing here, or nothing that this person may know of.

    Args:
        message: A sentence for the visitor.
        nearest: What the visitor may have meant, as (label, path) pairs; paths begin with "/".
    """

    def __init__(self, message: str = "", *, nearest: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.nearest = nearest


class Gone(DomainError):
    """It was here and was taken away on purpose."""


class NotAllowed(DomainError):
    """The person may see this and may not do it."""


class Refused(DomainError):
    """What was typed cannot be accepted.

    Args:
        message: A sentence that says what to change.
        field: The name of the form field to blame, if there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class TooMany(DomainError):
    """Too many tries; wait.

    Args:
        message: A sentence for the visitor.
        retry_after: Seconds to wait.
    """

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CannotOpen(DomainError):
    """What was sealed cannot be read: the key is another, or the text was changed."""


class Moved(DomainError):
    """The thing stands elsewhere for good.

    Args:
        to: The path that answers now; begins with "/".
    """

    def __init__(self, *, to: str) -> None:
        super().__init__(to)
        self.to = to

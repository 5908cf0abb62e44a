"""What the DNS says at a name, asked directly: TXT records and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Resolver:
    """Whom to ask, and for how long.

    Args:
        servers: Addresses of name servers; none: those of this machine.
        port: Where they listen; tests run one of their own.
        seconds: For everything, all tries together.
    """

    servers: tuple[str, ...] = ()
    port: int = 53
    seconds: float = 6.0


SYSTEM = Resolver()

"""The address in a mail that switches its kind off: signed, so that it says for whom and for what, and nothing has to be kept."""

from itsdangerous import BadData, URLSafeSerializer

from directory.core.errors import NotFound
from directory.notifications.kinds import OPTIONAL, Kind
from directory.web import mailer


def address(*, user_id: int, kind: Kind) -> str:
    """Return the address for one person and one kind. It never ends: mails are opened years later, and it can only switch off."""
    return mailer.link("notifications.stop", token=_signer().dumps([user_id, kind.word]))


def read(token: str) -> tuple[int, Kind]:
    """Return for whom and for what an address is.

    Raises:
        NotFound: when we did not make it, or there is no such kind to switch off any more.
    """
    try:
        user_id, word = _signer().loads(token)
        return int(user_id), OPTIONAL[word]
    except (BadData, KeyError, TypeError, ValueError) as error:
        raise NotFound from error


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(mailer.app_settings().secret_key, salt="unsubscribe")

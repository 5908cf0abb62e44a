"""The handler that forgets a person: closes the account, deletes in short steps, says farewell, deletes the account."""

import time

import structlog

from directory.core.errors import Refused
from directory.core.i18n import _
from directory.privacy import erasure
from directory.web import mailer
from directory.work import Handler, Hopeless, Work

log = structlog.get_logger("privacy")

#: Seconds between two steps: whoever waits for the database comes in between.
PAUSE = 0.002
#: How often a mail that cannot go out may hold up the erasure: tried for about half an hour, then it is left out.
TRIES = 10


def erase(work: Work) -> None:
    """Handler: forget a person whose days of grace are over. Safe to run twice, and to stop anywhere."""
    user_id: int = work.payload["user_id"]
    try:
        with work.transaction() as session:
            user = erasure.begin(session, user_id=user_id)
            if user is None:
                request = erasure.pending(session, user_id)
                if request is not None:  # taken back and asked for again: it is due later
                    erasure.schedule(session, request)
                work.finish(session)
                return
    except Refused:
        log.warning("erase.last_admin", job=work.job_id)  # the daily sweep asks again
        return
    _steps(work, user_id)
    _say_farewell(work, user.email)
    while not _finished(work, user_id):
        _steps(work, user_id)


def _steps(work: Work, user_id: int) -> None:
    more = True
    while more:
        with work.transaction() as session:
            more = erasure.step(session, user_id=user_id)
        time.sleep(PAUSE)


def _finished(work: Work, user_id: int) -> bool:
    """Delete the account and end the job together, unless something was added meanwhile."""
    with work.transaction() as session:
        done = erasure.finish(session, user_id=user_id, keep_mail=mailer.message_id(work))
        if done:
            work.finish(session)
    return done


def _say_farewell(work: Work, address: str) -> None:
    """Tell the person, while the address is still there. A mail that does not go out is no reason to keep anybody."""
    try:
        mailer.send(work, to=address, subject=_("Your account is deleted"), template="erased", ends=False)
    except (mailer.MailRefused, mailer.NoServer, Hopeless, OSError) as error:
        if work.fence < TRIES and not isinstance(error, Hopeless | mailer.NoServer):
            raise
        log.warning("erase.no_farewell", job=work.job_id, error=type(error).__name__)


HANDLERS: dict[str, Handler] = {erasure.JOB: erase}

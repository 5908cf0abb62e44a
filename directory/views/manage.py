"""The first page of those who act for a profile."""

from flask import Blueprint, render_template

from directory.accounts.permissions import Permission
from directory.claims import rules
from directory.models.profiles import Profile
from directory.team import overview
from directory.web import db, facts, figures
from directory.web.auth import requires
from directory.web.manage import managed

bp = Blueprint("manage", __name__, url_prefix="/manage/<slug>")


@bp.get("")
@requires(Permission.PROFILE_MANAGE, of=managed)
def index(profile: Profile) -> str:
    """Show what there is to do, how often the page was seen, and how the claim stands."""
    todo = overview.read(db.session(), profile)
    asked = facts.asked(db.session(), profile)
    values = {"bars": figures.bars(todo.weeks), "states": figures.CLAIM_STATES, "patience": rules.PATIENCE.days}
    return render_template("manage/index.html", profile=profile, todo=todo, asked=asked, **values)

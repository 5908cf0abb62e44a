"""What whoever acts for a profile may hand on: one way to ask every client alike for a review, and a badge that links back."""

from html import escape

from flask import Blueprint, render_template, url_for

from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.models.profiles import Profile
from directory.views import badge as picture
from directory.web import qrcode, seo
from directory.web.auth import requires
from directory.web.mailer import app_settings
from directory.web.manage import managed
from directory.web.security import private

bp = Blueprint("sharing", __name__, url_prefix="/manage/<slug>")


@bp.get("/invite")
@requires(Permission.PROFILE_MANAGE, of=managed)
def invite(profile: Profile) -> str:
    """Show the one link, its QR code and a text, the same for every client (T-2)."""
    private()
    url = seo.address(url_for("reviews.write", slug=profile.slug))
    text = _(
        "Thank you for your visit. If you like, tell others how it was, good or bad: %(url)s"
        " It takes about five minutes. You need an account, and your real name is not shown."
    )
    return render_template("sharing/invite.html", profile=profile, url=url, qr=qrcode.drawn(url), text=text % {"url": url})


@bp.get("/badge")
@requires(Permission.PROFILE_MANAGE, of=managed)
def badge(profile: Profile) -> str:
    """Show the badge and the lines that put it on another site."""
    private()
    page, image = (seo.address(url_for(endpoint, slug=profile.slug)) for endpoint in ("profiles.show", "badge.show"))
    words = escape(_("Reviews of %(name)s on %(site)s") % {"name": profile.name, "site": app_settings().site_name})
    size = f'width="{picture.WIDTH}" height="{picture.HEIGHT}"'
    snippet = f'<a href="{escape(page)}"><img src="{escape(image)}" alt="{words}" {size} loading="lazy"></a>'
    here = url_for("badge.show", slug=profile.slug)
    return render_template("sharing/badge.html", profile=profile, snippet=snippet, image=here, width=picture.WIDTH, height=picture.HEIGHT)

"""What people are asked to agree to, word for word, each text with its version (T-18, T-21).

A changed text gets a new version: what somebody agreed to must stay findable under the version that their row names.
"""

from dataclasses import dataclass

from directory.core.i18n import lazy


@dataclass(frozen=True)
class ConsentText:
    """One thing to agree to.

    Args:
        purpose: The word kept in the row.
        version: The day from which this text is shown.
        text: What is agreed to.
    """

    purpose: str
    version: str
    text: str


_SHOWN_NO_LONGER = ConsentText(
    purpose="health_data",
    version="2026-11-22",
    text=lazy(
        "I agree that what I write about my own hair, skin and treatment, which is health information, is kept and shown on this site"
        " under the name I choose. I can take this back at any time; what I wrote is then no longer shown."
    ),
)

#: Says what taking it back really does: the words are deleted.
HEALTH_DATA = ConsentText(
    purpose="health_data",
    version="2026-11-26",
    text=lazy(
        "I agree that what I write about my own hair, skin and treatment, which is health information, is kept and shown on this site"
        " under the name I choose. I can take this back at any time; what I wrote is then deleted."
    ),
)

#: Every text that anybody has agreed to, by purpose and version. A new version is added, none is taken out.
TEXTS = {(text.purpose, text.version): text for text in (_SHOWN_NO_LONGER, HEALTH_DATA)}

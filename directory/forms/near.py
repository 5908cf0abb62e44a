"""What a browser tells of where it is, when its owner asks it to."""

from wtforms import HiddenField

from directory.forms.base import DirectoryForm
from directory.places import sphere


class NearForm(DirectoryForm):
    """A point that lives as long as one request (T-25): it is rounded when it is read and never shown again."""

    lat = HiddenField()
    lon = HiddenField()

    def take_point(self) -> tuple[float, float] | None:
        """Return the point, rounded, and forget it; None where there is none on the Earth."""
        found = sphere.point(self.lat.data, self.lon.data)
        self.lat.data = self.lon.data = ""
        return found

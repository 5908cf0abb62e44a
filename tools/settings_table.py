"""Print the table of settings for README.md: `python tools/settings_table.py`."""

from pydantic_core import PydanticUndefined

from directory.config import PREFIX, Settings


def table() -> str:
    """Return one Markdown row for each setting, with its default."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {PydanticUndefined, ""} else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())  # noqa: T201

"""What the source must not hold: ways by which text becomes code, weak secrets, doors left open.

Each rule is a function from source text to complaints, so that a planted offender can show that it bites.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from directory.core.paths import shipped
from tests.docs import ROOT

HOUSE = ROOT / "directory"
TEMPLATES = shipped("templates")

#: Functions by their dotted name, and why nobody calls them.
FORBIDDEN = {
    "eval": "runs text", "exec": "runs text", "compile": "runs text", "__import__": "loads by name",
    "render_template_string": "a template from text", "jinja2.Template": "a template from text", "Template": "a template from text",
    "from_string": "a template from text", "os.system": "a shell", "os.popen": "a shell", "yaml.load": "makes objects", "marshal.loads":
    "runs bytes", "shelve.open": "pickles", "tempfile.mktemp": "a race", "hashlib.md5": "weak", "hashlib.sha1": "weak", "md5": "weak",
    "sha1": "weak", "hashlib.new": "any hash", "ssl._create_unverified_context": "trusts anybody", "uuid.uuid1": "can be guessed",
    "uuid.uuid4": "122 bits", "zipfile.ZipFile.extractall": "zip slip", "extractall": "zip slip", "set_trace": "a debugger", "breakpoint":
    "a debugger", "xml.etree.ElementTree.parse": "entities", "ElementTree.fromstring": "entities", "minidom.parseString": "entities",
    "app.run": "the development server", "run_simple": "the development server", "DebuggedApplication": "a console for everybody",
}  # fmt: skip
#: The one client that asks other sites for anything.
OUTBOUND = {path.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("*.py") if "outbound" in path.relative_to(HOUSE).as_posix()}
#: Modules, and the files that may import them.
MODULES: dict[str, set[str]] = {
    "pickle": {"search/builder.py", "search/segments.py"},  # index files of our own, in a folder that nobody else may write to
    "subprocess": {"cli/backup.py", "cli/supervisor.py"},
    "random": {"work.py"},  # waits; and sample/, which makes people up
    "hmac": {"core/tokens.py", "sample/factors.py"},  # the second makes the secrets of the sample's staff, from the key of a demonstration
    "zipfile": {"privacy/export.py"},  # written, never read
    "urllib3": OUTBOUND,
    # Who may open a connection: mail, the client for other sites, and the demo's look for a free port.
    "smtplib": {"web/mailer.py"},
    "socket": {"cli/demo.py", *OUTBOUND},
    "requests": OUTBOUND,
    "requests_hardened": OUTBOUND,
    "http": OUTBOUND,
    "dns": OUTBOUND,
    "tldextract": {"claims/domains.py"},  # it would fetch a list, were it not told to take the one that it ships
    "fpdf": {"claims/letters.py"},  # it fetches pictures that it is given the address of
    **{name: set() for name in ("httpx", "aiohttp", "ftplib", "urllib.request")},
    **{name: set() for name in ("dill", "marshal", "shelve", "yaml", "xml", "lxml", "telnetlib", "ftplib", "pdb", "code", "imp", "cgi")},
    **{name: set() for name in ("Crypto", "jwt", "md5", "sha", "tarfile", "pty")},
}
#: Where a string may be called safe HTML from a value, each place with ruff's S704 and its reason beside it.
MARKUP = {"core/text.py", "views/factors.py", "web/cards.py", "web/pieces.py", "web/profile.py", "web/qrcode.py"}


def modules() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def dotted(node: ast.AST) -> str:
    """Return the name of a function as it is written: "os.path.join"."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def forbidden_calls(tree: ast.AST) -> list[str]:
    """Name calls of what nobody calls. `session.exec` and `re.compile` are other functions of the same last name."""
    found = []
    for call in calls(tree):
        whole = dotted(call.func)
        last = whole.rpartition(".")[2]
        if whole in FORBIDDEN or (last in FORBIDDEN and last not in {"exec", "compile", "Template"}):
            found.append(f"line {call.lineno}: {whole}")
    return found


def forbidden_imports(path: str, tree: ast.AST) -> list[str]:
    """Name modules that this file may not import."""
    found = []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names += [one for one in whole if one in MODULES] or [node.module]
        for one in names:
            top = one if one in MODULES else one.split(".")[0]
            if top in MODULES and path not in MODULES[top] and not (top == "random" and path.startswith("sample/")):
                found.append(f"line {node.lineno}: {one}")
    return found


def built_sql(tree: ast.AST) -> list[str]:
    """Name SQL that is put together from values: an f-string, a sum, `%` or `.format` handed to the database."""

    def built(node: ast.AST) -> bool:
        if isinstance(node, ast.JoinedStr):
            return any(isinstance(part, ast.FormattedValue) and not _constant(part.value) for part in node.values)
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.Add | ast.Mod)
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"

    doors = {"text", "literal_column", "execute", "executemany", "executescript", "exec_driver_sql", "scalar", "scalars"}
    return [
        f"line {call.lineno}: {dotted(call.func)}"
        for call in calls(tree)
        if (dotted(call.func).rpartition(".")[2] or getattr(call.func, "attr", "")) in doors and call.args and built(call.args[0])
    ]


def open_shells(tree: ast.AST) -> list[str]:
    """Name commands that go through a shell."""
    return [
        f"line {call.lineno}"
        for call in calls(tree)
        for word in call.keywords
        if word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
    ]


def debugging(tree: ast.AST) -> list[str]:
    """Name `debug=True`, and certificates that are not looked at."""
    bad = {("debug", True), ("verify", False), ("use_debugger", True), ("use_reloader", True), ("check_hostname", False)}
    found = [
        f"line {call.lineno}: {word.arg}={word.value.value}"
        for call in calls(tree)
        for word in call.keywords
        if isinstance(word.value, ast.Constant) and (word.arg, word.value.value) in bad
    ]
    return found + [
        f"line {node.lineno}: CERT_NONE" for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "CERT_NONE"
    ]


def raw_markup(tree: ast.AST) -> list[str]:
    """Name `Markup(...)` around anything but words that stand in the source."""
    return [
        f"line {call.lineno}"
        for call in calls(tree)
        if dotted(call.func) in {"Markup", "markupsafe.Markup"} and call.args and not isinstance(call.args[0], ast.Constant)
    ]


def mixed_sources(tree: ast.AST) -> list[str]:
    """Name `request.values`, which mixes address and body, and request data taken whole into a row."""
    found = [f"line {node.lineno}: request.values" for node in ast.walk(tree) if dotted(node) == "request.values"]
    for call in calls(tree):
        for word in call.keywords:
            if word.arg is None and dotted(word.value).startswith(("request.", "form.data")):
                found.append(f"line {call.lineno}: **{dotted(word.value)}")
    return found


def user_patterns(tree: ast.AST) -> list[str]:
    """Name patterns that a function makes of values without `re.escape`: what was typed must not be read as a pattern."""
    doors = {f"re.{one}" for one in ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")}
    found = []
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    for call in [call for function in inside for call in calls(function)]:
        if dotted(call.func) not in doors or not call.args:
            continue
        parts = [part.value for part in ast.walk(call.args[0]) if isinstance(part, ast.FormattedValue)]
        plain = [one for one in parts if not (isinstance(one, ast.Call) and dotted(one.func) == "re.escape") and not _constant(one)]
        found += [f"line {call.lineno}: {ast.unparse(one)}" for one in plain]
    return found


def _constant(node: ast.AST) -> bool:
    """Say whether a name is written like a constant of the module."""
    return isinstance(node, ast.Name) and node.id.lstrip("_").isupper()


def open_formats(tree: ast.AST) -> list[str]:
    """Name `.format` and `%` on text that is not in the source: a format that somebody typed reads attributes."""
    return [
        f"line {call.lineno}: {ast.unparse(call.func)}"
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"format", "format_map"}
        and dotted(call.func.value).startswith(("request", "form."))
    ]


def kept_secrets(text: str) -> list[str]:
    """Name what looks like a secret that somebody forgot in the source."""
    shapes = (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        r"\bAKIA[0-9A-Z]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
        r"\bxox[baprs]-[A-Za-z0-9\-]{10,}",
        r"\bsk_live_[A-Za-z0-9]{16,}",
        r"://[^/\s:@\"'{]+:(?!PASSWORD@)[^/\s:@\"'{]{3,}@(?!localhost|127\.)",
        r"(?i)\b(?:api_?key|secret_?key|passwd)\s*[=:]\s*[\"'](?!only-to-)[A-Za-z0-9+/_\-]{20,}[\"']",
    )
    return [found.group()[:40] for shape in shapes for found in re.finditer(shape, text)]


def unsafe_filters(html: str) -> list[str]:
    """Name what switches escaping off in a template: `|safe` on a value, an unescaped block, a script made of values."""
    html = re.sub(r"\{#.*?#\}", "", html, flags=re.S)
    found = re.findall(r"autoescape\s+(?:false|off)", html, re.I)
    for inside in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", html, re.S):
        # Our own words, marked safe because they hold a tag; their values are escaped as they are put in.
        if re.search(r"\|\s*safe\b", inside) and not re.search(
            r"(?:gettext|_)\(\s*\"[^\"]*\"(?:\s*,\s*\"[^\"]*\")?[^|]*\)\s*\|\s*safe", inside
        ):
            found.append(inside)
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", html, re.S):
        found += [one for one in re.findall(r"\{\{.*?\}\}", script, re.S) if "tojson" not in one]
    return found


#: SQLite's switches, from a list that stands on the line above.
PRAGMAS = {"core/db.py"}

RULES: tuple[Callable[[ast.AST], list[str]], ...] = (
    *(forbidden_calls, built_sql, open_shells, debugging, mixed_sources, user_patterns, open_formats),
)


@pytest.mark.parametrize("path", modules(), ids=name)
def test_no_module_does_what_none_may(path: Path) -> None:
    """Seen to fail with each offender of the tests below written into a module."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert [complaint for rule in RULES for complaint in rule(tree) if not (rule is built_sql and name(path) in PRAGMAS)] == []
    assert forbidden_imports(name(path), tree) == []
    assert kept_secrets(text) == []
    assert not raw_markup(tree) or name(path) in MARKUP


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_template_switches_escaping_off(path: Path) -> None:
    """Seen to fail with `{{ review.title|safe }}` in a template."""
    assert unsafe_filters(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path", sorted(path for one in ("tools", "migrations", "docs", ".") for path in (ROOT / one).glob("*.*") if path.is_file())
)
def test_no_secret_is_kept_beside_the_source(path: Path) -> None:
    """Seen to fail with a key planted in a tool."""
    if path.suffix in {".py", ".md", ".toml", ".json", ".in", ".csv"}:
        assert kept_secrets(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("rule", "offender"),
    [
        (forbidden_calls, "eval(x)"),
        (forbidden_calls, "exec(x)"),
        (forbidden_calls, "flask.render_template_string(x)"),
        (forbidden_calls, "env.from_string(x)"),
        (forbidden_calls, "os.system(x)"),
        (forbidden_calls, "yaml.load(x)"),
        (forbidden_calls, "hashlib.md5(x)"),
        (forbidden_calls, "uuid.uuid4()"),
        (forbidden_calls, "archive.extractall()"),
        (built_sql, "session.execute(text(f'SELECT * FROM t WHERE a = {x}'))"),
        (built_sql, "connection.execute('SELECT ' + x)"),
        (built_sql, "text('SELECT %s' % x)"),
        (built_sql, "text('SELECT {}'.format(x))"),
        (built_sql, "literal_column(f'{x}')"),
        (open_shells, "subprocess.run(x, shell=True)"),
        (open_shells, "subprocess.run(x, shell=y)"),
        (debugging, "app.run(debug=True)"),
        (debugging, "requests.get(x, verify=False)"),
        (debugging, "context.verify_mode = ssl.CERT_NONE"),
        (raw_markup, "Markup(request.form['x'])"),
        (raw_markup, "Markup(f'<b>{x}</b>')"),
        (mixed_sources, "request.values['x']"),
        (mixed_sources, "User(**request.form)"),
        (user_patterns, "def f(typed):\n    return re.search(f'{typed}', text)"),
        (open_formats, "form.title.data.format(user)"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_an_offender_is_named(rule: Callable[[ast.AST], list[str]], offender: str) -> None:
    """Each planted alone."""
    assert rule(ast.parse(offender))


@pytest.mark.parametrize(
    "innocent",
    [
        "session.exec(select(User))",
        "re.compile(r'[a-z]+')",
        "def f(typed):\n    return re.search(f'{re.escape(typed)}{_ENDS}', text)",
        "text('SELECT :x')",
        "session.execute(select(User), {'x': f'{y}'})",
        "subprocess.run([a, b], shell=False)",
        "Markup('<b>{}</b>').format(x)",
        "uuid.uuid5(a, b)",
        "User(**known)",
    ],
)
def test_an_innocent_passes(innocent: str) -> None:
    """So that the rules are not right by naming everything."""
    tree = ast.parse(innocent)
    assert [complaint for rule in (*RULES, raw_markup) for complaint in rule(tree)] == []


def test_forbidden_modules_are_named() -> None:
    """Planted, hidden in a function; and where they are allowed."""
    for offender in ("import requests", "from urllib import request", "import urllib.request", "import smtplib"):
        assert forbidden_imports("views/near.py", ast.parse(offender))
    for offender in ("import pickle", "def f():\n    from xml.etree import ElementTree", "import random", "from subprocess import run"):
        assert forbidden_imports("web/db.py", ast.parse(offender))
    assert not forbidden_imports("search/builder.py", ast.parse("from pickle import dumps"))
    assert not forbidden_imports("sample/dice.py", ast.parse("from random import Random"))


@pytest.mark.parametrize(
    "offender",
    [
        "{{ review.title|safe }}",
        "{{ review.title | safe }}",
        "{% autoescape false %}{% endautoescape %}",
        "<script>let x = {{ name }}</script>",
        "{{ (_('<b>%s</b>') ~ name)|safe }}",
        "{% set x = name|safe %}",
    ],
)
def test_a_template_that_switches_escaping_off_is_named(offender: str) -> None:
    """Each planted alone."""
    assert unsafe_filters(offender)


def test_an_innocent_template_passes() -> None:
    """Comments, our own words with a tag in them, and data for machines."""
    assert not unsafe_filters("{# |safe #}{{ name }}")
    assert not unsafe_filters('{{ ngettext("<strong>%(num)d review</strong>", "<strong>%(num)d reviews</strong>", count)|safe }}')
    assert not unsafe_filters('<script type="application/ld+json">{{ nodes|tojson }}</script>')


# Assembled here, so that whoever looks for secrets in the source does not find these.
@pytest.mark.parametrize(
    "offender",
    [
        "-----BEGIN RSA PRIVATE" + " KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "a" * 36,
        "postgresql://hairline:" + "hunter2@db.example/x",
        "api_key = " + '"abcdefghijklmnopqrstuvwxyz"',
    ],
    ids=["key", "cloud", "forge", "url", "assignment"],
)
def test_a_secret_in_the_source_is_named(offender: str) -> None:
    """Each planted alone."""
    assert kept_secrets(offender)


class TestGates:
    def test_ruff_and_mypy_look_for_what_is_unsafe(self) -> None:
        """Types are strict, so that a text is never taken for a number. Seen to fail with "S" taken out of ruff's list."""
        said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
        assert "S" in said["ruff"]["lint"]["select"]
        assert {rule for rule in said["ruff"]["lint"]["ignore"] if rule.startswith("S")} == {"S101"}
        assert said["mypy"]["strict"] is True

    def test_bandit_leaves_out_only_what_ruff_asks_too(self) -> None:
        """Seen to fail with another check left out."""
        said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["bandit"]
        assert said == {"skips": ["B105", "B301", "B311", "B403", "B404", "B603", "B608", "B704"]}

    @pytest.mark.parametrize("words", ["bandit", "pip_audit|tools/audit.py", "check: lint test audit"])
    def test_both_run_in_make_check(self, words: str) -> None:
        """Seen to fail with each line taken out of the Makefile."""
        assert re.search(words, (ROOT / "Makefile").read_text("utf-8"))

    @pytest.mark.parametrize("path", sorted((HOUSE).rglob("*.py")), ids=name)
    def test_whoever_silences_a_check_says_why(self, path: Path) -> None:
        """`# noqa: S...` with a reason behind it, or a comment on the line before. Seen to fail with a bare one."""
        lines = path.read_text("utf-8").splitlines()
        bare = [
            number
            for number, line in enumerate(lines, 1)
            if re.search(r"# noqa: S\d+(?:, ?\w+)*\s*$", line) and not (number > 1 and "#" in lines[number - 2])
        ]
        assert bare == []

    def test_every_package_is_pinned_with_its_hash(self) -> None:
        """Nothing is fetched that is not the very file that was looked at. Seen to fail with one hash taken out."""
        for lock in ("requirements.txt", "requirements-dev.txt", "requirements-node.txt"):
            entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text("utf-8").strip())
            assert len(entries) >= 1
            assert [entry.split()[0] for entry in entries if "==" not in entry.split()[0] or "--hash=sha256:" not in entry] == []
            assert "index-url" not in (ROOT / lock).read_text("utf-8")

"""`hairline serve` and `hairline worker`."""

import signal
import sys
import threading

import click

from directory import jobs
from directory.app import refuse_open_samples
from directory.cli.context import open_app, read_settings, stop
from directory.cli.schema import bring_up_to_date
from directory.cli.supervisor import Supervisor, child
from directory.config import SettingsError

#: The worker's exit code when this host has one already; its supervisor asks again later.
SECOND_WORKER = 3


@click.command()
@click.option("--no-worker", is_flag=True, help="Start the web alone: the worker runs on another host.")
@click.option("--migrate/--no-migrate", "migrating", default=True, help="Bring the database's schema up to date first (default).")
def serve(no_worker: bool, migrating: bool) -> None:
    """Serve the site: the web server and exactly one worker, both started again when they die."""
    settings = read_settings()
    app = open_app(settings)
    if migrating:
        bring_up_to_date(app, settings)
    if settings.production:
        try:
            refuse_open_samples(app.extensions["hairline_database"])
        except SettingsError as error:
            stop(str(error))
    click.echo(f"Serving {settings.public_url} (listening on {settings.host}:{settings.port}); Ctrl-C ends it.", err=True)
    web = child(
        *("granian", "--interface", "wsgi", "--factory", "directory.app:serve_app", "--no-ws", "--no-access-log"),
        *("--host", settings.host, "--port", str(settings.port), "--workers", str(settings.web_processes)),
        *(
            "--blocking-threads",
            str(settings.threads),
            "--respawn-failed-workers",
            "--workers-kill-timeout",
            "20",
            "--log-level",
            "warning",
        ),
        *("--http", "1"),
        *(("--ssl-certificate", settings.tls_certificate, "--ssl-keyfile", settings.tls_key) if settings.tls_key else ()),
    )
    children = {"web": web} if no_worker else {"web": web, "worker": child("directory.cli", "worker")}
    sys.exit(Supervisor(children, quiet={"worker": SECOND_WORKER}).run())


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def worker(once: bool) -> None:
    """Work on jobs: mail, the search index, clearing up. One worker runs on a host; a second one ends at once."""
    app = open_app()
    if once:
        click.echo(f"{jobs.run_due(app)} jobs done")
        return
    ending = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ending.set())
    if not jobs.start(app, ending):
        stop("Another worker is at work on this host.", code=SECOND_WORKER)

"""Keeps child processes alive, and ends them in good order."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

import structlog

log = structlog.get_logger("supervisor")

#: Seconds that children get to finish what they are at.
DRAIN_SECONDS = 25
#: A child that dies at once is started again more and more slowly, up to this many seconds.
LONGEST_WAIT = 30
#: A child that has run this long was well: its waits begin anew. Seconds.
STEADY = 60
#: Dying this often without having been well once ends everything: systemd, or a person, must see it.
MOST_DEATHS = 6
#: How long a child stays down that said it is not wanted now. Seconds.
QUIET_WAIT = 5

_PR_SET_PDEATHSIG = 1


def child(*module_and_arguments: str) -> list[str]:
    """Return the command line that runs one of our modules with this Python."""
    return [sys.executable, "-m", *module_and_arguments]


class Supervisor:
    """Starts each command once, starts it again when it dies, and ends them all on SIGTERM or Ctrl-C.

    Args:
        commands: Name -> command line.
        quiet: Name -> the exit code with which that child says that it is not wanted now.
    """

    def __init__(self, commands: Mapping[str, Sequence[str]], *, quiet: Mapping[str, int] | None = None) -> None:
        self.commands = commands
        self.quiet = quiet or {}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths = dict.fromkeys(commands, 0)
        self._started = dict.fromkeys(commands, 0.0)
        self._not_before = dict.fromkeys(commands, 0.0)
        self._ending = False
        self._code = 0

    def run(self) -> int:
        """Watch the children until a signal ends it, and return 0; return 1 when one of them does not stay up."""
        before = {name: signal.signal(name, self._end) for name in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._ending:
                self._look()
                time.sleep(0.1)
            self._stop()
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)
        return self._code

    def _end(self, *_: object) -> None:
        self._ending = True

    def _look(self) -> None:
        moment = time.monotonic()
        for name, command in self.commands.items():
            process = self.children.get(name)
            if process is not None and process.poll() is not None:
                self._bury(name, process.returncode, moment)
            if name not in self.children and moment >= self._not_before[name] and not self._ending:
                # A session of its own: Ctrl-C reaches the supervisor alone, which then ends the children in order.
                self.children[name] = subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: S603, PLW1509
                self._started[name] = moment

    def _bury(self, name: str, code: int, moment: float) -> None:
        del self.children[name]
        if code == self.quiet.get(name):
            self._not_before[name] = moment + QUIET_WAIT
            return
        log.warning("child.died", child=name, code=code)
        self._deaths[name] = 1 if moment - self._started[name] > STEADY else self._deaths[name] + 1
        self._not_before[name] = moment + min(2 ** (self._deaths[name] - 1), LONGEST_WAIT) - 1
        if self._deaths[name] >= MOST_DEATHS:
            log.error("child.does_not_stay_up", child=name)
            self._ending, self._code = True, 1

    def _stop(self) -> None:
        for process in self.children.values():
            process.terminate()
        deadline = time.monotonic() + DRAIN_SECONDS
        for name, process in self.children.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("child.killed", child=name)
                process.kill()
                process.wait()


def _die_with_parent() -> None:
    """Have the kernel end the child when the supervisor is killed (Linux; elsewhere the child stays)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

"""Servers on loopback that behave as other people's do, or worse; and names that resolve as a test wants."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from directory.core import clock
from directory.core.outbound import Policy

#: Writes an answer to a connection, knowing the request.
Answer = Callable[[socket.socket, bytes], None]


def reply(body: bytes = b"<p>hello</p>", *headers: str, status: str = "200 OK", kind: str = "text/html", length: bool = True) -> bytes:
    """Return a whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *([f"Content-Length: {len(body)}"] if length else []), *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(*answers: bytes) -> Answer:
    """Give these answers in turn, the last one again and again."""
    left = list(answers)

    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return answer


def redirect(to: str, *headers: str, status: str = "302 Found", body: bytes = b"") -> bytes:
    """Return an answer that leads on."""
    return reply(body, f"Location: {to}", *headers, status=status)


def certificate(folder: Path, *hosts: str) -> tuple[ssl.SSLContext, str]:
    """Return what a server for these names needs to speak TLS, and the file that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    now = clock.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "trust.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "trust.pem", folder / "key.pem")
    return context, str(folder / "trust.pem")


class Outside:
    """A server of somebody else."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None) -> None:
        self.requests: list[bytes] = []
        #: Set when the test ends, so that an answer that drips stops.
        self.over = threading.Event()
        self._answer = answer
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def policy(self, **limits: Any) -> Policy:
        """Return a policy that may ask this server, with small limits of time."""
        return Policy(**{"ports": frozenset({self.port}), "allow_loopback": True, "seconds": 3.0, "idle_seconds": 2.0} | limits)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self.over.is_set():
                connection.close()
                return
            self._threads.append(threading.Thread(target=self._talk, args=(connection,)))
            self._threads[-1].start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, contextlib.suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    if request.startswith(b"\x16\x03"):
                        return  # the greeting of TLS, which a server that speaks plainly hangs up on
                    piece = connection.recv(4096)
                    if not piece:
                        return
                    request += piece
                head, _, body = request.partition(b"\r\n\r\n")
                length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
                while len(body) < int(length or 0):
                    body += connection.recv(4096) or b"." * int(length)
                request = head + b"\r\n\r\n" + body
                self.requests.append(request)
                self._answer(connection, request)

    def stop(self) -> None:
        self.over.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass  # wakes accept()
        for thread in self._threads:
            thread.join()
        self._socket.close()


@contextmanager
def outside(answer: Answer | bytes, *, tls: ssl.SSLContext | None = None) -> Iterator[Outside]:
    """Run a server that answers in this way until the block ends."""
    server = Outside(says(answer) if isinstance(answer, bytes) else answer, tls)
    try:
        yield server
    finally:
        server.stop()


class Names:
    """The resolver of the system, which a test answers for; addresses written out go to the real one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: list[list[str]]) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "."): turns for name, turns in answers.items()}
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._getaddrinfo)

    def _getaddrinfo(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if isinstance(host, bytes):
            host = host.decode()
        if host.replace(".", "").isdigit() or ":" in host:
            return self._real(host, port, *args, **kwargs)
        self.asked.append(host)
        if host not in self._answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        turns = self._answers[host]
        found = turns.pop(0) if len(turns) > 1 else turns[0]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in found
        ]

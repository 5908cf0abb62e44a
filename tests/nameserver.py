"""A name server on loopback that answers as other people's do, or worse."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from dnslib import CNAME, QTYPE, RCODE, RR, TXT, DNSRecord

from directory.core.outbound.names import Resolver

#: Makes an answer of a question, or none; the second says whether it came over TCP.
Answer = Callable[[DNSRecord, bool], bytes | None]


def txt(*records: str | bytes) -> Answer:
    """Answer with these TXT records; over UDP only as far as 1232 bytes, then with the mark that there is more."""

    def answer(question: DNSRecord, over_tcp: bool) -> bytes:
        said = question.reply()
        for record in records:
            raw = record.encode() if isinstance(record, str) else record
            pieces = [raw[start : start + 255] for start in range(0, len(raw), 255)] or [b""]
            if question.q.qtype == QTYPE.TXT:
                said.add_answer(RR(question.q.qname, QTYPE.TXT, rdata=TXT(pieces), ttl=0))
        packed: bytes = said.pack()
        if over_tcp or len(packed) <= 1232:
            return packed
        short = question.reply()
        short.header.tc = 1
        return bytes(short.pack())

    return answer


def error(code: str) -> Answer:
    """Answer with an error: "NXDOMAIN", "SERVFAIL"."""

    def answer(question: DNSRecord, over_tcp: bool) -> bytes:
        said = question.reply()
        said.header.rcode = getattr(RCODE, code)
        return bytes(said.pack())

    return answer


def alias(*names: str, then: Sequence[str] = ()) -> Answer:
    """Answer that the name stands for the first, that for the second and so on; the last has these TXT records."""

    def answer(question: DNSRecord, over_tcp: bool) -> bytes:
        said = question.reply()
        chain = [str(question.q.qname).rstrip("."), *names]
        for name, onward in zip(chain, names, strict=False):
            said.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(onward), ttl=0))
        for record in then:
            said.add_answer(RR(chain[-1], QTYPE.TXT, rdata=TXT(record), ttl=0))
        return bytes(said.pack())

    return answer


def silence(question: DNSRecord, over_tcp: bool) -> None:
    """Answer nothing."""


class NameServer:
    """Answers over UDP and TCP; of a name that it does not know it says that there is none."""

    def __init__(self, names: Mapping[str, Answer | Sequence[str]]) -> None:
        #: May be changed while it runs: a domain can expire.
        self.names = dict(names)
        #: What was asked: (name, type).
        self.asked: list[tuple[str, str]] = []
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._serve_udp), threading.Thread(target=self._serve_tcp)]
        for thread in self._threads:
            thread.start()

    @property
    def resolver(self) -> Resolver:
        """Return what asks this server, with little patience."""
        return Resolver(servers=("127.0.0.1",), port=self.port, seconds=1.5)

    def _answer(self, raw: bytes, over_tcp: bool) -> bytes | None:
        question = DNSRecord.parse(raw)
        name = str(question.q.qname).rstrip(".").lower()
        self.asked.append((name, QTYPE[question.q.qtype]))
        found = self.names.get(name, error("NXDOMAIN"))
        return (found if callable(found) else txt(*found))(question, over_tcp)

    def _serve_udp(self) -> None:
        while True:
            raw, whom = self._udp.recvfrom(4096)
            if self._over.is_set():
                return
            if answer := self._answer(raw, False):
                self._udp.sendto(answer, whom)

    def _serve_tcp(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            with connection, contextlib.suppress(OSError, struct.error):
                if self._over.is_set():
                    return
                connection.settimeout(2)
                (length,) = struct.unpack("!H", connection.recv(2))
                if answer := self._answer(connection.recv(length), True):
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    def stop(self) -> None:
        """End both."""
        self._over.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()


@contextmanager
def name_server(names: Mapping[str, Answer | Sequence[str]]) -> Iterator[NameServer]:
    """Run a name server for these names until the block ends: a list is the TXT records of a name."""
    server = NameServer(names)
    try:
        yield server
    finally:
        server.stop()

"""What the tests of the public server ask it with: a server of their own, readers with one connection each, a count of checks."""

import gzip
import http.client
import json
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

KNOWN_PROBLEMS = re.compile(r"^urn:panoh:problem:[a-z-]+$")
# What belongs to the connection or the moment and not to the answer.
OF_THE_MOMENT = {"date", "connection", "keep-alive", "transfer-encoding"}

lock = threading.Lock()
# How many checks hold, and how many do not.
counted = {True: 0, False: 0}


def check(name, holds, said=""):
    with lock:
        counted[bool(holds)] += 1
    if not holds:
        print(f"FAILED {name}: {said}", flush=True)
    return holds


def end(test):
    """Says how many checks hold, and ends with 1 when one does not."""
    print(f"{test}: {counted[True]} checks hold, {counted[False]} failed")
    sys.exit(counted[False] > 0)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A server of its own over a folder."""

    def __init__(self, binary, folder, log):
        self.port, self.log = free_port(), log
        command = [str(binary), "--published", str(folder), "--listen", f"127.0.0.1:{self.port}", "--questions-per-second", "0"]
        with open(log, "wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out)
        for _ in range(300):
            try:
                if Reader(self.port).ask("/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        sys.exit(f"the server does not answer; see {log}: {pathlib.Path(log).read_text()[-500:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self):
        """Resident memory in KiB; none when the server is dead."""
        try:
            found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())
        except OSError:
            return None
        return int(found[1]) if found else None

    def measure(self, name):
        return int(re.search(rf"^{name} (\d+)$", Reader(self.port).ask("/metrics").body.decode(), re.MULTILINE)[1])


class Answer:
    def __init__(self, response, body):
        self.status, self.body = response.status, body
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.coding = self.headers.get("content-encoding", "identity")

    def plain(self):
        return gzip.decompress(self.body) if self.coding == "gzip" else self.body

    def problem(self):
        """The kind of a refusal, without what all have before it."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        try:
            document = json.loads(self.body)
        except ValueError:
            return None
        whole = document.get("status") == self.status and KNOWN_PROBLEMS.match(document.get("type", ""))
        return document["type"].rsplit(":", 1)[1] if whole else None

    def others(self):
        """All headers but tag, length, and what is of the moment."""
        left_out = OF_THE_MOMENT | {"etag", "content-length"}
        return tuple(sorted((name, value) for name, value in self.headers.items() if name not in left_out))


class Reader:
    """One reader with one connection, which is kept."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def ask(self, address, method="GET", headers=None):
        # A kept connection may have been let go while nothing was asked; a new one may not.
        for is_new in (self.connection is None, True):
            try:
                self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.connection.request(method, address, headers=headers or {})
                response = self.connection.getresponse()
                return Answer(response, response.read())
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if is_new:
                    raise

    def json(self, address):
        return json.loads(self.ask(address).body)

"""Speaks TLS with a public server: certificates good, wrong and renewed, and the end when it is told to stop.

    python3 tests/server/tls.py PANOH_PUBLIC PUBLISHED

PANOH_PUBLIC is the binary, PUBLISHED a folder with a public release. Needed: openssl. Ends with 1 when something does not hold.
"""

import http.client
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from asking import check, end, free_port

public, published = sys.argv[1], pathlib.Path(sys.argv[2])


def make(name):
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30"]
    subprocess.run([*command, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    os.chmod(key, 0o600)
    return certificate, key


def start(certificate, key):
    port = free_port()
    command = [public, "--published", published, "--listen", f"127.0.0.1:{port}"]
    command += ["--tls-certificate", certificate, "--tls-key", key]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={"RUST_LOG": "warn"}), port


def connect(port, authority, protocols=("http/1.1",)):
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols(list(protocols))
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 5), server_hostname="localhost")


def get(port, authority):
    connection = http.client.HTTPSConnection("localhost", port, context=ssl.create_default_context(cafile=authority), timeout=5)
    connection.request("GET", "/healthz")
    return connection.getresponse()


def until(holds, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def refused(name, certificate, key, word):
    server, _ = start(certificate, key)
    try:
        _, said = server.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        _, said = server.communicate()
        said = "it runs"
    check(name, server.returncode == 1 and word in said, said)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (certificate, key), (other, other_key) = make("one"), make("other")
    refused("a key of another certificate", certificate, other_key, "do not fit")
    open_key = folder / "open.key"
    open_key.write_text(key.read_text())
    os.chmod(open_key, 0o644)
    refused("a key that others can read", certificate, open_key, "chmod 600")
    refused("a certificate that is not there", folder / "none.pem", key, "cannot be read")
    (folder / "empty.key").touch(mode=0o600)
    refused("an empty key", certificate, folder / "empty.key", "no private key")

    server, port = start(certificate, key)
    try:
        check("it answers", until(lambda: get(port, certificate).status == 200, 20))
        answer = get(port, certificate)
        check("browsers are told to come no other way", answer.getheader("strict-transport-security") == "max-age=31536000")
        with connect(port, certificate, ["h2", "http/1.1"]) as stream:
            check("HTTP/2 is offered", stream.selected_alpn_protocol() == "h2", stream.selected_alpn_protocol())
            check("TLS 1.3", stream.version() == "TLSv1.3", stream.version())
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                said = plain.recv(100)
            except ConnectionError:
                said = b""
            check("nothing is said in plain text", not said.startswith(b"HTTP"), said)
        old = ssl.create_default_context(cafile=certificate)
        try:
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
            with old.wrap_socket(socket.create_connection(("127.0.0.1", port), 5), server_hostname="localhost") as stream:
                check("TLS 1.1 is refused", False, stream.version())
        except (ssl.SSLError, ConnectionError, ValueError):
            check("TLS 1.1 is refused", True)

        (folder / "half.pem").write_text(other.read_text()[:200])
        os.replace(folder / "half.pem", certificate)
        time.sleep(12)
        check("a certificate that cannot be used leaves the old one", server.poll() is None)
        os.replace(other_key, key)
        os.replace(other, certificate)
        renewed = folder / "renewed.pem"
        renewed.write_text(certificate.read_text())
        check("a renewed certificate is taken up", until(lambda: get(port, renewed).status == 200, 30))
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
        check("it ends well when it is told to", server.returncode == 0, server.returncode)
    finally:
        server.kill()

end("tls")

"""Puts nginx before a public server, with the file of deploy/ as it stands but for names and ports, and asks through it.

    python3 tests/server/proxy.py PANOH_PUBLIC PUBLISHED

PANOH_PUBLIC is the binary, PUBLISHED a folder with a public release. Needed: nginx, openssl. Ends with 1 when something does
not hold.
"""

import http.client
import json
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time

from asking import check, end, free_port

CONFIGURATION = pathlib.Path(__file__).parents[2] / "deploy" / "nginx.conf"
HOST = "figures.example.org"
PER_SECOND = 50

public, published = sys.argv[1], pathlib.Path(sys.argv[2])


def replaced(text, pattern, new):
    text, times = re.subn(pattern, lambda _: str(new), text)
    assert times, f"deploy/nginx.conf has no {pattern} any more"
    return text


def configure(plain, secure, backend):
    site = replaced(CONFIGURATION.read_text(), r"/etc/letsencrypt/live/[^/]+/fullchain\.pem", folder / "one.pem")
    site = replaced(site, r"/etc/letsencrypt/live/[^/]+/privkey\.pem", folder / "one.key")
    site = replaced(site, r"/var/cache/nginx/panoh", folder / "cache")
    # One family of addresses is enough here, and some machines have no other.
    site = replaced(site, r" *listen \[::\][^\n]*\n", "")
    site = replaced(site, r"(?<=listen )80\b", f"127.0.0.1:{plain}")
    site = replaced(site, r"(?<=listen )443\b", f"127.0.0.1:{secure}")
    site = replaced(site, r"127\.0\.0\.1:8080", f"127.0.0.1:{backend}")
    kept = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    whole = f"daemon off;\npid {folder}/pid;\nerror_log {folder}/errors;\nevents {{}}\nhttp {{\n{kept}\n{site}\n}}\n"
    (folder / "nginx.conf").write_text(whole)


def ask(path, **headers):
    connection = http.client.HTTPSConnection("127.0.0.1", secure, context=trusting, timeout=10)
    connection.request("GET", path, headers={"Host": HOST, **headers})
    answer = connection.getresponse()
    body = answer.read()
    return answer, body


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


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    folder.chmod(0o755)  # nginx's workers are another user
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={HOST}"]
    subprocess.run([*certificate, "-keyout", folder / "one.key", "-out", folder / "one.pem"], check=True, capture_output=True)
    trusting = ssl.create_default_context(cafile=folder / "one.pem")
    trusting.check_hostname = False
    plain, secure, backend = free_port(), free_port(), free_port()
    configure(plain, secure, backend)
    nginx = ["nginx", "-p", folder, "-e", folder / "errors", "-c", folder / "nginx.conf"]
    tried = subprocess.run([*nginx, "-t"], capture_output=True, text=True)
    check("nginx takes the file", tried.returncode == 0, tried.stderr)
    options = ["--listen", f"127.0.0.1:{backend}", "--behind-proxy", "--https-only", "--questions-per-second", str(PER_SECOND)]
    server = subprocess.Popen([public, "--published", published, *options], env={"RUST_LOG": "warn"})
    proxy = subprocess.Popen(nginx)
    try:
        check("it answers", until(lambda: ask("/healthz")[0].status == 200, 20))
        connection = http.client.HTTPConnection("127.0.0.1", plain, timeout=5)
        connection.request("GET", "/v1/releases", headers={"Host": HOST})
        answer = connection.getresponse()
        check("plain text is sent to TLS", (answer.status, answer.getheader("location")) == (301, f"https://{HOST}/v1/releases"))
        answer, body = ask("/v1/releases")
        check("answers come through", answer.status == 200, answer.status)
        check("browsers are told to come no other way", answer.getheader("strict-transport-security") == "max-age=31536000")
        check("nobody is told which version of nginx this is", answer.getheader("server") == "nginx", answer.getheader("server"))
        check("measures are not for readers", ask("/metrics")[0].status == 403)

        # An answer that is kept must not be what somebody with a token gets, nor the other way round.
        answer, _ = ask("/v1/releases", Authorization="Bearer panoh_wrong")
        check("who shows a token is answered by the server", answer.status == 401, answer.status)
        answer, _ = ask("/v1/releases")
        check("and that answer is nobody else's", answer.status == 200, answer.status)

        # Whatever readers write into the header, they are one address to the brake.
        statuses = []
        connection = http.client.HTTPSConnection("127.0.0.1", secure, context=trusting, timeout=10)
        for number in range(40 * PER_SECOND):
            headers = {"Host": HOST, "X-Forwarded-For": f"198.51.100.{number % 250}", "Authorization": "Bearer panoh_wrong"}
            connection.request("GET", "/v1/releases", headers=headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            if answer.status == 429:
                break
        check("a reader cannot write itself another address", 429 in statuses, f"{len(statuses)} answers, {set(statuses)}")

        release = json.loads(body)["releases"][0]["release"]
        time.sleep(3)
        answer, whole = ask(f"/v1/releases/{release}")
        check("a release is answered", answer.status == 200, answer.status)
        server.terminate()
        server.wait(30)
        answer, again = ask(f"/v1/releases/{release}")
        check("what was asked before is kept while the server is away", (answer.status, again) == (200, whole), answer.status)
        check("what was not, is not made up", ask("/v1/catalogue")[0].status == 502)
    finally:
        server.kill()
        proxy.terminate()
        proxy.wait(10)

end("proxy")

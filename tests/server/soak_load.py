"""The readers of the long load: quick and slow ones, those who break off, those who have an answer already."""

import array
import collections
import hashlib
import http.client
import random
import socket
import time

from asking import Answer, Reader, check, lock


def digest(body):
    return hashlib.sha256(body).hexdigest()[:24]


class Load:
    """The load, and what was learned from its answers."""

    def __init__(self, server, named, floating, wrong, states, long):
        self.server, self.named, self.floating, self.wrong, self.long = server, named, floating, wrong, long
        self.small = [question for question in named if not question.costly]
        self.costly = [question for question in named if question.costly]
        # (address, coding) to digest of the body and tag.
        self.known = {}
        self.states = states
        self.statuses, self.kinds, self.said = collections.Counter(), collections.Counter(), collections.Counter()
        self.times, self.asked, self.broken = array.array("f"), 0, 0
        self.until = 0.0
        self.events = collections.deque(maxlen=5)

    def wrong_answer(self, what, address, said):
        """Tells the first few of each kind, counts all."""
        with lock:
            self.said[what] += 1
            count = self.said[what]
        check(what, False, f"{address}: {said}; before: {list(self.events)}") if count <= 3 else None

    def count(self, kind, status, took=None):
        with lock:
            self.asked += 1
            self.kinds[kind] += 1
            self.statuses[status] += 1
            if took is not None:
                self.times.append(took)

    def judge(self, question, answer, has_gzip, is_head=False):
        """Whether an answer is one that may be given now."""
        address, kind = question.address, answer.problem() if not is_head else None
        if answer.status >= 500:
            if answer.status == 503 and kind == "busy":
                with lock:
                    self.kinds["busy (allowed)"] += 1
            elif not (is_head and answer.status == 503):
                self.wrong_answer(f"status {answer.status}", address, f"{kind} {answer.body[:300]}")
            return
        if is_head:
            return self.judge_head(question, answer, has_gzip)
        if answer.status >= 400 and kind is None:
            return self.wrong_answer("a refusal without problem details", address, f"{answer.status} {answer.headers} {answer.body[:200]}")
        if question.release is None and not question.problems:
            found = (answer.status, answer.headers.get("etag"), digest(answer.body))
            if found not in self.states[address, has_gzip]:
                self.wrong_answer("an answer that no state of the folder gives", address, f"{found} {answer.body[:200]}")
            return
        if question.release is not None and kind == "unknown-release":
            return
        if question.problems and answer.status >= 400:
            if kind not in question.problems:
                self.wrong_answer("another refusal", address, f"{kind}, not {question.problems}")
            return
        if question.problems or answer.status != 200:
            return self.wrong_answer(f"status {answer.status} where another was wanted", address, f"{kind} {answer.body[:200]}")
        found = (digest(answer.body), answer.headers.get("etag"))
        with lock:
            before = self.known.setdefault((address, has_gzip), found)
        if found != before:
            self.wrong_answer("other bytes than before", address, f"gzip={has_gzip} {before} then {found}")
        length = answer.headers.get("content-length")
        if length is not None and int(length) != len(answer.body):
            self.wrong_answer("another length than was told", address, f"{length}, {len(answer.body)} came")

    def judge_head(self, question, answer, has_gzip):
        known = self.known.get((question.address, has_gzip))
        if answer.body:
            self.wrong_answer("HEAD with a body", question.address, answer.body[:100])
        if known and answer.status == 200 and answer.headers.get("etag") != known[1]:
            self.wrong_answer("HEAD with another tag", question.address, f"{known[1]} {answer.headers}")

    def work(self, number):
        """One thread of readers."""
        dice, reader = random.Random(number), Reader(self.server.port)
        while time.time() < self.until:
            try:
                self.once(dice, reader)
            except Exception as error:
                with lock:
                    self.broken += 1
                self.wrong_answer("a reader without an answer", "?", repr(error))
                time.sleep(0.2)

    def once(self, dice, reader):
        at = dice.random()
        has_gzip = dice.random() < 0.5
        headers = {"Accept-Encoding": "gzip"} if has_gzip else {}
        if at < 0.02 and self.long:
            return self.breaks_off(dice)
        if at < 0.025 and self.long:
            return self.slowly(dice)
        if at < 0.20:
            kind, question = "newest", dice.choice(self.floating)
        elif at < 0.28:
            kind, question = "wrong", dice.choice(self.wrong)
        elif at < 0.29 and self.costly:
            kind, question = "large", dice.choice(self.costly)
        else:
            kind, question = "named", dice.choice(self.small)
        method = "GET"
        if at >= 0.92:
            kind, method = "head", "HEAD"
        elif at >= 0.80:
            known = self.known.get((question.address, has_gzip))
            if known and known[1]:
                return self.conditional(dice, reader, question, known[1], headers)
        begun = time.perf_counter()
        answer = reader.ask(question.address, method, headers)
        self.count(kind, answer.status, time.perf_counter() - begun)
        self.judge(question, answer, has_gzip, method == "HEAD")

    def conditional(self, dice, reader, question, tag, headers):
        tags = dice.choice([tag, f'"0", {tag}', f"W/{tag}"])
        begun = time.perf_counter()
        answer = reader.ask(question.address, "GET", headers | {"If-None-Match": tags})
        self.count("conditional", answer.status, time.perf_counter() - begun)
        if answer.status == 304:
            if answer.body or answer.headers.get("etag") != tag:
                self.wrong_answer("a 304 with a body or another tag", question.address, f"{tag} {answer.headers}")
        elif answer.problem() != "unknown-release":
            self.wrong_answer("no 304 for a tag that is known", question.address, f"{tags} {answer.status} {answer.headers}")

    def begin(self, address, has_gzip=False):
        """A connection that takes little at a time, with the answer begun."""
        taking = socket.socket()
        taking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        taking.settimeout(60)
        taking.connect(("127.0.0.1", self.server.port))
        coding = "Accept-Encoding: gzip\r\n" if has_gzip else ""
        taking.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n{coding}Connection: close\r\n\r\n".encode())
        return taking

    def breaks_off(self, dice):
        question = dice.choice(self.long)
        with self.begin(question.address, dice.random() < 0.5) as taking:
            taking.recv(dice.choice([1, 100, 70_000]))
            time.sleep(dice.choice([0, 0, 0.05]))
        self.count("broken off", "broken off")

    def slowly(self, dice):
        question, has_gzip = dice.choice(self.long), dice.random() < 0.3
        with self.begin(question.address, has_gzip) as taking:
            response = http.client.HTTPResponse(taking)
            response.begin()
            parts, slow_until = [], time.time() + min(3, max(0, self.until - time.time()))
            while part := response.read(16_384):
                parts.append(part)
                if time.time() < slow_until:
                    time.sleep(0.02)
            answer = Answer(response, b"".join(parts))
        self.count("slow", answer.status)
        self.judge(question, answer, has_gzip)

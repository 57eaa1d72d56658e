"""One question, and all the ways to write it: order, doubles, ranges, percent encoding, defaults, formats."""

import collections
import hashlib
import urllib.parse

from asking import check, lock

TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "sdmx": "application/vnd.sdmx.data+csv",
    "html": "text/html",
    "zip": "application/zip",
    "svg": "image/svg+xml",
}


def encoded(dice, text, keep="-._~"):
    """A text as it may stand in an address: some of its letters percent-encoded, with large or small digits."""
    parts = []
    for letter in text:
        must = not (letter.isascii() and (letter.isalnum() or letter in keep + ",:"))
        if must or dice.random() < 0.1:
            digits = "".join(f"%{byte:02x}" for byte in letter.encode())
            parts.append(digits.upper() if dice.random() < 0.5 else digits)
        else:
            parts.append(letter)
    return "".join(parts)


class Question:
    """One question, and all ways to write it."""

    def __init__(self, path, form="json", offers=("json",), same=(), codes=(), defaults=(), status=200, is_exact=False):
        # The path is a list of parts; those that are marked may be percent-encoded.
        self.path, self.form, self.offers, self.status, self.is_exact = path, form, offers, status, is_exact
        # Parameters that are always there; name, list of all codes, codes taken, codes by level; defaults that may be said.
        self.same, self.codes, self.defaults = list(same), list(codes), list(defaults)
        self.name = "".join(part for part, _ in path) + f" {form} {self.same} {[(name, taken[:6]) for name, _, taken, _ in codes]}"
        self.asked, self.statuses, self.not_modified = 0, collections.Counter(), 0
        self.bodies, self.tags, self.raw, self.lengths, self.others = {}, {}, {}, {}, {}

    def spelled(self, dice):
        path = "".join(encoded(dice, part) if is_free and not self.is_exact else part for part, is_free in self.path)
        pairs, headers = list(self.same), {}
        by_accept = dice.random() < 0.4
        if by_accept and not (self.form == self.offers[0] and dice.random() < 0.5):
            headers["Accept"] = self.accepted(dice)
        if not by_accept:
            pairs.append(("format", self.form))
            # What the address says goes before what Accept says.
            if dice.random() < 0.3:
                headers["Accept"] = dice.choice(["text/html", "application/xml", *TYPES.values()])
            if self.form == self.offers[0] and dice.random() < 0.3:
                pairs.pop()
                headers.pop("Accept", None)
        if self.is_exact:
            # `next` repeats the address: only what is beside it may differ.
            pairs, headers = list(self.same) + [("format", self.form)], {}
        else:
            pairs += [pair for pair in self.defaults if dice.random() < 0.3]
            pairs += [(name, codes_spelled(dice, every, taken, levels)) for name, every, taken, levels in self.codes]
            dice.shuffle(pairs)
        write = (lambda text: encoded(dice, text)) if not self.is_exact else urllib.parse.quote
        query = "&".join(f"{write(name)}={write(value)}" for name, value in pairs)
        address = path + ("?" + query if query else "")
        coding = dice.choice([None, "identity", "gzip", "gzip", "br, GZIP;q=0.5", "*", "gzip;q=0, identity", "deflate"])
        if coding:
            headers["Accept-Encoding"] = coding
        return "HEAD" if dice.random() < 0.15 else "GET", address, headers

    def accepted(self, dice):
        kind = TYPES[self.form]
        ways = [kind, kind.upper(), f"{kind};q=0.3", f"*/*;q=0.1, {kind}", f"application/xml, {kind};q=0.9", f"{kind}; q=1.0,image/png"]
        if self.form == self.offers[0]:
            ways += ["*/*", "text/x-nothing, */*;q=0.1"]
        return dice.choice(ways)

    def take(self, method, address, headers, answer):
        """Adds what an answer said to what all of them said."""
        with lock:
            self.asked += 1
            self.statuses[answer.status] += 1
        where = f"{method} {address} {headers}"
        if answer.status == 304:
            with lock:
                self.not_modified += 1
                self.tags.setdefault(answer.headers.get("etag", "").strip('"').endswith("-gzip") and "gzip" or "identity", {}).setdefault(answer.headers.get("etag"), where)
            check("a 304 has no body", not answer.body, where)
            return
        if method == "GET":
            self.add(self.bodies, "all", hashlib.sha256(answer.plain()).hexdigest(), where)
            self.add(self.raw, answer.coding, hashlib.sha256(answer.body).hexdigest(), where)
            told = answer.headers.get("content-length")
            if told is not None and int(told) != len(answer.body):
                check("the length is the one that was told", False, where)
        elif answer.body:
            check("HEAD has no body", False, where)
        self.add(self.tags, answer.coding, answer.headers.get("etag"), where)
        self.add(self.lengths, answer.coding, answer.headers.get("content-length"), where)
        self.add(self.others, answer.coding, answer.others(), where)

    def add(self, into, coding, what, where):
        with lock:
            into.setdefault(coding, {}).setdefault(what, where)

    def judge(self):
        """Whether all that was said is one thing."""
        allowed = {self.status} | ({304} if self.status == 200 else set())
        check("one status", set(self.statuses) <= allowed, f"{self.name}: {dict(self.statuses)}")
        for what, found in [("body", self.bodies), ("body as it is sent", self.raw), ("tag", self.tags), ("length", self.lengths), ("set of other headers", self.others)]:
            for coding, values in found.items():
                check(f"one {what}", len(values) == 1, f"{self.name}, {coding}: {list(values.items())[:3]}")
        if self.status == 200 and "gzip" in self.tags and "identity" in self.tags:
            plain, packed = next(iter(self.tags["identity"])), next(iter(self.tags["gzip"]))
            check("a tag of its own for gzip", packed and packed == plain[:-1] + '-gzip"', f"{self.name}: {plain} {packed}")


def codes_spelled(dice, every, taken, levels):
    """A set of codes as a list in any order, with ranges, doubles, and coarser codes that take in some of them."""
    places = sorted(every.index(code) for code in taken)
    items, at = [], 0
    while at < len(places):
        end = at
        while end + 1 < len(places) and places[end + 1] == places[end] + 1 and dice.random() < 0.8:
            end += 1
        first, last = every[places[at]], every[places[end]]
        items += [f"{first}..{last}"] if end > at or dice.random() < 0.1 else [first]
        at = end + 1
    if dice.random() < 0.3:
        items = [every[place] for place in places]
    for level, children in levels:
        if set(children) <= set(taken) and dice.random() < 0.5:
            items = [item for item in items if item not in children] + [level]
    items += [dice.choice(items) for _ in range(dice.choice([0, 0, 1, 3]))]
    items += [dice.choice(list(taken))] if dice.random() < 0.2 else []
    dice.shuffle(items)
    return ",".join(items)

"""What the long load asks: questions to each release, to whatever is newest, and wrong ones."""

import json

FORMATS = ["json", "csv", "xlsx", "parquet", "arrow", "sdmx"]
TRENDS = ["gender", "destinations", "routes"]
GONE = {"unknown-release", "not-released"}


class Question:
    """An address, the release that it names if any, and what the answer has to be."""

    def __init__(self, address, release=None, problems=(), costly=False):
        self.address, self.release, self.problems, self.costly = address, release, set(problems), costly


class Release:
    """What may be asked of a release."""

    def __init__(self, reader, id):
        self.id = id
        base = f"/v1/releases/{id}"
        self.tables = json.loads(reader.ask(base).body)["tables"]
        dictionary = json.loads(reader.ask(f"/v1/dictionary?release={id}").body)["dimensions"]
        self.codes = {one["name"]: [code["code"] for code in one["codes"]] for one in dictionary}
        # The refusal of a level lists those that there are.
        levels = {name: json.loads(reader.ask(f"{base}/cube?dimensions={name}:nothing").body)["allowed"] for name in self.codes}
        self.levels = {name: found for name, found in levels.items() if found and "," not in found[0]}

    def cells(self, names):
        product = 1
        for name in names:
            product *= len(self.codes[name])
        return product

    def narrowed(self, dice, name):
        codes = self.codes[name]
        first = dice.randrange(len(codes))
        last = dice.randrange(first, min(len(codes), first + 40))
        some = dice.sample(codes, min(len(codes), dice.randint(1, 4)))
        return dice.choice([codes[first], ",".join(some), f"{codes[first]}..{codes[last]}"])

    def slice(self, dice):
        """A slice, roll-up or difference that one table has."""
        table = dice.choice([one for one in self.tables if self.cells(one["dimensions"]) <= 100_000] or self.tables)
        names = dice.sample(table["dimensions"], len(table["dimensions"]))
        kept, rest = names[: dice.randint(0, len(names))], names
        while self.cells(kept) > 20_000:
            kept = kept[1:]
        asked, taken = [], set(kept)
        if rest != kept and dice.random() < 0.25 and self.cells(kept) <= 300:
            other = next(name for name in names if name not in taken)
            if len(self.codes[other]) > 1:
                asked.append(f"compare={other}:" + ",".join(dice.sample(self.codes[other], 2)))
                taken.add(other)
                names = [name for name in names if name != other]
        asked += [f"{name}={self.narrowed(dice, name)}" for name in names if dice.random() < 0.5]
        # Each row of a level is reckoned by itself.
        is_short = self.cells(kept) <= 300
        words = [
            f"{name}:{dice.choice(self.levels[name])}" if is_short and name in self.levels and dice.random() < 0.2 else name
            for name in kept
        ]
        if words:
            asked.append("dimensions=" + ",".join(words))
        dice.shuffle(asked)
        return f"/v1/releases/{self.id}/cube?" + "&".join(asked)


def questions_of(releases, dice):
    """Questions to one release each, and questions to whatever is newest."""
    named, floating = [], []
    for release in releases:
        base = f"/v1/releases/{release.id}"
        for table in release.tables:
            if release.cells(table["dimensions"]) > 100_000:
                continue
            is_large = release.cells(table["dimensions"]) > 10_000
            for form in FORMATS:
                address = f"{base}/tables/{table['name']}?format={form}"
                named.append(Question(address, release.id, costly=is_large))
                if not is_large:
                    named.append(Question(f"{address}&lang={dice.choice(['ru', 'tg'])}", release.id))
            named.append(Question(f"{base}/tables/{table['name']}?limit=7&offset=3", release.id))
            named.append(Question(f"{base}/tables/{table['name']}?format=csv&sep=;&decimal=comma&bom=1", release.id, costly=is_large))
        seen = set()
        for _ in range(1500):
            address = release.slice(dice)
            if address not in seen:
                seen.add(address)
                join = "" if address.endswith("?") else "&"
                form = dice.choice(["", "", f"{join}format={dice.choice(FORMATS)}", f"{join}lang={dice.choice(['ru', 'tg'])}"])
                named.append(Question(address + form, release.id))
        named += [Question(f"{base}?format={form}", release.id) for form in FORMATS[:5]]
        named += [Question(f"/v1/dictionary?release={release.id}&format={form}", release.id) for form in FORMATS[:5]]
        for trend, needed in zip(TRENDS, [{"year", "gender"}, {"destination"}, {"origin", "destination"}]):
            is_there = any(needed <= set(table["dimensions"]) for table in release.tables)
            named.append(Question(f"/v1/charts/{trend}.svg?release={release.id}", release.id, () if is_there else GONE))
        named += [Question(f"{base}/package", release.id)] * 12
    for trend in TRENDS:
        floating += [f"/v1/trends/{trend}?format={form}" for form in FORMATS] + [f"/v1/charts/{trend}.svg", f"/v1/trends/{trend}"]
        floating += [f"/v1/trends/{trend}?from=2016&to=2019", f"/v1/trends/{trend}?from=2018&lang=tg", f"/v1/trends/{trend}?limit=5"]
    floating += ["/", "/", "/", "/v1/series", "/v1/withdrawn", "/v1/catalogue", "/v1/openapi.json", "/assets/style.css"]
    floating += [f"/v1/releases?format={form}" for form in FORMATS[:5]] + [f"/v1/dictionary?format={form}" for form in FORMATS[:5]]
    return named, [Question(address) for address in floating]


def wrong_questions(releases):
    """Addresses that are refused, with the kinds of problems that may be said."""
    wrong = [
        Question("/nowhere", problems={"no-such-path"}),
        Question("/v1/releases/none", problems={"unknown-release"}),
        Question("/v1/trends/gender?format=exe", problems={"bad-value"}),
        Question("/v1/trends/gender?from=soon", problems={"bad-value"} | GONE),
        Question("/v1/trends/gender?gender=", problems={"bad-value"}),
        Question("/v1/trends/gender?lang=en&lang=en", problems={"bad-value"}),
        Question("/v1/trends/gender?limit=0", problems={"bad-value"}),
        Question("/v1/trends/gender?%FF=1", problems={"bad-value", "unknown-parameter"} | GONE),
        Question("/v1/charts/none.svg", problems={"unknown-chart"}),
        Question("/v1/requests", problems={"requests-closed", "bad-token"}),
    ]
    for release in releases:
        base, name = f"/v1/releases/{release.id}", next(iter(release.codes))
        for address, kind in [
            (f"{base}/tables/none", "unknown-table"),
            (f"{base}/cube?dimensions=none", "unknown-dimension"),
            (f"{base}/cube?none=1", "unknown-parameter"),
            (f"{base}/cube?{name}=%00%F0%9F%92%A9", "unknown-code"),
            (f"{base}/cube?{name}={'x' * 5000}", "unknown-code"),
            (f"{base}/cube?dimensions={name}:none", "unknown-level"),
            (f"{base}/cube?dimensions={name},{name}", "bad-value"),
            (f"{base}/cube?compare={name}", "not-comparable"),
            (f"{base}/cube?dimensions=" + ",".join(release.codes), "not-released"),
            (f"{base}/tables/{release.tables[0]['name']}?offset=-1", "bad-value"),
        ]:
            names = set(release.codes)
            if kind == "not-released" and any(names <= set(table["dimensions"]) for table in release.tables):
                continue
            wrong.append(Question(address, release.id, {kind}))
    return wrong

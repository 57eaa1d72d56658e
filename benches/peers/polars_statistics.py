"""Polars at the work of the named statistics, over the Parquet files of a warehouse.

Arguments: a JSON file of the tables and their files, threads. `statistics_peer.py` says how the bench asks. Questions are
lazy queries over `scan_parquet`, so Polars reads only the columns and rows that it needs; they run on its streaming
engine, which is as quick as the other one and holds less in memory at a time.
"""

import os
import sys

from statistics_peer import OF_PERSONS, files, serve

# Polars reads this once, when it is loaded.
os.environ["POLARS_MAX_THREADS"] = sys.argv[2]

import polars as pl  # noqa: E402
from polars import col, element  # noqa: E402

tables = files(sys.argv[1])
ABSENT = ["missing", "unknown", "not_applicable", "suppressed"]
CENTRAL_ASIA = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
PERSONS = col("person").n_unique().alias("persons")
IS_PERSON_ROW = col("status") != "not_a_victim"


def table(name):
    """The rows of a table; whoever turned out to be the same person as another is that one."""
    rows = pl.scan_parquet(tables[name])
    if name not in OF_PERSONS or "aliases" not in tables:
        return rows
    aliases = pl.scan_parquet(tables["aliases"]).select(person="alias", older="person")
    rows = rows.join(aliases, on="person", how="left")
    return rows.with_columns(person=pl.coalesce("older", "person")).drop("older")


def cases():
    return table("cases").filter(IS_PERSON_ROW)


def absent(code):
    return col(code).is_in(ABSENT)


def ordered(rows, *by):
    """Rows in the order of columns; a minus begins one of which the largest comes first. Rows without a value are last."""
    names = [name.lstrip("-") for name in by]
    return rows.sort(names, descending=[name.startswith("-") for name in by], nulls_last=True)


def counted(rows, *keys, order):
    """Distinct persons by keys."""
    return ordered(rows.group_by(*keys).agg(PERSONS), *order)


def place(role, end):
    """The first or the last place of a role whose country is known."""
    field = element().struct.field
    known = element().filter((field("role") == role) & ~field("country").is_in(ABSENT))
    return col("journey").list.agg(known.first() if end == "first" else known.last())


def routes():
    rows = cases().with_columns(
        recruited=place("recruitment", "first"),
        exploited=place("exploitation", "last"),
        citizenship=col("citizenships").list.agg(element().filter(~element().is_in(ABSENT)).first()),
    )
    country = col("recruited").struct.field("country")
    return rows.with_columns(
        origin=pl.coalesce(country, "citizenship"),
        origin_role=pl.when(country.is_not_null())
        .then(pl.lit("recruitment"))
        .when(col("citizenship").is_not_null())
        .then(pl.lit("citizenship")),
        destination=col("exploited").struct.field("country"),
        destination_basis=col("exploited").struct.field("basis"),
    )


ROUTE = ("origin", "destination", "origin_role", "destination_basis", "status")


def whole_routes():
    return routes().filter(col("origin").is_not_null(), col("destination").is_not_null())


def of_routes():
    return counted(whole_routes(), *ROUTE, order=("-persons", *ROUTE))


def routes_by_year():
    keys = ("registered_year", *ROUTE)
    return counted(whole_routes(), *keys, order=("registered_year", "-persons", *ROUTE))


def destinations():
    keys = ("destination", "destination_basis", "status")
    return counted(routes().filter(col("destination").is_not_null()), *keys, order=("-persons", *keys))


def destinations_by_year():
    keys = ("destination", "gender", "majority", "destination_basis", "status")
    rows = routes().filter(col("destination").is_not_null())
    return counted(rows, "registered_year", *keys, order=("registered_year", "-persons", *keys))


def paths():
    keys = ("path", "basis", "status")
    field = element().struct.field
    on_the_way = element().filter(field("role").is_in(["recruitment", "transit", "exploitation"]))
    rows = cases().select("person", "status", places=col("journey").list.eval(on_the_way))
    rows = rows.filter(col("places").list.len() > 0)
    bases = col("places").list.eval(field("basis"))
    basis = (
        pl.when(bases.list.contains("proxy"))
        .then(pl.lit("proxy"))
        .when(bases.list.contains("intended"))
        .then(pl.lit("intended"))
        .otherwise(pl.lit("recorded"))
    )
    path = col("places").list.eval(field("country")).list.join(">")
    return counted(rows.select("person", "status", path=path, basis=basis), *keys, order=("-persons", *keys))


def transit():
    keys = ("transit", "basis", "status")
    rows = cases().select("person", "status", "journey").explode("journey")
    rows = rows.unnest("journey").filter(col("role") == "transit", ~absent("country")).rename({"country": "transit"})
    return counted(rows, *keys, order=("-persons", *keys))


def internal_routes():
    keys = ("country", "origin_region", "destination_region", "destination_basis", "status")
    start, end = col("recruited").struct.field, col("exploited").struct.field
    rows = routes().filter(
        start("country") == end("country"), start("basis") != "proxy", end("basis") != "proxy"
    )
    regions = {"country": end("country"), "origin_region": start("region"), "destination_region": end("region")}
    return counted(rows.with_columns(**regions), *keys, order=("-persons", *keys))


def with_known(rows, keys, code):
    """Persons by keys and code, beside the persons of the keys of whom any code is known."""
    of_code = rows.group_by(*keys, code).agg(PERSONS)
    known = rows.filter(~absent(code)).group_by(*keys).agg(known=col("person").n_unique())
    # The key that may be null is the year.
    together = of_code.join(known, on=list(keys), how="left", nulls_equal=True)
    return together.with_columns(known=pl.when(~absent(code)).then("known"))


def gender_trend():
    keys = ["year", "gender", "status"]
    rows = cases().select("person", "status", "gender", year="registered_year")
    rows = with_known(rows, ("year", "status"), "gender")
    before = rows.select(col("year") + 1, "gender", "status", before="persons")
    rows = rows.join(before, on=keys, how="left")
    rows = rows.select(
        *keys,
        "persons",
        share=col("persons") / col("known"),
        change=col("persons").cast(pl.Int64) - col("before").cast(pl.Int64),
    )
    return ordered(rows, "year", "-persons", "gender", "status")


def age_trend():
    of_band = pl.when(col("age_band").is_in(["0_8", "9_17"])).then(pl.lit("minor")).otherwise(pl.lit("adult"))
    majority = pl.when(absent("age_band")).then("majority").otherwise(of_band)
    rows = cases().select("person", "status", "age_band", year="registered_year", majority=majority)
    of_code = rows.group_by("year", "status", "age_band", "majority").agg(PERSONS)
    known = rows.filter(~absent("age_band")).group_by("year", "status").agg(known=col("person").n_unique())
    rows = of_code.join(known, on=["year", "status"], how="left", nulls_equal=True)
    rows = rows.with_columns(share=pl.when(~absent("age_band")).then(col("persons") / col("known"))).drop("known")
    return ordered(rows, "year", "-persons", "age_band", "majority", "status")


def codes(rows, column, name):
    """Persons by code of a list. Of a person of whom some code is known, what is absent says nothing."""
    # An empty list explodes into one row without a value.
    rows = rows.select("status", "person", code=column).explode("code", empty_as_null=True).with_columns(col("code").fill_null("missing"))
    known, silent = rows.filter(~absent("code")), rows.filter(absent("code"))
    silent = silent.join(known, on=["status", "person"], how="anti")
    of_status = known.group_by("status").agg(known=col("person").n_unique())
    of_known = known.group_by("status", "code").agg(PERSONS).join(of_status, on="status")
    of_silent = silent.group_by("status", "code").agg(PERSONS)
    rows = pl.concat([of_known, of_silent], how="diagonal").with_columns(share=col("persons") / col("known"))
    return ordered(rows.rename({"code": name}), "-persons", name, "status")


def services():
    asked = [rows.select("status", "person", "services") for rows in (table("cases"), table("assistance"))]
    return codes(pl.concat(asked).filter(IS_PERSON_ROW), "services", "service")


def prevented_and_identified():
    rows = table("cases").filter(col("status").is_in(["prevented", "identified"]))
    of_status = {
        status: col("person").filter(col("status") == status).n_unique() for status in ("prevented", "identified")
    }
    return ordered(rows.group_by("gender", year="registered_year").agg(**of_status), "year", "gender")


def sources_compared():
    rows = cases().group_by("status", "source", "person", year="registered_year").agg(records=pl.len())
    elsewhere = rows.group_by("year", "status", "person").agg(sources=pl.len())
    rows = rows.join(elsewhere, on=["year", "status", "person"], nulls_equal=True)
    rows = rows.group_by("year", "source", "status").agg(
        persons=pl.len(), elsewhere=(col("sources") > 1).sum(), records=col("records").sum()
    )
    return ordered(rows, "year", "status", "source")


def regional_comparison():
    keys = ("year", "reporting_country", "status")
    rows = cases().filter(col("reporting_country").is_in(CENTRAL_ASIA)).rename({"registered_year": "year"})
    rows = rows.group_by(*keys, "person").agg(
        women=(col("gender") == "woman").any(),
        men=(col("gender") == "man").any(),
        gender_not_known=absent("gender").all(),
        minors=(col("majority") == "minor").any(),
    )
    sums = col("women", "men", "gender_not_known", "minors").sum()
    return ordered(rows.group_by(*keys).agg(sums, persons=pl.len()), "year", "status", "reporting_country")


def referral_network():
    keys = ("from_body", "to_body", "outcome", "status")
    rows = table("referrals").filter(IS_PERSON_ROW)
    return ordered(rows.group_by(*keys).agg(PERSONS, referrals=pl.len()), "-persons", *keys)


def time_to_assistance():
    days = col("days_to_assistance")
    rows = table("referrals").filter(IS_PERSON_ROW).group_by("status", year="referred_year")
    rows = rows.agg(
        referrals=pl.len(),
        known=days.count(),
        suppressed=(col("days_to_assistance_state") == "suppressed").sum(),
        half_within=days.quantile(0.5, "equiprobable"),
        nine_tenths_within=days.quantile(0.9, "equiprobable"),
        # A mean of yes and no passes over referrals without a number.
        within_7_days=(days <= 7).mean(),
        within_30_days=(days <= 30).mean(),
    )
    return ordered(rows, "year", "status")


def without(number):
    """Rows that lack a number: not written down, held back."""
    held_back = col(f"{number}_state") == "suppressed"
    return {"not_recorded": (col(number).is_null() & ~held_back).sum(), "suppressed": held_back.sum()}


def assisted(rows, keys, name):
    rows = rows.filter(IS_PERSON_ROW).group_by(*keys)
    rows = rows.agg(PERSONS, **{name: pl.len()}, people=total("people"), **without("people"))
    return ordered(rows, "-persons", *keys)


def total(number, where=True):
    """A sum that is null when nothing was added up."""
    numbers = col(number).filter(where & col(number).is_not_null())
    return pl.when(numbers.len() > 0).then(numbers.sum())


def grants():
    known_items = col("items").list.agg((~element().is_in(ABSENT)).any())
    rows = table("assistance").filter(col("services").list.contains("in_kind") | known_items)
    return assisted(rows, ("beneficiary_group", "region", "status"), "grants")


def returnees():
    rows = table("assistance").filter(col("beneficiary_group").is_in(["returnee", "stranded_migrant"]))
    return assisted(rows, ("beneficiary_group", "returned_from", "status"), "assistance")


def became_case(rows, *keys):
    became = col("became_case")
    rows = rows.group_by(*keys).agg(
        contacts=pl.len(), became_case=(became == "yes").sum(), known=became.is_in(["yes", "no"]).sum()
    )
    share = pl.when(col("known") > 0).then(col("became_case") / col("known"))
    return rows.with_columns(share=share)


def hotline():
    rows = became_case(table("contacts").rename({"contacted_year": "year"}), "year", "channel")
    return ordered(rows, "year", "-contacts", "channel")


def hotline_topics():
    rows = table("contacts").select("became_case", topic="topics").explode("topic", empty_as_null=True)
    return ordered(became_case(rows.with_columns(col("topic").fill_null("missing")), "topic"), "-contacts", "topic")


def trained(rows, *keys):
    states = [col(f"{number}_state") for number in ("participants", "women", "men")]
    said = ["recorded", "suppressed"]
    both = {number: col("participants").is_not_null() & col(number).is_not_null() for number in ("women", "men")}
    shares = {
        f"{number}_share": total(number, both[number]) / total("participants", both[number])
        for number in ("women", "men")
    }
    return rows.group_by(*keys).agg(
        trainings=pl.len(),
        **{number: total(number) for number in ("participants", "women", "men")},
        **shares,
        not_recorded=pl.any_horizontal(~state.is_in(said) for state in states).sum(),
        suppressed=pl.any_horizontal(state == "suppressed" for state in states).sum(),
    )


def activities(kind):
    return table("activities").filter(col("record_system") == kind).rename({"held_year": "year"})


def one_each(rows, lists, name):
    """A row for each code of a list; a row without any stands under missing."""
    return rows.rename({lists: name}).explode(name, empty_as_null=True).with_columns(col(name).fill_null("missing"))


def trainings():
    rows = trained(activities("training"), "year", "kind", "gender_basis")
    return ordered(rows, "year", "-trainings", "kind", "gender_basis")


def trainings_by_body():
    rows = trained(one_each(activities("training"), "bodies", "body"), "body", "gender_basis")
    return ordered(rows, "-trainings", "body", "gender_basis")


def reached(rows, *keys):
    return rows.group_by(*keys).agg(
        campaigns=pl.len(), people_reached=total("people_reached"), **without("people_reached")
    )


def campaigns():
    return ordered(reached(activities("awareness"), "year", "kind"), "year", "-campaigns", "kind")


def campaigns_by_channel():
    rows = reached(one_each(activities("awareness"), "channels", "channel"), "channel")
    return ordered(rows, "-campaigns", "channel")


def proceedings():
    keys = ("year", "stage", "unit")
    one = pl.when(col("unit") == "case").then(pl.coalesce("case_reference", "person")).otherwise("person")
    rows = table("proceedings").rename({"stage_year": "year"}).group_by(*keys, one=one)
    rows = rows.agg(col("number").max(), held_back=(col("number_state") == "suppressed").any())
    lacks = col("number").is_null()
    rows = rows.group_by(*keys).agg(
        number=total("number"),
        not_recorded=(lacks & ~col("held_back")).sum(),
        suppressed=(lacks & col("held_back")).sum(),
    )
    return ordered(rows, "year", "unit", "stage")


STATISTICS = {
    "routes": of_routes,
    "purposes": lambda: codes(cases(), "purposes", "purpose"),
    "means_of_control": lambda: codes(cases(), "means", "means"),
    "recruiters": lambda: codes(cases(), "recruiter_relations", "recruiter"),
    "sectors": lambda: codes(cases(), "sectors", "sector"),
}
for question in (
    routes_by_year, destinations, destinations_by_year, paths, transit, internal_routes, gender_trend, age_trend,
    services, prevented_and_identified, sources_compared, regional_comparison, referral_network, time_to_assistance,
    grants, returnees, hotline, hotline_topics, trainings, trainings_by_body, campaigns, campaigns_by_channel,
    proceedings,
):
    STATISTICS[question.__name__] = question


def ask(name):
    answer = STATISTICS[name]().collect(engine="streaming")
    return answer.columns, answer.height, lambda column: answer[column].sum()


if __name__ == "__main__":
    serve(ask)

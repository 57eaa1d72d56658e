//! Broken tables, with the message for each.

use super::refused;

#[test]
fn tables() {
    for (from, to, message) in [
        (
            "name = \"record\"",
            "name = \"record\"\ncolour = 1",
            "line 7: unknown field `colour`, expected one of `name`, `description`, `kind`, `list`, `state`, `role`, `treatment`, `origin`",
        ),
        (
            "kind = \"year\"",
            "kind = \"date\"",
            "line 16: unknown variant `date`, expected one of `pseudonym`, `text`, `integer`, `year`, `month`, `code`, `codes`, `places`, `reference`",
        ),
        (
            "name = \"cases\"",
            "name = \"case\"",
            "line 1: the name `case` differs from the file name; make them the same",
        ),
        ("name = \"month\"", "name = \"year\"", "line 22: the column `year` is declared twice; remove or rename one"),
        (
            "name = \"month\"",
            "name = \"Month\"",
            "line 22: `Month` is not a name; begin with a small letter and use a–z, 0–9 and _",
        ),
        (
            "cohort = \"year\"",
            "cohort = \"month\"",
            "line 3: the cohort column `month` must be a column of kind `year` of this table",
        ),
        ("list = \"gender\"", "list = \"sex\"", "line 33: there is no code list `sex`; correct the name or add it"),
        ("list = \"gender\"", "", "line 32: a column of kind `code` needs `list`; name one of codes/lists.toml"),
        (
            "kind = \"year\"",
            "kind = \"year\"\nlist = \"age\"",
            "line 16: a column of kind `year` has no `list`; remove it",
        ),
        (
            "treatment = \"pseudonymise\"",
            "treatment = \"keep\"",
            "line 10: the identifier `record` must not be kept; its treatment is `pseudonymise` or `drop`",
        ),
        (
            "treatment = \"generalise\"",
            "treatment = \"pseudonymise\"",
            "line 18: `year` is pseudonymised; its kind is `pseudonym`, `reference` or `text`",
        ),
        (
            "origin = \"intake\"",
            "origin = \"export\"",
            "line 10: `record` is text from an export; text never leaves intake: use a code list, or treatment `drop`",
        ),
        (
            "kind = \"month\"\nrole = \"quasi-identifier\"\ntreatment = \"generalise\"",
            "kind = \"month\"\nrole = \"attribute\"\ntreatment = \"keep\"",
            "line 26: `month` is a month that is kept; a date becomes a month by `generalise`",
        ),
        (
            "role = \"identifier\"\ntreatment = \"pseudonymise\"",
            "role = \"attribute\"\ntreatment = \"keep\"",
            "line 10: `record` is a pseudonym; its treatment is `pseudonymise`",
        ),
    ] {
        refused("tables/cases.toml", from, to, &format!("tables/cases.toml {message}"));
    }
    refused(
        "tables/cases.csv",
        "",
        "x",
        "tables/cases.csv line 1: the file does not belong here; tables and sources are .toml, code lists are .csv named in codes/lists.toml",
    );
}

#[test]
fn populations_states_and_references() {
    for (from, to, message) in [
        (
            "population = \"victims\"",
            "population = \"people\"",
            "line 4: unknown variant `people`, expected `victims` or `suspects`",
        ),
        (
            "population = \"victims\"",
            "",
            "line 3: the table has a cohort but no population; write `population` or remove `cohort`",
        ),
        (
            "cohort = \"year\"\npopulation = \"victims\"",
            "",
            "line 1: the table has a column `person` or `cohort` but no population; write `population` or remove them",
        ),
        (
            "name = \"person\"",
            "name = \"individual\"",
            "line 1: the table has a population; add the columns `record`, `person` and `cohort`, the last two with origin `custody`",
        ),
        (
            "state = \"all_state\"",
            "state = \"no_state\"",
            "line 84: there is no column `no_state`; correct the name or add it",
        ),
        (
            "state = \"all_state\"",
            "state = \"gender\"",
            "line 84: the state `gender` must be a column of kind `code`, origin `intake` and a list whose one code is `recorded`",
        ),
        (
            "state = \"all_state\"",
            "",
            "line 90: the state `all_state` belongs to no number; name it in `state` of one, or let exports fill it in",
        ),
        (
            "name = \"women\"\ndescription = \"d\"\nkind = \"integer\"",
            "name = \"women\"\ndescription = \"d\"\nkind = \"integer\"\nstate = \"all_state\"",
            "line 90: the state `all_state` belongs to several numbers; give each its own",
        ),
        (
            "kind = \"year\"",
            "kind = \"year\"\nstate = \"all_state\"",
            "line 16: a column of kind `year` has no `state`; remove it",
        ),
        (
            "kind = \"reference\"\nrole = \"identifier\"\ntreatment = \"pseudonymise\"",
            "kind = \"reference\"\nrole = \"attribute\"\ntreatment = \"keep\"",
            "line 119: `case` is a reference; its treatment is `pseudonymise`",
        ),
        (
            "kind = \"reference\"\nrole = \"identifier\"\ntreatment = \"pseudonymise\"\norigin = \"export\"",
            "kind = \"reference\"\nrole = \"identifier\"\ntreatment = \"pseudonymise\"\norigin = \"intake\"",
            "line 119: `case` is a reference that Panoh makes; its origin is `export`",
        ),
    ] {
        refused("tables/cases.toml", from, to, &format!("tables/cases.toml {message}"));
    }
}

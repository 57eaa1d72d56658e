//! One broken thing at a time: each rule of the dictionary with the message that names file, line, rule and remedy.

use std::borrow::Cow;

use super::{Dictionary, small};

mod sources;

pub(super) const LISTS: &str = r#"[[list]]
name = "absence"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "place_role"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "place_basis"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "country"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "region"
title = { en = "a", ru = "a", tg = "a" }
parent = "country"
[[list]]
name = "gender"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "age"
title = { en = "a", ru = "a", tg = "a" }
"#;
pub(super) const ABSENCE: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
missing,Missing,m,m,,,,,
unknown,Unknown,u,u,,,,,
not_applicable,Not applicable,n,n,,,,,
suppressed,Suppressed,s,s,,,,,
";
pub(super) const PLACE_ROLE: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
exploitation,Exploitation,e,e,,,,,
";
pub(super) const PLACE_BASIS: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
recorded,Recorded,r,r,,,,,
intended,Intended,i,i,,,,,
";
pub(super) const COUNTRY: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
TJK,Tajikistan,Таджикистан,Тоҷикистон,,TJ,TJ,TJ,
NAM,Namibia,Намибия,Намибия,,NA,NA,NA,
";
pub(super) const REGION: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
TJ-SU,Sughd,Согдийская область,Суғд,TJK,,,,
";
pub(super) const GENDER: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
woman,Woman,Женщина,Зан,,Female,Feminine,,
man,Man,Мужчина,Мард,,Male,Masculine,,yes
";
pub(super) const AGE: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy,age_from,age_to
minor,Minor,н,н,,,,,,0,17
adult,Adult,в,к,,,,,,18,
";
pub(super) const CASES: &str = r#"name = "cases"
description = "cases"
cohort = "year"

[[column]]
name = "record"
description = "d"
kind = "pseudonym"
role = "identifier"
treatment = "pseudonymise"
origin = "intake"

[[column]]
name = "year"
description = "d"
kind = "year"
role = "quasi-identifier"
treatment = "generalise"
origin = "export"

[[column]]
name = "month"
description = "d"
kind = "month"
role = "quasi-identifier"
treatment = "generalise"
origin = "export"

[[column]]
name = "gender"
description = "d"
kind = "code"
list = "gender"
role = "quasi-identifier"
treatment = "keep"
origin = "export"

[[column]]
name = "age"
description = "d"
kind = "code"
list = "age"
role = "quasi-identifier"
treatment = "generalise"
origin = "export"

[[column]]
name = "countries"
description = "d"
kind = "codes"
list = "country"
role = "quasi-identifier"
treatment = "keep"
origin = "export"

[[column]]
name = "journey"
description = "d"
kind = "places"
role = "quasi-identifier"
treatment = "keep"
origin = "export"
"#;
pub(super) const SOURCE: &str = r#"name = "list"
title = "t"
table = "cases"
standard = "ctdc"
missing = ["-"]

[places.work]
role = "exploitation"
basis = "recorded"

[age]
birth = "Born"
at = "Seen"
targets = ["age"]

[columns]
Born = { identity = "birth_date", formats = ["%Y-%m-%d"] }
Seen = { date = { year = "year", month = "month" }, formats = ["%Y-%m-%d"] }
Sex = { code = "gender" }
Country = { codes = "countries", separator = ";" }
Work = { place = "work", part = "country" }
Notes = { drop = "free text" }
"#;

pub(super) fn refused(path: &str, from: &str, to: &str, message: &str) {
    let mut files = small();
    let text = files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    assert!(text.contains(from), "{path} does not hold {from}");
    let broken = text.replacen(from, to, 1);
    files.insert(path.to_owned(), Cow::Owned(broken.into_bytes()));
    let error = Dictionary::of(&files).expect_err(message);
    assert_eq!(error.to_string(), message);
}

#[test]
fn the_small_dictionary_is_right() {
    let dictionary = Dictionary::of(&small()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(dictionary.sources()[0].columns.len(), 6);
}

/// File, what stands there, what is written instead, the message.
const BROKEN_LISTS: &[(&str, &str, &str, &str)] = &[
    (
        "codes/lists.toml",
        "[[list]]\n",
        "[[list]]\ncolour = 1\n",
        "codes/lists.toml line 2: unknown field `colour`, expected one of `name`, `title`, `parent`",
    ),
    (
        "codes/lists.toml",
        "\"gender\"",
        "\"age\"",
        "codes/lists.toml line 21: the code list `age` is declared twice; remove or rename one",
    ),
    (
        "codes/lists.toml",
        "\"gender\"",
        "\"Gender\"",
        "codes/lists.toml line 18: `Gender` is not a name; begin with a small letter and use a–z, 0–9 and _",
    ),
    (
        "codes/lists.toml",
        "\"gender\"",
        "\"sex\"",
        "codes/lists.toml line 18: there is no file `codes/sex.csv`; correct the name or add it",
    ),
    (
        "codes/lists.toml",
        "parent = \"country\"",
        "parent = \"state\"",
        "codes/lists.toml line 16: there is no code list `state`; correct the name or add it",
    ),
    (
        "codes/lists.toml",
        "parent = \"country\"",
        "",
        "codes/region.csv line 2: `TJ-SU` has a parent, but codes/lists.toml names no parent list; name one or leave the cell empty",
    ),
    (
        "codes/region.csv",
        "TJK",
        "TJ",
        "codes/region.csv line 2: `TJ` is not a code of the list `country`; correct it or add it to codes/country.csv",
    ),
    (
        "codes/gender.csv",
        "aliases,lossy",
        "lossy,aliases",
        "codes/gender.csv line 1: the header must be `code,en,ru,tg,parent,ctdc,htcds,aliases,lossy`",
    ),
    (
        "codes/gender.csv",
        "man,Man",
        "woman,Man",
        "codes/gender.csv line 3: the code `woman` is already on line 2; remove one",
    ),
    (
        "codes/gender.csv",
        "Male,Masculine",
        "female,Masculine",
        "codes/gender.csv line 3: `female` already stands for `woman`; a word may stand for one code only",
    ),
    (
        "codes/gender.csv",
        "Masculine,,",
        "Masculine,зан,",
        "codes/gender.csv line 3: `зан` already stands for `woman`; a word may stand for one code only",
    ),
    ("codes/gender.csv", "Мужчина,Мард", "Мужчина,", "codes/gender.csv line 3: `man` has no label in `tg`; write one"),
    (
        "codes/gender.csv",
        "yes",
        "ja",
        "codes/gender.csv line 3: `ja` is not allowed in the cell `lossy`; write `yes` or leave it empty",
    ),
    (
        "codes/gender.csv",
        "man,Man",
        "m n,Man",
        "codes/gender.csv line 3: `m n` is not allowed in the cell `code`; use letters of English, digits, _ and -",
    ),
    (
        "codes/gender.csv",
        "man,Man",
        "unknown,Man",
        "codes/gender.csv line 1: `unknown` is not allowed in the cell `code`; it is a code of the list `absence`, which every column may hold",
    ),
    (
        "codes/gender.csv",
        "man,Man,",
        "man,Man,x,",
        "codes/gender.csv line 3: the line has 10 cells and the header 9; quote cells that hold a comma",
    ),
    (
        "codes/absence.csv",
        "suppressed",
        "hidden",
        "codes/absence.csv line 1: `suppressed` is not a code of the list `absence`; correct it or add it to codes/absence.csv",
    ),
    (
        "codes/age.csv",
        ",18,",
        ",19,",
        "codes/age.csv line 2: the ages of the list `age` do not cover 18 exactly once; correct age_from and age_to",
    ),
    (
        "codes/age.csv",
        ",18,",
        ",17,",
        "codes/age.csv line 2: the ages of the list `age` do not cover 17 exactly once; correct age_from and age_to",
    ),
    (
        "codes/age.csv",
        ",18,",
        ",x,",
        "codes/age.csv line 3: `x` is not allowed in the cell `age_from`; write completed years, 0 to 255",
    ),
    (
        "codes/notes.txt",
        "",
        "x",
        "codes/notes.txt line 1: the file does not belong here; tables and sources are .toml, code lists are .csv named in codes/lists.toml",
    ),
];

#[test]
fn code_lists() {
    for (path, from, to, message) in BROKEN_LISTS {
        refused(path, from, to, message);
    }
    let mut files = small();
    files.insert("codes/gender.csv".to_owned(), Cow::Borrowed(b"code\n\xff"));
    assert_eq!(
        Dictionary::of(&files).expect_err("not UTF-8").to_string(),
        "codes/gender.csv line 2: the file is not UTF-8 text; save it as UTF-8"
    );
    files.remove("codes/gender.csv");
    assert_eq!(
        Dictionary::of(&files).expect_err("no file").to_string(),
        "codes/lists.toml line 18: there is no file `codes/gender.csv`; correct the name or add it"
    );
    files.remove("codes/lists.toml");
    assert_eq!(
        Dictionary::of(&files).expect_err("no file").to_string(),
        "codes/lists.toml line 1: there is no file `codes/lists.toml`; correct the name or add it"
    );
}

#[test]
fn tables() {
    for (from, to, message) in [
        (
            "name = \"record\"",
            "name = \"record\"\ncolour = 1",
            "line 7: unknown field `colour`, expected one of `name`, `description`, `kind`, `list`, `role`, `treatment`, `origin`",
        ),
        (
            "kind = \"year\"",
            "kind = \"date\"",
            "line 16: unknown variant `date`, expected one of `pseudonym`, `text`, `integer`, `year`, `month`, `code`, `codes`, `places`",
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
            "line 18: `year` is pseudonymised; its kind is `pseudonym` or `text`",
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

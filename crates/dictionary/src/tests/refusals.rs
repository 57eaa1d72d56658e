//! One broken thing at a time: each rule of the dictionary with the message that names file, line, rule and remedy.

use std::borrow::Cow;

use super::{Dictionary, small};

mod constructs;
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
[[list]]
name = "recorded"
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
pub(super) const RECORDED: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
recorded,Recorded,r,r,,,,,
";
pub(super) const NAMES: &str = "code,language,name
TJK,uz,Tojikiston
TJK,fa,تاجیکستان
NAM,tr,Namibya
";
pub(super) const HEADERS: &str = r#"consent = ["consent"]
[columns]
"cases.gender" = ["sex", "пол"]
"cases.case" = ["case number"]
[identity]
full_name = ["name", "фио"]
record_id = ["case number"]
[places]
"exploitation.country" = ["country of work"]
[drop]
"contact data" = ["phone"]
[ignore]
"row number" = ["no"]
"#;
pub(super) const CASES: &str = r#"name = "cases"
description = "cases"
cohort = "year"
population = "victims"
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

[[column]]
name = "person"
description = "d"
kind = "pseudonym"
role = "identifier"
treatment = "pseudonymise"
origin = "custody"

[[column]]
name = "cohort"
description = "d"
kind = "text"
role = "attribute"
treatment = "generalise"
origin = "custody"

[[column]]
name = "all"
description = "d"
kind = "integer"
state = "all_state"
role = "attribute"
treatment = "keep"
origin = "export"

[[column]]
name = "all_state"
description = "d"
kind = "code"
list = "recorded"
role = "attribute"
treatment = "keep"
origin = "intake"

[[column]]
name = "women"
description = "d"
kind = "integer"
role = "attribute"
treatment = "keep"
origin = "export"

[[column]]
name = "men"
description = "d"
kind = "integer"
role = "attribute"
treatment = "keep"
origin = "export"

[[column]]
name = "case"
description = "d"
kind = "reference"
role = "identifier"
treatment = "pseudonymise"
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
        "codes/gender.csv",
        "Masculine,,",
        "Masculine,boy\\; lad;Boy\\; LAD;зан,",
        "codes/gender.csv line 3: `зан` already stands for `woman`; a word may stand for one code only",
    ),
    (
        "codes/country_names.csv",
        "code,language",
        "code,lang",
        "codes/country_names.csv line 1: the header must be `code,language,name`",
    ),
    (
        "codes/country_names.csv",
        "NAM",
        "NA",
        "codes/country_names.csv line 4: `NA` is not a code of the list `country`; correct it or add it to codes/country.csv",
    ),
    (
        "codes/country_names.csv",
        "tr,",
        "Turkish,",
        "codes/country_names.csv line 4: `Turkish` is not allowed in the cell `language`; write the two or three small letters of the language",
    ),
    (
        "codes/country_names.csv",
        "Namibya",
        "",
        "codes/country_names.csv line 4: `` is not allowed in the cell `name`; write a name or remove the line",
    ),
    (
        "codes/country_names.csv",
        "Namibya",
        "tojikiston",
        "codes/country_names.csv line 4: `tojikiston` already stands for `TJK`; a word may stand for one code only",
    ),
    (
        "codes/country_names.csv",
        "Namibya",
        "Таджикистан",
        "codes/country_names.csv line 4: `Таджикистан` already stands for `TJK`; a word may stand for one code only",
    ),
    (
        "codes/country_names.csv",
        "Namibya",
        "Namibya,x",
        "codes/country_names.csv line 4: the line has 4 cells and the header 3; quote cells that hold a comma",
    ),
    (
        "codes/village_names.csv",
        "",
        "x",
        "codes/village_names.csv line 1: the file does not belong here; tables and sources are .toml, code lists are .csv named in codes/lists.toml",
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

#[test]
fn words_of_header_rows() {
    for (from, to, message) in [
        (
            "[drop]",
            "[throw]",
            "line 10: unknown field `throw`, expected one of `consent`, `columns`, `identity`, `places`, `drop`, `ignore`",
        ),
        ("cases.gender", "cases.sex", "line 3: there is no column `cases.sex`; correct the name or add it"),
        ("cases.gender", "gender", "line 3: there is no column `gender`; correct the name or add it"),
        ("cases.gender", "cases.person", "line 3: `cases.person` is filled in by Panoh itself; choose another column"),
        ("cases.gender", "cases.journey", "line 3: `cases.journey` is a journey; use [places]"),
        ("full_name", "nickname", "line 6: there is no identity `nickname`; correct the name or add it"),
        (
            "exploitation.country",
            "exploitation",
            "line 9: `exploitation` is not allowed in the cell `places`; write a role, a dot and country or region",
        ),
        (
            "exploitation.country",
            "work.country",
            "line 9: `work` is not a code of the list `place_role`; correct it or add it to codes/place_role.csv",
        ),
        (
            "\"contact data\"",
            "\" \"",
            "line 11: ` ` is not allowed in the cell `drop`; write a word; a blank cell is always missing",
        ),
        (
            "\"пол\"",
            "\" \"",
            "line 3: ` ` is not allowed in the cell `headers`; write a word; a blank cell is always missing",
        ),
        ("\"пол\"", "\"SEX\"", "line 3: the word `sex` is declared twice; remove or rename one"),
        ("[\"phone\"]", "[]", "line 11: `headers` needs `a word`; a meaning without words is never found"),
        ("\"phone\"", "\"Name\"", "line 11: `Name` already stands for `full_name`; a word may stand for one code only"),
        (
            "\"case number\"]\n[i",
            "\"Sex\"]\n[i",
            "line 4: `Sex` already stands for `cases.gender`; a word may stand for one code only",
        ),
        (
            "country of work",
            "пол",
            "line 9: `пол` already stands for `cases.gender`; a word may stand for one code only",
        ),
        (
            "\"consent\"",
            "\"phone\"",
            "line 1: `phone` already stands for `contact data`; a word may stand for one code only",
        ),
    ] {
        refused("headers.toml", from, to, &format!("headers.toml {message}"));
    }
}

//! Broken code lists, with the message for each.

use std::borrow::Cow;

use super::super::{Dictionary, small};
use super::refused;

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

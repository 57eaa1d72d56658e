//! Broken words of header rows, with the message for each.

use super::refused;

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

//! Broken mappings, with the message for each.

use super::super::{Dictionary, small};
use super::{SOURCE, refused};

#[test]
fn frames_of_sources() {
    for (from, to, message) in [
        (
            "title = \"t\"",
            "titel = \"t\"",
            "line 2: unknown field `titel`, expected one of `name`, `title`, `table`, `standard`, `accept`, `missing`, `unknown`, `not_applicable`, `suppressed`, `file`, `flags`, `constants`, `places`, `age`, `days`, `sums`, `implies`, `columns`",
        ),
        (
            "name = \"list\"",
            "name = \"liste\"",
            "line 1: the name `liste` differs from the file name; make them the same",
        ),
        (
            "name = \"list\"",
            "name = \"my_list\"",
            "line 1: `my_list` is not a name; begin with a small letter and use a–z, 0–9 and -",
        ),
        (
            "title = \"t\"",
            "title = \"t\"\nnot_applicable = [\"none\", \"N/A\"]\nsuppressed = [\"?\", \"n/a\"]",
            "line 4: `n/a` stands under `not_applicable` and under `suppressed`, whatever its letter case; keep it under one of them",
        ),
        ("table = \"cases\"", "table = \"case\"", "line 3: there is no table `case`; correct the name or add it"),
        ("standard = \"ctdc\"", "standard = \"iom\"", "line 4: unknown variant `iom`, expected `ctdc` or `htcds`"),
        (
            "[age]",
            "[constants]\nsex = \"man\"\n[age]",
            "line 12: there is no column `cases.sex`; correct the name or add it",
        ),
        (
            "[age]",
            "[constants]\ngender = \"boy\"\n[age]",
            "line 12: `boy` is not a code of the list `gender`; correct it or add it to codes/gender.csv",
        ),
        (
            "[age]",
            "[constants]\nyear = \"man\"\n[age]",
            "line 12: `year` is not of kind `code`; choose a column that is",
        ),
        (
            "[age]",
            "[constants]\ngender = \"man\"\n[age]",
            "line 21: `gender` holds one value and is filled in twice; keep one",
        ),
        (
            "role = \"exploitation\"",
            "role = \"work\"",
            "line 8: `work` is not a code of the list `place_role`; correct it or add it to codes/place_role.csv",
        ),
        (
            "basis = \"recorded\"",
            "basis = \"unknown\"",
            "line 9: `unknown` is not a code of the list `place_basis`; correct it or add it to codes/place_basis.csv",
        ),
        (
            "basis = \"recorded\"",
            "basis = \"recorded\"\nbasis_when = { column = \"gender\", codes = { boy = \"intended\" } }",
            "line 10: `boy` is not a code of the list `gender`; correct it or add it to codes/gender.csv",
        ),
        (
            "role = \"exploitation\"",
            "",
            "line 7: the place `work` has no role; write `role` or map a column with part `role`",
        ),
        (
            "[age]",
            "[places.home]\nrole = \"exploitation\"\nbasis = \"recorded\"\n[age]",
            "line 11: the place `home` gets no country and no region; map a column to it or remove it",
        ),
        (
            "birth = \"Born\"",
            "birth = \"Birth\"",
            "line 12: there is no source column `Birth`; correct the name or add it",
        ),
        (
            "birth = \"Born\"",
            "birth = \"Sex\"",
            "line 12: `Sex` is not a birth date; map it with identity = \"birth_date\"",
        ),
        ("at = \"Seen\"", "at = \"Born\"", "line 13: `Born` is not a date with a day; an age needs one"),
        (
            "targets = [\"age\"]",
            "targets = [\"gender\"]",
            "line 14: `gender` cannot hold an age; add age_from and age_to to codes/gender.csv",
        ),
    ] {
        refused("sources/list.toml", from, to, &format!("sources/list.toml {message}"));
    }
}

#[test]
fn columns_of_sources() {
    let choices = "ignore, drop, refuse_row, identity, year, date, age, code, codes, flag, place, count, consent, reference, same_as";
    let sex = "Sex = { code = \"gender\" }";
    for (from, to, message) in [
        (sex, "Sex = { }", format!("line 19: the source column `Sex` says 0 things to do; say exactly one of {choices}")),
        (sex, "Sex = { code = \"gender\", drop = \"x\" }", format!("line 19: the source column `Sex` says 2 things to do; say exactly one of {choices}")),
        (sex, "Sex = { code = \"gender\", separator = \";\" }", "line 19: `separator` says nothing beside `code`; remove it".to_owned()),
        (sex, "Sex = { code = \"record\" }", "line 19: `record` is filled in by Panoh itself; choose another column".to_owned()),
        (sex, "Sex = { code = \"countries\" }", "line 19: `countries` is not of kind `code`; choose a column that is".to_owned()),
        (sex, "Sex = { code = \"sex\" }", "line 19: there is no column `cases.sex`; correct the name or add it".to_owned()),
        (sex, "Sex = { code = \"gender\", translate = { f = \"girl\" } }", "line 19: `girl` is not a code of the list `gender`; correct it or add it to codes/gender.csv".to_owned()),
        (sex, "Sex = { code = \"gender\", translate = { f = [\"man\", \"woman\"] } }", "line 19: `translate` needs `exactly one code`; the column holds one code".to_owned()),
        (sex, "Sex = { code = \"gender\", translate = { f = \"woman\", F = \"man\" } }", "line 19: `F` already stands for `woman`; a word may stand for one code only".to_owned()),
        (sex, "Sex = { code = \"gender\", sets.age = { man = \"old\" } }", "line 19: `old` is not a code of the list `age`; correct it or add it to codes/age.csv".to_owned()),
        (sex, "Sex = { code = \"gender\", sets.age = { man = \"adult\" } }", "line 14: `age` holds one value and is filled in twice; keep one".to_owned()),
        (sex, "Sex = { code = \"gender\", sex = { girl = \"female\" } }", "line 19: `girl` is not a code of the list `gender`; correct it or add it to codes/gender.csv".to_owned()),
        (sex, "Sex = { code = \"gender\", unknown = [\"MALE\"] }", "line 19: `male` means unknown here and is also a word for `man`; say which of the two it is".to_owned()),
        (sex, "Sex = { code = \"gender\", accept = [\"fr\"] }", "line 19: unknown variant `fr`, expected one of `code`, `alias`, `ctdc`, `htcds`, `en`, `ru`, `tg`, `names`".to_owned()),
        (sex, "Sex = { code = \"gender\" }\nGender = { code = \"gender\" }", "line 20: `gender` holds one value and is filled in twice; keep one".to_owned()),
        (sex, "Sex = { code = \"gender\", also = [\"Work\"] }", "line 21: the source column `Work` is used twice; remove or rename one".to_owned()),
        (sex, "Sex = { code = \"gender\" }\n\"Sex \" = { drop = \"x\" }", "line 20: the source column `Sex` is used twice; remove or rename one".to_owned()),
        (sex, "Sex = { code = \"gender\" }\nSex = { drop = \"x\" }", "line 20: duplicate key".to_owned()),
        (sex, "Sex = { flag = \"gender\", on = [\"man\"], off = [\"woman\"] }", "line 19: `flag` needs `true`; write the words for yes here or under [flags]".to_owned()),
        (sex, "Sex = { flag = \"gender\", on = [\"man\"], true = [\"1\"] }", "line 19: `flag` needs `one code in on, one in off`; the column holds one code".to_owned()),
        (sex, "Sex = { flag = \"countries\", on = [\"TJ\"], true = [\"1\"] }", "line 19: `TJ` is not a code of the list `country`; correct it or add it to codes/country.csv".to_owned()),
        (sex, "Sex = { flag = \"countries\", true = [\"1\"] }", "line 19: `flag` needs `on`; it names the codes that a true word stands for".to_owned()),
        (sex, "Sex = { flag = \"countries\", on = [\"TJK\"], true = [\"-\"] }", "line 19: `-` means missing here and is also a word for `true`; say which of the two it is".to_owned()),
        (sex, "Sex = { flag = \"countries\", on = [\"TJK\"], true = [\"1\"], false = [\"1\"] }", "line 19: `1` already stands for `true`; a word may stand for one code only".to_owned()),
        (sex, "Sex = { year = \"gender\" }", "line 19: `gender` is not of kind `year`; choose a column that is".to_owned()),
        (sex, "Sex = { age = \"gender\" }", "line 19: `gender` cannot hold an age; add age_from and age_to to codes/gender.csv".to_owned()),
        (sex, "Sex = { identity = \"nickname\" }", "line 19: unknown variant `nickname`, expected one of `full_name`, `given_name`, `family_name`, `father_name`, `birth_date`, `document`, `document_country`, `record_id`".to_owned()),
        (sex, "Sex = { identity = \"birth_date\", formats = [\"%d.%m.%Y\"] }", "line 19: `identity birth_date` holds one value and is filled in twice; keep one".to_owned()),
        (sex, "Sex = { identity = \"document\", formats = [\"%Y\"] }", "line 19: `formats` says nothing beside `identity`; remove it".to_owned()),
        (sex, "Sex = { refuse_row = [\"x\"] }", "line 19: `refuse_row` needs `a reason`; readers of the dictionary must see why nothing is lost".to_owned()),
        ("drop = \"free text\"", "drop = \" \"", "line 22: `drop` needs `a reason`; readers of the dictionary must see why nothing is lost".to_owned()),
        ("\"birth_date\", formats = [\"%Y-%m-%d\"]", "\"birth_date\"", "line 17: `identity` needs `formats`; no date format is guessed".to_owned()),
        ("\"birth_date\", formats = [\"%Y-%m-%d\"]", "\"birth_date\", formats = [\"%Y-%m\", \"%Y\"]", "line 12: `Born` never has a day; an age needs one".to_owned()),
        ("\"birth_date\", formats = [\"%Y-%m-%d\"]", "\"birth_date\", formats = [\"%d.%m.%y\"]", "line 17: `%y` needs `century`; it says which hundred years two digits stand for".to_owned()),
        ("year = \"year\", month = \"month\" }, formats = [\"%Y-%m-%d\"]", "year = \"year\", month = \"month\" }, formats = [\"%Y\"]", "line 18: the date format `%Y` has no month, but a month is to be filled in".to_owned()),
        ("\"%Y-%m-%d\"] }\nSex", "\"%Y-%m\"] }\nSex", "line 13: `Seen` is not a date with a day; an age needs one".to_owned()),
        ("codes = \"countries\"", "codes = \"gender\"", "line 20: `gender` is not of kind `codes`; choose a column that is".to_owned()),
        ("codes = \"countries\"", "missing = [\"NA\"], codes = \"countries\"", "line 20: `na` means missing here and is also a word for `NAM`; say which of the two it is".to_owned()),
        ("separator = \";\"", "separator = \"x\"", "line 20: `x` is not allowed in the cell `separator`; write one sign that is no letter and no digit".to_owned()),
        ("place = \"work\"", "place = \"home\"", "line 21: there is no place `home`; correct the name or add it".to_owned()),
        (", part = \"country\"", "", "line 21: `place` needs `part`; write role, country or region".to_owned()),
        ("part = \"country\" }", "part = \"country\" }\nW2 = { place = \"work\", part = \"country\" }", "line 22: the place `work` gets one part from two columns; keep one".to_owned()),
        ("part = \"country\" }", "part = \"country\" }\nW2 = { place = \"work\", part = \"role\" }", "line 7: the place `work` has a role of its own and from a column; keep one".to_owned()),
        ("part = \"country\"", "part = \"city\"", "line 21: unknown variant `city`, expected one of `role`, `country`, `region`".to_owned()),
    ] {
        refused("sources/list.toml", from, to, &format!("sources/list.toml {message}"));
    }
}

#[test]
fn mappings_of_a_user() {
    let dictionary = Dictionary::of(&small()).unwrap_or_else(|error| panic!("{error}"));
    let refused = |toml: &str| dictionary.parse_source("mine.toml", toml).expect_err("refused").to_string();
    assert_eq!(refused(SOURCE), "mine.toml line 1: the dictionary already has a mapping `list`; choose another name");
    let mine = SOURCE.replace("name = \"list\"", "name = \"mine-2026\"");
    let source = dictionary.parse_source("elsewhere.toml", &mine).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(source.name, "mine-2026");
    let broken = mine.replace("code = \"gender\"", "code = \"sex\"");
    assert_eq!(refused(&broken), "mine.toml line 19: there is no column `cases.sex`; correct the name or add it");
}

//! Broken file shapes, rules and newer columns of mappings, with the message for each.

use std::borrow::Cow;

use super::super::{Dictionary, small};
use super::refused;

fn check(from: &str, to: &str, message: &str) {
    refused("sources/list.toml", from, to, &format!("sources/list.toml {message}"));
}

#[test]
fn shapes_of_files() {
    for (file, message) in [
        (
            "encoding = \"latin\"",
            "line 12: `latin` is not allowed in the cell `encoding`; write utf-8, utf-16le, utf-16be, windows-1251, koi8-r, koi8-t, ibm866, iso-8859-5, x-mac-cyrillic, windows-1252 or windows-1254",
        ),
        (
            "separator = \";;\"",
            "line 12: `;;` is not allowed in the cell `separator`; write one sign that is no letter and no digit, or tab, or auto",
        ),
        (
            "separator = \"x\"",
            "line 12: `x` is not allowed in the cell `separator`; write one sign that is no letter and no digit, or tab, or auto",
        ),
        (
            "quote = \"\"",
            "line 12: `` is not allowed in the cell `quote`; write one sign that is no letter and no digit",
        ),
        ("quote = \";\"", "line 12: `;` is not allowed in the cell `quote`; write another sign than the separator"),
        (
            "separator = \"'\"\nquote = \"'\"",
            "line 13: `'` is not allowed in the cell `quote`; write another sign than the separator",
        ),
        (
            "sheet = []",
            "line 12: `` is not allowed in the cell `sheet`; name one sheet or several; without the key the only visible sheet with cells is read",
        ),
        ("sheet = 1", "line 12: expected one text or a list of texts"),
        ("header_row = 0", "line 12: `0` is not allowed in the cell `header_row`; rows are counted from 1"),
        (
            "header_row = 3\nfirst_row = 3",
            "line 13: `3` is not allowed in the cell `first_row`; data begin below the header row",
        ),
        ("header_row = -1", "line 12: invalid value: integer `-1`, expected u32"),
        (
            "total_rows = [\"Total\", \" \"]",
            "line 12: ` ` is not allowed in the cell `total_rows`; write a word; a blank cell is always missing",
        ),
        (
            "replace_by_record_id = true",
            "line 12: `replace_by_record_id` needs `a column with identity = \"record_id\" that is not optional`; it says which rows are the same",
        ),
        (
            "colour = 1",
            "line 12: unknown field `colour`, expected one of `encoding`, `separator`, `quote`, `sheet`, `header_row`, `first_row`, `total_rows`, `replace_by_record_id`",
        ),
    ] {
        check("[age]", &format!("[file]\n{file}\n[age]"), message);
    }
    check(
        "[age]",
        "[csv]\n[age]",
        "line 11: unknown field `csv`, expected one of `name`, `title`, `table`, `standard`, `accept`, `missing`, `unknown`, `not_applicable`, `suppressed`, `file`, `flags`, `constants`, `places`, `age`, `days`, `sums`, `implies`, `columns`",
    );
}

#[test]
fn newer_columns() {
    let notes = "Notes = { drop = \"free text\" }";
    for (to, message) in [
        ("N = { count = \"gender\" }", "`gender` is not of kind `integer`; choose a column that is"),
        ("N = { count = \"all_state\" }", "`all_state` is filled in by Panoh itself; choose another column"),
        (
            "N = { count = \"all\", thousands = [\"x\"] }",
            "`x` is not allowed in the cell `thousands`; write a comma, a dot, a quote, a low line or a blank",
        ),
        (
            "N = { count = \"all\", largest = 0 }",
            "`0` is not allowed in the cell `largest`; write the largest number that can be right",
        ),
        ("N = { count = \"all\", separator = \",\" }", "`separator` says nothing beside `count`; remove it"),
        ("N = { year = \"year\", largest = 1 }", "`largest` says nothing beside `year`; remove it"),
        ("N = { consent = [] }", "`consent` needs `words`; a row is loaded only when the cell holds one of them"),
        (
            "N = { consent = [\"yes\", \"\"] }",
            "`` is not allowed in the cell `consent`; write a word; a blank cell is always missing",
        ),
        (
            "N = { consent = [\"yes\"], optional = true }",
            "`optional` and `consent` contradict each other; an export without the column would be loaded without consent; remove `optional`",
        ),
        ("N = { consent = [\"yes\"], missing = [\"-\"] }", "`missing` says nothing beside `consent`; remove it"),
        (
            "N = { code = \"gender\", required = true, optional = true }",
            "`optional` and `required` contradict each other; an export without the column has no row that could be loaded; keep one",
        ),
        ("N = { drop = \"x\", required = true }", "`required` says nothing beside `drop`; remove it"),
        ("N = { same_as = \"Sex\", required = true }", "`required` says nothing beside `same_as`; remove it"),
        ("N = { same_as = \"Sex\", unknown = [\"?\"] }", "`unknown` says nothing beside `same_as`; remove it"),
        ("N = { same_as = \"Gender\" }", "there is no source column `Gender`; correct the name or add it"),
        ("N = { same_as = \"N\" }", "`N` is not read; name a column that is"),
        ("M = { drop = \"x\" }\nN = { same_as = \"M\" }", "line 23: `M` is not read; name a column that is"),
        ("M = { consent = [\"yes\"] }\nN = { same_as = \"M\" }", "line 23: `M` is not read; name a column that is"),
        ("N = { reference = \"gender\" }", "`gender` is not of kind `reference`; choose a column that is"),
        (
            "N = { identity = \"record_id\", reference = \"gender\" }",
            "`gender` is not of kind `reference`; choose a column that is",
        ),
        (
            "N = { identity = \"record_id\", reference = \"case\", register = \"A B\" }",
            "`A B` is not a name; begin with a small letter and use a–z, 0–9 and -",
        ),
        (
            "N = { identity = \"record_id\", register = \"cases-2024\" }",
            "`register` says nothing beside `identity`; remove it",
        ),
        ("N = { year = \"year\", register = \"cases-2024\" }", "`register` says nothing beside `year`; remove it"),
        (
            "N = { identity = \"record_id\", reference = \"case\" }\nM = { reference = \"case\" }",
            "line 23: `case` holds one value and is filled in twice; keep one",
        ),
        (
            "N = { identity = \"document\", reference = \"case\" }",
            "the source column `N` says 2 things to do; say exactly one of ignore, drop, refuse_row, identity, year, date, age, code, codes, flag, place, count, consent, reference, same_as",
        ),
        (
            "N = { identity = \"record_id\", reference = \"case\", year = \"year\" }",
            "the source column `N` says 2 things to do; say exactly one of ignore, drop, refuse_row, identity, year, date, age, code, codes, flag, place, count, consent, reference, same_as",
        ),
        (
            "N = { reference = \"case\", register = \"A B\" }",
            "`A B` is not a name; begin with a small letter and use a–z, 0–9 and -",
        ),
        ("N = { code = \"gender\", register = \"x\" }", "`register` says nothing beside `code`; remove it"),
        ("N = { date = {}, formats = [\"%Y\"] }", "`date` needs `year or month`; it says where the date goes"),
        ("N = { identity = \"document\", century = \"1930\" }", "`century` says nothing beside `identity`; remove it"),
        ("N = { identity = \"document\", accept = [\"en\"] }", "`accept` says nothing beside `identity`; remove it"),
        (
            "N = { identity = \"full_name\", translate = { a = \"TJK\" } }",
            "`translate` says nothing beside `identity`; remove it",
        ),
        (
            "N = { identity = \"document_country\" }",
            "`document_country` needs `a column with identity = \"document\"`; a country alone says nothing",
        ),
        (
            "N = { identity = \"document_country\", translate = { a = \"TJ\" } }",
            "`TJ` is not a code of the list `country`; correct it or add it to codes/country.csv",
        ),
        (
            "N = { codes = \"countries\", accept = [\"names\"], unknown = [\"Namibya\"] }",
            "`namibya` means unknown here and is also a word for `NAM`; say which of the two it is",
        ),
    ] {
        let message = if message.starts_with("line") { message.to_owned() } else { format!("line 22: {message}") };
        check(notes, to, &message);
    }
}

#[test]
fn formats_of_dates() {
    let formats = "formats = [\"%Y-%m-%d\"] }\nSex";
    for (said, message) in [
        (
            "formats = [\"YYYY-MM-DD\"]",
            "the date format `YYYY-MM-DD` cannot be read; use %Y or %y once, one of %m, %B and %b at most once, %d only beside a month, %H %M %S, or write excel-1900 or excel-1904",
        ),
        (
            "formats = [\"%d/%m/%Y\", \"%m/%d/%Y\"]",
            "the date format `%m/%d/%Y` reads cells that another format of the column reads as another date; keep one",
        ),
        (
            "formats = [\"excel-1900\", \"excel-1904\"]",
            "the date format `excel-1904` reads cells that another format of the column reads as another date; keep one",
        ),
        (
            "formats = [\"excel-1900\", \"%m.%Y\"]",
            "the date format `%m.%Y` reads cells that another format of the column reads as another date; keep one",
        ),
        ("formats = [\"%d.%m.%y\"]", "`%y` needs `century`; it says which hundred years two digits stand for"),
        (
            "formats = [\"%d.%m.%y\"], century = \"30\"",
            "`30` is not allowed in the cell `century`; write the first of the hundred years that are meant, such as 1930",
        ),
        (
            "formats = [\"%d.%m.%Y\"], century = \"1930\"",
            "`century` needs `a format with %y`; only two digits leave the century open",
        ),
        ("century = \"1930\"", "`date` needs `formats`; no date format is guessed"),
    ] {
        check(formats, &format!("{said} }}\nSex"), &format!("line 18: {message}"));
    }
}

#[test]
fn rules_over_several_columns() {
    let whole = "is not a date with a day; a number of days needs one";
    let unfilled = "is not filled in by this mapping; map a column to it or remove it here";
    for (rule, message) in [
        (
            "[[days]]\nfrom = \"Seen\"\nto = \"Left\"\ntarget = \"all\"",
            "line 13: there is no source column `Left`; correct the name or add it".to_owned(),
        ),
        ("[[days]]\nfrom = \"Born\"\nto = \"Seen\"\ntarget = \"all\"", format!("line 12: `Born` {whole}")),
        ("[[days]]\nfrom = \"Seen\"\nto = \"Sex\"\ntarget = \"all\"", format!("line 13: `Sex` {whole}")),
        (
            "[[days]]\nfrom = \"Seen\"\nto = \"Seen\"\ntarget = \"all\"",
            "line 13: `Seen` is `from` as well; name the other date".to_owned(),
        ),
        ("[[days]]\nfrom = \"Seen\"\nto = \"Left\"", "line 11: missing field `target`".to_owned()),
        ("[[sums]]\ntotal = \"all\"\nparts = [\"women\", \"men\"]", format!("line 12: `all` {unfilled}")),
        (
            "[[sums]]\ntotal = \"gender\"\nparts = [\"women\", \"men\"]",
            "line 12: `gender` is not of kind `integer`; choose a column that is".to_owned(),
        ),
        (
            "[[implies]]\nwhen = {}\nthen = { gender = [\"man\"] }\notherwise = \"note\"",
            "line 12: `when` needs `exactly one column`; a rule is about two columns".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { year = [\"2018\"] }\nthen = { gender = [\"man\"] }\notherwise = \"note\"",
            "line 12: `year` is not of kind `code` or `codes`; choose a column that is".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { countries = [] }\nthen = { gender = [\"man\"] }\notherwise = \"note\"",
            "line 12: `when` needs `codes`; write them in a list, or [\"*\"] for any code".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { countries = [\"TJ\"] }\nthen = { gender = [\"man\"] }\notherwise = \"note\"",
            "line 12: `TJ` is not a code of the list `country`; correct it or add it to codes/country.csv".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { countries = [\"*\", \"TJK\"] }\nthen = { gender = [\"man\"] }\notherwise = \"note\"",
            "line 12: `*` is not a code of the list `country`; correct it or add it to codes/country.csv".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { gender = [\"unknown\"] }\nthen = { countries = [\"TJK\"] }\notherwise = \"note\"",
            "line 12: `unknown` is not a code of the list `gender`; correct it or add it to codes/gender.csv"
                .to_owned(),
        ),
        (
            "[[implies]]\nwhen = { gender = [\"man\"] }\nthen = { countries = [\"*\"] }\notherwise = \"note\"",
            "line 13: `*` is not allowed in the cell `then`; name the codes, one of which should be there".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { countries = [\"TJK\"] }\nthen = { gender = [\"man\"] }\notherwise = \"add\"",
            "line 13: `gender` is not of kind `codes`; choose a column that is".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { gender = [\"man\"] }\nthen = { countries = [\"TJK\", \"NAM\"] }\notherwise = \"add\"",
            "line 13: `add` needs `one code in then`; it names the code to add".to_owned(),
        ),
        (
            "[[implies]]\nwhen = { gender = [\"man\"] }\nthen = { countries = [\"TJK\"] }\notherwise = \"mend\"",
            "line 14: unknown variant `mend`, expected one of `note`, `add`, `refuse`".to_owned(),
        ),
    ] {
        check("[age]", &format!("{rule}\n[age]"), &message);
    }
}

#[test]
fn rules_over_columns_that_the_mapping_leaves_out() {
    let dictionary = Dictionary::of(&small()).unwrap_or_else(|error| panic!("{error}"));
    let frame = "name = \"mine\"\ntitle = \"t\"\ntable = \"cases\"\n";
    for (rest, message) in [
        (
            "[[implies]]\nwhen = { gender = [\"man\"] }\nthen = { countries = [\"TJK\"] }\notherwise = \"note\"\n[columns]\nC = { codes = \"countries\" }",
            "line 5: `gender` is not filled in by this mapping; map a column to it or remove it here",
        ),
        (
            "[[implies]]\nwhen = { gender = [\"man\"] }\nthen = { countries = [\"TJK\"] }\notherwise = \"refuse\"\n[columns]\nC = { code = \"gender\" }",
            "line 6: `countries` is not filled in by this mapping; map a column to it or remove it here",
        ),
        (
            "[[sums]]\ntotal = \"all\"\nparts = [\"women\"]\n[columns]\nA = { count = \"all\" }\nW = { count = \"women\" }",
            "line 6: `sums` needs `two parts`; one number is no sum",
        ),
        (
            "[[sums]]\ntotal = \"all\"\nparts = [\"women\", \"women\"]\n[columns]\nA = { count = \"all\" }\nW = { count = \"women\" }",
            "line 6: the number of a sum `women` is declared twice; remove or rename one",
        ),
        (
            "[[days]]\nfrom = \"A\"\nto = \"B\"\ntarget = \"all\"\n[columns]\nA = { date = {}, formats = [\"%Y-%m-%d\"] }\nB = { date = {}, formats = [\"%Y-%m-%d\"] }\nN = { count = \"all\" }",
            "line 7: `all` holds one value and is filled in twice; keep one",
        ),
        (
            "[[days]]\nfrom = \"A\"\nto = \"B\"\ntarget = \"all\"\n[columns]\nA = { date = {}, formats = [\"%Y-%m-%d\"] }\nB = { date = {}, formats = [\"%Y-%m-%d\", \"%m.%Y\"] }",
            "line 6: `B` is not a date with a day; a number of days needs one",
        ),
        (
            "[file]\nreplace_by_record_id = true\n[columns]\nA = { identity = \"record_id\", optional = true }",
            "line 5: `replace_by_record_id` needs `a column with identity = \"record_id\" that is not optional`; it says which rows are the same",
        ),
    ] {
        let error = dictionary.parse_source("mine.toml", &format!("{frame}{rest}")).expect_err(message);
        assert_eq!(error.to_string(), format!("mine.toml {message}"));
    }
}

#[test]
fn tables_about_no_person_hold_no_identity() {
    let mut files = small();
    let cases = String::from_utf8_lossy(&files["tables/cases.toml"]).into_owned();
    let (before, after) = cases.split_once("[[column]]\nname = \"person\"").expect("the column is there");
    let rest = after.split_once("[[column]]\nname = \"all\"").expect("the column is there").1;
    let nobody = format!("{before}[[column]]\nname = \"all\"{rest}")
        .replace("\"cases\"", "\"events\"")
        .replace("cohort = \"year\"\npopulation = \"victims\"\n", "");
    files.insert("tables/events.toml".to_owned(), Cow::Owned(nobody.into_bytes()));
    let dictionary = Dictionary::of(&files).unwrap_or_else(|error| panic!("{error}"));
    assert!(dictionary.table("events").is_some_and(|table| table.population.is_none() && table.cohort.is_none()));
    let frame = "name = \"mine\"\ntitle = \"t\"\ntable = \"events\"\n[columns]\nNo = { identity = \"record_id\" }\n";
    dictionary.parse_source("mine.toml", frame).unwrap_or_else(|error| panic!("{error}"));
    for (column, message) in [
        ("A = { identity = \"full_name\" }", "line 6: `events` is about no person; use `drop`"),
        ("A = { identity = \"birth_date\", formats = [\"%Y\"] }", "line 6: `events` is about no person; use `drop`"),
        ("A = { code = \"gender\", sex = { man = \"male\" } }", "line 6: `events` is about no person; remove `sex`"),
    ] {
        let error = dictionary.parse_source("mine.toml", &format!("{frame}{column}")).expect_err(message);
        assert_eq!(error.to_string(), format!("mine.toml {message}"));
    }
}

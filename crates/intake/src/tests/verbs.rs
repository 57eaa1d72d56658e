//! The constructs of the mapping language beyond plain columns: consent, references, lengths of time, columns that stand
//! twice, rules between columns, rows that later exports replace, and tables about other things than victims.

use arrow::array::Array;
use panoh_dictionary::Source;

use super::fixture::{DICTIONARY, Loaded, cell, load_as};
use crate::{Mend, SealedIdentity};

fn source(mapping: &str) -> Source {
    let text = format!("name = \"verbs\"\ntitle = \"One construct\"\n{mapping}");
    DICTIONARY.parse_source("verbs.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn loaded(mapping: &str, csv: &str) -> Loaded {
    load_as(csv, &source(mapping)).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check(mapping: &str, csv: &str, columns: &str, expected: &[&str]) {
    assert_eq!(loaded(mapping, csv).shown(columns), expected, "{csv}");
}

#[test]
fn only_rows_with_consent_are_taken() {
    let mapping = r#"table = "cases"
missing = ["-"]
[columns]
agreed = { consent = ["Yes", "Ҳа", "TRUE"] }
year = { year = "registered_year" }"#;
    check(
        mapping,
        "agreed,year\nyes,2011\nҲА,2012\n True ,2013\nno,2014\n,2015\n-,2016\nyes?,2017\n",
        "registered_year",
        &[
            "2011",
            "2012",
            "2013",
            "line 5 agreed no_consent",
            "line 6 agreed no_consent",
            "line 7 agreed no_consent",
            "line 8 agreed no_consent",
        ],
    );
}

#[test]
fn a_required_cell_may_not_be_absent() {
    let mapping = r#"table = "cases"
unknown = ["?"]
[columns]
no = { identity = "record_id", required = true }
year = { year = "registered_year", required = true }
sex = { code = "gender", accept = ["en"], required = true }"#;
    check(
        mapping,
        "no,year,sex\n1,2018,Woman\n2,,Woman\n3,2018,?\n,2018,Man\n5,?,\n",
        "gender",
        &[
            "woman",
            "line 3 year required",
            "line 4 sex required",
            "line 5 no required",
            "line 6 year required",
            "line 6 sex required",
        ],
    );
}

#[test]
fn days_are_completed_days_between_two_dates() {
    let mapping = r#"table = "referrals"
unknown = ["?"]
[[days]]
from = "referred"
to = "assisted"
target = "days_to_assistance"
[columns]
no = { identity = "record_id" }
referred = { date = { year = "referred_year" }, formats = ["%d.%m.%Y"] }
assisted = { date = {}, formats = ["%d.%m.%Y"] }"#;
    check(
        mapping,
        "no,referred,assisted\n1,28.02.2020,01.03.2020\n2,01.03.2020,01.03.2020\n3,,01.03.2020\n4,01.03.2020,?\n\
         5,01.03.2020,29.02.2020\n",
        "days_to_assistance days_to_assistance_state",
        &["2 recorded", "0 recorded", "NULL missing", "NULL unknown", "line 6 assisted ends_before_start"],
    );
}

#[test]
fn a_reference_is_the_digest_of_a_number_in_its_register() {
    let mapping = r#"table = "contacts"
missing = ["-"]
[columns]
no = { identity = "record_id" }
case = { reference = "case_reference", register = "cases-2024" }
year = { year = "contacted_year" }"#;
    let contacts = "no,case,year\n1,K-17,2024\n2, k–17 ,2024\n3,К-17,2024\n4,K-18,2024\n5,-,2024\n6,K?17,2024\n";
    let loaded = loaded(mapping, contacts);
    let column = |loaded: &Loaded| {
        let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        rows.map(|(batch, row)| cell(batch, "case_reference", row)).collect::<Vec<_>>()
    };
    let references = column(&loaded);
    assert_eq!(references.len(), 5);
    assert!(references[..4].iter().all(|digest| digest.len() == 32));
    assert!(references[0] == references[1] && references[0] == references[2], "spelling does not matter");
    assert_ne!(references[0], references[3]);
    assert_eq!(references[4], "NULL");
    assert_eq!(loaded.shown("")[5], "line 7 case damaged_text");
    let elsewhere = mapping.replace("cases-2024", "cases-2025");
    assert_ne!(column(&self::loaded(&elsewhere, contacts))[0], references[0], "another register has other cases");
}

#[test]
fn a_record_id_is_also_the_reference_of_its_case() {
    let cases = r#"table = "cases"
missing = ["-"]
[columns]
no = { identity = "record_id", reference = "case_reference", register = "cases-2024" }
"no again" = { same_as = "no", optional = true }
year = { year = "registered_year" }"#;
    let contacts = r#"table = "contacts"
[columns]
case = { reference = "case_reference", register = "cases-2024" }
year = { year = "contacted_year" }"#;
    let references = |loaded: &Loaded| {
        let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        rows.map(|(batch, row)| cell(batch, "case_reference", row)).collect::<Vec<_>>()
    };
    let file = "no,no again,year\n K-17 ,,2024\nК-17,,2025\n,1018.0,2024\n-,,2024\nK?17,,2024\nK-1,K-2,2024\n";
    let kept = loaded(cases, file);
    let called = loaded(contacts, "case,year\nk–17,2024\n1018,2024\n");
    let (of_cases, of_contacts) = (references(&kept), references(&called));
    assert_eq!(of_cases[..3], [&of_contacts[0], &of_contacts[0], &of_contacts[1]].map(String::clone));
    assert_eq!(of_cases[3..], ["NULL"], "without a number there is nothing to refer to");
    assert_ne!(of_contacts[0], of_contacts[1]);
    assert_eq!(kept.shown("")[4..], ["line 6 no damaged_text", "line 7 no again columns_disagree"]);
    // The reference changes neither the record nor what is counted.
    let plain = loaded(&cases.replace(r#", reference = "case_reference", register = "cases-2024""#, ""), file);
    assert_eq!(plain.mended(), kept.mended());
    assert_eq!(plain.people, kept.people);
    assert_eq!(references(&plain), ["NULL"; 4]);
    let elsewhere = loaded(&cases.replace(r#", register = "cases-2024""#, ""), file);
    assert_ne!(references(&elsewhere)[0], of_cases[0], "without a register it is the mapping's own");
}

#[test]
fn a_column_that_stands_twice_fills_in_and_may_not_disagree() {
    let mapping = r#"table = "cases"
unknown = ["?"]
[columns]
no = { identity = "record_id" }
name = { identity = "full_name" }
"name again" = { same_as = "name" }
services = { codes = "services", separator = ";", accept = ["code"] }
"services again" = { same_as = "services", optional = true }"#;
    let file = "no,name,name again,services,services again\n\
        1,Шарипов Далер,,shelter;legal,legal;shelter\n\
        2,,Шарипов Далер,,legal\n\
        3,Шарипов Далер,шарипов  далер,?,\n\
        4,Шарипов Далер,Шарипов Фарход,,?\n\
        5,,,shelter,shelter;legal\n\
        6,,,,?\n";
    let both = loaded(mapping, file);
    assert_eq!(
        both.shown("services"),
        [
            "[shelter, legal]",
            "[legal]",
            "[unknown]",
            "[unknown]",
            "line 5 name again columns_disagree",
            "line 6 services again columns_disagree",
        ]
    );
    assert_eq!(both.tally.mended.get(&Mend::SecondColumn), Some(&2));
    check(mapping, "no,name,name again,services\n1,,,legal\n", "services", &["[legal]"]);
}

#[test]
fn a_second_column_stands_alone_when_the_first_is_not_exported() {
    let mapping = r#"table = "cases"
[columns]
no = { identity = "record_id" }
sex = { code = "gender", accept = ["en"], optional = true }
gender = { same_as = "sex", optional = true }"#;
    check(mapping, "no,gender\n1,Woman\n2,\n3,x\n", "gender", &["woman", "missing", "line 4 gender unknown_word"]);
}

#[test]
fn an_added_code_takes_the_place_of_not_knowing() {
    let mapping = r#"table = "cases"
unknown = ["?"]
[[implies]]
when = { sectors = ["*"] }
then = { purposes = ["forced_labour"] }
otherwise = "add"
[columns]
no = { identity = "record_id" }
sectors = { codes = "sectors", separator = ";", accept = ["code"] }
purposes = { codes = "purposes", separator = ";", accept = ["code"] }"#;
    let file =
        "no,sectors,purposes\n1,construction,?\n2,?,?\n3,construction,forced_begging\n4,construction,forced_labour\n";
    let loaded = loaded(mapping, file);
    assert_eq!(
        loaded.shown("purposes"),
        ["[forced_labour]", "[unknown]", "[forced_begging, forced_labour]", "[forced_labour]"]
    );
    assert_eq!(loaded.tally.mended.get(&Mend::ImpliedCode), Some(&2));
}

#[test]
fn a_table_about_no_person_seals_nobody() {
    let mapping = r#"table = "activities"
[columns]
kind = { code = "kind", accept = ["code"] }
year = { year = "held_year" }
women = { count = "women" }"#;
    let loaded = loaded(mapping, "kind,year,women\ntraining,2018,12\ntraining,2018,12\n");
    assert_eq!(loaded.shown("kind held_year women women_state"), ["training 2018 12 recorded"; 2]);
    assert!(loaded.people.is_empty());
}

const NAMED: &str = r#"[columns]
no = { identity = "record_id" }
name = { identity = "full_name" }
born = { identity = "birth_date", formats = ["%d.%m.%Y", "%Y"] }
"#;

#[test]
fn a_suspect_is_not_the_victim_of_the_same_name() {
    let file = "no,name,born\n1,Шарипов Далер,02.05.1990\n";
    let person = |table: &str| loaded(&format!("table = \"{table}\"\n{NAMED}"), file).people.remove(0).identity;
    assert!(matches!(person("cases"), SealedIdentity::Linked(_)));
    assert_eq!(person("cases"), person("contacts"));
    assert_ne!(person("cases"), person("proceedings"));
}

#[test]
fn an_age_needs_a_whole_birth_date() {
    let mapping = r#"table = "cases"
[age]
birth = "born"
at = "seen"
targets = ["age_band"]
[columns]
no = { identity = "record_id" }
born = { identity = "birth_date", formats = ["%d.%m.%Y", "%Y"] }
seen = { date = {}, formats = ["%d.%m.%Y"] }"#;
    check(
        mapping,
        "no,born,seen\n1,02.05.2000,01.05.2018\n2,2000,01.05.2018\n3,,01.05.2018\n4,02.05.2030,01.05.2018\n",
        "age_band",
        &["9_17", "unknown", "missing", "line 5 born in_the_future"],
    );
}

#[test]
fn rows_that_later_exports_replace_keep_their_pseudonyms_over_files() {
    let mapping = r#"table = "cases"
[file]
replace_by_record_id = true
[columns]
no = { identity = "record_id" }
year = { year = "registered_year" }"#;
    let records = |loaded: &Loaded| {
        let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        rows.map(|(batch, row)| cell(batch, "record", row)).collect::<Vec<_>>()
    };
    let first = loaded(mapping, "no,year\nA-1,2018\nA-2,2018\n1017,2018\n");
    let later = loaded(mapping, "no,year\nA-2,2019\n1017.0,2019\nA-3,2018\n");
    assert_eq!(records(&first)[1..], records(&later)[..2]);
    assert_eq!(first.people[1], later.people[0].clone_with_cohort("2018"));
    assert_ne!(records(&first)[0], records(&later)[2]);
}

impl crate::Sealed {
    fn clone_with_cohort(&self, cohort: &str) -> Self {
        Self { cohort: cohort.into(), ..self.clone() }
    }
}

#[test]
fn the_country_of_a_document_is_a_code() {
    let mapping = r#"table = "cases"
[columns]
no = { identity = "record_id" }
passport = { identity = "document" }
country = { identity = "document_country", accept = ["alias", "en"] }"#;
    let loaded = loaded(
        mapping,
        "no,passport,country\n1,A4071536,TJ\n2,A4071536,Tajikistan\n3,A4071536,KG\n4,A4071536,Atlantis\n",
    );
    let people: Vec<_> = loaded.people.iter().map(|sealed| &sealed.identity).collect();
    assert_eq!(people.len(), 3);
    assert_eq!(people[0], people[1]);
    assert_ne!(people[0], people[2], "equal numbers of two countries are two documents");
    assert_eq!(loaded.shown("")[3], "line 5 country unknown_word");
}

#[test]
fn what_stands_below_a_table_is_no_person() {
    let mapping = r#"table = "cases"
[columns]
no = { identity = "record_id" }
name = { identity = "full_name" }
year = { year = "registered_year" }
gender = { code = "gender", accept = ["en"] }"#;
    let text = "no,name,year,gender\n1,Саидов Умед,2018,man\n,Саидова Нигина,,woman\nИтого:,,2,\nВсего,2,,\nСоставил: Иванов,,,\n\
                ,Иванова А.,,\n2,,2019,\n,,2019,\n";
    let loaded = loaded(mapping, text);
    assert_eq!(loaded.tally.total_rows, 2);
    let shown = ["2018", "NULL", "2019", "2019", "line 6 no lone_cell", "line 7 name lone_cell"];
    assert_eq!(loaded.shown("registered_year"), shown);
}

/// A word for a total in front of somebody's passport and birth date is a strange name, or stands in the wrong row.
#[test]
fn a_row_that_says_who_it_is_about_is_no_total() {
    let mapping = r#"table = "cases"
[columns]
name = { identity = "full_name" }
number = { identity = "document" }
born = { identity = "birth_date", formats = ["%Y-%m-%d"] }
year = { year = "registered_year" }"#;
    let loaded = loaded(mapping, "name,number,born,year\nTotal,A4071536,1985-02-03,2018\nTotal,2,,2019\n");
    assert_eq!((loaded.tally.total_rows, loaded.shown("registered_year")), (1, vec!["2018".to_owned()]));
}

#[test]
fn totals_and_empty_rows_are_left_out_and_counted() {
    let mapping = r#"table = "cases"
[file]
total_rows = ["Total", "Итого"]
[columns]
no = { ignore = "number of the row" }
year = { year = "registered_year" }
notes = { drop = "free text" }"#;
    let loaded = loaded(
        mapping,
        "no,year,notes\n1,2018,\n2,,\n , ,\u{a0}\nИТОГО,,\n,Total,12\ntotal\nTotality,2018,\n3,,x\n,Итого,,,\n",
    );
    assert_eq!((loaded.tally.empty_rows, loaded.tally.total_rows), (2, 4));
    assert_eq!((loaded.rows_read, loaded.rows_refused), (3, 0), "{:?}", loaded.rejections);
    assert_eq!(loaded.shown("registered_year"), ["2018", "2018", "NULL"]);
}

#[test]
fn mends_of_refused_rows_are_not_counted() {
    let mapping = r#"table = "cases"
[columns]
no = { identity = "record_id" }
year = { year = "registered_year" }
sex = { code = "gender", accept = ["en"] }"#;
    let loaded = loaded(mapping, "no,year,sex\n1,2018.0,WOMAN\n2,2018.0,x\n");
    assert_eq!(loaded.mended(), [(Mend::LetterCase, 1), (Mend::NumberAsDecimal, 1)]);
}

#[test]
fn dates_in_a_reference_column_do_not_matter_to_its_type() {
    let mapping = "table = \"contacts\"\n[columns]\nno = { reference = \"case_reference\" }\nyear = { year = \"contacted_year\" }";
    let loaded = loaded(mapping, "no,year\n,2018\n");
    assert!(loaded.batches[0].column_by_name("case_reference").expect("handed on").is_null(0));
}

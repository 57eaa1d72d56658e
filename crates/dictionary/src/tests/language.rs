//! What a mapping declares is what intake is told: every construct, read from a mapping as people write it.

use std::sync::LazyLock;

use super::{Dictionary, small};
use crate::{
    Days, Does, FileShape, HeaderMeans, Holds, Identity, Implies, Kind, Otherwise, PlacePart, Population, Reference,
    Separator, Source, Sums, encoding,
};

const TRAININGS: &str = r#"name = "trainings"
title = "Trainings and what came of them"
table = "cases"
accept = ["code", "en", "names"]
suppressed = ["*"]

[file]
encoding = "CP866"
separator = "tab"
quote = "'"
sheet = ["Case Sheet", "Sheet1"]
header_row = 2
total_rows = ["Total", "ИТОГО", "Ҷамъ"]
replace_by_record_id = true

[[days]]
from = "Referred"
to = "Helped"
target = "all"

[[sums]]
total = "all"
parts = ["women", "men"]

[[implies]]
when = { countries = ["*"] }
then = { gender = ["woman", "man"] }
otherwise = "note"

[[implies]]
when = { gender = ["man"] }
then = { countries = ["TJK"] }
otherwise = "add"

[columns]
No = { identity = "record_id" }
Father = { identity = "father_name" }
Passport = { identity = "document" }
"Given out by" = { identity = "document_country", translate = { "sea" = "NAM" } }
Born = { identity = "birth_date", formats = ["%d.%m.%y", "%Y"], century = "1930" }
Referred = { date = { year = "year" }, formats = ["%d %B %Y", "excel-1900"], required = true }
Helped = { date = {}, formats = ["%d.%m.%Y"], optional = true }
Consent = { consent = ["Yes", "ДА"] }
Women = { count = "women", thousands = [",", "\u00a0"], largest = 100000, suppressed = ["<5", "*"] }
Men = { count = "men" }
Case = { reference = "case", register = "cases-2024" }
Contact = { drop = "free text" }
"Sex again" = { same_as = "Sex", optional = true }
Sex = { code = "gender", unknown = ["?"] }
Countries = { codes = "countries", separator = ";" }
"#;

fn dictionary() -> Dictionary {
    Dictionary::of(&small()).unwrap_or_else(|error| panic!("{error}"))
}

fn source(text: &str) -> Source {
    dictionary().parse_source("mine.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn does(source: &Source, header: &str) -> Does {
    source.column(header).expect("the column is there").does.clone()
}

#[test]
fn the_shape_of_a_file_is_declared_or_has_its_default() {
    let shape = source(TRAININGS).file;
    assert_eq!(
        shape,
        FileShape {
            encoding: Some("ibm866".to_owned()),
            separator: Separator::Byte(b'\t'),
            quote: b'\'',
            sheets: vec!["Case Sheet".to_owned(), "Sheet1".to_owned()],
            header_row: 2,
            first_row: 3,
            total_rows: ["total", "итого", "ҷамъ"].map(str::to_owned).to_vec(),
            replace_by_record_id: true,
        }
    );
    let shape = dictionary().sources()[0].file.clone();
    assert_eq!((shape.encoding, shape.separator, shape.quote), (None, Separator::Auto, b'"'));
    assert_eq!((shape.sheets.len(), shape.header_row, shape.first_row, shape.replace_by_record_id), (0, 1, 2, false));
    for (name, known) in
        [("UTF-8", Some("utf-8")), ("cp866", Some("ibm866")), ("KOI8-T", Some("koi8-t")), ("utf-32", None)]
    {
        assert_eq!(encoding(name), known, "{name}");
    }
}

#[test]
fn numbers_consent_and_references() {
    let source = source(TRAININGS);
    let Does::Count { target, state, thousands, largest } = does(&source, "Women") else { panic!("it is a count") };
    assert_eq!((target.as_str(), state, largest), ("women", None, Some(100_000)));
    assert_eq!(thousands, [',', ' ']);
    let women = source.column("Women").expect("the column is there");
    assert_eq!(women.absence.absence("<5").map(crate::Absence::code), Some("suppressed"));
    let Does::Consent { words } = does(&source, "Consent") else { panic!("it is consent") };
    assert_eq!(words, ["yes", "да"]);
    let Does::Reference(reference) = does(&source, "Case") else { panic!("it is a reference") };
    assert_eq!(reference, Reference { target: "case".to_owned(), register: "cases-2024".to_owned() });
    let own = TRAININGS.replace(", register = \"cases-2024\"", "");
    let source = self::source(&own);
    let Does::Reference(reference) = does(&source, "Case") else { panic!("it is a reference") };
    assert_eq!(reference.register, "trainings", "without a register the numbers are the source's own");
}

#[test]
fn a_record_id_may_be_what_other_registers_refer_to() {
    let frame = "name = \"mine\"\ntitle = \"t\"\ntable = \"cases\"\n[columns]\nNo = ";
    for (column, kept) in [
        ("{ identity = \"record_id\" }", None),
        ("{ identity = \"record_id\", reference = \"case\" }", Some("mine")),
        ("{ identity = \"record_id\", reference = \"case\", register = \"cases-2024\" }", Some("cases-2024")),
    ] {
        let source = self::source(&format!("{frame}{column}"));
        let Does::Identity(Identity::RecordId { reference }) = does(&source, "No") else { panic!("it is an id") };
        let kept = kept.map(|register| Reference { target: "case".to_owned(), register: register.to_owned() });
        assert_eq!(reference, kept, "{column}");
    }
}

#[test]
fn a_column_that_stands_twice_is_read_as_the_first_one_is() {
    let source = source(TRAININGS);
    let again = source.column("Sex again").expect("the column is there");
    assert!(matches!(&again.does, Does::SameAs { header } if header == "Sex"));
    assert_eq!(again.absence, source.column("Sex").expect("the column is there").absence);
    assert!(again.optional && !again.required);
}

#[test]
fn columns_that_must_be_there() {
    let source = source(TRAININGS);
    let required: Vec<_> = source.columns.iter().filter(|column| column.required).map(|c| c.header.as_str()).collect();
    assert_eq!(required, ["No", "Referred"], "whoever replaces by record id needs one");
    let Does::Identity(Identity::BirthDate { formats }) = does(&source, "Born") else { panic!("it is a birth date") };
    let years: Vec<_> = ["01.02.85", "1985", "01.02.29"]
        .map(|cell| formats.iter().find_map(|format| format.read(cell)).map(|date| (date.year, date.is_whole())))
        .to_vec();
    assert_eq!(years, [Some((1985, true)), Some((1985, false)), Some((2029, true))]);
    let Does::Identity(identity @ Identity::DocumentCountry { .. }) = does(&source, "Given out by") else {
        panic!("it is a country")
    };
    let Identity::DocumentCountry { words } = &identity else { panic!("it is a country") };
    assert_eq!(
        (identity.name(), words.code("Sea"), words.code("Tojikiston")),
        ("document_country", Some("NAM"), Some("TJK"))
    );
}

#[test]
fn rules_over_several_columns() {
    let source = source(TRAININGS);
    let days = Days {
        from: "Referred".to_owned(),
        to: "Helped".to_owned(),
        target: "all".to_owned(),
        state: Some("all_state".to_owned()),
    };
    assert_eq!(source.days, [days]);
    let parts = vec!["women".to_owned(), "men".to_owned()];
    assert_eq!(source.sums, [Sums { total: "all".to_owned(), parts }]);
    let holds = |column: &str, codes: &[&str]| Holds {
        column: column.to_owned(),
        codes: codes.iter().map(|&code| code.to_owned()).collect(),
    };
    let [any, man] = source.implies.as_slice() else { panic!("there are two rules") };
    let note =
        Implies { when: holds("countries", &[]), then: holds("gender", &["woman", "man"]), otherwise: Otherwise::Note };
    assert_eq!(*any, note);
    assert_eq!((&man.when, man.otherwise), (&holds("gender", &["man"]), Otherwise::Add));
    for (codes, any_is_met, man_is_met) in [
        (&[][..], false, false),
        (&["unknown"], false, false),
        (&["NAM"], true, false),
        (&["unknown", "NAM"], true, false),
        (&["man"], true, true),
    ] {
        let met = |rule: &Implies| rule.when.is_met(codes.iter().copied());
        assert_eq!((met(any), met(man)), (any_is_met, man_is_met), "{codes:?}");
    }
}

#[test]
fn tables_say_whom_they_are_about_and_why_a_number_is_missing() {
    let dictionary = dictionary();
    let cases = dictionary.table("cases").expect("the table is there");
    assert_eq!(cases.population.map(Population::name), Some("victims"));
    let all = cases.column("all").expect("the column is there");
    assert_eq!(all.kind, Kind::Integer { state: Some("all_state".to_owned()) });
    let case = cases.column("case").expect("the column is there").field();
    assert_eq!((case.data_type().to_string(), case.is_nullable()), ("Utf8".to_owned(), true));
}

#[test]
fn words_of_header_rows_are_folded() {
    let dictionary = dictionary();
    let meaning = |word: &str| {
        let found = dictionary.headers().iter().filter(|header| header.words.iter().any(|known| known == word));
        found.map(|header| header.means.clone()).collect::<Vec<_>>()
    };
    let column = |column: &str| HeaderMeans::Column { table: "cases".to_owned(), column: column.to_owned() };
    assert_eq!(meaning("пол"), [column("gender")]);
    assert_eq!(meaning("case number"), [column("case"), HeaderMeans::Identity("record_id")]);
    let country = HeaderMeans::Place { role: "exploitation".to_owned(), part: PlacePart::Country };
    assert_eq!(meaning("country of work"), [country]);
    assert_eq!(meaning("phone"), [HeaderMeans::Drop("contact data".to_owned())]);
    assert_eq!(meaning("no"), [HeaderMeans::Ignore("row number".to_owned())]);
    assert_eq!(meaning("consent"), [HeaderMeans::Consent]);
    let mut without = small();
    without.remove("headers.toml");
    let without = Dictionary::of(&without).unwrap_or_else(|error| panic!("{error}"));
    assert!(without.headers().is_empty() && without.digest() != dictionary.digest());
}

static SMALL: LazyLock<Dictionary> = LazyLock::new(dictionary);

proptest::proptest! {
    #[test]
    fn a_mangled_mapping_is_read_or_refused_with_its_line(at in 0..TRAININGS.len(), gone in 0..12_usize, new in "\\PC{0,6}") {
        let letters: Vec<char> = TRAININGS.chars().collect();
        let at = at.min(letters.len());
        let end = (at + gone).min(letters.len());
        let text = letters[..at].iter().copied().chain(new.chars()).chain(letters[end..].iter().copied());
        if let Err(error) = SMALL.parse_source("mine.toml", &text.collect::<String>()) {
            proptest::prop_assert!(error.to_string().starts_with("mine.toml line "), "{}", error);
        }
    }
}

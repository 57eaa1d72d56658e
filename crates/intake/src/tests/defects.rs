//! The defects that real exports were seen to have: for each a file, a mapping and the stated outcome. What a mapping
//! declares is mended and counted; everything else is refused at its place.

use std::path::Path;

use super::fixture::{DICTIONARY, Loaded, cell, load_path};
use crate::{Language, Mend};

/// One defect, its file and what comes of it.
struct Defect {
    /// Name of the file in `tests/fixtures/defects`; it begins with the number of the defect.
    file: &'static str,
    /// What the mapping says beside its name and title.
    mapping: &'static str,
    /// Columns that are compared.
    columns: &'static str,
    /// The rows that are loaded, then the rejections as `line column rule`.
    outcome: &'static [&'static str],
    mended: &'static [(Mend, u64)],
    noted: &'static [(&'static str, u64)],
    /// Rows left out because they are empty, or totals.
    left_out: (u64, u64),
}

const PLAIN: Defect =
    Defect { file: "", mapping: "", columns: "", outcome: &[], mended: &[], noted: &[], left_out: (0, 0) };

const NAMES: &str = r#"table = "cases"
[columns]
"№ дела" = { identity = "record_id" }
"ФИО" = { identity = "full_name" }
"Дата рождения" = { identity = "birth_date", formats = ["%d.%m.%Y"] }
"Пол" = { code = "gender", accept = ["alias", "ru"] }
"#;

const DEFECTS: &[Defect] = &[
    Defect {
        file: "01-case-and-truncation.csv",
        mapping: r#"table = "cases"
[columns]
No = { ignore = "number of the row" }
Control = { codes = "means", separator = ";", accept = ["en"], translate = { "Withholds necessitie" = "withholds_necessities" } }"#,
        columns: "means",
        outcome: &[
            "[physical_abuse]",
            "[physical_abuse, debt_bondage]",
            "[withholds_necessities]",
            "line 5 Control unknown_word",
        ],
        // The translated truncation is as near to the label as any other spelling.
        mended: &[(Mend::LetterCase, 1), (Mend::Translated, 1)],
        ..PLAIN
    },
    Defect {
        file: "02-separators.csv",
        mapping: r#"table = "cases"
[columns]
No = { ignore = "number of the row" }
Services = { codes = "services", separator = ";", accept = ["code"] }"#,
        columns: "services",
        outcome: &["[shelter, legal]", "[shelter, legal]", "[shelter, legal]", "line 5 Services unknown_word"],
        mended: &[(Mend::BlanksTrimmed, 2), (Mend::EmptyPiece, 1)],
        ..PLAIN
    },
    Defect {
        file: "03-codes-for-missing.csv",
        mapping: r#"table = "cases"
missing = ["-99"]
unknown = ["Unknown", "00", "0"]
suppressed = ["*"]
[columns]
No = { identity = "record_id" }
Citizenship = { codes = "citizenships", accept = ["code"] }"#,
        columns: "citizenships",
        outcome: &[
            "[]",
            "[]",
            "[unknown]",
            "[unknown]",
            "[unknown]",
            "[suppressed]",
            "line 8 Citizenship unknown_word",
        ],
        mended: &[(Mend::AbsenceWord, 5)],
        ..PLAIN
    },
    Defect {
        file: "04-namibia.csv",
        mapping: r#"table = "cases"
[columns]
No = { identity = "record_id" }
Citizenship = { codes = "citizenships", accept = ["code", "alias"], missing = ["N/A"] }"#,
        columns: "citizenships",
        outcome: &["[NAM]", "[]", "[]"],
        mended: &[(Mend::AbsenceWord, 1)],
        ..PLAIN
    },
    Defect {
        file: "05-numbers-as-text.csv",
        mapping: r#"table = "cases"
[flags]
true = ["1"]
false = ["0"]
[columns]
No = { ignore = "number of the row" }
Year = { year = "registered_year" }
"Taken by force" = { flag = "abduction", on = ["yes"], off = ["no"] }
Help = { codes = "services", separator = ",", accept = ["code"], translate = { "3" = "shelter", "4" = "legal" } }"#,
        columns: "registered_year abduction services",
        outcome: &[
            "2002 yes [shelter, legal]",
            "2002 no [shelter]",
            "line 4 Year not_a_year",
            "line 5 Taken by force not_yes_or_no",
            "line 6 Help unknown_word",
        ],
        mended: &[(Mend::NumberAsDecimal, 2), (Mend::Translated, 2)],
        ..PLAIN
    },
    Defect {
        file: "06-dashes.csv",
        mapping: r#"table = "cases"
[columns]
No = { ignore = "number of the row" }
Age = { code = "age_band", accept = ["en", "ctdc"], translate = { "33-35" = "30_38" } }"#,
        columns: "age_band",
        outcome: &["9_17", "9_17", "9_17", "9_17", "9_17", "30_38", "line 8 Age unknown_word"],
        mended: &[(Mend::Dash, 2), (Mend::Translated, 2)],
        ..PLAIN
    },
    Defect {
        file: "07-contradicting-flags.csv",
        mapping: FLAGS_NOTED,
        columns: "purposes sectors",
        outcome: &["[forced_labour] [agriculture]", "[] [agriculture]", "[forced_labour] []", "[] []"],
        noted: &[("sectors agriculture without purposes forced_labour", 1)],
        ..PLAIN
    },
    Defect {
        file: "07-contradicting-flags.csv",
        mapping: FLAGS_ADDED,
        columns: "purposes sectors",
        outcome: &["[forced_labour] [agriculture]", "[forced_labour] [agriculture]", "[forced_labour] []", "[] []"],
        mended: &[(Mend::ImpliedCode, 1)],
        ..PLAIN
    },
    Defect {
        file: "07-contradicting-flags.csv",
        mapping: FLAGS_REFUSED,
        columns: "purposes sectors",
        outcome: &["[forced_labour] [agriculture]", "[forced_labour] []", "[] []", "line 3 Agriculture contradiction"],
        ..PLAIN
    },
    Defect {
        file: "08-country-spellings.csv",
        mapping: r#"table = "cases"
[columns]
No = { ignore = "number of the row" }
Country = { codes = "citizenships", accept = ["en", "names"], translate = { "Middle East" = "unknown" } }"#,
        columns: "citizenships",
        outcome: &[
            "[RUS]",
            "[RUS]",
            "[RUS]",
            "[ARE]",
            "[ARE]",
            "[ARE]",
            "[KGZ]",
            "[RUS]",
            "[KGZ]",
            "[RUS]",
            "[RUS]",
            "[KGZ]",
            "[unknown]",
            "line 15 Country unknown_word",
        ],
        // Россия and Қирғизистон are labels of the dictionary, so nothing had to be translated.
        mended: &[(Mend::BlanksTrimmed, 1), (Mend::Translated, 9)],
        ..PLAIN
    },
    Defect {
        file: "09-column-twice.csv",
        mapping: r#"table = "cases"
[columns]
No = { identity = "record_id" }
Origin_Country = { codes = "citizenships", accept = ["en", "alias"] }
"Origin Country/Region" = { same_as = "Origin_Country" }"#,
        columns: "citizenships",
        outcome: &["[TJK]", "[TJK]", "[UZB]", "[]", "line 5 Origin Country/Region columns_disagree"],
        mended: &[(Mend::SecondColumn, 1)],
        ..PLAIN
    },
    Defect {
        file: "10-equal-rows.csv",
        mapping: r#"table = "cases"
[columns]
Year = { year = "registered_year" }
Sex = { code = "gender", accept = ["en"] }
Citizenship = { codes = "citizenships", accept = ["alias"] }"#,
        columns: "registered_year gender citizenships",
        outcome: &["2019 woman [TJK]", "2019 woman [TJK]", "2019 woman [TJK]"],
        ..PLAIN
    },
    Defect {
        file: "11-suppressed-and-formatted.csv",
        mapping: r#"table = "activities"
[columns]
Activity = { code = "kind", accept = ["code"] }
Reached = { count = "people_reached", thousands = [",", " "], largest = 1000000, suppressed = ["<5"] }"#,
        columns: "people_reached people_reached_state",
        outcome: &[
            "NULL suppressed",
            "70000 recorded",
            "1200 recorded",
            "3 recorded",
            "NULL missing",
            "line 6 Reached above_largest",
            "line 7 Reached not_a_count",
        ],
        mended: &[(Mend::NumberAsDecimal, 1), (Mend::ThousandsSign, 2), (Mend::AbsenceWord, 1)],
        ..PLAIN
    },
    Defect {
        file: "12-byte-order-mark.csv",
        mapping: NAMES,
        columns: "gender",
        outcome: &["man", "woman"],
        mended: &[(Mend::Translated, 2)],
        ..PLAIN
    },
    Defect {
        file: "12-windows-1251.csv",
        mapping: WINDOWS_1251,
        columns: "gender",
        outcome: &["man", "woman"],
        mended: &[(Mend::Translated, 2)],
        ..PLAIN
    },
    Defect {
        file: "12-koi8-t.csv",
        mapping: KOI8_T,
        columns: "gender",
        outcome: &["man", "woman"],
        mended: &[(Mend::Translated, 2)],
        ..PLAIN
    },
    Defect {
        file: "12-lost-letters.csv",
        mapping: NAMES,
        columns: "gender",
        outcome: &["man", "line 3 ФИО not_in_encoding", "line 4 Пол not_in_encoding"],
        mended: &[(Mend::Translated, 1)],
        ..PLAIN
    },
    Defect {
        file: "12-misread-names.csv",
        mapping: NAMES,
        columns: "gender",
        outcome: &[
            "man",
            "woman",
            "line 3 ФИО not_a_name",
            "line 4 ФИО not_a_name",
            "line 5 ФИО not_a_name",
            "line 6 ФИО not_a_name",
            "line 7 ФИО not_a_name",
        ],
        mended: &[(Mend::Translated, 2)],
        ..PLAIN
    },
    Defect {
        file: "13-parts-and-totals.csv",
        mapping: r#"table = "activities"
[[sums]]
total = "participants"
parts = ["women", "men", "other_participants"]
[columns]
Activity = { code = "kind", accept = ["code"] }
All = { count = "participants" }
Women = { count = "women" }
Men = { count = "men" }
Others = { count = "other_participants" }"#,
        columns: "participants women men other_participants other_participants_state",
        outcome: &[
            "76 20 48 8 recorded",
            "68 20 NULL 8 recorded",
            "68 20 48 NULL missing",
            "line 3 All parts_do_not_sum",
        ],
        ..PLAIN
    },
    Defect {
        file: "13-repeated-keys.csv",
        mapping: r#"table = "cases"
[file]
replace_by_record_id = true
[columns]
No = { identity = "record_id" }
Year = { year = "registered_year" }"#,
        columns: "registered_year",
        outcome: &["2018", "2018", "line 4 No record_id_repeated", "line 5 No record_id_missing"],
        ..PLAIN
    },
    Defect {
        file: "14-title-rows.csv",
        mapping: r#"table = "cases"
[file]
header_row = 3
total_rows = ["Total:"]
[columns]
no = { ignore = "number of the row" }
year = { year = "registered_year" }
sex = { code = "gender", accept = ["en"] }
help = { codes = "services", accept = ["code"] }"#,
        columns: "registered_year gender services",
        outcome: &["2018 woman [shelter]", "2019 man [legal]"],
        left_out: (4, 1),
        ..PLAIN
    },
    Defect {
        file: "15-dates.csv",
        mapping: r#"table = "cases"
[columns]
No = { ignore = "number of the row" }
Registered = { date = { year = "registered_year" }, formats = ["%d.%m.%Y", "%m/%d/%y", "%d %B %Y", "excel-1900"], century = "1950" }
"Old office" = { date = { month = "registered_month" }, formats = ["excel-1904"] }"#,
        columns: "registered_year registered_month",
        outcome: &[
            "2018 NULL",
            "2018 NULL",
            "2018 NULL",
            "2018 NULL",
            "2018 NULL",
            "2018 2018-05",
            "2018 2018-05",
            "line 9 Registered not_a_date",
            "line 10 Registered not_a_date",
            "line 11 Registered in_the_future",
            "line 12 Registered not_a_date",
            "line 13 Registered not_a_date",
        ],
        mended: &[(Mend::OtherDateFormat, 6), (Mend::MonthName, 3), (Mend::ExcelSerial, 4), (Mend::TwoDigitYear, 1)],
        ..PLAIN
    },
    Defect {
        file: "15-years-only.csv",
        mapping: r#"table = "cases"
[columns]
No = { ignore = "number of the row" }
Registered = { date = { year = "registered_year" }, formats = ["%Y", "%m.%Y"] }"#,
        columns: "registered_year",
        outcome: &["2018", "2018", "line 4 Registered not_a_date", "line 5 Registered not_a_date"],
        mended: &[(Mend::OtherDateFormat, 1)],
        ..PLAIN
    },
    Defect {
        file: "16-blanks-in-values.csv",
        mapping: r#"table = "cases"
standard = "ctdc"
[columns]
No = { ignore = "number of the row" }
Control = { codes = "means" }"#,
        columns: "means",
        outcome: &["[debt_bondage]", "[debt_bondage]", "[debt_bondage]", "[debt_bondage]", "[debt_bondage]"],
        mended: &[(Mend::BlanksTrimmed, 3), (Mend::LetterCase, 1)],
        ..PLAIN
    },
    Defect {
        file: "17-select-multiple.csv",
        mapping: r#"table = "cases"
[columns]
No = { ignore = "number of the row" }
Sectors = { codes = "sectors", separator = ";", accept = ["en"], translate = { "Water supply; sewerage" = "water_and_waste" } }"#,
        columns: "sectors",
        outcome: &["[agriculture, construction]", "[water_and_waste, construction]", "line 4 Sectors unknown_word"],
        mended: &[(Mend::Translated, 1)],
        ..PLAIN
    },
    Defect {
        file: "17-select-multiple-survey.csv",
        mapping: r#"table = "cases"
[columns]
no = { ignore = "number of the row" }
sectors = { codes = "sectors", separator = " ", accept = ["code"] }"#,
        columns: "sectors",
        outcome: &[
            "[agriculture, construction]",
            "[agriculture, construction]",
            "[agriculture]",
            "line 5 sectors unknown_word",
        ],
        ..PLAIN
    },
    Defect {
        file: "18-free-text.csv",
        mapping: r#"table = "cases"
[columns]
No = { identity = "record_id" }
Year = { year = "registered_year" }
Notes = { drop = "free text" }
Phone = { drop = "contact data" }"#,
        columns: "registered_year",
        outcome: &["2018", "2019"],
        ..PLAIN
    },
    Defect {
        file: "19-no-line-end.csv",
        mapping: YEARS_AND_NOTES,
        columns: "registered_year",
        outcome: &["2018", "2019"],
        ..PLAIN
    },
    Defect {
        file: "19-broken-rows.csv",
        mapping: YEARS_AND_NOTES,
        columns: "registered_year",
        outcome: &[
            "2018",
            "2018",
            "line 3 row wrong_number_of_cells",
            "line 4 row wrong_number_of_cells",
            "line 5 row stray_quote",
            "line 6 row stray_quote",
            "line 7 Year nul_byte",
        ],
        ..PLAIN
    },
    Defect {
        file: "19-cut-off.csv",
        mapping: YEARS_AND_NOTES,
        columns: "registered_year",
        outcome: &["2018", "line 3 row unclosed_quote"],
        ..PLAIN
    },
];

macro_rules! flags {
    ($otherwise:literal) => {
        concat!(
            r#"table = "cases"
[flags]
true = ["1"]
false = ["0"]
[[implies]]
when = { sectors = ["agriculture"] }
then = { purposes = ["forced_labour"] }
otherwise = ""#,
            $otherwise,
            r#""
[columns]
No = { ignore = "number of the row" }
"Forced labour" = { flag = "purposes", on = ["forced_labour"] }
Agriculture = { flag = "sectors", on = ["agriculture"] }"#
        )
    };
}

const FLAGS_NOTED: &str = flags!("note");
const FLAGS_ADDED: &str = flags!("add");
const FLAGS_REFUSED: &str = flags!("refuse");

macro_rules! names_in {
    ($encoding:literal) => {
        concat!(
            "table = \"cases\"\n[file]\nencoding = \"",
            $encoding,
            r#""
[columns]
"№ дела" = { identity = "record_id" }
"ФИО" = { identity = "full_name" }
"Дата рождения" = { identity = "birth_date", formats = ["%d.%m.%Y"] }
"Пол" = { code = "gender", accept = ["alias", "ru"] }"#
        )
    };
}

const WINDOWS_1251: &str = names_in!("windows-1251");
const KOI8_T: &str = names_in!("koi8-t");

const YEARS_AND_NOTES: &str = r#"table = "cases"
[columns]
No = { identity = "record_id" }
Year = { year = "registered_year" }
Notes = { drop = "free text" }"#;

impl Defect {
    fn load(&self) -> Loaded {
        let text = format!("name = \"defect\"\ntitle = \"A file with one defect\"\n{}", self.mapping);
        let source = DICTIONARY.parse_source("defect.toml", &text);
        let source = source.unwrap_or_else(|error| panic!("{}: {error}", self.file));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/defects");
        load_path(&folder.join(self.file), &source).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }
}

#[test]
fn every_defect_is_mended_and_counted_or_refused_at_its_place() {
    let mut wrong = Vec::new();
    for defect in DEFECTS {
        let loaded = defect.load();
        let noted: Vec<_> = loaded.tally.noted.iter().map(|(note, rows)| (note.as_str(), *rows)).collect();
        let left_out = (loaded.tally.empty_rows, loaded.tally.total_rows);
        let found = format!("{:?} {:?} {noted:?} {left_out:?}", loaded.shown(defect.columns), loaded.mended());
        let Defect { outcome, mended, noted, left_out, .. } = defect;
        let stated = format!("{outcome:?} {mended:?} {noted:?} {left_out:?}");
        if found != stated {
            wrong.push(format!("{}\n  stated {stated}\n  found  {found}", defect.file));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_nineteen_defects_have_a_file() {
    for number in 1..=19 {
        let file = format!("{number:02}-");
        assert!(DEFECTS.iter().any(|defect| defect.file.starts_with(&file)), "defect {number}");
    }
}

/// Equal rows are different people: each has a record and a person of its own.
#[test]
fn no_two_rows_of_a_file_are_one_record() {
    for defect in DEFECTS {
        let loaded = defect.load();
        let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        let mut records: Vec<_> = rows.map(|(batch, row)| cell(batch, "record", row)).collect();
        let count = records.len();
        records.sort_unstable();
        records.dedup();
        assert_eq!(records.len(), count, "{}", defect.file);
    }
}

#[test]
fn no_text_of_a_defective_file_leaves_intake() {
    for defect in DEFECTS {
        let loaded = defect.load();
        let mut said = format!("{:?} {:?} {:?}", loaded.batches, loaded.people, loaded.rejections);
        for language in Language::ALL {
            for rejection in &loaded.rejections {
                said += &serde_json::to_string(&rejection.written(language)).expect("plain data");
            }
        }
        for planted in ["Шарипов", "Зулфия", "Ҷамшед", "Rustam", "Khujand", "+992", "story"] {
            assert!(!said.contains(planted), "{}: {planted}", defect.file);
        }
    }
}

#[test]
fn rejections_tell_their_column_as_spreadsheets_do() {
    let defect = DEFECTS.iter().find(|defect| defect.file == "15-dates.csv").expect("it is there");
    let loaded = defect.load();
    let places: Vec<_> = loaded.rejections.iter().map(|said| said.place_text(Language::En)).collect();
    assert_eq!(places[..2], ["line 9, column B", "line 10, column B"]);
}

//! Defects of cells: how words, numbers and lists of them are written.

use super::{Defect, PLAIN};
use crate::Mend;

pub(super) const DEFECTS: &[Defect] = &[
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

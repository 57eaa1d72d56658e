//! Defects of files: their encoding, their rows and what stands around them, dates, free text.

use super::{Defect, PLAIN};
use crate::Mend;

pub(super) const DEFECTS: &[Defect] = &[
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
        file: "19-swallowed-rows.csv",
        mapping: YEARS_AND_NOTES,
        columns: "registered_year",
        outcome: &["2018", "2018", "2018", "line 3 row swallowed_rows", "line 5 row swallowed_rows"],
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

const NAMES: &str = r#"table = "cases"
[columns]
"№ дела" = { identity = "record_id" }
"ФИО" = { identity = "full_name" }
"Дата рождения" = { identity = "birth_date", formats = ["%d.%m.%Y"] }
"Пол" = { code = "gender", accept = ["alias", "ru"] }
"#;

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

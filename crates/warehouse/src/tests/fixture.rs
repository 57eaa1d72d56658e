//! Eleven cases of ten persons, written out so that every answer can be counted by hand.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder as _, ArrayRef, Int16Array, Int32Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
    StructBuilder, new_null_array,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use panoh_dictionary::{Dictionary, Kind, place_fields};

use crate::{AsOf, Limits, Rows, Session, Warehouse};

/// One row of `cases`; what is not named here is missing.
#[derive(Clone, Copy)]
pub(super) struct Case {
    pub(super) person: u32,
    pub(super) cohort: &'static str,
    pub(super) source: &'static str,
    pub(super) record_system: &'static str,
    pub(super) status: &'static str,
    pub(super) year: Option<i16>,
    pub(super) gender: &'static str,
    pub(super) citizenships: &'static [&'static str],
    /// Role, basis, country.
    pub(super) journey: &'static [(&'static str, &'static str, &'static str)],
    pub(super) purposes: &'static [&'static str],
}

const CASE: Case = Case {
    person: 0,
    cohort: "2018",
    source: "ctdc-2021",
    record_system: "direct_assistance",
    status: "identified",
    year: Some(2018),
    gender: "missing",
    citizenships: &[],
    journey: &[],
    purposes: &[],
};

const FROM_TJK_TO_RUS: &[(&str, &str, &str)] =
    &[("recruitment", "recorded", "TJK"), ("exploitation", "recorded", "RUS")];

pub(super) const CASES: &[Case] = &[
    // One person in the lists of two organisations, in two years.
    Case { person: 1, gender: "woman", journey: FROM_TJK_TO_RUS, purposes: &["sexual_exploitation"], ..CASE },
    Case {
        person: 1,
        year: Some(2019),
        gender: "woman",
        source: "htcds",
        record_system: "hotline",
        journey: FROM_TJK_TO_RUS,
        ..CASE
    },
    // Citizenship stands in for recruitment, the place of identification for that of exploitation.
    Case {
        person: 2,
        gender: "man",
        citizenships: &["TJK"],
        journey: &[("exploitation", "proxy", "RUS")],
        purposes: &["forced_labour"],
        ..CASE
    },
    Case {
        person: 3,
        cohort: "2019",
        year: Some(2019),
        gender: "man",
        citizenships: &["UZB", "KAZ"],
        journey: &[("exploitation", "proxy", "KAZ")],
        purposes: &["forced_labour", "sexual_exploitation"],
        ..CASE
    },
    // Stopped before exploitation.
    Case {
        person: 4,
        cohort: "2019",
        year: Some(2019),
        status: "prevented",
        gender: "man",
        citizenships: &["TJK"],
        journey: &[("exploitation", "intended", "ARE")],
        ..CASE
    },
    // A longer journey: the last place of exploitation is the destination.
    Case {
        person: 5,
        status: "possible",
        citizenships: &["UZB"],
        journey: &[
            ("recruitment", "recorded", "TJK"),
            ("transit", "recorded", "KAZ"),
            ("exploitation", "recorded", "RUS"),
            ("exploitation", "recorded", "TUR"),
            ("identification", "recorded", "TUR"),
        ],
        purposes: &["other"],
        ..CASE
    },
    // Nothing is known but the place.
    Case {
        person: 6,
        cohort: "no_year",
        year: None,
        gender: "woman",
        citizenships: &["unknown"],
        journey: &[("exploitation", "proxy", "RUS")],
        ..CASE
    },
    Case { person: 7, status: "not_a_victim", gender: "woman", journey: FROM_TJK_TO_RUS, ..CASE },
    // Inside one country.
    Case {
        person: 8,
        cohort: "2019",
        year: Some(2019),
        gender: "woman",
        journey: &[("recruitment", "recorded", "TJK"), ("exploitation", "recorded", "TJK")],
        purposes: &["unknown"],
        ..CASE
    },
    // The place of exploitation was asked for and not given.
    Case {
        person: 9,
        status: "possible",
        gender: "man",
        citizenships: &["UZB"],
        journey: &[("exploitation", "recorded", "missing")],
        ..CASE
    },
    Case {
        person: 10,
        cohort: "2019",
        year: Some(2019),
        gender: "man",
        citizenships: &["TJK"],
        journey: &[("exploitation", "proxy", "RUS")],
        ..CASE
    },
];

pub(super) fn dictionary() -> Dictionary {
    Dictionary::builtin().expect("the built-in dictionary is valid")
}

/// 32 digits that stand for person `number`.
pub(super) fn pseudonym(number: u32) -> String {
    format!("{:032x}", 0xfeed_0000_u128 << 64 | u128::from(number))
}

/// The cases as a batch of the dictionary's schema. Records are numbered from `first_record`.
pub(super) fn batch(cases: &[Case], first_record: u32) -> RecordBatch {
    let dictionary = dictionary();
    let table = dictionary.table("cases").unwrap();
    let text = |of: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new((0..cases.len()).map(|at| Some(of(at))).collect::<StringArray>())
    };
    let columns: Vec<ArrayRef> = table
        .columns
        .iter()
        .map(|column| match (column.name.as_str(), &column.kind) {
            ("record", _) => text(&|at| pseudonym(1_000_000 + first_record + at as u32)),
            ("person", _) => text(&|at| pseudonym(cases[at].person)),
            ("cohort", _) => text(&|at| cases[at].cohort.into()),
            ("source", _) => text(&|at| cases[at].source.into()),
            ("load", _) => text(&|_| "load:00".into()),
            ("record_system", _) => text(&|at| cases[at].record_system.into()),
            ("status", _) => text(&|at| cases[at].status.into()),
            ("gender", _) => text(&|at| cases[at].gender.into()),
            ("registered_year", _) => Arc::new(cases.iter().map(|case| case.year).collect::<Int16Array>()),
            ("citizenships", _) => lists(cases.iter().map(|case| case.citizenships)),
            ("purposes", _) => lists(cases.iter().map(|case| case.purposes)),
            (_, Kind::Places) => journeys(cases),
            (_, Kind::Codes { .. }) => lists(cases.iter().map(|_| &[] as &[&str])),
            (_, Kind::Code { .. }) => text(&|_| "missing".into()),
            (_, Kind::Integer { .. }) => Arc::new(Int32Array::new_null(cases.len())),
            _ => new_null_array(column.field().data_type(), cases.len()),
        })
        .collect();
    RecordBatch::try_new(Arc::new(table.schema()), columns).unwrap()
}

fn lists<'a>(values: impl Iterator<Item = &'a [&'a str]>) -> ArrayRef {
    let field = Arc::new(arrow::datatypes::Field::new("element", arrow::datatypes::DataType::Utf8, false));
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(field);
    for value in values {
        lists.append_value(value.iter().map(Some));
    }
    Arc::new(lists.finish())
}

fn journeys(cases: &[Case]) -> ArrayRef {
    let fields = place_fields();
    let places = StructBuilder::from_fields(fields.clone(), 0);
    let item = arrow::datatypes::Field::new("element", arrow::datatypes::DataType::Struct(fields), false);
    let mut lists = ListBuilder::new(places).with_field(Arc::new(item));
    for case in cases {
        for (role, basis, country) in case.journey {
            let place = lists.values();
            for (at, value) in [*role, *basis, *country, "missing"].into_iter().enumerate() {
                place.field_builder::<StringBuilder>(at).unwrap().append_value(value);
            }
            place.append(true);
        }
        lists.append(true);
    }
    assert_eq!(lists.len(), cases.len());
    Arc::new(lists.finish())
}

/// One alias per pair: the first person is found to be the second.
pub(super) fn aliases(pairs: &[(u32, u32)]) -> RecordBatch {
    let schema = dictionary().table("aliases").unwrap().schema();
    let column = |of: fn(&(u32, u32)) -> String| -> ArrayRef {
        Arc::new(pairs.iter().map(of).map(Some).collect::<StringArray>())
    };
    let columns = vec![
        column(|pair| pseudonym(pair.0)),
        column(|pair| pseudonym(pair.1)),
        column(|pair| CASES.iter().find(|case| case.person == pair.1).map_or("2018", |case| case.cohort).into()),
        column(|_| "document".into()),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

/// The id of a key.
pub(super) const KEY: &str = "0123456789abcdef";

/// A warehouse in a folder of its own that is removed with it.
pub(super) struct Home {
    pub(super) folder: tempfile::TempDir,
    pub(super) warehouse: Warehouse,
}

pub(super) async fn empty() -> Home {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = Warehouse::create(folder.path(), &dictionary(), KEY).await.unwrap();
    Home { folder, warehouse }
}

pub(super) async fn filled() -> Home {
    let home = empty().await;
    home.load("cases", "load:00", &batch(CASES, 0)).await;
    home
}

impl Home {
    pub(super) async fn load(&self, table: &str, load_id: &str, batch: &RecordBatch) -> u64 {
        let mut append = self.warehouse.append(table, load_id).await.unwrap();
        append.write(batch).await.unwrap();
        append.commit().await.unwrap()
    }

    pub(super) async fn session(&self) -> Session {
        self.warehouse.session(AsOf::Newest, &Limits::default()).await.unwrap()
    }

    pub(super) async fn lines(&self, sql: &str) -> Vec<String> {
        lines(self.session().await.query(sql).await.unwrap()).await
    }
}

/// The rows as text: values with commas between, nothing for NULL.
pub(super) async fn lines(rows: Rows) -> Vec<String> {
    let mut lines = vec![];
    for batch in rows.collect().await.unwrap() {
        let options = FormatOptions::default();
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        lines.extend(
            (0..batch.num_rows())
                .map(|row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join(",")),
        );
    }
    lines
}

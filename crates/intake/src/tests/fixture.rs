//! A small register made for tests, and one way to run a text through intake and look at the result.

use std::path::Path;
use std::sync::LazyLock;

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use panoh_dictionary::{Dictionary, Source};
use panoh_identity::{MasterKey, Sealer};

use crate::{Intake, IntakeError, Mend, Options, Rejection, Sealed, Tally, digest, open};

pub(super) const REGISTER: &str = r#"
name = "test-register"
title = "A register made for tests; every construct of the mapping language, every column optional"
table = "cases"
accept = ["code", "alias", "en"]
missing = ["-"]
unknown = ["не известно", "?"]
not_applicable = ["n/a"]
suppressed = ["*"]

[file]
encoding = "utf-8"

[flags]
true = ["1", "yes"]
false = ["0", "no"]

[constants]
record_system = "direct_assistance"

[places.home]
role = "recruitment"
basis = "recorded"

[places.abroad]
role = "exploitation"
basis = "recorded"
basis_when = { column = "status", codes = { prevented = "intended" } }

[places.journey]
basis = "recorded"
separator = ";"

[age]
birth = "born"
at = "contact"
targets = ["age_band", "majority"]

[columns]
case = { identity = "record_id", optional = true }
name = { identity = "full_name", optional = true }
given = { identity = "given_name", optional = true }
family = { identity = "family_name", optional = true }
passport = { identity = "document", optional = true }
born = { identity = "birth_date", formats = ["%d.%m.%Y"], optional = true }
consent = { refuse_row = ["no", "?"], reason = "without consent nothing is loaded", optional = true }
year = { year = "registered_year", also = ["Год"], optional = true }
contact = { date = { month = "registered_month" }, formats = ["%d.%m.%Y", "%Y-%m-%d"], optional = true }
age = { age = "majority_at_exploitation", optional = true }
status = { code = "status", optional = true }
citizens = { codes = "citizenships", separator = ";", optional = true }
purpose = { codes = "purposes", optional = true, translate = { "both" = ["forced_labour", "sexual_exploitation"] } }
begging = { flag = "purposes", on = ["forced_begging"], optional = true }
abducted = { flag = "abduction", on = ["yes"], off = ["no"], optional = true }
from = { place = "home", part = "country", optional = true }
from_region = { place = "home", part = "region", optional = true }
to = { place = "abroad", part = "country", optional = true }
stop = { place = "journey", part = "role", optional = true }
stop_country = { place = "journey", part = "country", optional = true }
stop_region = { place = "journey", part = "region", optional = true }
notes = { drop = "free text", optional = true }
office = { ignore = "always the same", optional = true }

[columns.sex]
code = "gender"
optional = true
translate = { "ж" = "woman", "м" = "man" }
sets.gender_basis = { woman = "sex", man = "sex" }
sex = { woman = "female", man = "male" }
"#;

pub(super) static DICTIONARY: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::builtin().expect("the built-in dictionary is sound"));

pub(super) static SOURCE: LazyLock<Source> =
    LazyLock::new(|| DICTIONARY.parse_source("register.toml", REGISTER).expect("the mapping of the tests is sound"));

pub(super) static SEALER: LazyLock<Sealer> =
    LazyLock::new(|| MasterKey::generate().expect("the system gives random bytes").sealer());

/// Everything that came out of a file.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) batches: Vec<RecordBatch>,
    pub(super) people: Vec<Sealed>,
    pub(super) rejections: Vec<Rejection>,
    pub(super) rows_read: u64,
    pub(super) rows_refused: u64,
    pub(super) tally: Tally,
}

/// The latest year that the tests believe.
pub(super) const LATEST_YEAR: i16 = 2026;

/// Runs a file through intake, at most three rows a batch, on two threads.
pub(super) fn load_path(path: &Path, source: &Source) -> Result<Loaded, IntakeError> {
    let file = digest(path, &SEALER)?;
    let options = Options { threads: 2, ..Options::default() };
    let (dictionary, sealer) = (&*DICTIONARY, &*SEALER);
    let intake = Intake { dictionary, source, sealer, batch_rows: 3, latest_year: LATEST_YEAR, options: &options };
    let mut loaded = Loaded {
        batches: Vec::new(),
        people: Vec::new(),
        rejections: Vec::new(),
        rows_read: 0,
        rows_refused: 0,
        tally: Tally::default(),
    };
    let about_people = DICTIONARY.table(&source.table).is_some_and(|table| table.population.is_some());
    for batch in open(path, &file, intake)? {
        let batch = batch?;
        assert!(batch.rows_read <= 3, "a batch holds at most the rows that were asked for");
        assert_eq!(batch.people.len(), if about_people { batch.rows.num_rows() } else { 0 });
        assert_eq!(batch.rows.num_rows(), batch.records.len());
        assert_eq!(batch.rows.num_rows() as u64, batch.rows_read - batch.rows_refused);
        assert_eq!(batch.rejections.is_empty(), batch.rows_refused == 0);
        loaded.rows_read += batch.rows_read;
        loaded.rows_refused += batch.rows_refused;
        loaded.batches.push(batch.rows);
        loaded.people.extend(batch.people);
        loaded.rejections.extend(batch.rejections);
        loaded.tally.add(&batch.tally);
    }
    Ok(loaded)
}

/// Runs bytes through intake with the mapping of the tests.
pub(super) fn load(bytes: impl AsRef<[u8]>) -> Result<Loaded, IntakeError> {
    load_as(bytes, &SOURCE)
}

/// Runs bytes through intake.
pub(super) fn load_as(bytes: impl AsRef<[u8]>, source: &Source) -> Result<Loaded, IntakeError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("export");
    std::fs::write(&path, bytes).expect("the folder is writable");
    load_path(&path, source)
}

impl Loaded {
    /// Each row as the shown columns, separated by blanks; each rejection as `line column rule`.
    pub(super) fn shown(&self, columns: &str) -> Vec<String> {
        let row = |batch: &RecordBatch, row: usize| {
            let cells = columns.split_whitespace().map(|name| cell(batch, name, row));
            cells.collect::<Vec<_>>().join(" ")
        };
        let rows = self.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|at| row(batch, at)));
        let rejection =
            |said: &Rejection| format!("line {} {} {}", said.line, said.column.as_deref().unwrap_or("row"), said.rule);
        rows.chain(self.rejections.iter().map(rejection)).collect()
    }
}

impl Loaded {
    /// What was mended, in the order of the kinds.
    pub(super) fn mended(&self) -> Vec<(Mend, u64)> {
        self.tally.mended.iter().map(|(mend, cells)| (*mend, *cells)).collect()
    }
}

/// One cell as text; NULL is written out.
pub(super) fn cell(batch: &RecordBatch, column: &str, row: usize) -> String {
    let array = batch.column_by_name(column).expect("the column is handed on");
    if array.is_null(row) {
        return "NULL".to_owned();
    }
    let options = FormatOptions::default();
    ArrayFormatter::try_new(array.as_ref(), &options).expect("plain types").value(row).to_string()
}

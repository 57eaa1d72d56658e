//! A small definition, a few invented persons and a home folder, for the tests of this crate.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use panoh_dictionary::Dictionary;
use panoh_ledger::{Budget, Ledger, Limits};
use panoh_privacy::PrivacyError;
use panoh_publication::{Day, Definition, Draft, Signer};
use tempfile::TempDir;

use crate::{Persons, ReleasePlan, Run, plan};

pub(crate) const DEFINITION: &str = r#"
name = "small"
title = "Invented persons by year, gender and destination"
description = "For tests."
frame = "persons"
author = "Nobody"
date = "2026-01-01"
audience = "public"
purpose = "first"
cohorts = { from = 2019, to = 2020 }
rho = 0.5
smallest_count_of_interest = 20

[[dimension]]
name = "gender"
title = "Gender"
column = "gender"
list = "gender"
codes = "all"

[[dimension]]
name = "destination"
title = "Destination"
column = "destination"
list = "country"
codes = ["RUS", "KAZ"]
reason = "two are enough"
date = "2018-01-01"

[[table]]
name = "by_year"
title = "By year and gender"
dimensions = ["year", "gender"]

[[table]]
name = "by_destination"
title = "By destination"
dimensions = ["destination"]
"#;

/// Person, cohort, gender, destination.
pub(crate) type Row<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

pub(crate) const PEOPLE: [Row<'static>; 5] = [
    ("p1", "2019", "woman", Some("RUS")),
    ("p2", "2019", "man", Some("TUR")),
    ("p3", "2020", "man", Some("RUS")),
    ("p4", "2020", "missing", None),
    ("p5", "2018", "man", Some("RUS")), // not in the cohorts of the definition
];

pub(crate) fn definition(change: impl Fn(String) -> String) -> Definition {
    Definition::from_toml(&change(DEFINITION.to_owned())).expect("the fixture is a definition")
}

pub(crate) fn planned(definition: &Definition) -> ReleasePlan {
    let dictionary = Dictionary::builtin().expect("the built-in dictionary is right");
    plan(definition, &dictionary, &Budget::untouched(Limits::STANDARD)).expect("the fixture can be planned")
}

pub(crate) fn schema() -> Schema {
    Schema::new(
        ["person", "cohort", "gender", "destination"].map(|name| Field::new(name, DataType::Utf8, true)).to_vec(),
    )
}

pub(crate) fn batch(rows: &[Row<'_>]) -> RecordBatch {
    let column = |pick: &dyn Fn(&Row<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(pick).collect::<StringArray>())
    };
    let columns = vec![
        column(&|row| Some(row.0.to_owned())),
        column(&|row| Some(row.1.to_owned())),
        column(&|row| Some(row.2.to_owned())),
        column(&|row| row.3.map(str::to_owned)),
    ];
    RecordBatch::try_new(Arc::new(schema()), columns).expect("the columns fit the schema")
}

pub(crate) fn persons(plan: &ReleasePlan, rows: &[Row<'_>]) -> Persons {
    let mut persons = Persons::new(plan, &schema(), [1; 32]).expect("the columns are there");
    persons.add(&batch(rows)).expect("the batch has the schema");
    persons
}

/// No noise, so that tables are exact.
#[expect(clippy::unnecessary_wraps, reason = "it has the type of a sampler")]
pub(crate) fn silence(values: &[i64], _sigma: f64) -> Result<Vec<i64>, PrivacyError> {
    Ok(values.to_vec())
}

/// A home folder and a clock that counts its calls.
pub(crate) struct Home {
    folder: TempDir,
    pub(crate) asked: Cell<u32>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().expect("a temporary folder"), asked: Cell::new(0) };
        std::fs::create_dir(home.published()).expect("a new folder");
        home
    }

    pub(crate) fn published(&self) -> PathBuf {
        self.folder.path().join("published")
    }

    /// Names of the folders and files of `published/` but for the lock and the list of what is not public.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.published()).expect("the folder is there");
        let names = entries.map(|entry| entry.expect("readable").file_name().into_string().expect("plain names"));
        names.filter(|name| ![".lock", "withdrawn.json"].contains(&name.as_str())).collect()
    }

    pub(crate) const KEY: [u8; 32] = [9; 32];

    /// The database and the head file.
    pub(crate) fn ledger_files(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("ledger.sqlite"), self.folder.path().join("head"))
    }

    pub(crate) fn ledger(&self) -> Ledger {
        let (database, head) = self.ledger_files();
        let get = if head.exists() || database.exists() { Ledger::open } else { Ledger::begin };
        get(&database, &head, Self::KEY, Limits::STANDARD).expect("the ledger opens")
    }

    /// The database as a backup would have it. Nobody has it open.
    pub(crate) fn ledger_bytes(&self) -> Vec<u8> {
        std::fs::read(self.ledger_files().0).expect("the ledger is there")
    }

    /// Puts a backup of the database back.
    pub(crate) fn put_ledger(&self, bytes: &[u8]) {
        for beside in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(beside));
        }
        std::fs::write(self.ledger_files().0, bytes).expect("the backup is put back");
    }

    pub(crate) fn clock(&self) -> String {
        self.asked.set(self.asked.get() + 1);
        format!("2026-01-31T00:00:{:02}Z", self.asked.get())
    }
}

/// What somebody would write who writes a release anew.
pub(crate) fn draft_of(dir: &Path) -> Draft {
    let artefact = panoh_publication::read(dir).expect("a release");
    let release = artefact.release;
    Draft {
        id: release.id,
        definition: release.definition,
        dictionary_digest: release.dictionary_digest,
        frame_digest: release.frame_digest,
        synthetic: release.synthetic,
        day: release.day,
        ledger_head: release.ledger_head,
        privacy: release.privacy,
        dimensions: artefact.cube.dimensions().to_vec(),
        queries: release.queries,
        measurements: artefact.measurements,
        estimates: artefact.cube.tables().iter().map(|table| table.estimates.clone()).collect(),
        non_negative: artefact.cube.tables().iter().map(|table| table.non_negative.clone()).collect(),
    }
}

/// Who signs in tests.
pub(crate) fn signer() -> &'static Signer {
    static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::of_secret([5; 32]));
    &SIGNER
}

pub(crate) fn run<'a>(published: &'a Path, clock: &'a dyn Fn() -> String) -> Run<'a> {
    let day = Day::new("2026-01-31").expect("a day");
    let warehouse = BTreeMap::from([("cases".to_owned(), 3)]);
    Run { published, day, synthetic: true, warehouse, clock, signer: signer(), again: true }
}

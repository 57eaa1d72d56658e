//! A small release is written, read back, and tampered with in every way.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::definition::hex;
use crate::{CohortRho, Delta, DimensionCode, Labels, Rho};
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use sha2::{Digest, Sha256};

const DEFINITION: &str = r#"
name = "small"
title = "Persons first registered, by year and gender"
description = "A small release."
frame = "persons-in-cases"
author = "Example organisation"
date = "2026-11-22"
audience = "public"
purpose = "first"
cohorts = { from = 2019, to = 2021 }
rho = 0.5
smallest_count_of_interest = 20

[[dimension]]
name = "gender"
title = { en = "Gender", ru = "Пол", tg = "Ҷинс" }
column = "gender"
list = "gender"
codes = "all"

[[table]]
name = "gender_by_year"
title = "Persons by year and gender"
dimensions = ["gender", "year"]

[[table]]
name = "years"
title = "Persons by year"
dimensions = ["year"]
"#;

/// The definition with a dimension of another name.
fn text_of_definition(name: &str) -> String {
    let name = format!("\"{name}\"");
    DEFINITION.replace("name = \"gender\"", &format!("name = {name}")).replace("[\"gender\",", &format!("[{name},"))
}

pub(crate) fn draft() -> Draft {
    let definition = Definition::from_toml(DEFINITION).expect("good");
    let code = |code: &str, en: &str| DimensionCode { code: code.into(), labels: Labels::same(en), parent: None };
    let gender = Dimension {
        name: "gender".into(),
        title: Labels::same("Gender"),
        codes: vec![code("woman", "Woman"), code("man", "=Man")],
        levels: vec![],
    };
    let query = |dimensions: &[usize], variance: f64| Query {
        dimensions: dimensions.to_vec(),
        variance,
        sigma: variance.sqrt() * 3.0,
        sensitivity: 2.0_f64.sqrt(),
    };
    let rho = Rho::new(0.5).expect("good");
    Draft {
        id: Slug::new("small-2026-11-22").expect("good"),
        dictionary_digest: "d".repeat(64),
        frame_digest: "e".repeat(64),
        synthetic: true,
        day: Day::new("2026-11-22").expect("good"),
        ledger_head: "e".repeat(64),
        privacy: Privacy {
            rho,
            epsilon: 6.943_211_987,
            delta: Delta::default(),
            cohorts: definition.cohorts().into_iter().map(|cohort| CohortRho { cohort, rho }).collect(),
        },
        dimensions: vec![definition.year_dimension().expect("a table uses year"), gender],
        queries: vec![query(&[], 7.0 / 3.0), query(&[0], 2.1), query(&[1], 1.0 / 3.0), query(&[0, 1], 4.7)],
        measurements: vec![vec![54], vec![1, -2, 3], vec![4, -4], vec![1, 2, 3, 4, 5, -6]],
        estimates: vec![vec![10.5, 9.25, -1.75, 12.0, 20.0, 4.0], vec![19.75, 10.25, 24.0]],
        non_negative: None,
        definition,
    }
}

/// Who signs in these tests.
pub(crate) fn signer() -> Signer {
    Signer::of_secret([5; 32])
}

fn published() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let written = write(folder.path(), &draft(), &signer()).expect("writes");
    (folder, written.path)
}

/// All files of an artefact, by path.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("a folder").chain(fs::read_dir(dir.join("tables")).expect("a folder")) {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let name = path.strip_prefix(dir).expect("inside").to_string_lossy().into_owned();
            all.insert(name, fs::read(&path).expect("reads"));
        }
    }
    all
}

#[test]
fn what_is_written_is_read() {
    let (_folder, path) = published();
    let artefact = read(&path).expect("whole");
    let draft = draft();
    assert_eq!(artefact.measurements, draft.measurements);
    assert_eq!(artefact.release.definition, draft.definition);
    assert_eq!(artefact.cube.dimensions(), draft.dimensions);
    let estimates: Vec<_> = artefact.cube.tables().iter().map(|table| table.estimates.clone()).collect();
    assert_eq!(estimates, draft.estimates);
    assert!((artefact.release.privacy.epsilon - 6.943_212).abs() < 1e-12, "rounded up to six decimals");
    let sum = hex(&Sha256::digest(fs::read(path.join("SHA256SUMS")).expect("reads")));
    assert_eq!(artefact.digest, sum);
    assert_eq!(artefact.signer, signer().public_key());
    let names: Vec<String> = files(&path).into_keys().collect();
    assert_eq!(
        names,
        [
            "CITATION.cff",
            "README.md",
            "SHA256SUMS",
            "SHA256SUMS.sig",
            "cube.parquet",
            "datapackage.json",
            "dictionary.json",
            "measurements.parquet",
            "release.json",
            "tables/gender_by_year.csv",
            "tables/years.csv"
        ]
    );
}

#[test]
fn what_an_earlier_version_wrote_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut release, cube) = checked(&draft()).expect("good");
    release.format = OLDEST_FORMAT;
    let id = release.id.clone();
    let unfinished = folder::Unfinished::create(folder.path(), &id).expect("a folder");
    write_files(unfinished, release, &cube, &draft().measurements, &signer()).expect("written");
    let path = folder.path().join(id.as_str());
    assert_eq!(read(&path).expect("whole").release.format, 1);
    let package = fs::read_to_string(path.join("datapackage.json")).expect("reads");
    assert_eq!(package.matches("\"schema\"").count(), 2, "of format 1 only tables had one");
}

#[test]
fn equal_drafts_give_equal_bytes() {
    let (_one, first) = published();
    let (_other, second) = published();
    assert_eq!(files(&first), files(&second));
}

#[test]
fn tables_are_tidy_and_safe_in_a_spreadsheet() {
    let (_folder, path) = published();
    let text = fs::read_to_string(path.join("tables/gender_by_year.csv")).expect("reads");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "year,year_label,gender,gender_label,estimate,standard_error,lower,upper,quality");
    assert!(lines[1].starts_with("2019,2019,woman,Woman,10.5,"), "{}", lines[1]);
    assert!(
        lines[2].starts_with("2019,2019,man,'=Man,9.25,"),
        "text that looks like a formula is guarded: {}",
        lines[2]
    );
    assert!(lines[3].starts_with("2020,2020,woman,Woman,-1.75,"), "a negative number stays a number: {}", lines[3]);
    assert!(lines[1].ends_with(",precise"), "{}", lines[1]);
    assert_eq!(lines.len(), 7);
}

#[test]
fn a_release_says_what_it_is() {
    let (_folder, path) = published();
    let all = files(&path);
    let text = |name: &str| String::from_utf8(all[name].clone()).expect("text");
    for name in ["README.md", "CITATION.cff", "datapackage.json"] {
        assert!(text(name).contains("[synthetic data]"), "{name}");
    }
    let package: serde_json::Value = serde_json::from_slice(&all["datapackage.json"]).expect("JSON");
    for resource in package["resources"].as_array().expect("a list") {
        let bytes = &all[resource["path"].as_str().expect("a path")];
        assert_eq!(resource["hash"], format!("sha256:{}", hex(&Sha256::digest(bytes))));
        let is_columnar = resource["format"] == "parquet";
        assert_eq!(resource["bytes"].as_u64(), (!is_columnar).then_some(bytes.len() as u64));
        if is_columnar {
            let reader = SerializedFileReader::new(Bytes::from(bytes.clone())).expect("Parquet");
            let columns = reader.metadata().file_metadata().schema_descr();
            let columns: Vec<&str> = columns.columns().iter().map(|column| column.name()).collect();
            let fields = resource["schema"]["fields"].as_array().expect("fields").iter();
            let fields: Vec<&str> = fields.map(|field| field["name"].as_str().expect("a name")).collect();
            assert_eq!(fields, columns, "the columns of {}", resource["path"]);
        }
    }
    let release: serde_json::Value = serde_json::from_slice(&all["release.json"]).expect("JSON");
    assert!(release["promised"].to_string().contains("6.944"), "epsilon is rounded up");
    assert_eq!(release["files"].as_object().expect("a map").len(), all.len() - 3);
}

#[test]
fn a_release_never_changes() {
    let (folder, path) = published();
    let before = files(&path);
    assert!(matches!(write(folder.path(), &draft(), &signer()), Err(ArtefactError::Exists { .. })));
    assert_eq!(files(&path), before);
}

#[test]
fn an_interrupted_write_is_seen_and_discarded() {
    let folder = tempfile::tempdir().expect("a folder");
    let id = draft().id;
    assert!(!discard(folder.path(), &id).expect("nothing to do"));
    fs::create_dir_all(folder.path().join(".tmp-small-2026-11-22/tables")).expect("makes");
    assert!(matches!(write(folder.path(), &draft(), &signer()), Err(ArtefactError::Unfinished { .. })));
    assert!(discard(folder.path(), &id).expect("discards"));
    assert!(write(folder.path(), &draft(), &signer()).is_ok());
}

/// A second column, labelled, after all that belongs to the first one.
#[test]
fn figures_without_negative_numbers_stand_beside_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draft = draft();
    let second = vec![vec![10.25, 9.5, 0.0, 11.0, 19.75, 4.0], vec![19.75, 11.0, 23.75]];
    let second: Vec<SecondColumn> = second.into_iter().map(SecondColumn::Fractional).collect();
    draft.non_negative = Some(second.clone());
    assert!(write(folder.path(), &draft, &signer()).is_err(), "nobody asked for them");
    let text = DEFINITION.replace("rho = 0.5", "rho = 0.5\nnon_negative = true");
    draft.definition = Definition::from_toml(&text).expect("good");
    let path = write(folder.path(), &draft, &signer()).expect("writes").path;
    let tables = read(&path).expect("whole").cube.tables().to_vec();
    assert_eq!(tables.iter().map(|table| table.non_negative.clone()).collect::<Option<Vec<_>>>(), Some(second));
    let text = fs::read_to_string(path.join("tables/gender_by_year.csv")).expect("reads");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with(",upper,quality,non_negative"), "{}", lines[0]);
    assert!(Definition::from_toml(&text_of_definition("sex")).is_ok());
    for column in lines[0].split(',').filter(|column| !["year", "gender"].contains(column)) {
        let named = text_of_definition(column);
        assert!(Definition::from_toml(&named).is_err(), "a dimension may not be called {column}");
    }
    assert!(lines[3].starts_with("2020,2020,woman,Woman,-1.75,") && lines[3].ends_with(",0"), "{}", lines[3]);
    let readme = fs::read_to_string(path.join("README.md")).expect("reads");
    assert!(readme.contains("No interval belongs to it."), "{readme}");
}

/// Whole persons are written as such in every file, and only when the definition asks for whole persons.
#[test]
fn whole_figures_have_no_decimal_point() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draft = draft();
    let whole = vec![vec![10, 10, 0, 11, 20, 4], vec![20, 11, 24]];
    let second: Vec<SecondColumn> = whole.into_iter().map(SecondColumn::Whole).collect();
    let asking = |word: &str| {
        let text = DEFINITION.replace("rho = 0.5", &format!("rho = 0.5\nnon_negative = {word}"));
        Definition::from_toml(&text).expect("good")
    };
    (draft.non_negative, draft.definition) = (Some(second.clone()), asking("true"));
    let error = write(folder.path(), &draft, &signer()).expect_err("fractions were asked for").to_string();
    assert!(error.contains("whole ones when it asks for these"), "{error}");
    draft.definition = asking("\"whole\"");
    let path = write(folder.path(), &draft, &signer()).expect("writes").path;
    let tables = read(&path).expect("whole").cube.tables().to_vec();
    assert_eq!(tables.iter().map(|table| table.non_negative.clone()).collect::<Option<Vec<_>>>(), Some(second));
    let text = fs::read_to_string(path.join("tables/gender_by_year.csv")).expect("reads");
    let last: Vec<&str> = text.lines().map(|line| line.rsplit(',').next().expect("a column")).collect();
    assert_eq!(last, ["non_negative", "10", "10", "0", "11", "20", "4"]);
    let all = files(&path);
    let package: serde_json::Value = serde_json::from_slice(&all["datapackage.json"]).expect("JSON");
    let fields = package["resources"][0]["schema"]["fields"].as_array().expect("a list");
    let column = fields.iter().find(|field| field["name"] == "non_negative").expect("it is described");
    assert_eq!(column["type"], "integer");
    assert_eq!(
        column["title"],
        "Registered persons, rounded to whole ones, never negative; biased, without an error bar"
    );
    let readme = String::from_utf8(all["README.md"].clone()).expect("text");
    assert!(readme.contains("that they are whole does not make them counts."), "{readme}");
}

/// A second column has one number for each cell, and none that is below zero.
#[test]
fn a_second_column_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draft = draft();
    let text = DEFINITION.replace("rho = 0.5", "rho = 0.5\nnon_negative = true");
    draft.definition = Definition::from_toml(&text).expect("good");
    for years in [vec![1.0, 2.0], vec![1.0, 2.0, -0.5], vec![1.0, 2.0, f64::NAN]] {
        draft.non_negative = Some([vec![1.0; 6], years].map(SecondColumn::Fractional).to_vec());
        let error = write(folder.path(), &draft, &signer()).expect_err("it does not fit").to_string();
        assert!(error.contains("table \"years\" needs one number of persons"), "{error}");
    }
}

/// The error must name the file.
fn refused(dir: &Path, name: &str) {
    let error = read(dir).expect_err(name).to_string();
    assert!(error.contains(name), "{name}: {error}");
}

#[test]
fn every_tampered_byte_is_refused() {
    let (_folder, path) = published();
    for (name, bytes) in files(&path) {
        let file = path.join(&name);
        for position in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut edited = bytes.clone();
            edited[position] ^= 1;
            fs::write(&file, &edited).expect("writes");
            if name == "SHA256SUMS" {
                assert!(read(&path).is_err(), "{name} at {position}");
            } else {
                refused(&path, &name);
            }
        }
        fs::remove_file(&file).expect("removes");
        refused(&path, &name);
        fs::write(&file, &bytes).expect("restores");
    }
    read(&path).expect("whole again");
}

#[test]
fn nothing_else_may_stand_in_the_folder() {
    let (_folder, path) = published();
    for name in ["notes.txt", "tables/extra.csv", ".hidden"] {
        fs::write(path.join(name), "x").expect("writes");
        refused(&path, name);
        fs::remove_file(path.join(name)).expect("removes");
    }
    fs::create_dir(path.join("more")).expect("makes");
    refused(&path, "more");
    fs::remove_dir(path.join("more")).expect("removes");
    #[cfg(unix)]
    {
        let file = path.join("README.md");
        let moved = path.with_extension("moved");
        fs::rename(&file, &moved).expect("moves");
        std::os::unix::fs::symlink(&moved, &file).expect("links");
        refused(&path, "README.md");
        fs::remove_file(&file).expect("removes");
        fs::rename(&moved, &file).expect("moves back");
    }
    read(&path).expect("whole again");
}

/// Puts new bytes into a file and mends `SHA256SUMS`, as a careless editor with `sha256sum` would, and signs it anew.
fn edit_with_sums(dir: &Path, name: &str, bytes: &[u8]) {
    let old = hex(&Sha256::digest(fs::read(dir.join(name)).expect("reads")));
    let sums = fs::read_to_string(dir.join("SHA256SUMS")).expect("reads");
    let sums = sums.replace(&old, &hex(&Sha256::digest(bytes)));
    fs::write(dir.join(name), bytes).expect("writes");
    fs::write(dir.join("SHA256SUMS"), &sums).expect("writes");
    fs::write(dir.join("SHA256SUMS.sig"), signer().sign(sums.as_bytes())).expect("writes");
}

#[test]
fn nobody_edits_without_the_key() {
    let (_folder, path) = published();
    let signature = fs::read(path.join("SHA256SUMS.sig")).expect("reads");
    let table = fs::read_to_string(path.join("tables/years.csv")).expect("reads");
    edit_with_sums(&path, "tables/years.csv", table.replace("19.75", "99.75").as_bytes());
    fs::write(path.join("SHA256SUMS.sig"), signature).expect("writes");
    refused(&path, "SHA256SUMS.sig");
}

#[test]
fn sums_alone_do_not_make_an_edit_good() {
    let (_folder, path) = published();
    let table = fs::read_to_string(path.join("tables/years.csv")).expect("reads");
    edit_with_sums(&path, "tables/years.csv", table.replace("19.75", "99.75").as_bytes());
    refused(&path, "release.json");
    edit_with_sums(&path, "tables/years.csv", table.as_bytes());
    read(&path).expect("whole again");
    let release = fs::read_to_string(path.join("release.json")).expect("reads");
    for (from, to) in [
        ("\"format\": 2", "\"format\": 3"),
        ("\"smallest_count_of_interest\": 20", "\"smallest_count_of_interest\": 21"),
        ("\"cells\": 6", "\"cells\": 7"),
        ("\"synthetic\"", "\"synthetical\""),
    ] {
        assert!(release.contains(from), "{from}");
        edit_with_sums(&path, "release.json", release.replace(from, to).as_bytes());
        refused(&path, "release.json");
    }
}

/// Edits a file and mends its hash wherever it stands, as somebody who knows the format would.
fn forge(dir: &Path, name: &str, from: &str, to: &str) {
    let text = fs::read_to_string(dir.join(name)).expect("reads");
    assert!(text.contains(from), "{from}");
    let (old, new) = (hex(&Sha256::digest(&text)), text.replace(from, to));
    let release = fs::read_to_string(dir.join("release.json")).expect("reads");
    edit_with_sums(dir, name, new.as_bytes());
    edit_with_sums(dir, "release.json", release.replace(&old, &hex(&Sha256::digest(&new))).as_bytes());
}

#[test]
fn what_people_read_must_follow_from_the_cube() {
    for (name, from, to) in [
        ("tables/years.csv", "19.75", "99.75"),
        ("README.md", "rho", "row"),
        ("CITATION.cff", "cff-version: 1", "cff-version: 9"),
        ("datapackage.json", "Persons first registered", "Persons counted exactly"),
    ] {
        let (_folder, path) = published();
        forge(&path, name, from, to);
        refused(&path, name);
    }
}

#[test]
fn drafts_that_do_not_fit_leave_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let edits: [fn(&mut Draft); 7] = [
        |draft| draft.dimensions.reverse(),
        |draft| drop(draft.estimates.pop()),
        |draft| draft.estimates[0].push(1.0),
        |draft| draft.measurements[3].truncate(5),
        |draft| drop(draft.queries.remove(0)),
        |draft| drop(draft.privacy.cohorts.pop()),
        |draft| draft.privacy.epsilon = f64::NAN,
    ];
    for (at, edit) in edits.into_iter().enumerate() {
        let mut draft = draft();
        edit(&mut draft);
        assert!(write(folder.path(), &draft, &signer()).is_err(), "edit {at}");
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0, "edit {at}");
    }
}

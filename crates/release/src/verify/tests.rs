//! A release verifies as it was written, and not after any of its numbers, files or words were changed, even by
//! somebody who puts the digests right again.

use std::fs;
use std::path::{Path, PathBuf};

use panoh_publication::{Draft, write};

use super::*;
use crate::fixture::{Home, PEOPLE, definition, draft_of, persons, planned, run, signer, silence};
use crate::publish::publish;

fn published(home: &Home) -> PathBuf {
    let plan = planned(&definition(|text| text));
    let (path, clock) = (home.published(), || home.clock());
    publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), &mut silence).unwrap().path
}

/// What somebody would write who changes a release and puts all digests right.
fn rewritten(dir: &Path, home: &Home, change: impl FnOnce(&mut Draft)) -> Result<Verified, ReleaseError> {
    let mut draft = draft_of(dir);
    change(&mut draft);
    let elsewhere = home.published().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let written = write(&elsewhere, &draft, signer()).unwrap();
    let result = verify(&written.path);
    fs::remove_dir_all(&elsewhere).unwrap();
    result
}

#[test]
fn a_release_verifies_and_says_what_it_cannot_show() {
    let home = Home::new();
    let dir = published(&home);
    let verified = verify(&dir).unwrap();
    assert_eq!(verified.tables, 2);
    assert!(verified.not_shown[0].contains("random"));
    assert_eq!(rewritten(&dir, &home, |_| ()).unwrap(), verified, "the same draft gives the same bytes");
}

#[test]
fn changed_numbers_are_caught_behind_right_digests() {
    let home = Home::new();
    let dir = published(&home);
    let caught = |change: &dyn Fn(&mut Draft), place: &str| {
        let error = rewritten(&dir, &home, change).unwrap_err().to_string();
        assert!(error.starts_with(place), "{error}");
    };
    caught(&|draft| draft.measurements[0][0] += 1, "table by_year does not hold");
    caught(&|draft| draft.measurements[1][1] -= 2, "table ");
    caught(&|draft| draft.estimates[1][2] += 0.01, "table by_destination does not hold");
    caught(&|draft| draft.privacy.epsilon *= 0.9, "epsilon does not hold");
    caught(&|draft| draft.privacy.rho = panoh_publication::Rho::new(0.4).unwrap(), "rho does not hold");
    caught(&|draft| draft.privacy.cohorts[0].rho = panoh_publication::Rho::new(0.1).unwrap(), "cohorts does not hold");
    caught(&|draft| draft.queries[1].sigma *= 1.01, "query ");
    caught(&|draft| draft.queries[2].variance *= 0.99, "query ");
    caught(&|draft| draft.dimensions[2].codes[0].code = "UZB".to_owned(), "dimension destination does not hold");
}

#[test]
fn changed_files_are_caught() {
    let home = Home::new();
    let dir = published(&home);
    let files: Vec<PathBuf> = walk(&dir);
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert!(verify(&dir).is_err(), "{} may be missing", file.display());
        let mut edited = bytes.clone();
        let middle = edited.len() / 2;
        edited[middle] ^= 1;
        fs::write(&file, edited).unwrap();
        assert!(verify(&dir).is_err(), "{} may be edited", file.display());
        fs::write(&file, bytes).unwrap();
    }
    fs::write(dir.join("added.csv"), "1").unwrap();
    assert!(verify(&dir).is_err(), "a file may be added");
    fs::remove_file(dir.join("added.csv")).unwrap();
    verify(&dir).unwrap();
}

/// The second column is worked out again as well: fractions to the last digits, whole persons to the person.
#[test]
fn a_changed_second_column_is_caught() {
    for word in ["true", "\"whole\""] {
        let home = Home::new();
        let asking = definition(|text| text.replace("rho = 0.5", &format!("rho = 0.5\nnon_negative = {word}")));
        let plan = planned(&asking);
        let (path, clock) = (home.published(), || home.clock());
        let people = persons(&plan, &PEOPLE);
        let dir = publish(&plan, &people, &mut home.ledger(), &run(&path, &clock), &mut silence).unwrap().path;
        verify(&dir).unwrap();
        let change = |draft: &mut Draft| match draft.non_negative.as_mut().map(|columns| &mut columns[1]) {
            Some(SecondColumn::Fractional(numbers)) => numbers[2] += 0.01,
            Some(SecondColumn::Whole(numbers)) => numbers[2] += 1,
            None => panic!("it was asked for"),
        };
        let error = rewritten(&dir, &home, change).unwrap_err().to_string();
        assert!(error.starts_with("table by_destination does not hold: its numbers without negative"), "{error}");
    }
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// The search for weights is part of the plan that anyone makes again; a definition that asks for something else is caught.
#[test]
fn releases_with_headlines_verify() {
    let asking = |width: &str| {
        definition(|text| {
            let text = text.replace("rho = 0.5", "rho = 0.5\nobjective = \"smallest_maximum\"");
            text.replace(
                "dimensions = [\"destination\"]",
                &format!("dimensions = [\"destination\"]\nhalf_width = {width}"),
            )
        })
    };
    let home = Home::new();
    let plan = planned(&asking("2.4"));
    let (path, clock) = (home.published(), || home.clock());
    let dir =
        publish(&plan, &persons(&plan, &PEOPLE), &mut home.ledger(), &run(&path, &clock), &mut silence).unwrap().path;
    verify(&dir).unwrap();
    let error = rewritten(&dir, &home, |draft| draft.definition = asking("2.5")).unwrap_err().to_string();
    assert!(error.starts_with("query [] does not hold"), "{error}");
}

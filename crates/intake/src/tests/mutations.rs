//! Silence is never an outcome: 10,000 cells of good files are changed in known ways, and each row must come out as it was
//! or be refused. A row that is loaded differently fails the test.
//!
//! What no program can see is not among the changes: another name, another number of a document or record, a day or an
//! age that is as likely as the right one, two cells of one kind exchanged. Everything else that people, spreadsheets and
//! converters were seen to do to a cell is.

mod changes;
pub(super) mod good;

use std::collections::{BTreeMap, HashMap};

use super::dice::Dice;
use super::fixture::{Loaded, cell, load_as};
use changes::CHANGES;
use changes::Holds::Id;
use changes::Written::Quoted;
use good::{Good, cases, trainings};

const ROWS: usize = 100;
const FILES: usize = 50;

/// One row as it is written, and what was done to it.
struct Line {
    bytes: Vec<u8>,
    done: String,
}

fn quoted(cell: &[u8]) -> Vec<u8> {
    if !cell.iter().any(|byte| b",\"\r\n".contains(byte)) {
        return cell.to_vec();
    }
    let inner = cell.iter().flat_map(|&byte| std::iter::repeat_n(byte, 1 + usize::from(byte == b'"')));
    std::iter::once(b'"').chain(inner).chain([b'"']).collect()
}

fn joined(cells: &[Vec<u8>]) -> Vec<u8> {
    cells.join(&b","[..])
}

/// Changes one cell, or the cells of the row among themselves.
fn mutated(good: &Good, number: usize, dice: &mut Dice, used: &mut BTreeMap<&'static str, usize>) -> Line {
    let row = &good.rows[number];
    let mut cells: Vec<Vec<u8>> = row.iter().map(|cell| quoted(cell.as_bytes())).collect();
    let mut done = |name: &'static str, bytes: Vec<u8>, at: usize| {
        *used.entry(name).or_default() += 1;
        Line { bytes, done: format!("{name} in {}", good.columns[at].0) }
    };
    loop {
        let at = dice.below(cells.len());
        let (_, holds) = good.columns[at];
        match dice.below(CHANGES.len() + 3) {
            0 => {
                cells.insert(at, b"x".to_vec());
                return done("extra cell", joined(&cells), at);
            }
            1 => {
                cells.remove(at);
                return done("missing cell", joined(&cells), at);
            }
            2 => {
                let with = dice.below(cells.len());
                let other = good.columns[with].1;
                // Two columns of words may share words, as those of countries do.
                let visible = other != holds && ![holds, other].contains(&Id);
                if visible {
                    cells.swap(at, with);
                    return done("cells exchanged", joined(&cells), at);
                }
            }
            change => {
                let (name, written, change) = CHANGES[change - 3];
                if let Some(new) = change(dice, holds, &row[at]) {
                    cells[at] = if written == Quoted { quoted(&new) } else { new };
                    return done(name, joined(&cells), at);
                }
            }
        }
    }
}

/// Each loaded row by its record: all its columns, and whom it is about.
fn rows(loaded: &Loaded) -> HashMap<String, String> {
    let mut rows = HashMap::new();
    let mut people = loaded.people.iter();
    for batch in &loaded.batches {
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let cells: Vec<_> = schema.fields().iter().map(|field| cell(batch, field.name(), row)).collect();
            // Link keys show only their rules when printed, so the whole value goes in by its bytes in memory order.
            let person = people.next().map(|sealed| format!("{:?} {}", sealed.identity, sealed.cohort));
            rows.insert(cell(batch, "record", row), format!("{cells:?} {person:?}"));
        }
    }
    rows
}

fn check(good: &Good, seed: u64) {
    let header: Vec<Vec<u8>> = good.columns.iter().map(|(name, _)| name.as_bytes().to_vec()).collect();
    let file = |lines: &[Vec<u8>]| [&joined(&header)[..], b"\n", &lines.join(&b"\n"[..]), b"\n"].concat();
    let plain: Vec<Vec<u8>> = good
        .rows
        .iter()
        .map(|row| joined(&row.iter().map(|cell| quoted(cell.as_bytes())).collect::<Vec<_>>()))
        .collect();
    let expected = load_as(file(&plain), &good.source).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(expected.shown("record").len(), ROWS, "the good file is good: {:?}", expected.rejections);
    let sealed: HashMap<String, &crate::Sealed> = keys(&expected).into_iter().zip(&expected.people).collect();
    let expected_rows = rows(&expected);
    let (mut dice, mut used, mut wrong) = (Dice(seed), BTreeMap::new(), Vec::new());
    let mut kept = 0;
    for _ in 0..FILES {
        let lines: Vec<Line> = (0..ROWS).map(|number| mutated(good, number, &mut dice, &mut used)).collect();
        let bytes: Vec<Vec<u8>> = lines.iter().map(|line| line.bytes.clone()).collect();
        let loaded = load_as(file(&bytes), &good.source).unwrap_or_else(|error| panic!("{error}"));
        let people: HashMap<String, &crate::Sealed> = keys(&loaded).into_iter().zip(&loaded.people).collect();
        let all: Vec<&str> = lines.iter().map(|line| line.done.as_str()).collect();
        let found = rows(&loaded);
        kept += found.len();
        for (record, row) in &found {
            let same = expected_rows.get(record) == Some(row) && people.get(record) == sealed.get(record);
            if !same {
                let number = keys(&expected).iter().position(|known| known == record);
                let what = number.map_or_else(
                    || format!("a record that was not there, one of {all:?}"),
                    |at| lines[at].done.clone(),
                );
                wrong.push(format!("{what}: {:?} became {row}", expected_rows.get(record)));
            }
        }
        assert_eq!(loaded.rows_read - loaded.rows_refused, found.len() as u64);
        assert_eq!((loaded.tally.empty_rows, loaded.tally.total_rows), (0, 0), "no row is left out");
    }
    assert!(wrong.is_empty(), "{} rows were loaded wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(kept > ROWS * FILES / 10, "mends are tried too: {kept} rows came out as they were");
    assert!(used.values().sum::<usize>() == ROWS * FILES);
    let rare: Vec<_> = CHANGES
        .iter()
        .filter(|(name, ..)| used.get(name).is_none_or(|&times| times < 3))
        .map(|change| change.0)
        .collect();
    assert!(rare.len() < CHANGES.len() / 4, "changes that were hardly tried: {rare:?}");
}

fn keys(loaded: &Loaded) -> Vec<String> {
    let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    rows.map(|(batch, row)| cell(batch, "record", row)).collect()
}

#[test]
fn five_thousand_changed_cells_of_cases_come_out_right_or_not_at_all() {
    check(&cases(), 11);
}

#[test]
fn five_thousand_changed_cells_of_trainings_come_out_right_or_not_at_all() {
    check(&trainings(), 13);
}

#[test]
#[ignore = "the same with other seeds, for whoever changes a rule"]
fn two_hundred_thousand_changed_cells_come_out_right_or_not_at_all() {
    for seed in 100..120 {
        check(&cases(), seed);
        check(&trainings(), seed);
    }
}

#[test]
fn every_change_is_tried_on_some_cell() {
    let (mut dice, mut used) = (Dice(17), BTreeMap::new());
    for good in [cases(), trainings()] {
        for round in 0..20_000 {
            mutated(&good, round % ROWS, &mut dice, &mut used);
        }
    }
    for (name, ..) in CHANGES {
        assert!(used.get(name).is_some_and(|&times| times >= 5), "{name}: {:?}", used.get(name));
    }
    assert_eq!(used.len(), CHANGES.len() + 3);
}

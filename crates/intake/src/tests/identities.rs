//! Who a row is about: what links two rows, what does not, and what stands in for a person whom nothing identifies.

use super::fixture::{Loaded, cell, load};
use crate::SealedIdentity;

fn people(csv: &str) -> Loaded {
    let loaded = load(csv).expect("the header fits");
    assert!(loaded.rejections.is_empty(), "{:?}", loaded.rejections);
    loaded
}

fn records(loaded: &Loaded) -> Vec<String> {
    let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    rows.map(|(batch, row)| cell(batch, "record", row)).collect()
}

#[test]
fn the_same_person_has_the_same_keys_in_any_spelling_of_the_row() {
    let loaded = people(
        "name,born,sex,notes\n\
         Шарипов Далер,02.05.1990,м,a\n\
         Далер Шарипов, 2.5.1990 ,man,b\n\
         Шарипов Далер,02.05.1990,ж,c\n\
         Шарипов Далер,03.05.1990,м,d\n",
    );
    let keys: Vec<_> = loaded.people.iter().map(|sealed| &sealed.identity).collect();
    assert!(matches!(keys[0], SealedIdentity::Linked(_)));
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2], "another sex is another person");
    assert_ne!(keys[0], keys[3], "another birth date is another person");
}

#[test]
fn names_come_from_several_columns() {
    let together = people("name,born\nШарипов Далер,02.05.1990\n");
    let apart = people("given,family,born\nДалер,Шарипов,02.05.1990\n");
    assert_eq!(together.people[0].identity, apart.people[0].identity);
}

#[test]
fn absent_identities_link_nothing() {
    let loaded = people("name,passport,born\n?,-,02.05.1990\n,,02.05.1990\n?,-,02.05.1990\n");
    for sealed in &loaded.people {
        assert!(matches!(sealed.identity, SealedIdentity::Unlinked(_)));
    }
    assert_ne!(loaded.people[0].identity, loaded.people[2].identity, "equal rows are different people");
}

#[test]
fn a_document_alone_links() {
    let loaded = people("passport\nA4071536\na 4071536\nB4071536\n");
    assert_eq!(loaded.people[0].identity, loaded.people[1].identity);
    assert_ne!(loaded.people[0].identity, loaded.people[2].identity);
}

#[test]
fn a_record_is_one_row_even_when_the_senders_number_repeats() {
    let loaded = people("case,year\nK-1,2018\nK-2,2018\n K-1 ,2018\n,2018\n-,2018\n4,2018\n");
    let records = records(&loaded);
    let mut persons: Vec<_> = loaded.people.iter().map(|sealed| format!("{:?}", sealed.identity)).collect();
    persons.sort();
    persons.dedup();
    assert_eq!(persons.len(), 6, "a family under one case number is not one person");
    let mut distinct = records.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 6, "{records:?}");
    assert!(records.iter().all(|record| record.len() == 32 && record.bytes().all(|byte| byte.is_ascii_hexdigit())));
}

#[test]
fn the_same_file_gives_the_same_pseudonyms_and_another_file_others() {
    let (one, again) = (people("year\n2018\n2018\n"), people("year\n2018\n2018\n"));
    assert_eq!((records(&one), &one.people), (records(&again), &again.people));
    let other = people("year\n2018\n2018\n2019\n");
    assert_ne!(records(&one)[0], records(&other)[0]);
}

#[test]
fn the_cohort_is_the_year_of_registration() {
    let loaded = people("year\n2018\n-\n");
    let cohorts: Vec<_> = loaded.people.iter().map(|sealed| sealed.cohort.to_string()).collect();
    assert_eq!(cohorts, ["2018", "no_year"]);
}

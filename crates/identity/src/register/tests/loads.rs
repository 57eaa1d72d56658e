//! How a load ends: dropped, staged, settled, taken back.

use super::*;

#[test]
fn a_load_that_is_dropped_leaves_nothing() {
    let place = Place::new();
    let mut register = place.open();
    let keys = place.document("A4071536");
    let mut dropped = register.begin("load:1", &place.sealer).expect("a load");
    let first = dropped.resolve(&keys, RECORD, "2018".into()).expect("resolved");
    drop(dropped);
    assert_eq!(register.persons().expect("a count"), 0);
    assert!(register.pending().expect("a list").is_empty());
    let again = place.load(&mut register, "load:1", &[(&keys, "2018")]);
    assert_eq!(again, [first], "the same pseudonym the second time");
}

#[test]
fn a_staged_load_survives_until_it_is_settled() {
    let place = Place::new();
    let (kept, new) = (place.document("A4071536"), place.document("B5903817"));
    let mut register = place.open();
    place.load(&mut register, "load:1", &[(&kept, "2018")]);
    let mut staged = register.begin("load:2", &place.sealer).expect("a load");
    // A key of its own for the known person, and a new person.
    staged.resolve(&place.person(Some("A4071536"), 1985), RECORD, "2019".into()).expect("resolved");
    staged.resolve(&new, RECORD, "2019".into()).expect("resolved");
    staged.stage().expect("staged");
    drop(register);

    let mut register = place.open();
    assert_eq!(register.pending().expect("a list"), ["load:2"]);
    assert!(matches!(register.begin("load:3", &place.sealer).expect_err("refused"), IdentityError::PendingLoad));
    assert_eq!(register.persons().expect("a count"), 2);
    register.settle("load:2", false).expect("taken back");
    assert!(register.pending().expect("a list").is_empty());
    assert_eq!(register.persons().expect("a count"), 1);
    let name_only = place.load(&mut register, "load:3", &[(&place.person(None, 1985), "2020")]);
    assert_eq!(name_only[0].how, How::New, "the key that the load brought went with it");
}

#[test]
fn only_a_pending_load_can_be_settled() {
    let place = Place::new();
    let mut register = place.open();
    place.load(&mut register, "load:1", &[(&place.document("A4071536"), "2018")]);
    for (id, kept) in [("load:1", true), ("load:1", false), ("load:9", false)] {
        assert!(matches!(register.settle(id, kept).expect_err("refused"), IdentityError::UnknownLoad));
    }
    assert_eq!(register.persons().expect("a count"), 1);
}

#[test]
fn a_load_that_was_done_may_be_staged_and_taken_back_again() {
    // After a backup of the warehouse was put back, the register knows a load that the warehouse does not.
    let place = Place::new();
    let mut register = place.open();
    let keys = place.document("A4071536");
    place.load(&mut register, "load:1", &[(&keys, "2018")]);
    let mut again = register.begin("load:1", &place.sealer).expect("a load");
    assert_eq!(again.resolve(&keys, RECORD, "2018".into()).expect("resolved").how, How::Known(LinkRule::Document));
    again.stage().expect("staged");
    register.settle("load:1", false).expect("taken back");
    assert_eq!(register.persons().expect("a count"), 1, "the first attempt's person stays");
}

#[test]
fn a_load_decides_the_cohorts_of_those_whom_it_made_known() {
    let place = Place::new();
    let mut register = place.open();
    let (known, new) = (place.document("A4071536"), place.document("B5903817"));
    place.load(&mut register, "load:1", &[(&known, "2018")]);
    let mut load = register.begin("load:2", &place.sealer).expect("a load");
    let resolved =
        |load: &mut RegisterLoad<'_>, keys, cohort: &str| load.resolve(keys, RECORD, cohort.into()).expect("resolved");
    let before = resolved(&mut load, &known, "2016").number.expect("a number");
    let number = resolved(&mut load, &new, "2019").number.expect("a number");
    assert_eq!(resolved(&mut load, &new, "2017").number, Some(number));
    assert_eq!([before, number].map(|number| load.is_new(number)), [false, true]);
    let decided = load.stage().expect("staged");
    assert_eq!(
        [0, before, number, number + 1].map(|number| decided.cohort(number)),
        [None, None, Some("2017".into()), None]
    );
    assert_eq!(Decided::default().cohort(number), None);
}

#[test]
fn a_load_of_more_persons_than_there_are_numbers_is_refused_and_leaves_nothing() {
    let place = Place::new();
    let mut register = place.open();
    let [first, second, third] = ["A4071536", "B5903817", "C1112223"].map(|number| place.document(number));
    place.load(&mut register, "load:1", &[(&first, "2018")]);
    register.most = 2;
    let mut load = register.begin("load:2", &place.sealer).expect("a load");
    for keys in [&second, &first] {
        load.resolve(keys, RECORD, "2019".into()).expect("resolved");
    }
    let refused = load.resolve(&third, RECORD, "2019".into()).expect_err("refused");
    assert!(matches!(refused, IdentityError::RegisterFull { most: 2 }), "{refused}");
    drop(load);
    assert_eq!(register.persons().expect("a count"), 1);
    // As many as there are numbers can be loaded, and whom the register knows it still finds.
    place.load(&mut register, "load:3", &[(&second, "2019"), (&first, "2019")]);
    register.most = 1;
    let mut load = register.begin("load:4", &place.sealer).expect("a load");
    assert!(matches!(load.resolve(&first, RECORD, "2019".into()), Err(IdentityError::RegisterFull { most: 1, .. })));
}

#[test]
fn a_load_that_can_put_nothing_aside_is_refused_and_leaves_nothing() {
    let place = Place::new();
    let mut register = place.open();
    let folder = place.folder.path().join("gone");
    register.folder.clone_from(&folder);
    let mut load = register.begin("load:1", &place.sealer).expect("a load");
    let refused = load.resolve(&place.document("A4071536"), RECORD, "2018".into()).expect_err("refused");
    assert!(matches!(&refused, IdentityError::RegisterAside { folder: named, .. } if *named == folder), "{refused}");
    drop(load);
    assert_eq!(register.persons().expect("a count"), 0);
}

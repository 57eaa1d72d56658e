//! The register's promises: linking by fixed rules, cohorts for ever, and loads that are there wholly or not at all.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::key::MasterKey;
use crate::seal::{Identity, Sealer};

const NAMES: &[&str] = &["Раҳмонов", "Ҷамшед"];

struct Place {
    folder: tempfile::TempDir,
    sealer: Sealer,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().expect("a folder"), sealer: MasterKey::of_bytes([9; 32]).sealer() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("identity.sqlite")
    }

    /// The register, made when there is none yet.
    fn open(&self) -> Register {
        let path = self.path();
        if path.exists() { Register::open(&path) } else { Register::create(&path) }.expect("a register")
    }

    fn document(&self, number: &str) -> LinkKeys {
        self.sealer.seal(&Identity { document: Some(number), ..Identity::default() })
    }

    /// A person whose name key follows from the birth year; with a document number when there is one.
    fn person(&self, document: Option<&str>, year: i16) -> LinkKeys {
        self.sealer.seal(&Identity { document, names: NAMES, birth_date: Some((year, 1, 2)), sex: None })
    }
}

/// Loads rows wholly and gives what each came to.
fn load(register: &mut Register, id: &str, rows: &[(&LinkKeys, &str)]) -> Vec<Resolved> {
    let mut load = register.begin(id).expect("a load");
    let resolved = rows.iter().map(|(keys, cohort)| load.resolve(keys, cohort).expect("resolved")).collect();
    load.stage().expect("staged");
    register.settle(id, true).expect("settled");
    resolved
}

#[test]
fn a_person_keeps_pseudonym_and_cohort_over_rows_loads_and_openings() {
    let place = Place::new();
    let keys = place.document("A1234567");
    let rows = load(&mut place.open(), "load:1", &[(&keys, "2018"), (&keys, "2019")]);
    assert_eq!(rows[0].how, How::New);
    assert_eq!(rows[1], Resolved { how: How::Known(LinkRule::Document), ..rows[0].clone() });
    assert_eq!(rows[0].cohort, "2018");
    let mut again = place.open();
    assert_eq!(load(&mut again, "load:2", &[(&keys, "no_year")]), [rows[1].clone()]);
    assert_eq!(again.persons().expect("a count"), 1);
}

/// Resolves rows of one person in a load of their own and gives the cohort that `known` tells before and after staging.
fn founded(room: usize, cohorts: &[&str]) -> String {
    let place = Place::new();
    let (keys, other) = (place.person(Some("A1234567"), 1985), place.document("B7654321"));
    let mut register = place.open();
    let mut load = register.begin("load:1").expect("a load");
    load.room = room;
    assert_eq!(load.known(&keys).expect("looked up"), None);
    let mut person = None;
    for cohort in cohorts {
        let resolved = load.resolve(&keys, cohort).expect("resolved");
        assert_eq!(*person.get_or_insert(resolved.person), resolved.person);
        load.resolve(&other, "2001").expect("resolved");
    }
    let (known, cohort) = load.known(&keys).expect("looked up").expect("known");
    assert_eq!(Some(known), person);
    load.stage().expect("staged");
    register.settle("load:1", true).expect("settled");
    let mut later = register.begin("load:2").expect("a load");
    let kept = later.resolve(&keys, "1999").expect("resolved");
    assert_eq!((kept.person, &kept.cohort), (known, &cohort), "a later load moves nobody");
    assert_eq!(later.known(&keys).expect("looked up"), Some((known, cohort.clone())));
    cohort
}

#[test]
fn the_founding_load_decides_on_its_earliest_year_and_no_later_load_does() {
    // With room for one key everything is in SQLite at once; with plenty of it, nothing before staging.
    for room in [1, FRESH_KEYS] {
        assert_eq!(founded(room, &["2019", "2016"]), "2016");
        assert_eq!(founded(room, &["2016", "2019", "no_year"]), "2016");
        assert_eq!(founded(room, &["no_year", "2019"]), "2019");
        assert_eq!(founded(room, &["2020", "2018", "2019"]), "2018");
        assert_eq!(founded(room, &["no_year", "no_year"]), "no_year");
    }
}

#[test]
fn a_person_founded_without_a_year_stays_without_one() {
    let place = Place::new();
    let mut register = place.open();
    let keys = place.document("A1234567");
    load(&mut register, "load:1", &[(&keys, "no_year")]);
    assert_eq!(load(&mut register, "load:2", &[(&keys, "2018")])[0].cohort, "no_year");
}

#[test]
fn known_tells_the_person_that_resolve_decided_for() {
    let place = Place::new();
    let mut register = place.open();
    let (by_document, by_name) = (place.document("A1234567"), place.person(None, 1985));
    let (both, renewed) = (place.person(Some("A1234567"), 1985), place.person(Some("B7654321"), 1985));
    let mut load = register.begin("load:1").expect("a load");
    for keys in [&by_document, &by_name, &both, &renewed] {
        let resolved = load.resolve(keys, "2018").expect("resolved");
        assert_eq!(load.known(keys).expect("looked up"), Some((resolved.person, "2018".to_owned())));
    }
}

#[test]
fn a_register_is_made_once_and_never_in_place_of_a_lost_one() {
    let place = Place::new();
    let path = place.path();
    let missing = Register::open(&path).expect_err("refused");
    assert!(matches!(missing, IdentityError::RegisterMissing { .. }), "{missing}");
    assert!(missing.to_string().contains("identity.sqlite") && missing.to_string().contains("backup"));
    assert!(!path.exists(), "nothing was made");
    let mut register = Register::create(&path).expect("made");
    load(&mut register, "load:1", &[(&place.document("A1234567"), "2018")]);
    drop(register);
    assert!(matches!(Register::create(&path).expect_err("refused"), IdentityError::RegisterExists { .. }));
    assert_eq!(Register::open(&path).expect("there").persons().expect("a count"), 1);
    // A file that lost its content is no register either.
    std::fs::write(&path, "").expect("emptied");
    for beside in ["identity.sqlite-wal", "identity.sqlite-shm"] {
        let _ = std::fs::remove_file(place.folder.path().join(beside));
    }
    assert!(matches!(Register::open(&path).expect_err("refused"), IdentityError::RegisterVersion { found: 0, .. }));
}

#[test]
fn new_keys_are_added_to_a_known_person() {
    let place = Place::new();
    let mut register = place.open();
    let both = place.person(Some("A1234567"), 1985);
    let rows = load(
        &mut register,
        "load:1",
        &[(&place.document("A1234567"), "2018"), (&both, "2018"), (&place.person(None, 1985), "2018")],
    );
    assert_eq!(
        rows.iter().map(|row| row.how).collect::<Vec<_>>(),
        [How::New, How::Known(LinkRule::Document), How::Known(LinkRule::NameBirthSex)]
    );
    assert!(rows.iter().all(|row| row.person == rows[0].person));
    // A renewed passport: the name links, and the new number then links alone.
    let rows2 = load(
        &mut register,
        "load:2",
        &[(&place.person(Some("B7654321"), 1985), "2020"), (&place.document("B7654321"), "2021")],
    );
    assert!(rows2.iter().all(|row| row.person == rows[0].person && row.cohort == "2018"));
    assert_eq!(register.persons().expect("a count"), 1);
}

#[test]
fn keys_of_two_persons_merge_nothing_and_the_document_decides() {
    let place = Place::new();
    let mut register = place.open();
    let (by_document, by_name) = (place.document("A1234567"), place.person(None, 1985));
    let rows = load(&mut register, "load:1", &[(&by_document, "2018"), (&by_name, "2019")]);
    assert_ne!(rows[0].person, rows[1].person);
    let both = place.person(Some("A1234567"), 1985);
    let meeting = load(&mut register, "load:2", &[(&both, "2020")]);
    assert_eq!(meeting, [Resolved { how: How::Ambiguous(LinkRule::Document), ..rows[0].clone() }]);
    let after = load(&mut register, "load:3", &[(&by_name, "2021")]);
    assert_eq!(after[0].person, rows[1].person, "the second person is still a person");
    assert_eq!(register.persons().expect("a count"), 2);
}

#[test]
fn a_load_that_is_dropped_leaves_nothing() {
    let place = Place::new();
    let mut register = place.open();
    let keys = place.document("A1234567");
    let mut dropped = register.begin("load:1").expect("a load");
    let first = dropped.resolve(&keys, "2018").expect("resolved");
    drop(dropped);
    assert_eq!(register.persons().expect("a count"), 0);
    assert!(register.pending().expect("a list").is_empty());
    let again = load(&mut register, "load:1", &[(&keys, "2018")]);
    assert_eq!(again, [first], "the same pseudonym the second time");
}

#[test]
fn a_staged_load_survives_until_it_is_settled() {
    let place = Place::new();
    let (kept, new) = (place.document("A1234567"), place.document("B7654321"));
    let mut register = place.open();
    load(&mut register, "load:1", &[(&kept, "2018")]);
    let mut staged = register.begin("load:2").expect("a load");
    // A key of its own for the known person, and a new person.
    staged.resolve(&place.person(Some("A1234567"), 1985), "2019").expect("resolved");
    staged.resolve(&new, "2019").expect("resolved");
    staged.stage().expect("staged");
    drop(register);

    let mut register = place.open();
    assert_eq!(register.pending().expect("a list"), ["load:2"]);
    assert!(matches!(register.begin("load:3").expect_err("refused"), IdentityError::PendingLoad));
    assert_eq!(register.persons().expect("a count"), 2);
    register.settle("load:2", false).expect("taken back");
    assert!(register.pending().expect("a list").is_empty());
    assert_eq!(register.persons().expect("a count"), 1);
    let name_only = load(&mut register, "load:3", &[(&place.person(None, 1985), "2020")]);
    assert_eq!(name_only[0].how, How::New, "the key that the load brought went with it");
}

#[test]
fn only_a_pending_load_can_be_settled() {
    let place = Place::new();
    let mut register = place.open();
    load(&mut register, "load:1", &[(&place.document("A1234567"), "2018")]);
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
    let keys = place.document("A1234567");
    load(&mut register, "load:1", &[(&keys, "2018")]);
    let mut again = register.begin("load:1").expect("a load");
    assert_eq!(again.resolve(&keys, "2018").expect("resolved").how, How::Known(LinkRule::Document));
    again.stage().expect("staged");
    register.settle("load:1", false).expect("taken back");
    assert_eq!(register.persons().expect("a count"), 1, "the first attempt's person stays");
}

#[test]
fn the_file_is_for_its_owner_and_of_this_layout() {
    let place = Place::new();
    let path = place.path();
    drop(place.open());
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    Connection::open(&path).expect("open").pragma_update(None, "user_version", LAYOUT + 1).expect("changed");
    let refused = Register::open(&path).expect_err("refused");
    assert!(matches!(refused, IdentityError::RegisterVersion { found: 2, expected: 1, .. }), "{refused}");
    Connection::open(&path).expect("open").pragma_update(None, "user_version", LAYOUT).expect("changed");
    drop(place.open());
    Connection::open(&path).expect("open").pragma_update(None, "application_id", 7).expect("changed");
    assert!(matches!(Register::open(&path).expect_err("refused"), IdentityError::RegisterVersion { .. }));
    std::fs::write(&path, "a text and no database, long enough to be looked at").expect("written");
    assert!(matches!(Register::open(&path).expect_err("refused"), IdentityError::Register { .. }));
}

#[test]
fn a_commit_is_durable_and_the_file_holds_no_identity() {
    let place = Place::new();
    let mut register = place.open();
    load(&mut register, "load:1", &[(&place.person(Some("A1234567"), 1985), "2018")]);
    let setting =
        |name| register.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect("a setting");
    assert_eq!(setting("synchronous"), 2, "2 is FULL");
    drop(register);
    for file in std::fs::read_dir(place.folder.path()).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("bytes");
        for planted in ["A1234567", "Раҳмонов", "рахмонов", "rahman", "JamSid", "1985"] {
            let found = bytes.windows(planted.len()).any(|window| window.eq_ignore_ascii_case(planted.as_bytes()));
            assert!(!found, "{planted} is in the register");
        }
        // The scan would find what is there.
        let control = bytes.windows(4).any(|window| window == b"load");
        assert!(control || bytes.is_empty());
    }
}

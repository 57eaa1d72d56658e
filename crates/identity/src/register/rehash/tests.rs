//! A register that was put under one key more is the register that would have come about under both keys from the start,
//! and nothing of the old one is left in it.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::*;
use crate::key::MasterKey;
use crate::pseudonym::Pseudonym;
use crate::register::packed::digest_at;
use crate::register::{Alias, How, LogEvent, LogLine, Meant};
use crate::seal::{BirthDate, Identity, LinkKeys, Population, Sealer, Sex};

const COHORTS: [&str; 4] = ["2018", "2019", "2019", "no_year"];
const NAMES: [&str; 6] = ["Раҳмонов", "Назаров", "Каримов", "Шарипов", "Саидов", "Юсупов"];
const GIVEN: [&str; 5] = ["Ҷамшед", "Фирӯз", "Далер", "Сухроб", "Парвиз"];

/// Number `person` of the simulated persons: all have a document, two of three a name and a birth date too.
fn identity(person: usize, document: &str, has_document: bool) -> Identity<'_> {
    let is_named = !person.is_multiple_of(3) || !has_document;
    let birth = BirthDate {
        year: 1960 + (person / 30 % 45) as i16,
        month: Some((person % 11 + 2) as u8),
        day: Some((person / 12 % 28 + 1) as u8),
    };
    Identity {
        document: has_document.then_some(document),
        given_name: is_named.then_some(GIVEN[person % GIVEN.len()]),
        family_name: is_named.then_some(NAMES[person / 5 % NAMES.len()]),
        birth: is_named.then_some(birth),
        sex: is_named.then_some(Sex::Male),
        ..Identity::default()
    }
}

fn document(person: usize) -> String {
    format!("A{:07}", 1_300_457 + person * 7919)
}

fn keys(sealer: &Sealer, person: usize, has_document: bool) -> LinkKeys {
    sealer.seal(&identity(person, &document(person), has_document), Population::Victims)
}

struct Home {
    folder: tempfile::TempDir,
    sealer: Sealer,
}

impl Home {
    fn new(key: &MasterKey) -> Home {
        let home = Home { folder: tempfile::tempdir().expect("a folder"), sealer: key.sealer() };
        Register::create(&home.path(), &key.id()).expect("a register");
        home
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("identity.sqlite")
    }

    fn open(&self) -> Register {
        Register::open(&self.path()).expect("a register")
    }

    fn load_id(&self, file: &str) -> String {
        let mut digester = self.sealer.digester();
        digester.update(file.as_bytes());
        digester.finish().load_id()
    }

    fn load(&self, file: &str, rows: &[(LinkKeys, &str)]) -> Vec<How> {
        let (mut register, id) = (self.open(), self.load_id(file));
        let mut load = register.begin(&id, &self.sealer).expect("a load");
        let mut resolve = |(at, (keys, cohort)): (usize, &(LinkKeys, &str))| {
            let record = self.sealer.stable_record(file, &at.to_string());
            let resolved = load.resolve(keys, record, (*cohort).into()).expect("resolved");
            load.note(record, resolved.person).expect("noted");
            resolved.how
        };
        let resolved = rows.iter().enumerate().map(&mut resolve).collect();
        load.stage().expect("staged");
        register.settle(&id, true).expect("settled");
        resolved
    }

    /// Whom nothing links, in a file of this name.
    fn stranger(&self, file: &str) -> Pseudonym {
        let mut digester = self.sealer.digester();
        digester.update(file.as_bytes());
        self.sealer.unlinked(file, "a row", &digester.finish())
    }

    /// Persons known by documents, persons known by names who turn out to be some of the first, one of these findings
    /// taken back, and three persons erased: one by a document, one by a record id, one whom nothing links.
    fn fill(&self, persons: usize) {
        let row = |person: usize, has_document| (keys(&self.sealer, person, has_document), COHORTS[person % 4]);
        self.load("first", &(0..persons).map(|person| row(person, true)).collect::<Vec<_>>());
        self.load("second", &(0..9).map(|person| row(person * 3, false)).collect::<Vec<_>>());
        let both = |person: usize| {
            let document = document(person);
            let named = Identity { document: Some(&document), ..identity(person, "", false) };
            (self.sealer.seal(&named, Population::Victims), "2020")
        };
        let how = self.load("third", &(0..9).map(|person| both(person * 3)).collect::<Vec<_>>());
        assert!(how.iter().any(|how| matches!(how, How::Merged(_))), "{how:?}");
        let mut register = self.open();
        // The pair that the log names first, whatever its pseudonyms.
        let first = register.log().expect("the log")[0].clone();
        let aliases = register.aliases().expect("aliases").into_iter().map(|alias| alias.alias);
        let alias = aliases.into_iter().find(|alias| [first.one, first.other].contains(alias)).expect("an alias");
        register.unlink(alias).expect("unlinked");
        let erased = register.erase(&Meant::by(&keys(&self.sealer, 4, true)), &self.sealer).expect("erased");
        assert_eq!(erased.persons.len(), 1);
        let record = self.sealer.stable_record("first", "7");
        let meant = Meant { records: vec![record], named: vec![self.stranger("fifth")], ..Meant::default() };
        let erased = register.erase(&meant, &self.sealer).expect("erased");
        assert_eq!((erased.persons.len(), register.erasures().expect("a count")), (1, 2));
    }

    /// Every byte of the register's files.
    fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).expect("a folder");
        files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("bytes")).collect()
    }
}

/// All digests of a register: of persons, entries and erased persons.
fn digests(register: &Register) -> HashSet<[u8; 16]> {
    let mut digests = HashSet::new();
    let connection = &register.connection;
    let mut statement = connection.prepare(include_str!("../../../sql/list_tombstones.sql")).expect("a statement");
    let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0)).expect("rows");
    digests.extend(rows.map(|row| row.expect("a row")));
    for table in packed::ALL {
        let all = |entry: &[u8]| digests.extend(table.digests.iter().map(|place| digest_at(entry, *place)));
        packed::each(connection, table, all).expect("entries");
    }
    digests.remove(&[0; 16]);
    digests
}

/// How many of these digests stand anywhere in the bytes.
fn found(digests: &HashSet<[u8; 16]>, bytes: &[u8]) -> usize {
    let windows = bytes.windows(16).filter_map(|window| digests.get(window));
    windows.collect::<HashSet<_>>().len()
}

/// Everything that a register tells: who is meant by whom, who is one, who said so, and how many there are.
#[derive(PartialEq, Debug)]
struct Told {
    meant: Vec<Vec<Pseudonym>>,
    aliases: Vec<Alias>,
    log: Vec<LogLine>,
    persons: u64,
}

fn told(home: &Home, persons: usize) -> Told {
    let register = home.open();
    let of = |person| {
        let mut meant = register.of(&Meant::by(&keys(&home.sealer, person, true))).expect("looked up");
        meant.sort_unstable();
        meant
    };
    let (aliases, log) = (register.aliases().expect("aliases"), register.log().expect("the log"));
    assert!(log.iter().any(|line| line.what == LogEvent::Unlinked));
    let persons_known = register.persons().expect("a count");
    Told { meant: (0..persons).map(of).collect(), aliases, log, persons: persons_known }
}

const PERSONS: usize = 200;

#[test]
fn a_rehashed_register_is_the_one_that_both_keys_would_have_made() {
    let (one, both) = (MasterKey::of_chain(&[[1; 32]], Some([2; 32])), MasterKey::of_chain(&[[1; 32], [2; 32]], None));
    let (mut home, other) = (Home::new(&one), Home::new(&both));
    home.fill(PERSONS);
    other.fill(PERSONS);
    home.open().rehash(&one.rotation().expect("a next key")).expect("rehashed");
    home.sealer = both.sealer();
    assert_eq!(home.open().key_id().expect("an id"), both.id());
    assert_eq!(told(&home, PERSONS), told(&other, PERSONS));
    assert_eq!(digests(&home.open()), digests(&other.open()));

    // Later loads link in the same way: known persons are known, the erased one stays out, a new one is new.
    let rows = |home: &Home| {
        let all = (0..PERSONS + 5).map(|person| (keys(&home.sealer, person, true), "2024"));
        all.collect::<Vec<_>>()
    };
    let (linked, expected) = (home.load("fourth", &rows(&home)), other.load("fourth", &rows(&other)));
    assert_eq!(linked, expected);
    let count = |wanted: How| linked.iter().filter(|how| **how == wanted).count();
    assert_eq!((count(How::Erased), count(How::New)), (2, 5));
    // A record id and a pseudonym that were erased are told again, and what carries an id is found by it.
    let mut register = home.open();
    let load = register.begin(&home.load_id("fifth"), &home.sealer).expect("a load");
    let record = |id: &str| home.sealer.stable_record("first", id);
    assert_eq!(
        [record("7"), home.stranger("fifth"), record("8")].map(|digest| load.is_erased(digest)),
        [true, true, false]
    );
    drop(load);
    let by_record = Meant { records: vec![record("8")], ..Meant::default() };
    let by_keys = Meant::by(&keys(&home.sealer, 8, true));
    let of = |meant| register.of(meant).expect("looked up");
    assert_eq!((of(&by_record), of(&by_keys).len()), (of(&by_keys), 1));
    drop(register);
    assert_eq!(told(&home, PERSONS), told(&other, PERSONS));
}

#[test]
fn no_byte_of_an_old_digest_is_left() {
    let key = MasterKey::of_chain(&[[1; 32]], Some([2; 32]));
    let home = Home::new(&key);
    home.fill(PERSONS);
    let old = digests(&home.open());
    assert!(old.len() > 2 * PERSONS);
    // The search finds what is there; a few digests lie over the border of two pages.
    let most = |digests: &HashSet<[u8; 16]>| digests.len() * 9 / 10;
    assert!(found(&old, &home.bytes()) > most(&old));
    let loads: Vec<String> = ["first", "second", "third"].iter().map(|file| home.load_id(file)).collect();
    let holds = |text: &str| home.bytes().windows(text.len()).any(|window| window == text.as_bytes());
    assert!(loads.iter().all(|load| holds(load)));

    let mut register = home.open();
    register.rehash(&key.rotation().expect("a next key")).expect("rehashed");
    // Before and after the last connection is closed.
    assert_eq!(found(&old, &home.bytes()), 0);
    let new = digests(&register);
    assert_eq!((new.len(), new.intersection(&old).count()), (old.len(), 0));
    drop(register);
    assert_eq!(found(&old, &home.bytes()), 0);
    assert!(found(&new, &home.bytes()) > most(&new));
    assert!(!loads.iter().any(|load| holds(load)) && !holds(&key.id()));
}

#[test]
fn neither_number_nor_place_tells_who_was_who() {
    let key = MasterKey::of_chain(&[[1; 32]], Some([2; 32]));
    let home = Home::new(&key);
    home.fill(PERSONS);
    let rotation = key.rotation().expect("a next key");
    let numbers = |register: &Register| {
        let mut numbers = BTreeMap::new();
        packed::each(&register.connection, &packed::PERSONS, |entry| {
            numbers.insert(digest_at(entry, 0), packed::PERSONS.person_of(entry));
        })
        .expect("entries");
        numbers
    };
    let places = |register: &Register| {
        let mut places = Vec::new();
        packed::each(&register.connection, &packed::OFFERS, |entry| places.push(digest_at(entry, 0))).expect("entries");
        places
    };
    let mut register = home.open();
    let (numbers_before, places_before) = (numbers(&register), places(&register));
    register.rehash(&rotation).expect("rehashed");
    let (numbers_after, places_after) = (numbers(&register), places(&register));
    let same_number = |(old, number): (&[u8; 16], &u32)| numbers_after[&rotation.pseudonym(*old)] == *number;
    let stayed = numbers_before.iter().filter(|person| same_number((person.0, person.1))).count();
    assert!(stayed < PERSONS / 10, "{stayed} of {PERSONS} kept their number");
    let same_place = places_before.iter().zip(&places_after).filter(|(old, new)| rotation.pseudonym(**old) == **new);
    let stayed = same_place.count();
    assert!(stayed < places_before.len() / 10, "{stayed} entries kept their place");
}

#[test]
fn once_more_changes_nothing_and_a_third_key_is_refused() {
    let key = MasterKey::of_chain(&[[1; 32]], Some([2; 32]));
    let rotation = key.rotation().expect("a next key");
    let home = Home::new(&key);
    home.fill(20);
    let mut register = home.open();
    register.rehash(&rotation).expect("rehashed");
    let values = digests(&register);
    register.rehash(&rotation).expect("nothing left to do");
    assert_eq!(digests(&register), values);

    let strange = MasterKey::of_chain(&[[8; 32]], Some([9; 32])).rotation().expect("a next key");
    let refused = register.rehash(&strange).expect_err("refused");
    assert!(matches!(refused, IdentityError::RegisterKey { .. }), "{refused}");
    assert_eq!(digests(&register), values);
}

#[test]
fn a_pending_load_is_settled_first() {
    let key = MasterKey::of_chain(&[[1; 32]], Some([2; 32]));
    let home = Home::new(&key);
    home.fill(20);
    let mut register = home.open();
    register.begin(&home.load_id("fifth"), &home.sealer).expect("a load").stage().expect("staged");
    let before = digests(&register);
    let refused = register.rehash(&key.rotation().expect("a next key")).expect_err("refused");
    assert!(matches!(refused, IdentityError::PendingLoad), "{refused}");
    assert_eq!((digests(&register), register.key_id().expect("an id")), (before, key.id()));
}

#[test]
fn two_rotations_follow_one_another() {
    let (first, second) =
        (MasterKey::of_chain(&[[1; 32]], Some([2; 32])), MasterKey::of_chain(&[[1; 32], [2; 32]], Some([3; 32])));
    let home = Home::new(&first);
    home.fill(20);
    let mut register = home.open();
    for key in [&first, &second] {
        register.rehash(&key.rotation().expect("a next key")).expect("rehashed");
    }
    let all = MasterKey::of_chain(&[[1; 32], [2; 32], [3; 32]], None);
    assert_eq!(register.key_id().expect("an id"), all.id());
    assert_eq!(register.of(&Meant::by(&keys(&all.sealer(), 8, true))).expect("looked up").len(), 1);
}

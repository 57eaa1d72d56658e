//! Whom an erasure takes out, and whom it must leave: those who share a number or a name with an erased person.

use super::*;

const PASSPORT: &str = "A4071536";
const CHILD: &str = "Раҳмонов Фаррух";

/// What was loaded, once more, after the register was opened anew.
fn reload(place: &Place, rows: &[(&LinkKeys, &str)]) -> Vec<How> {
    hows(&place.load(&mut place.open(), "load:again", rows))
}

#[test]
fn a_child_in_a_parents_passport_stays_when_the_parent_goes() {
    let place = Place::new();
    let (parent, child) = (place.person(Some(PASSPORT), 1985), place.named(Some(PASSPORT), CHILD, 2010));
    let number = place.document(PASSPORT);
    let rows = [(&parent, "2018"), (&child, "2018"), (&number, "2019")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    assert_eq!(hows(&loaded), [How::New, How::New, How::Ambiguous(LinkRule::Document)]);
    assert_eq!(loaded[2].person, loaded[0].person, "the number alone went to the one known first");
    let erased = place.open().erase(&Meant::by(&parent), &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.heads), (vec![loaded[0].person], 1));
    // The number alone is among what is left of the parent; the child is found by more than that.
    let known = How::Known(LinkRule::DocumentBirth);
    assert_eq!(reload(&place, &rows), [How::Erased, known, How::Erased]);
}

#[test]
fn a_parent_stays_when_the_child_goes() {
    let place = Place::new();
    let (parent, child) = (place.person(Some(PASSPORT), 1985), place.named(Some(PASSPORT), CHILD, 2010));
    let number = place.document(PASSPORT);
    let rows = [(&parent, "2018"), (&child, "2018")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    let erased = place.open().erase(&Meant::by(&child), &place.sealer).expect("erased");
    assert_eq!(erased.persons, [loaded[1].person]);
    let again = [(&child, "2018"), (&parent, "2018"), (&number, "2018")];
    let expected = [How::Erased, How::Known(LinkRule::DocumentBirth), How::Known(LinkRule::Document)];
    assert_eq!(reload(&place, &again), expected);
}

#[test]
fn a_number_alone_keeps_out_only_rows_that_say_nothing_else() {
    let place = Place::new();
    let (number, parent) = (place.document(PASSPORT), place.person(Some(PASSPORT), 1985));
    let child = place.named(Some(PASSPORT), CHILD, 2010);
    let erased = place.open().erase(&Meant::by(&number), &place.sealer).expect("erased");
    assert_eq!((erased.persons.len(), erased.heads, erased.tombstones), (0, 0, 1));
    let rows = [(&number, "2018"), (&parent, "2018"), (&child, "2018")];
    assert_eq!(reload(&place, &rows), [How::Erased, How::New, How::New]);

    // Somebody of whom nothing but the number was known is found again by it.
    let place = Place::new();
    place.load(&mut place.open(), "load:1", &[(&number, "2018")]);
    let erased = place.open().erase(&Meant::by(&number), &place.sealer).expect("erased");
    assert_eq!((erased.persons.len(), erased.heads, erased.tombstones), (1, 1, 2));
    assert_eq!(reload(&place, &rows[..2]), [How::Erased, How::Erased]);
}

#[test]
fn a_number_that_an_erased_parent_left_alone_keeps_no_child_out() {
    let place = Place::new();
    let (parent, number) = (place.person(Some(PASSPORT), 1985), place.document(PASSPORT));
    let rows = [(&parent, "2018"), (&number, "2018")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    assert_eq!(loaded[1].person, loaded[0].person);
    place.open().erase(&Meant::by(&place.person(None, 1985)), &place.sealer).expect("erased");
    assert_eq!(reload(&place, &rows), [How::Erased, How::Erased]);
    let child = place.named(Some(PASSPORT), CHILD, 2010);
    assert_eq!(hows(&place.load(&mut place.open(), "load:2", &[(&child, "2019")])), [How::New]);
}

#[test]
fn what_contradicts_itself_or_leaves_the_sex_open_erases_nobody() {
    let place = Place::new();
    let of = |document, name, year, sex| {
        let birth = Some(BirthDate { year, month: Some(2), day: Some(3) });
        place.keys(&Identity { document, full_name: Some(name), birth, sex, ..Identity::default() })
    };
    let twins = [(Sex::Female, "Карим Нигор Алиевна"), (Sex::Male, "Карим Нигор Алиевич")];
    let [sister, brother] = twins.map(|(sex, name)| of(None, name, 1980, Some(sex)));
    let orders = ["Давлатов Искандар", "Искандаров Давлат"].map(|name| of(None, name, 1990, Some(Sex::Male)));
    let mother = of(Some(PASSPORT), "Каримова Зарина", 1985, Some(Sex::Female));
    let child = of(Some(PASSPORT), "Каримов Сино", 2010, Some(Sex::Male));
    let rows = [&sister, &brother, &orders[0], &orders[1], &mother, &child].map(|keys| (keys, "2018"));
    assert_eq!(hows(&place.load(&mut place.open(), "load:1", &rows)), [How::New; 6]);
    for (unclear, why) in [
        (of(None, "Карим Нигор Алиевич", 1980, None), "a twin whose sex is not said"),
        (of(None, "Искандар Давлат", 1990, Some(Sex::Male)), "two in either order"),
        (of(Some(PASSPORT), "Каримов Сино", 1985, None), "the child's name with the mother's birth date"),
    ] {
        let refused = place.open().erase(&Meant::by(&unclear), &place.sealer);
        assert!(matches!(refused, Err(IdentityError::SeveralFit)), "{why}: {refused:?}");
    }
    assert_eq!(place.open().persons().expect("a count"), 6);
    // Their number, and a birth date that is nobody's.
    let nobody = of(Some(PASSPORT), "Назаров Рустам", 1970, None);
    assert!(place.open().of(&Meant::by(&nobody)).expect("looked up").is_empty());
    assert!(place.open().has_number_of(&nobody).expect("looked up"));
    assert!(!place.open().has_number_of(&sister).expect("looked up"));
    for clear in [&sister, &brother, &orders[1], &child] {
        let erased = place.open().erase(&Meant::by(clear), &place.sealer).expect("erased");
        assert_eq!((erased.persons.len(), erased.heads), (1, 1));
    }
}

/// The number and the name are of one record, the name and the birth date of another.
#[test]
fn what_fits_two_who_contradict_erases_nobody() {
    let place = Place::new();
    let (numbered, born) = (place.person(Some(PASSPORT), 1980), place.person(None, 1981));
    let loaded = place.load(&mut place.open(), "load:1", &[(&numbered, "2018"), (&born, "2018")]);
    assert_eq!(hows(&loaded), [How::New, How::New]);
    let both = Meant::by(&place.person(Some(PASSPORT), 1981));
    assert!(matches!(place.open().erase(&both, &place.sealer), Err(IdentityError::SeveralFit)));
    for (keys, person) in [(&born, &loaded[1]), (&numbered, &loaded[0])] {
        let erased = place.open().erase(&Meant::by(keys), &place.sealer).expect("erased");
        assert_eq!(erased.persons, [person.person]);
    }
}

#[test]
fn what_fits_several_persons_erases_nobody() {
    let place = Place::new();
    let (parent, child) = (place.person(Some(PASSPORT), 1985), place.named(Some(PASSPORT), CHILD, 2010));
    let fathers = ["Назаров Рустам Алиевич", "Назаров Рустам Каримович"].map(|name| place.named(None, name, 1990));
    let rows = [(&parent, "2018"), (&child, "2018"), (&fathers[0], "2018"), (&fathers[1], "2018")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    assert_eq!(hows(&loaded), [How::New; 4]);
    for unclear in [place.document(PASSPORT), place.named(None, "Назаров Рустам", 1990)].map(|keys| Meant::by(&keys))
    {
        assert!(matches!(place.open().of(&unclear), Err(IdentityError::SeveralFit)));
        assert!(matches!(place.open().erase(&unclear, &place.sealer), Err(IdentityError::SeveralFit)));
    }
    assert_eq!(place.open().persons().expect("a count"), 4);
    // With the father's name it is the second, and then the rest is clear.
    let erased = place.open().erase(&Meant::by(&fathers[1]), &place.sealer).expect("erased");
    assert_eq!(erased.persons, [loaded[3].person]);
    let other = place.named(None, "Назаров Рустам", 1990);
    assert_eq!(place.open().of(&Meant::by(&other)).expect("looked up"), [loaded[2].person]);
    let (birth, three) = (How::Known(LinkRule::DocumentBirth), How::Known(LinkRule::ThreeNames));
    assert_eq!(reload(&place, &rows), [birth, birth, three, How::Erased]);
}

#[test]
fn whoever_stays_is_found_by_what_an_erased_person_left_behind_first() {
    let place = Place::new();
    let two = ["Назаров Рустам Алиевич", "Назаров Рустам Каримович"].map(|name| place.named(None, name, 1990));
    let rows = [(&two[0], "2018"), (&two[1], "2018")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    let of = |keys: &LinkKeys| place.open().of(&Meant::by(keys)).expect("looked up");
    place.open().erase(&Meant::by(&two[0]), &place.sealer).expect("erased");
    assert_eq!(of(&place.named(None, "Назаров Рустам", 1990)), [loaded[1].person]);
}

#[test]
fn of_two_whose_link_was_taken_back_one_goes_and_one_stays() {
    let place = Place::new();
    let mut register = place.open();
    let (numbered, named) = (place.numbered(PASSPORT, NAME), place.person(None, 1985));
    let bridge = place.person(Some(PASSPORT), 1985);
    let rows = [(&numbered, "2017"), (&named, "2018"), (&bridge, "2018")];
    let loaded = place.load(&mut register, "load:1", &rows);
    assert_eq!(register.of(&Meant::by(&bridge)).expect("looked up").len(), 2);
    register.unlink(loaded[1].person).expect("taken back");
    assert_eq!(register.of(&Meant::by(&bridge)).expect("looked up"), [loaded[0].person]);
    let erased = register.erase(&Meant::by(&bridge), &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.heads), (vec![loaded[0].person], 1));
    drop(register);
    assert_eq!(reload(&place, &rows), [How::Erased, How::Known(LinkRule::TwoNames), How::Erased]);
}

#[test]
fn two_whom_only_the_erasure_shows_to_be_one_are_counted() {
    let place = Place::new();
    let (numbered, named) = (place.numbered(PASSPORT, NAME), place.person(None, 1985));
    let rows = [(&numbered, "2017"), (&named, "2018")];
    place.load(&mut place.open(), "load:1", &rows);
    let bridge = place.person(Some(PASSPORT), 1985);
    let erased = place.open().erase(&Meant::by(&bridge), &place.sealer).expect("erased");
    assert_eq!((erased.persons.len(), erased.heads), (2, 2));
    assert_eq!(reload(&place, &rows), [How::Erased, How::Erased]);
}

#[test]
fn a_namesake_with_another_father_stays() {
    let place = Place::new();
    let father = |document, father| {
        let birth = Some(BirthDate { year: 1985, month: Some(2), day: Some(3) });
        let (full_name, father_name) = (Some(NAME), Some(father));
        let sex = Some(Sex::Male);
        place.keys(&Identity { document, full_name, father_name, birth, sex, ..Identity::default() })
    };
    // The first person's records: one with the father's name and one without it. Then the namesake's.
    let (whole, short) = (father(Some(PASSPORT), "Карим"), place.person(Some(PASSPORT), 1985));
    let namesake = father(None, "Далер");
    let rows = [(&whole, "2018"), (&short, "2018"), (&namesake, "2018")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    assert_eq!(hows(&loaded), [How::New, How::Known(LinkRule::DocumentBirth), How::New]);
    assert_eq!(place.open().of(&Meant::by(&whole)).expect("looked up"), [loaded[0].person]);
    let erased = place.open().erase(&Meant::by(&whole), &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.heads), (vec![loaded[0].person], 1));
    assert_eq!(reload(&place, &rows), [How::Erased, How::Erased, How::Known(LinkRule::ThreeNames)]);
}

/// What a load says of a row that carries a record id and is about somebody whom nothing links.
fn left_out(place: &Place, record: Pseudonym, person: Pseudonym) -> bool {
    let mut register = place.open();
    let load = register.begin("load:again", &place.sealer).expect("a load");
    load.is_erased(record) || load.is_erased(person)
}

/// Loads rows that nothing links, each with a record id.
fn load_unlinked(place: &Place, id: &str, rows: &[(Pseudonym, Pseudonym)]) {
    let mut register = place.open();
    let mut load = register.begin(id, &place.sealer).expect("a load");
    for (record, person) in rows {
        load.note(*record, *person).expect("noted");
    }
    load.stage().expect("staged");
    register.settle(id, true).expect("settled");
}

const PERSONS: [Pseudonym; 3] = [Pseudonym([1; 16]), Pseudonym([2; 16]), Pseudonym([3; 16])];

#[test]
fn somebody_whom_nothing_links_goes_by_record_id() {
    let place = Place::new();
    let record = |id| place.sealer.stable_record("htcds", id);
    let [one, other, _] = PERSONS;
    load_unlinked(&place, "load:1", &[(record("17"), one), (record("18"), other)]);
    assert!(!left_out(&place, record("17"), one));
    let meant = Meant { records: vec![record("17")], ..Meant::default() };
    assert_eq!(place.open().of(&meant).expect("looked up"), [one]);
    let erased = place.open().erase(&meant, &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.heads, erased.tombstones), (vec![one], 1, 2));
    assert!(!place.holds(&one.0) && !place.holds(&record("17").0), "something of the person is left");
    assert!(place.holds(&other.0) && place.holds(&record("18").0), "somebody else's is not");
    // In a later export the row has another pseudonym and the same id.
    assert!(left_out(&place, record("17"), PERSONS[2]));
    assert!(!left_out(&place, record("18"), other));
    assert!(!left_out(&place, place.sealer.stable_record("ctdc", "17"), PERSONS[2]), "another source's 17");
    assert!(place.open().of(&meant).expect("looked up").is_empty());
}

#[test]
fn a_linked_person_goes_by_record_id_with_everything() {
    let place = Place::new();
    let (numbered, named) = (place.numbered(PASSPORT, NAME), place.person(None, 1985));
    let bridge = place.person(Some(PASSPORT), 1985);
    let rows = [(&numbered, "2017"), (&named, "2018"), (&bridge, "2018")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    let record = place.sealer.stable_record("htcds", "17");
    load_unlinked(&place, "load:2", &[(record, loaded[1].person)]);
    let meant = Meant { records: vec![record], ..Meant::default() };
    let erased = place.open().erase(&meant, &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.heads), (vec![loaded[0].person, loaded[1].person], 1));
    assert!(left_out(&place, record, PERSONS[0]));
    assert_eq!(reload(&place, &rows), [How::Erased; 3], "by document and names too");
}

#[test]
fn everybody_with_rows_of_one_record_goes_and_is_counted() {
    let place = Place::new();
    let record = place.sealer.stable_record("htcds", "17");
    load_unlinked(&place, "load:1", &[(record, PERSONS[0]), (record, PERSONS[1])]);
    let person = place.person(Some(PASSPORT), 1985);
    place.load(&mut place.open(), "load:2", &[(&person, "2018")]);
    let meant = Meant { records: vec![record], ..Meant::by(&person) };
    let erased = place.open().erase(&meant, &place.sealer).expect("erased");
    assert_eq!((erased.persons.len(), erased.heads, erased.cohorts.len()), (3, 3, 1));
    assert_eq!(reload(&place, &[(&person, "2018")]), [How::Erased]);
}

#[test]
fn a_pseudonym_takes_one_member_of_a_family_and_not_the_number_of_all() {
    let place = Place::new();
    let record = |id| place.sealer.stable_record("htcds", id);
    let [one, other, alone] = PERSONS;
    load_unlinked(&place, "load:1", &[(record("17"), one), (record("17"), other), (record("18"), alone)]);
    let named = |person| Meant { named: vec![person], ..Meant::default() };
    let erased = place.open().erase(&named(one), &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.tombstones), (vec![one], 1));
    assert!(left_out(&place, record("17"), one), "the same file does not bring the row back");
    assert!(!left_out(&place, record("17"), other));
    // An id that nobody shares goes with its row.
    let erased = place.open().erase(&named(alone), &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.tombstones), (vec![alone], 2));
    assert!(left_out(&place, record("18"), PERSONS[0]));
}

#[test]
fn a_linked_person_goes_by_pseudonym_before_and_after_the_rows_are_known() {
    let (place, before) = (Place::new(), Place::new());
    let person = place.person(Some(PASSPORT), 1985);
    let loaded = place.load(&mut place.open(), "load:1", &[(&person, "2018")]);
    let meant = Meant { named: vec![loaded[0].person], ..Meant::default() };
    for (place, known) in [(&place, 1), (&before, 0)] {
        let erased = place.open().erase(&meant, &place.sealer).expect("erased");
        assert_eq!((erased.persons.len(), erased.heads), (known, known as u64));
        assert_eq!(reload(place, &[(&person, "2018")]), [How::Erased]);
    }
}

#[test]
fn records_of_a_load_that_was_taken_back_go_with_it() {
    let place = Place::new();
    let record = place.sealer.stable_record("htcds", "17");
    let mut register = place.open();
    let mut load = register.begin("load:1", &place.sealer).expect("a load");
    load.note(record, PERSONS[0]).expect("noted");
    load.stage().expect("staged");
    assert!(place.holds(&record.0));
    register.settle("load:1", false).expect("taken back");
    let meant = Meant { records: vec![record], ..Meant::default() };
    assert!(register.of(&meant).expect("looked up").is_empty());
}

#[test]
fn every_erasure_is_counted() {
    let place = Place::new();
    let keys = place.person(Some(PASSPORT), 1985);
    assert_eq!(place.open().erasures().expect("a count"), 0);
    for count in 1..=11 {
        place.open().erase(&Meant::by(&keys), &place.sealer).expect("erased");
        assert_eq!(place.open().erasures().expect("a count"), count);
    }
}

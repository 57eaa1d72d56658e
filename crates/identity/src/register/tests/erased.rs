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
    assert_eq!(hows(&loaded), [How::New, How::New, How::Known(LinkRule::Document)]);
    assert_eq!(loaded[2].person, loaded[0].person, "the number alone was the parent's");
    let erased = place.open().erase(&parent, &place.sealer).expect("erased");
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
    let erased = place.open().erase(&child, &place.sealer).expect("erased");
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
    let erased = place.open().erase(&number, &place.sealer).expect("erased");
    assert_eq!((erased.persons.len(), erased.heads, erased.tombstones), (0, 0, 1));
    let rows = [(&number, "2018"), (&parent, "2018"), (&child, "2018")];
    assert_eq!(reload(&place, &rows), [How::Erased, How::New, How::New]);

    // Somebody of whom nothing but the number was known is found again by it.
    let place = Place::new();
    place.load(&mut place.open(), "load:1", &[(&number, "2018")]);
    let erased = place.open().erase(&number, &place.sealer).expect("erased");
    assert_eq!((erased.persons.len(), erased.heads, erased.tombstones), (1, 1, 2));
    assert_eq!(reload(&place, &rows[..2]), [How::Erased, How::Erased]);
}

#[test]
fn a_number_alone_erases_the_one_whom_it_means_and_not_the_family() {
    let place = Place::new();
    let (parent, child) = (place.person(Some(PASSPORT), 1985), place.named(Some(PASSPORT), CHILD, 2010));
    let rows = [(&parent, "2018"), (&child, "2018")];
    let loaded = place.load(&mut place.open(), "load:1", &rows);
    let number = place.document(PASSPORT);
    assert_eq!(place.open().of(&number).expect("looked up"), [loaded[0].person]);
    let erased = place.open().erase(&number, &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.heads), (vec![loaded[0].person], 1));
    assert_eq!(reload(&place, &rows), [How::Erased, How::Known(LinkRule::DocumentBirth)]);
}

#[test]
fn of_two_whose_link_was_taken_back_one_goes_and_one_stays() {
    let place = Place::new();
    let mut register = place.open();
    let (numbered, named) = (place.numbered(PASSPORT, NAME), place.person(None, 1985));
    let bridge = place.person(Some(PASSPORT), 1985);
    let rows = [(&numbered, "2017"), (&named, "2018"), (&bridge, "2018")];
    let loaded = place.load(&mut register, "load:1", &rows);
    assert_eq!(register.of(&bridge).expect("looked up").len(), 2);
    register.unlink(loaded[1].person).expect("taken back");
    assert_eq!(register.of(&bridge).expect("looked up"), [loaded[0].person]);
    let erased = register.erase(&bridge, &place.sealer).expect("erased");
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
    let erased = place.open().erase(&bridge, &place.sealer).expect("erased");
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
    assert_eq!(place.open().of(&whole).expect("looked up"), [loaded[0].person]);
    let erased = place.open().erase(&whole, &place.sealer).expect("erased");
    assert_eq!((erased.persons, erased.heads), (vec![loaded[0].person], 1));
    assert_eq!(reload(&place, &rows), [How::Erased, How::Erased, How::Known(LinkRule::ThreeNames)]);
}

//! A sister and a brother, twins, whose lists give the number of one passport.

use super::*;

const NUMBER: &str = "A4071536";

fn twin(place: &Place, name: Option<&str>, sex: Sex) -> LinkKeys {
    let birth = Some(BirthDate { year: 2009, month: Some(3), day: Some(12) });
    place.keys(&Identity { document: Some(NUMBER), full_name: name, birth, sex: Some(sex), ..Identity::default() })
}

#[test]
fn they_are_two_persons_in_every_list() {
    let place = Place::new();
    let (sister, brother) =
        (twin(&place, Some("Раҳимова Фотима"), Sex::Female), twin(&place, Some("Раҳимов Ҳасан"), Sex::Male));
    let rows = place.load(&mut place.open(), "load:1", &[(&sister, "2020"), (&brother, "2020")]);
    assert_eq!(hows(&rows), [How::New, How::New]);
    assert_ne!(rows[0].person, rows[1].person);
    let again = place.load(&mut place.open(), "load:2", &[(&brother, "2021"), (&sister, "2021")]);
    assert_eq!((again[0].person, again[1].person), (rows[1].person, rows[0].person));
    assert_eq!(place.open().persons().expect("a count"), 2);
}

#[test]
fn one_person_with_a_mistyped_sex_is_still_found_by_the_names() {
    let place = Place::new();
    let keys = [Sex::Female, Sex::Male].map(|sex| twin(&place, Some("Раҳимова Фотима"), sex));
    let rows = place.load(&mut place.open(), "load:1", &[(&keys[0], "2020"), (&keys[1], "2020")]);
    assert_eq!(hows(&rows), [How::New, How::Known(LinkRule::DocumentNames)]);
}

/// Without names there is nothing that tells them apart but a letter that may be a slip.
#[test]
fn without_names_they_stay_one() {
    let place = Place::new();
    let keys = [Sex::Female, Sex::Male].map(|sex| twin(&place, None, sex));
    let rows = place.load(&mut place.open(), "load:1", &[(&keys[0], "2020"), (&keys[1], "2020")]);
    assert_eq!(hows(&rows), [How::New, How::Known(LinkRule::DocumentBirth)]);
}

/// A wife and her husband of whom no more than the year of birth is known, with the number of her passport.
#[test]
fn a_year_of_birth_makes_no_couple_one() {
    let place = Place::new();
    let of = |name, sex, (month, day)| {
        let birth = Some(BirthDate { year: 1990, month, day });
        place.keys(&Identity { document: Some(NUMBER), full_name: Some(name), birth, sex, ..Identity::default() })
    };
    for day in [(Some(1), Some(1)), (None, None), (Some(4), None)] {
        let place = Place::new();
        let wife = of("Раҳмонова Мавзуна Алиевна", Some(Sex::Female), day);
        let husband = of("Олимов Карим Саидович", Some(Sex::Male), day);
        let rows = place.load(&mut place.open(), "load:1", &[(&wife, "2018"), (&husband, "2018")]);
        assert_eq!(hows(&rows), [How::New, How::New]);
        // One person, spelled so that nothing but number, year and sex is left.
        let other = of("Рахманова Мафзуна", Some(Sex::Female), day);
        // A record that leaves the sex open could be either.
        let unsaid = of("Рахманова Мафзуна", None, day);
        let rows = place.load(&mut place.open(), "load:2", &[(&other, "2018"), (&unsaid, "2018")]);
        assert_eq!(hows(&rows), [How::Known(LinkRule::DocumentBirth), How::Known(LinkRule::DocumentNames)]);
        assert_eq!(place.open().persons().expect("a count"), 2);
    }
}

/// A row that says nothing but the number of a mother's passport makes nobody one who says more.
#[test]
fn a_bare_number_makes_no_family_one() {
    let place = Place::new();
    let of = |name, year, sex| {
        let birth = Some(BirthDate { year, month: Some(5), day: Some(6) });
        place.keys(&Identity {
            document: Some(NUMBER),
            full_name: Some(name),
            birth,
            sex: Some(sex),
            ..Identity::default()
        })
    };
    let mother = of("Каримова Зарина", 1980, Sex::Female);
    let child = of("Каримов Сино", 2010, Sex::Male);
    let bare = place.document(NUMBER);
    let (new, known) = (How::New, How::Known(LinkRule::Document));
    let ambiguous = How::Ambiguous(LinkRule::Document);
    for (rows, expected) in [
        ([&mother, &bare, &child, &bare], [new, known, new, ambiguous]),
        ([&bare, &mother, &child, &bare], [new, known, new, ambiguous]),
        ([&mother, &child, &bare, &bare], [new, new, ambiguous, ambiguous]),
    ] {
        let place = Place::new();
        let rows = rows.map(|keys| (keys, "2018"));
        assert_eq!(hows(&place.load(&mut place.open(), "load:1", &rows)), expected);
        assert_eq!(place.open().persons().expect("a count"), 2);
    }
}

/// A record that leaves the sex open is one of the two, and the other one is somebody else, in every order.
#[test]
fn a_record_without_sex_makes_no_man_and_woman_one() {
    let place = Place::new();
    let of = |sex| {
        let birth = Some(BirthDate { year: 1980, month: Some(5), day: Some(6) });
        place.keys(&Identity { full_name: Some("Карим Зебо"), birth, sex, ..Identity::default() })
    };
    let [open, man, woman] = [None, Some(Sex::Male), Some(Sex::Female)].map(of);
    for rows in [[&open, &man, &woman], [&man, &open, &woman], [&man, &woman, &open], [&woman, &open, &man]] {
        let place = Place::new();
        place.load(&mut place.open(), "load:1", &rows.map(|keys| (keys, "2018")));
        assert_eq!(place.open().persons().expect("a count"), 2);
    }
}

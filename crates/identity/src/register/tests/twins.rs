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

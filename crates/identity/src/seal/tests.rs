//! Which records link under which rule, as a table that somebody who knows the lists can check.

use proptest::prelude::*;

use super::*;
use crate::key::MasterKey;

fn sealer(key: u8) -> Sealer {
    MasterKey::of_bytes([key; 32]).sealer()
}

const fn on(year: i16, month: u8, day: u8) -> BirthDate {
    BirthDate { year, month: Some(month), day: Some(day) }
}

const JAMSHED: Identity<'static> = Identity {
    document: Some("A4071536"),
    document_country: None,
    full_name: Some("Раҳмонов Ҷамшед"),
    given_name: None,
    family_name: None,
    father_name: None,
    birth: Some(BirthDate { year: 1985, month: Some(3), day: Some(9) }),
    sex: Some(Sex::Male),
};

const NAMED: Identity<'static> = Identity { document: None, ..JAMSHED };

/// The rule by which the second record links to the first.
fn link(one: &Identity<'_>, other: &Identity<'_>) -> Option<LinkRule> {
    let sealer = sealer(1);
    let [one, other] = [one, other].map(|identity| sealer.seal(identity, Population::Victims));
    let is_offered = |digest: &[u8; 16]| one.offers().iter().any(|offer| offer.digest == *digest);
    other.asks().iter().find(|ask| is_offered(&ask.digest)).map(|ask| ask.rule)
}

/// Both ways: no rule depends on which record came first.
fn check(one: Identity<'_>, other: Identity<'_>, rule: Option<LinkRule>) {
    assert_eq!(link(&one, &other), rule);
    assert_eq!(link(&other, &one), rule);
}

#[test]
fn what_a_row_is_linked_by_and_what_it_lacks_is_told() {
    let sealer = sealer(1);
    let two = NAMED;
    let three = Identity { full_name: Some("Раҳмонов Ҷамшед Каримович"), ..two };
    let year = BirthDate { year: 1985, month: None, day: None };
    let number = |document| Identity { document: Some(document), full_name: None, birth: None, ..JAMSHED };
    let named = |full_name| Identity { full_name: Some(full_name), ..two };
    let born = |birth| Identity { birth, ..two };
    for (identity, by_document, by_name, lacks) in [
        (JAMSHED, true, true, &[] as &[Lack]),
        (two, false, true, &[Lack::NoDocument]),
        (Identity { sex: None, ..two }, false, true, &[Lack::NoDocument, Lack::NoSex]),
        (number("A4071536"), true, false, &[Lack::NoName, Lack::NoBirthDate]),
        (number("1234567"), false, false, &[Lack::PlaceholderDocument, Lack::NoName, Lack::NoBirthDate]),
        (Identity { document: Some("0000000"), ..two }, false, true, &[Lack::PlaceholderDocument]),
        (named("Ҷамшед"), false, false, &[Lack::NoDocument, Lack::OneWordName]),
        (named("Неизвестно Неизвестно"), false, false, &[Lack::NoDocument, Lack::AbsentName]),
        (named("N N"), false, false, &[Lack::NoDocument, Lack::AbsentName]),
        (born(None), false, false, &[Lack::NoDocument, Lack::NoBirthDate]),
        (born(Some(on(1900, 1, 1))), false, false, &[Lack::NoDocument, Lack::NoBirthDate]),
        (born(Some(on(1985, 1, 1))), false, false, &[Lack::NoDocument, Lack::FirstOfJanuary]),
        (born(Some(year)), false, false, &[Lack::NoDocument, Lack::PartOfBirthDate]),
        (Identity { birth: Some(year), ..three }, false, true, &[Lack::NoDocument]),
        (Identity { birth: Some(on(1985, 1, 1)), ..three }, false, true, &[Lack::NoDocument]),
        (Identity { birth: Some(year), ..JAMSHED }, true, false, &[Lack::PartOfBirthDate]),
        (Identity::default(), false, false, &[Lack::NoDocument, Lack::NoName, Lack::NoBirthDate]),
    ] {
        let keys = sealer.seal(&identity, Population::Victims);
        let grounds = keys.grounds();
        assert_eq!((grounds.by_document, grounds.by_name), (by_document, by_name), "{grounds:?}");
        assert_eq!(grounds.lacks().collect::<Vec<_>>(), lacks);
        assert_eq!(grounds.is_nothing(), keys.is_empty(), "a row is linked by what it is said to be linked by");
        let is_document = |rule| matches!(rule, LinkRule::DocumentBirth | LinkRule::DocumentNames | LinkRule::Document);
        assert_eq!(keys.rules().any(is_document), by_document);
        assert_eq!(keys.rules().any(|rule| !is_document(rule)), by_name);
    }
}

#[test]
fn nobody_is_one_person_with_another_for_having_no_name() {
    for nobody in ["Аноним Аноним", "Неизвестно Неизвестно", "см. паспорт", "unknown unknown", "номаълум номаълум"]
    {
        let nobody = Identity { full_name: Some(nobody), ..NAMED };
        check(nobody, nobody, None);
        check(Identity { document: JAMSHED.document, ..nobody }, JAMSHED, Some(LinkRule::DocumentBirth));
    }
}

#[test]
fn a_document_links_with_a_second_fact() {
    let renamed = Identity { full_name: Some("Каримова Зебо"), ..JAMSHED };
    check(JAMSHED, renamed, Some(LinkRule::DocumentBirth));
    check(JAMSHED, Identity { birth: Some(on(1985, 9, 3)), ..JAMSHED }, Some(LinkRule::DocumentNames));
    check(JAMSHED, Identity { birth: None, ..JAMSHED }, Some(LinkRule::DocumentNames));
    check(JAMSHED, Identity { birth: Some(on(1985, 9, 3)), ..renamed }, None);
    check(JAMSHED, Identity { document: Some("a 407-15-36"), ..JAMSHED }, Some(LinkRule::DocumentBirth));
}

#[test]
fn a_document_alone_links_a_record_that_says_nothing_else() {
    let bare = Identity { document: Some("A4071536"), ..Identity::default() };
    check(JAMSHED, bare, Some(LinkRule::Document));
    check(bare, bare, Some(LinkRule::Document));
    check(bare, Identity { given_name: Some("Ҷамшед"), ..bare }, Some(LinkRule::Document));
    // A child in a parent's passport.
    check(JAMSHED, Identity { birth: Some(on(2010, 5, 6)), full_name: Some("Раҳмонова Лола"), ..JAMSHED }, None);
}

#[test]
fn a_country_tells_equal_numbers_apart_where_both_have_one() {
    let of = |document_country| Identity { document_country, full_name: None, ..JAMSHED };
    check(of(Some("TJK")), of(Some("tjk ")), Some(LinkRule::DocumentBirth));
    check(of(Some("TJK")), of(None), Some(LinkRule::DocumentBirth));
    check(of(Some("TJK")), of(Some("UZB")), None);
    let bare = |document_country| Identity { document_country, document: JAMSHED.document, ..Identity::default() };
    check(bare(Some("TJK")), bare(None), Some(LinkRule::Document));
    check(bare(Some("TJK")), bare(Some("UZB")), None);
    check(of(Some("TJK")), bare(Some("UZB")), None);
    check(of(Some("TJK")), bare(None), Some(LinkRule::Document));
}

#[test]
fn two_names_link_with_birth_and_sex() {
    check(NAMED, Identity { full_name: Some("Jamshed RAHMONOV"), ..NAMED }, Some(LinkRule::TwoNames));
    for other in [
        Identity { birth: Some(on(1985, 9, 3)), ..NAMED },
        Identity { birth: Some(on(1986, 3, 9)), ..NAMED },
        Identity { sex: Some(Sex::Female), ..NAMED },
        Identity { full_name: Some("Раҳимов Ҷамшед"), ..NAMED },
        Identity { birth: None, ..NAMED },
        Identity { full_name: Some("Ҷамшед"), ..NAMED },
    ] {
        check(NAMED, other, None);
    }
    check(NAMED, Identity { sex: None, ..NAMED }, Some(LinkRule::TwoNamesNoSex));
    check(Identity { sex: None, ..NAMED }, Identity { sex: None, ..NAMED }, Some(LinkRule::TwoNamesNoSex));
}

#[test]
fn one_mans_family_name_is_anothers_given_name() {
    let with = |full_name| Identity { full_name: Some(full_name), ..NAMED };
    check(with("Искандаров Давлат"), with("Давлатов Искандар"), None);
    check(with("Искандаров Давлат"), with("Davlat Iskandarzoda"), Some(LinkRule::TwoNames));
    for other in ["Искандаров Давлат", "Давлатов Искандар"] {
        check(with("Искандар Давлат"), with(other), Some(LinkRule::TwoNames));
    }
    // Two things open at once are one too many.
    check(with("Искандар Давлат"), Identity { sex: None, ..with("Искандаров Давлат") }, None);
}

#[test]
fn three_names_link_as_three_or_to_a_record_of_two() {
    let with = |full_name| Identity { full_name: Some(full_name), ..NAMED };
    let known = with("Раҳмонов Ҷамшед Каримович");
    check(known, with("Jamshed Karimovich Rahmonov"), Some(LinkRule::ThreeNames));
    check(known, with("Раҳмонов Ҷамшед Карим"), Some(LinkRule::ThreeNames));
    check(known, Identity { father_name: Some("Карим"), ..NAMED }, Some(LinkRule::ThreeNames));
    check(known, Identity { sex: None, ..known }, Some(LinkRule::ThreeNamesNoSex));
    check(known, NAMED, Some(LinkRule::TwoNames));
    check(with("Раҳмонов Ҷамшед Карим"), NAMED, Some(LinkRule::TwoNames));
    check(known, Identity { sex: None, ..NAMED }, Some(LinkRule::TwoNamesNoSex));
    // Another father.
    check(known, with("Раҳмонов Ҷамшед Саидович"), None);
    check(with("Раҳмонов Ҷамшед Карим"), with("Раҳмонов Ҷамшед Саид"), None);
}

#[test]
fn twins_are_two() {
    let with = |full_name| Identity { full_name: Some(full_name), ..NAMED };
    for (one, other) in [
        ("Раҳмонов Ҳасан Каримович", "Раҳмонов Ҳусан Каримович"),
        ("Раҳмонов Ҳасан Карим", "Раҳмонов Ҳусан Карим"),
        ("Раҳмонов Ҳасан Карим", "Раҳмонов Ҳусан Каримович"),
        ("Раҳмонов Ҳасан", "Раҳмонов Ҳусан"),
        ("Раҳмонов Ҳасан Каримович", "Раҳмонов Ҳусан"),
    ] {
        check(with(one), with(other), None);
    }
}

#[test]
fn a_year_supports_three_names_and_no_two() {
    let year = Some(BirthDate { year: 1985, month: None, day: None });
    let of = |full_name, birth| Identity { full_name: Some(full_name), birth, ..NAMED };
    let three = "Раҳмонов Ҷамшед Каримович";
    for birth in [year, Some(on(1985, 1, 1))] {
        check(of(three, birth), of(three, year), Some(LinkRule::ThreeNames));
        check(of("Раҳмонов Ҷамшед", birth), of("Раҳмонов Ҷамшед", birth), None);
        check(of(three, birth), of("Раҳмонов Ҷамшед", birth), None);
        check(of(three, birth), of(three, Some(on(1985, 3, 9))), None);
    }
    check(of(three, Some(on(1900, 1, 1))), of(three, Some(on(1900, 1, 1))), None);
}

#[test]
fn populations_never_meet() {
    let sealer = sealer(1);
    let [victim, suspect] =
        [Population::Victims, Population::Suspects].map(|population| sealer.seal(&JAMSHED, population));
    assert_ne!(victim.newcomer(), suspect.newcomer());
    assert!(victim.offers().iter().all(|offer| suspect.asks().iter().all(|ask| ask.digest != offer.digest)));
    assert!(victim.facts() != suspect.facts());
}

#[test]
fn what_says_too_little_has_no_keys() {
    let is_empty = |identity: &Identity<'_>| sealer(1).seal(identity, Population::Victims).is_empty();
    assert!(is_empty(&Identity::default()));
    assert!(is_empty(&Identity { document: Some("нет"), ..Identity::default() }));
    assert!(is_empty(&Identity { document: Some("A1234567"), ..Identity::default() }));
    assert!(is_empty(&Identity { birth: None, ..NAMED }));
    assert!(is_empty(&Identity { birth: Some(on(1985, 1, 1)), ..NAMED }));
    assert!(is_empty(&Identity { full_name: None, ..NAMED }));
    assert!(!is_empty(&NAMED));
}

#[test]
fn what_a_record_offers_first_it_asks_for_first_and_the_rest_after_it() {
    // The register relies on it: the holder of the first offer is the person whom the record was linked to.
    let three = Identity { full_name: Some("Раҳмонов Ҷамшед Карим"), ..NAMED };
    let bare = Identity { document: JAMSHED.document, ..Identity::default() };
    for identity in [
        JAMSHED,
        NAMED,
        three,
        bare,
        Identity { sex: None, ..three },
        Identity { sex: None, ..NAMED },
        Identity { document_country: Some("TJK"), ..JAMSHED },
        Identity { document_country: Some("TJK"), ..bare },
        Identity { birth: None, ..JAMSHED },
        Identity { birth: Some(on(1985, 1, 1)), ..three },
        Identity { full_name: Some("Choriev Charif"), ..NAMED },
    ] {
        let keys = sealer(1).seal(&identity, Population::Victims);
        assert!(keys.offers()[0].digest == keys.asks()[0].digest, "{identity:?}");
        assert!(keys.asks().is_sorted_by_key(|ask| ask.rule));
    }
}

#[test]
fn another_key_makes_other_keys_and_a_later_key_too() {
    let longer = MasterKey::of_chain(&[[1; 32], [2; 32]], None).sealer();
    let all = |sealer: Sealer| sealer.seal(&JAMSHED, Population::Victims);
    let (one, two, longer) = (all(sealer(1)), all(sealer(2)), all(longer));
    assert!(one == all(sealer(1)));
    for other in [two, longer] {
        assert_ne!(one.newcomer(), other.newcomer());
        assert!(one.offers().iter().zip(other.offers()).all(|(one, other)| one.digest != other.digest));
        assert!(one.asks().iter().zip(other.asks()).all(|(one, other)| one.digest != other.digest));
        assert!(one.facts().birth != other.facts().birth && one.facts().sex != other.facts().sex);
    }
}

#[test]
fn a_rotation_maps_everything_that_is_stored() {
    let before = MasterKey::of_chain(&[[1; 32]], Some([2; 32]));
    let after = MasterKey::of_chain(&[[1; 32], [2; 32]], None);
    let rotation = before.rotation().expect("a next key");
    let three = Identity { full_name: Some("Раҳмонов Ҷамшед Каримович"), ..JAMSHED };
    let [old, new] = [before, after].map(|key| key.sealer().seal(&three, Population::Victims));
    assert_eq!(rotation.pseudonym(old.newcomer().0), new.newcomer().0);
    for (old, new) in old.offers().iter().zip(new.offers()) {
        assert_eq!(rotation.pseudonym(old.digest), new.digest);
    }
    for fact in [|facts: &Facts| facts.birth, |facts: &Facts| facts.sex, |facts: &Facts| facts.father] {
        assert_eq!(fact(old.facts()).map(|old| rotation.pseudonym(old)), fact(new.facts()));
        assert!(fact(new.facts()).is_some());
    }
}

#[test]
fn all_digests_of_a_record_differ() {
    let in_country = Identity { document_country: Some("TJK"), ..JAMSHED };
    let bare = Identity { document: JAMSHED.document, ..Identity::default() };
    for identity in [JAMSHED, in_country, bare, Identity { document_country: Some("TJK"), ..bare }] {
        let keys = sealer(1).seal(&identity, Population::Victims);
        let mut all: Vec<(u8, [u8; 16])> = Vec::new();
        all.extend(keys.asks().iter().map(|ask| (ask.class as u8, ask.digest)));
        // What is offered may be asked for in the same class, and nowhere else.
        all.extend(keys.offers().iter().map(|offer| (offer.class as u8, offer.digest)));
        all.sort_unstable();
        all.dedup();
        let facts = [keys.facts().birth, keys.facts().sex].into_iter().flatten();
        let digests = all.into_iter().map(|(_, digest)| digest).chain(facts).chain([keys.newcomer().0]);
        let mut digests: Vec<[u8; 16]> = digests.collect();
        let count = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), count, "{identity:?}");
    }
}

#[test]
fn records_references_and_unlinked_persons_are_apart() {
    let sealer = sealer(1);
    let file = sealer.digester().finish();
    let record = sealer.record("htcds", "17", &file);
    assert_ne!(record, sealer.unlinked("htcds", "17", &file));
    assert_ne!(record, sealer.record("htcds", "18", &file));
    assert_ne!(record, sealer.record("ctdc", "17", &file));
    let mut other = sealer.digester();
    other.update(b"x");
    assert_ne!(record, sealer.record("htcds", "17", &other.finish()));
    let stable =
        [sealer.stable_record("htcds", "17"), sealer.stable_unlinked("htcds", "17"), sealer.reference("htcds", "17")];
    assert!(stable[0] != stable[1] && stable[1] != stable[2] && stable[0] != stable[2] && !stable.contains(&record));
    assert_eq!(stable[2], sealer.reference("htcds", "17"));
}

#[test]
fn debug_shows_shapes_only() {
    assert_eq!(format!("{JAMSHED:?}"), "Identity { document: true, names: 1, birth: true, sex: true }");
    let keys = sealer(1).seal(&NAMED, Population::Victims);
    assert_eq!(format!("{keys:?}"), "[TwoNames, TwoNamesNoSex]");
    assert_eq!(format!("{:?} {:?}", sealer(1), sealer(1).digester()), "Sealer(..) Digester(..)");
}

proptest! {
    /// Bytes cannot move from one field into the next.
    #[test]
    fn field_boundaries_hold(left in "[ -~]{0,8}", right in "[ -~]{1,8}", cut in 1usize..8) {
        let sealer = sealer(1);
        let file = sealer.digester().finish();
        let cut = cut.min(right.len());
        let moved = format!("{left}{}", &right[..cut]);
        let one = sealer.record(&left, &right, &file);
        prop_assert_ne!(one, sealer.record(&moved, &right[cut..], &file));
        prop_assert_eq!(one, sealer.record(&left, &right, &file));
    }

    /// A file is the same however it is read.
    #[test]
    fn pieces_do_not_matter(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
        let sealer = sealer(1);
        let cut = cut.min(bytes.len());
        let mut whole = sealer.digester();
        whole.update(&bytes);
        let mut pieces = sealer.digester();
        pieces.update(&bytes[..cut]);
        pieces.update(&bytes[cut..]);
        prop_assert_eq!(whole.finish(), pieces.finish());
    }

    /// Different document numbers never share a digest; one number always has the same.
    #[test]
    fn documents_are_told_apart(one in "[A-Z]{2}[0-9]{7}", two in "[A-Z]{2}[0-9]{7}") {
        let keys = |number: &str| {
            sealer(1).seal(&Identity { document: Some(number), ..Identity::default() }, Population::Victims)
        };
        prop_assume!(!keys(&one).is_empty() && !keys(&two).is_empty());
        prop_assert_eq!(keys(&one) == keys(&two), one == two);
    }
}

//! Holds the engine's linker against planted persons whose names are spelled as lists spell them. The full measurement is
//! a bench; these thresholds must hold for every seed.

use panoh_identity::{BirthDate, Found, Identity, LinkKeys, MasterKey, Population, Pseudonym, Register, Sealer, Sex};

use super::*;
use crate::{Score, Sighting, Slips, score, sightings};

fn seal(sealer: &Sealer, sighting: &Sighting) -> LinkKeys {
    let part = |number: i8| Some(number.unsigned_abs());
    let identity = Identity {
        document: sighting.document.as_deref(),
        full_name: sighting.full_name.as_deref(),
        given_name: sighting.given_name.as_deref(),
        family_name: sighting.family_name.as_deref(),
        birth: sighting.birth.map(|(year, month, day)| BirthDate { year, month: part(month), day: part(day) }),
        sex: sighting.is_woman.map(|is_woman| if is_woman { Sex::Female } else { Sex::Male }),
        ..Identity::default()
    };
    sealer.seal(&identity, Population::Victims)
}

/// Loads list by list and scores what came out, aliases resolved.
fn linked(scenario: &Scenario) -> Score {
    let sightings = sightings(scenario).expect("the scenario of a test is sound");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let sealer = MasterKey::generate().expect("a key").sealer();
    let mut register = Register::create(&dir.path().join("identity.sqlite"), "test").expect("a register");
    let mut persons: Vec<Result<Pseudonym, usize>> = (0..sightings.len()).map(Err).collect();
    for list in List::ALL {
        let name = list.file_name();
        let record = sealer.stable_record(&name, "row");
        let rows: Vec<(usize, LinkKeys)> = sightings
            .iter()
            .enumerate()
            .filter(|(_, sighting)| sighting.list == list)
            .map(|(at, sighting)| (at, seal(&sealer, sighting)))
            .filter(|(_, keys)| !keys.is_empty())
            .collect();
        let mut load = register.begin(&name, &sealer).expect("a load");
        for (_, keys) in &rows {
            load.resolve(keys, record, "2020".into()).expect("resolved");
        }
        for (at, keys) in &rows {
            match load.known(keys).expect("looked up") {
                Some(Found::Person { person, .. }) => persons[*at] = Ok(person),
                other => panic!("{other:?}"),
            }
        }
        load.stage().expect("staged");
        register.settle(&name, true).expect("settled");
    }
    let aliases: HashMap<Pseudonym, Pseudonym> =
        register.aliases().expect("a list").into_iter().map(|alias| (alias.alias, alias.person)).collect();
    let heads: Vec<_> =
        persons.into_iter().map(|person| person.map(|own| aliases.get(&own).copied().unwrap_or(own))).collect();
    score(&sightings, &heads)
}

#[test]
fn lists_as_they_come_are_linked_and_nobody_else_is() {
    let scenario = Scenario { overlap_per_mille: 100, ..Scenario::linkage(11, 12_000) };
    let score = linked(&scenario);
    assert!(score.true_pairs.all > 1_000);
    assert!(score.true_pairs.share() >= 0.97, "{score:#?}");
    assert!(score.links.share() <= 0.001, "{score:#?}");
    for kind in ["icao", "french", "uzbek", "bgn", "gost", "everyday", "ending", "look_alike", "typo", "new_document"] {
        assert!(score.by_kind[kind].all > 5, "{kind} is among the variants");
    }
}

#[test]
fn within_reach_everybody_is_linked() {
    let score = linked(&Scenario { bad_rows: 0, ..Scenario::demo(7, 6_000) });
    assert_eq!(score.true_pairs.part, score.true_pairs.all, "{score:#?}");
    assert_eq!(score.links.part, 0, "{score:#?}");
}

#[test]
fn twins_are_planted() {
    let all = sightings(&Scenario { slips: Slips::AsTheyCome, ..Scenario::demo(3, 2_000) }).expect("sound");
    let birth_of = |person| all.iter().find(|sighting| sighting.person == person).and_then(|s| s.birth);
    let alike = (0..20).filter(|at| birth_of(at * 100 + 98).is_some_and(|b| birth_of(at * 100 + 99) == Some(b)));
    assert!(alike.count() > 10);
}

//! How well records of one person are brought together, and how fast.
//!
//! Three lists with a known truth: persons in several of them, spelled as lists spell them, with slips, renewed passports
//! and twins. Prints how many true pairs are linked by style and slip, and how many links are false, and fails when either
//! misses its target. There is no peer.
//!
//! Twice for each size: once in a crowd with names as frequent as in a country, where people look alike by chance, and once
//! with look-alikes kept apart as far as the story's birth days go. The target for false links is for the smaller size.
//! Chance look-alikes grow with the square of the persons and true pairs do not: two persons with one name, one birth
//! date and one sex are one for any rule over two records, so a register of half a million has more of them.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use panoh_benches::{SEED, median, say};
use panoh_identity::{BirthDate, Found, Identity, LinkKeys, MasterKey, Population, Pseudonym, Register, Sealer, Sex};
use panoh_simulator::{Crowd, List, Scenario, Share, Sighting, score, sightings};

/// About all persons that the lists of one country hold over ten years, and many times that.
const SIZES: [u64; 2] = [60_000, 500_000];

/// Part of the true pairs that must be linked.
const LINKED: f64 = 0.97;

/// Part of the links that may be false, at the first size.
const FALSE: f64 = 1e-4;

/// Who stands behind each row: a person of the register, or nobody but the row itself.
type Seen = Result<Pseudonym, usize>;

/// Runs the bench with what stands behind its name.
pub(crate) fn run(_: &[String]) -> Result<()> {
    for persons in SIZES {
        for crowd in [Crowd::AsItComes, Crowd::Apart] {
            measure(persons, crowd)?;
        }
    }
    Ok(())
}

fn measure(persons: u64, crowd: Crowd) -> Result<()> {
    say(&format!("{persons} persons, look-alikes {}", if crowd == Crowd::Apart { "apart" } else { "as they come" }));
    let sightings = sightings(&Scenario { crowd, ..Scenario::linkage(SEED, persons) })?;
    let dir = tempfile::tempdir()?;
    let sealer = MasterKey::generate()?.sealer();
    let mut keys = Vec::new();
    let sealing = median(1, || {
        keys = sightings.iter().map(|sighting| seal(&sealer, sighting)).collect();
        Ok(())
    })?;
    let mut register = Register::create(&dir.path().join("identity.sqlite"), "bench")?;
    let mut seen = Vec::new();
    let linking = median(1, || {
        seen = link(&mut register, &sealer, &sightings, &keys)?;
        Ok(())
    })?;
    let rows = sightings.len() as f64;
    let per_second = |time: std::time::Duration| rows / time.as_secs_f64();
    say(&format!("{rows} rows: {:.0} sealed and {:.0} linked a second", per_second(sealing), per_second(linking)));
    let score = score(&sightings, &seen);
    let line = |name: &str, Share { all, part }: Share| {
        say(&format!("{name:<14} {part:>7} of {all:>7} pairs linked, {:6.2} %", 100.0 * part as f64 / all as f64));
    };
    score.by_kind.iter().for_each(|(kind, share)| line(kind, *share));
    line("all", score.true_pairs);
    let Share { all, part } = score.links;
    let in_ten_thousand = 1e4 * part as f64 / all.max(1) as f64;
    say(&format!("{part} of {all} links are false, {in_ten_thousand:.1} in 10,000"));
    ensure!(score.true_pairs.share() >= LINKED, "too few true pairs are linked");
    ensure!(persons > SIZES[0] || score.links.share() <= FALSE, "too many links are false");
    Ok(())
}

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

/// Loads list by list, and gives who stands behind each row, aliases resolved.
fn link(register: &mut Register, sealer: &Sealer, sightings: &[Sighting], keys: &[LinkKeys]) -> Result<Vec<Seen>> {
    let mut seen: Vec<Seen> = (0..sightings.len()).map(Err).collect();
    for list in List::ALL {
        let name = list.file_name();
        let record = sealer.stable_record(&name, "row");
        let rows = || (0..keys.len()).filter(|&at| sightings[at].list == list && !keys[at].is_empty());
        let mut load = register.begin(&name, sealer)?;
        for at in rows() {
            load.resolve(&keys[at], record, "2020".into())?;
        }
        for at in rows() {
            let found = load.known(&keys[at])?.context("every row was resolved")?;
            if let Found::Person { person, .. } = found {
                seen[at] = Ok(person);
            }
        }
        load.stage()?;
        register.settle(&name, true)?;
    }
    let aliases: HashMap<Pseudonym, Pseudonym> =
        register.aliases()?.into_iter().map(|alias| (alias.alias, alias.person)).collect();
    Ok(seen.into_iter().map(|seen| seen.map(|own| aliases.get(&own).copied().unwrap_or(own))).collect())
}

//! Rows of other registers that are about an erased person without saying so: a caller's, say, that names the number of the
//! case and nobody. The digest of that number leads from them to the case, and what they tell is told of the person.

use std::collections::{BTreeSet, HashSet};

use panoh_identity::Pseudonym;

use crate::error::CustodyError;
use crate::stores::Stores;

/// The table whose rows other registers name, and the column by which.
const CASES: &str = "cases";
const REFERENCE: &str = "case_reference";

/// What names the cases of some persons.
#[derive(Debug, Default)]
pub(super) struct About {
    /// Of rows that nothing links to anybody: they go.
    pub(super) nobody: BTreeSet<Pseudonym>,
    /// Rows of persons who are known for themselves: they stay, with the digest.
    pub(super) others: u64,
}

/// Looks for rows that name a case of these persons and of nobody else. The cases are read twice: to keep whose each of them
/// is would take memory for all of them.
pub(super) async fn about(stores: &Stores, persons: &[Pseudonym]) -> Result<About, CustodyError> {
    let gone: HashSet<String> = persons.iter().map(ToString::to_string).collect();
    let mut cases: HashSet<String> = HashSet::new();
    let mut gather = |case: &str, person: &str| {
        if gone.contains(person) {
            cases.insert(case.to_owned());
        }
    };
    stores.warehouse.each_of_a_person(CASES, REFERENCE, &mut gather).await?;
    if cases.is_empty() {
        return Ok(About::default());
    }
    // A case number may stand for a family.
    let mut shared: HashSet<String> = HashSet::new();
    let mut share = |case: &str, person: &str| {
        if cases.contains(case) && !gone.contains(person) {
            shared.insert(case.to_owned());
        }
    };
    stores.warehouse.each_of_a_person(CASES, REFERENCE, &mut share).await?;
    let mut naming: Vec<Pseudonym> = Vec::new();
    for table in stores.dictionary.tables().iter().filter(|table| table.name != CASES) {
        let mut name = |case: &str, person: &str| {
            if cases.contains(case) && !shared.contains(case) && !gone.contains(person) {
                naming.extend(Pseudonym::of_digits(person));
            }
        };
        stores.warehouse.each_of_a_person(&table.name, REFERENCE, &mut name).await?;
    }
    let mut nobody: BTreeSet<Pseudonym> = naming.iter().copied().collect();
    let linked = stores.register.linked(&nobody)?;
    nobody.retain(|person| !linked.contains(person));
    let others = naming.iter().filter(|person| linked.contains(person)).count() as u64;
    Ok(About { nobody, others })
}

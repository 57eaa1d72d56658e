//! Whether an artefact is what it says: whole, and with estimates and errors that follow from its definition and its
//! measurements. Anyone can run it; it needs the folder and nothing else.

use std::path::Path;

use panoh_privacy::{NoisePlan, epsilon, rebuild};
use panoh_publication::{
    Artefact, Codes, Definition, Dimension, NOT_KNOWN, OTHER, SecondColumn, Slug, WINDOW_NOT_COMPLETE, read,
};
use serde::Serialize;

use crate::ReleaseError;
use crate::plan::noise_plan;
use crate::publish::{queries, second_columns};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The release.
    pub id: Slug,
    /// SHA-256 of the artefact, hex; compare it with what the publisher states.
    pub digest: String,
    /// The public key that it was signed with, as OpenSSH writes it; compare it with the publisher's.
    pub signer: String,
    /// Tables that were computed again.
    pub tables: usize,
    /// Cells that were computed again.
    pub cells: u64,
    /// What holds.
    pub shown: Vec<String>,
    /// What no check of the folder can show.
    pub not_shown: Vec<String>,
}

/// Verifies an artefact folder. Any deviation is an error that names the place.
pub fn verify(dir: &Path) -> Result<Verified, ReleaseError> {
    let (artefact, plan) = verified(dir)?;
    let release = &artefact.release;
    Ok(Verified {
        id: release.id.clone(),
        digest: artefact.digest.clone(),
        signer: artefact.signer.to_string(),
        tables: release.tables.len(),
        cells: plan.cells(),
        shown: [
            "every file is there, none is added, and each has the digest that was signed",
            "noise scales and standard errors follow from the definition and its code lists",
            "rho, epsilon and what each cohort paid follow from the noise scales",
            "every estimate of the cube follows from the noisy measurements",
        ]
        .map(str::to_owned)
        .to_vec(),
        not_shown: [
            "that the noise was drawn at random, with the stated scale, and once",
            "that the counts under the noise were those of the records, or that the records were right",
            "that the signer is the publisher: compare the key with the one that the publisher gives",
        ]
        .map(str::to_owned)
        .to_vec(),
    })
}

/// The artefact and its plan, when everything holds.
pub(crate) fn verified(dir: &Path) -> Result<(Artefact, NoisePlan), ReleaseError> {
    let artefact = read(dir)?;
    check_dimensions(&artefact)?;
    let plan = check_plan(&artefact)?;
    check_privacy(&artefact, &plan)?;
    check_estimates(&artefact, &plan)?;
    Ok((artefact, plan))
}

fn check_dimensions(artefact: &Artefact) -> Result<(), ReleaseError> {
    let definition = &artefact.release.definition;
    let digest = definition.digest();
    hold(artefact.release.definition_digest == digest, "definition", || format!("its digest is {digest}"))?;
    let dimensions = artefact.cube.dimensions();
    let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
    hold(names == definition.dimension_names(), "dictionary", || "it has the dimensions of the definition".to_owned())?;
    for dimension in dimensions {
        let follows = codes_follow(definition, dimension);
        hold(follows, &format!("dimension {}", dimension.name), || {
            "its codes are those that the definition writes, then `other` and `not_known`".to_owned()
        })?;
    }
    Ok(())
}

/// Written lists and years are known from the definition; whole lists are the dictionary's, whose digest is stated.
fn codes_follow(definition: &Definition, dimension: &Dimension) -> bool {
    let codes = dimension.codes.iter().map(|code| code.code.as_str());
    let wanted = definition.dimensions.iter().find(|wanted| wanted.name.as_str() == dimension.name);
    match wanted.map(|wanted| &wanted.codes) {
        None => definition.year_dimension().as_ref() == Some(dimension),
        Some(Codes::All) => dimension.position(NOT_KNOWN).is_some(),
        Some(Codes::Written(written)) => {
            let is_written = |code: &str| written.iter().any(|known| known == code);
            let added: Vec<&str> = codes.clone().filter(|code| !is_written(code)).collect();
            let in_order = codes.take(written.len()).eq(written.iter().map(String::as_str));
            in_order
                && added.iter().all(|code| [OTHER, WINDOW_NOT_COMPLETE, NOT_KNOWN].contains(code))
                && dimension.position(NOT_KNOWN).is_some()
        }
    }
}

fn check_plan(artefact: &Artefact) -> Result<NoisePlan, ReleaseError> {
    let release = &artefact.release;
    let sizes = artefact.cube.dimensions().iter().map(|dimension| dimension.codes.len());
    let plan = noise_plan(&release.definition, sizes)?;
    let expected = queries(&plan);
    hold(expected.len() == release.queries.len(), "queries", || format!("there are {}", expected.len()))?;
    for (stated, expected) in release.queries.iter().zip(&expected) {
        let same = stated.dimensions == expected.dimensions
            && close(stated.sigma, expected.sigma)
            && close(stated.variance, expected.variance)
            && close(stated.sensitivity, expected.sensitivity);
        hold(same, &format!("query {:?}", expected.dimensions), || format!("its scale is {}", expected.sigma))?;
    }
    hold(release.tables.len() == plan.wanted().len(), "tables", || format!("there are {}", plan.wanted().len()))?;
    for ((stated, wanted), named) in release.tables.iter().zip(plan.wanted()).zip(&release.definition.tables) {
        let error = plan.cell_standard_error(wanted.dimensions)?;
        let same = stated.name == named.name
            && stated.dimensions.iter().copied().eq(wanted.dimensions.dimensions())
            && stated.cells == plan.shape().cells(wanted.dimensions)
            && close(stated.standard_error, error);
        hold(same, &format!("table {}", stated.name), || format!("the standard error of its cells is {error}"))?;
    }
    Ok(plan)
}

fn check_privacy(artefact: &Artefact, plan: &NoisePlan) -> Result<(), ReleaseError> {
    let stated = &artefact.release.privacy;
    let definition = &artefact.release.definition;
    let rho = plan.rho().nanos();
    hold(stated.rho.nano() == rho, "rho", || format!("it is {}", plan.rho().value()))?;
    let expected = epsilon(plan.rho(), definition.delta.value())?;
    // Artefacts state epsilon with six decimals, rounded up.
    let same = stated.delta == definition.delta && (-1e-9..=2e-6).contains(&(stated.epsilon - expected));
    hold(same, "epsilon", || format!("it is {expected} at the definition's delta"))?;
    let cohorts = stated.cohorts.iter().map(|paid| paid.cohort.clone()).eq(definition.cohorts());
    let paid = stated.cohorts.iter().all(|paid| paid.rho.nano() == rho);
    hold(cohorts && paid, "cohorts", || "each cohort of the definition paid rho once".to_owned())
}

fn check_estimates(artefact: &Artefact, plan: &NoisePlan) -> Result<(), ReleaseError> {
    let expected = rebuild(plan, &artefact.measurements)?;
    let tables = artefact.cube.tables();
    hold(tables.len() == expected.len(), "cube", || format!("it has {} tables", expected.len()))?;
    for (table, expected) in tables.iter().zip(&expected) {
        let same = table.estimates.len() == expected.len()
            && table.estimates.iter().zip(expected).all(|(stated, expected)| near(*stated, *expected));
        hold(same, &format!("table {}", table.name), || "its estimates follow from the measurements".to_owned())?;
    }
    let expected = second_columns(artefact.release.definition.non_negative, plan, &artefact.measurements)?;
    for (table, expected) in tables.iter().zip(expected.iter().flatten()) {
        let same = table.non_negative.as_ref().is_some_and(|stated| same_column(stated, expected));
        let rule = || "its numbers without negative ones follow from the measurements".to_owned();
        hold(same, &format!("table {}", table.name), rule)?;
    }
    Ok(())
}

fn same_column(stated: &SecondColumn, expected: &SecondColumn) -> bool {
    match (stated, expected) {
        (SecondColumn::Fractional(stated), SecondColumn::Fractional(expected)) => {
            stated.len() == expected.len()
                && stated.iter().zip(expected).all(|(stated, expected)| near(*stated, *expected))
        }
        _ => stated == expected,
    }
}

/// Equal but for the last digits, which another version of the arithmetic may round otherwise.
fn close(stated: f64, expected: f64) -> bool {
    (stated - expected).abs() <= 1e-9 * expected.abs()
}

/// The same for estimates, which may be sums that cancel to nearly nothing; far below what any reader can see.
fn near(stated: f64, expected: f64) -> bool {
    (stated - expected).abs() <= 1e-6
}

fn hold(holds: bool, place: &str, rule: impl FnOnce() -> String) -> Result<(), ReleaseError> {
    if holds { Ok(()) } else { Err(ReleaseError::Unsound { place: place.to_owned(), rule: rule() }) }
}

#[cfg(test)]
mod tests;

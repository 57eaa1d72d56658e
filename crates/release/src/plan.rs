//! The plan: everything about a release that can be known without its data. Same definition, dictionary and budget give
//! the same plan; no table is opened and nothing is spent.

use std::fmt::Write as _;

use panoh_dictionary::Dictionary;
use panoh_ledger::{Budget, NanoRho};
use panoh_privacy::{HalfWidth, NoisePlan, PrivacyError, Rho, Shape, Subset, Wanted, Weight, can_be_whole};
use panoh_publication::{Definition, NonNegativeColumn, Objective, Purpose, Slug};
use panoh_warehouse::{ValueKind, frames};
use sha2::{Digest, Sha256};

use crate::ReleaseError;
use crate::dimensions::{Resolved, resolve};
use crate::report::{PlanReport, report};

/// Name of the dictionary's list of codes for what is absent.
const ABSENCE: &str = "absence";

/// A definition with its code lists, its noise and its cost.
#[derive(Clone, Debug)]
pub struct ReleasePlan {
    definition: Definition,
    dictionary_digest: String,
    frame_digest: String,
    dimensions: Vec<Resolved>,
    absence: Vec<String>,
    noise: NoisePlan,
    report: PlanReport,
}

/// Plans a release: resolves its code lists, chooses its noise and says what it costs and how exact it will be.
///
/// A plan that would be mostly noise or that the budget does not allow is still a plan: its report says so, and
/// [`crate::publish()`] refuses it.
pub fn plan(definition: &Definition, dictionary: &Dictionary, budget: &Budget) -> Result<ReleasePlan, ReleaseError> {
    let frame_digest = check_frame(definition)?;
    // The id will be the name and twelve digits more; a name that leaves no room is refused before anything is spent.
    Slug::new(&format!("{}-{}", definition.name, "0".repeat(12)))?;
    let dimensions = resolve(definition, dictionary)?;
    check_columns(definition)?;
    let noise = noise_plan(definition, dimensions.iter().map(|resolved| resolved.dimension.codes.len()))?;
    let absence = dictionary.list(ABSENCE).map(|list| list.codes.iter().map(|code| code.code.clone()).collect());
    let report = report(definition, dictionary, &dimensions, &noise, budget)?;
    Ok(ReleasePlan {
        definition: definition.clone(),
        dictionary_digest: dictionary.digest().to_owned(),
        frame_digest,
        dimensions,
        absence: absence.unwrap_or_default(),
        noise,
        report,
    })
}

impl ReleasePlan {
    /// The definition that was planned.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// What people read: sizes, errors, cost, warnings. Serialises to the JSON of `panoh release plan --json`.
    pub fn report(&self) -> &PlanReport {
        &self.report
    }

    /// Every noise scale.
    pub fn noise(&self) -> &NoisePlan {
        &self.noise
    }

    /// SHA-256 of the dictionary that gave the code lists, hex.
    pub fn dictionary_digest(&self) -> &str {
        &self.dictionary_digest
    }

    /// SHA-256 of the SQL of the frame and of the views that it reads, hex.
    pub fn frame_digest(&self) -> &str {
        &self.frame_digest
    }

    pub(crate) fn dimensions(&self) -> &[Resolved] {
        &self.dimensions
    }

    /// Codes that a frame may give for what is absent.
    pub(crate) fn absence(&self) -> &[String] {
        &self.absence
    }

    /// What each cohort pays.
    pub(crate) fn charge(&self) -> NanoRho {
        NanoRho::new(self.noise.rho().nanos())
    }
}

/// The noise of a definition whose dimensions have these numbers of codes. Verification calls it with the published
/// numbers, so the plan of an artefact can be made again without a dictionary.
pub(crate) fn noise_plan(
    definition: &Definition,
    sizes: impl Iterator<Item = usize>,
) -> Result<NoisePlan, ReleaseError> {
    let shape = Shape::new(sizes.map(|size| u32::try_from(size).unwrap_or(u32::MAX)).collect())?;
    let wanted = definition.tables.iter().map(|table| {
        let dimensions = Subset::new(&definition.table_dimensions(table))?;
        let weight = match definition.objective {
            Objective::Weighted => Weight::new(table.weight.value())?,
            Objective::EqualTables | Objective::EqualCells | Objective::SmallestMaximum => Weight::ONE,
        };
        let half_width = table.half_width.map(|required| HalfWidth::new(required.value())).transpose()?;
        Ok(Wanted { dimensions, weight, half_width })
    });
    let wanted: Vec<Wanted> = wanted.collect::<Result<_, ReleaseError>>()?;
    if definition.non_negative == NonNegativeColumn::Whole {
        can_be_whole(&wanted).map_err(|error| by_name(definition, &wanted, error))?;
    }
    let objective = match definition.objective {
        Objective::EqualTables | Objective::Weighted => panoh_privacy::Objective::Tables,
        Objective::EqualCells => panoh_privacy::Objective::Cells,
        Objective::SmallestMaximum => panoh_privacy::Objective::Maximum,
    };
    Ok(panoh_privacy::plan(&shape, &wanted, objective, Rho::from_nanos(definition.rho.nano()))?)
}

/// The refusal of whole numbers with the tables called as the definition calls them.
fn by_name(definition: &Definition, wanted: &[Wanted], error: PrivacyError) -> ReleaseError {
    let PrivacyError::NotWhole { tables } = error else { return error.into() };
    let named = definition.tables.iter().zip(wanted).filter(|(_, table)| tables.contains(&table.dimensions));
    ReleaseError::NotWhole { tables: named.map(|(named, _)| named.name.to_string()).collect() }
}

/// The ledger's word for a purpose.
pub(crate) fn purpose(purpose: Purpose) -> panoh_ledger::Purpose {
    match purpose {
        Purpose::First => panoh_ledger::Purpose::First,
        Purpose::Revision => panoh_ledger::Purpose::Revision,
        Purpose::Project => panoh_ledger::Purpose::Project,
    }
}

/// The digest of the frame's SQL; refuses a frame that does not exist.
fn check_frame(definition: &Definition) -> Result<String, ReleaseError> {
    let frames = frames()?;
    let Some(frame) = frames.iter().find(|frame| frame.name == definition.frame.as_str()) else {
        let known = frames.iter().map(|frame| frame.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(ReleaseError::UnknownFrame { frame: definition.frame.to_string(), known });
    };
    let digest = Sha256::digest(frame.text()?.as_bytes());
    let mut hex = String::with_capacity(2 * digest.len());
    for byte in digest {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

/// Each dimension must take its codes from a column that the frame declares to hold codes of the same list: anything
/// else would come out as `other` or `not_known`, and look like a figure.
fn check_columns(definition: &Definition) -> Result<(), ReleaseError> {
    let frames = frames()?;
    let Some(frame) = frames.iter().find(|frame| frame.name == definition.frame.as_str()) else { return Ok(()) };
    for wanted in &definition.dimensions {
        let refuse = |rule: String| ReleaseError::Dimension { dimension: wanted.name.to_string(), rule };
        let Some(column) = frame.columns.iter().find(|column| column.name == wanted.column) else {
            let known = frame.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(refuse(format!("frame `{}` has no column `{}`; it has {known}", frame.name, wanted.column)));
        };
        match &column.kind {
            ValueKind::Code { list } | ValueKind::Outcome { list } if *list == wanted.list => {}
            ValueKind::Code { list } | ValueKind::Outcome { list } => {
                let message = format!("column `{}` holds codes of `{list}`, not of `{}`", column.name, wanted.list);
                return Err(refuse(format!("{message}; correct `column` or `list`")));
            }
            _ => return Err(refuse(format!("column `{}` holds no codes of a list; take another", column.name))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

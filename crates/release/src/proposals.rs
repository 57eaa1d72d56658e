//! What would make a table exact enough, worked out from definition and dictionary before any data is touched.
//!
//! Each proposal is one change of the definition, planned as a whole: the half-width beside it is what the table would
//! really have, with the other tables of the definition as they are.

use std::fmt;

use panoh_dictionary::Dictionary;
use panoh_privacy::{NoisePlan, PrivacyError, Subset};
use panoh_publication::{Codes, Definition, DefinitionFields, Rho, YEAR, half_width};
use serde::Serialize;

use crate::ReleaseError;
use crate::dimensions::{ladder, resolve};
use crate::plan::noise_plan;
use crate::report::tenth_up;

/// How many years may be put together.
const YEARS_TOGETHER: [u8; 3] = [2, 3, 5];
/// Steps in which a ρ is proposed.
const THOUSANDTH: f64 = 1e-3;
/// The largest ρ of a definition, in such steps.
const MOST_THOUSANDTHS: u32 = 10_000;

/// A change of the definition and what it does to the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// What to change.
    #[serde(flatten)]
    pub change: Change,
    /// Of the 95 % interval of each cell of the table then, persons.
    pub half_width: f64,
}

/// One change of a definition.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Count a dimension by a coarser list: `level`.
    Coarser {
        /// The dimension.
        dimension: String,
        /// The list above its own.
        level: String,
        /// Whether the definition names codes of its own list, which all codes of the other one take the place of.
        instead_of_codes: bool,
    },
    /// Put years together: `years_together`.
    YearsTogether {
        /// So many are one code.
        years: u8,
    },
    /// Leave a dimension out of the table.
    Without {
        /// The dimension.
        dimension: String,
    },
    /// Leave another table out.
    WithoutTable {
        /// The other table.
        table: String,
    },
    /// Spend more.
    MoreRho {
        /// The ρ that is enough, rounded up.
        rho: f64,
    },
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.change {
            Change::Coarser { dimension, level, instead_of_codes: false } => {
                write!(f, "{dimension} by {level} (`level`)")?;
            }
            Change::Coarser { dimension, level, instead_of_codes: true } => {
                write!(
                    f,
                    "{dimension} by {level} (`level`, and `codes = \"all\"` instead of its codes, reason and date)"
                )?;
            }
            Change::YearsTogether { years } => write!(f, "{years} years together (`years_together`)")?,
            Change::Without { dimension } => write!(f, "the table without {dimension}")?,
            Change::WithoutTable { table } => write!(f, "no table {table}")?,
            Change::MoreRho { rho } => write!(f, "rho {rho}")?,
        }
        write!(f, ": ±{:.1}", tenth_up(self.half_width))
    }
}

/// The changes that bring a table's half-width to `enough` persons or less: of each kind the smallest. More ρ is proposed
/// only up to what is `affordable`.
pub(crate) fn proposals(
    definition: &Definition,
    dictionary: &Dictionary,
    table: &str,
    enough: f64,
    affordable: f64,
) -> Vec<Proposal> {
    let Some(wanted) = definition.tables.iter().find(|wanted| wanted.name.as_str() == table) else { return vec![] };
    let is_enough = |changes: Vec<(Change, DefinitionFields)>| {
        let planned = changes.into_iter().filter_map(|(change, fields)| {
            let half_width = planned(fields, dictionary, table)?;
            Some(Proposal { change, half_width })
        });
        planned.into_iter().find(|proposal| proposal.half_width <= enough)
    };
    let mut found = Vec::new();
    for name in &wanted.dimensions {
        found.extend(if name.as_str() == YEAR {
            is_enough(years_together(definition))
        } else {
            is_enough(coarser(definition, dictionary, name.as_str()))
        });
    }
    for name in &wanted.dimensions {
        found.extend(is_enough(without(definition, table, name.as_str())));
    }
    let others = definition.tables.iter().filter(|other| other.name.as_str() != table);
    found.extend(is_enough(others.map(|other| without_table(definition, other.name.as_str())).collect()));
    let rho = rho_for(definition, dictionary, enough, Some(table)).ok().filter(|rho| rho.value() <= affordable);
    if let Some(rho) = rho {
        let mut fields = DefinitionFields::from(definition.clone());
        fields.rho = rho;
        found.extend(is_enough(vec![(Change::MoreRho { rho: rho.value() }, fields)]));
    }
    found
}

/// The least ρ, rounded up to a thousandth, at which the 95 % half-width of every cell is at most `half_width` persons: of
/// every table, or of one. An error when no ρ that a definition may have is enough.
pub fn rho_for(
    definition: &Definition,
    dictionary: &Dictionary,
    half_width: f64,
    table: Option<&str>,
) -> Result<Rho, ReleaseError> {
    let sizes: Vec<usize> = resolve(definition, dictionary)?.iter().map(|one| one.dimension.codes.len()).collect();
    let is_enough = |thousandths: u32| {
        let tried = with_rho(definition, f64::from(thousandths) * THOUSANDTH)?;
        match noise_plan(&tried, sizes.iter().copied()) {
            // Tables with a half-width of their own need more.
            Err(ReleaseError::Privacy(PrivacyError::HalfWidthsNeedMore { .. })) => Ok(false),
            noise => Ok::<_, ReleaseError>(widest(&tried, &noise?, table)? <= half_width),
        }
    };
    let (mut too_little, mut enough) = (0, ((definition.rho.value() / THOUSANDTH).round() as u32).max(1));
    while !is_enough(enough)? {
        // The definition refuses a ρ that is more than it may have.
        (too_little, enough) =
            (enough, if enough < MOST_THOUSANDTHS { (2 * enough).min(MOST_THOUSANDTHS) } else { enough + 1 });
    }
    while enough - too_little > 1 {
        let middle = too_little.midpoint(enough);
        if is_enough(middle)? { enough = middle } else { too_little = middle }
    }
    Ok(Rho::new(f64::from(enough) * THOUSANDTH)?)
}

/// A definition with another ρ.
pub fn with_rho(definition: &Definition, rho: f64) -> Result<Definition, ReleaseError> {
    let mut fields = DefinitionFields::from(definition.clone());
    fields.rho = Rho::new(rho)?;
    Ok(Definition::new(fields)?)
}

/// The largest half-width of a cell, of all tables or of one.
fn widest(definition: &Definition, noise: &NoisePlan, table: Option<&str>) -> Result<f64, ReleaseError> {
    let mut widest: f64 = 0.0;
    for wanted in definition.tables.iter().filter(|wanted| table.is_none_or(|table| wanted.name.as_str() == table)) {
        let dimensions = Subset::new(&definition.table_dimensions(wanted))?;
        widest = widest.max(half_width(noise.cell_standard_error(dimensions)?));
    }
    Ok(widest)
}

/// The half-width of a table under a changed definition; none when the change makes no definition or no plan.
fn planned(fields: DefinitionFields, dictionary: &Dictionary, table: &str) -> Option<f64> {
    let definition = Definition::new(fields).ok()?;
    let dimensions = resolve(&definition, dictionary).ok()?;
    let noise = noise_plan(&definition, dimensions.iter().map(|one| one.dimension.codes.len())).ok()?;
    widest(&definition, &noise, Some(table)).ok()
}

fn coarser(definition: &Definition, dictionary: &Dictionary, name: &str) -> Vec<(Change, DefinitionFields)> {
    let Some(at) = definition.dimensions.iter().position(|dimension| dimension.name.as_str() == name) else {
        return vec![];
    };
    let wanted = &definition.dimensions[at];
    let Some(finest) = dictionary.list(&wanted.list) else { return vec![] };
    let ladder = ladder(finest, dictionary);
    let now = wanted.level.as_deref().unwrap_or(&wanted.list);
    let above = ladder.iter().skip_while(|list| list.name != now).skip(1);
    let change = |level: &&panoh_dictionary::CodeList| {
        let mut fields = DefinitionFields::from(definition.clone());
        let dimension = &mut fields.dimensions[at];
        (dimension.level, dimension.codes) = (Some(level.name.clone()), Codes::All);
        (dimension.reason, dimension.date, dimension.learned_from_data) = (None, None, false);
        let instead_of_codes = wanted.codes != Codes::All;
        (Change::Coarser { dimension: name.to_owned(), level: level.name.clone(), instead_of_codes }, fields)
    };
    above.map(change).collect()
}

fn years_together(definition: &Definition) -> Vec<(Change, DefinitionFields)> {
    let more = YEARS_TOGETHER.into_iter().filter(|years| *years > definition.cohorts.years_together);
    let change = |years| {
        let mut fields = DefinitionFields::from(definition.clone());
        fields.cohorts.years_together = years;
        (Change::YearsTogether { years }, fields)
    };
    more.map(change).collect()
}

fn without(definition: &Definition, table: &str, name: &str) -> Vec<(Change, DefinitionFields)> {
    let mut fields = DefinitionFields::from(definition.clone());
    for wanted in fields.tables.iter_mut().filter(|wanted| wanted.name.as_str() == table) {
        wanted.dimensions.retain(|dimension| dimension.as_str() != name);
    }
    leave_unused(&mut fields);
    vec![(Change::Without { dimension: name.to_owned() }, fields)]
}

fn without_table(definition: &Definition, table: &str) -> (Change, DefinitionFields) {
    let mut fields = DefinitionFields::from(definition.clone());
    fields.tables.retain(|wanted| wanted.name.as_str() != table);
    leave_unused(&mut fields);
    (Change::WithoutTable { table: table.to_owned() }, fields)
}

/// Takes out dimensions that no table has.
fn leave_unused(fields: &mut DefinitionFields) {
    let DefinitionFields { dimensions, tables, .. } = fields;
    dimensions.retain(|dimension| tables.iter().any(|wanted| wanted.dimensions.contains(&dimension.name)));
}

#[cfg(test)]
mod tests;

//! How exact the tables of a definition would be for other amounts of ρ: what a chart of accuracy against ε shows.

use panoh_dictionary::Dictionary;
use panoh_privacy::{Rho, Subset, epsilon};
use panoh_publication::{Definition, half_width};
use serde::Serialize;

use crate::ReleaseError;
use crate::dimensions::resolve;
use crate::plan::noise_plan;
use crate::proposals::with_rho;

/// The largest ρ that a definition may have.
const LARGEST_RHO: f64 = 10.0;

/// The tables under one ρ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outlook {
    /// ρ.
    pub rho: f64,
    /// ε at the definition's δ.
    pub epsilon: f64,
    /// Half-width of the 95 % interval of a cell of each table, persons, in the order of the definition.
    pub half_widths: Vec<f64>,
}

/// The tables under a sixteenth of the definition's ρ up to eight times as much, each amount twice the one before. Amounts
/// under which noise cannot be drawn are left out.
pub fn outlook(definition: &Definition, dictionary: &Dictionary) -> Result<Vec<Outlook>, ReleaseError> {
    let sizes: Vec<usize> = resolve(definition, dictionary)?.iter().map(|one| one.dimension.codes.len()).collect();
    let amounts = (-4..=3).map(|power| (definition.rho.value() * 2.0_f64.powi(power) * 1e9).round() / 1e9);
    let mut outlooks = Vec::new();
    for rho in amounts.filter(|rho| *rho > 0.0 && *rho <= LARGEST_RHO) {
        let changed = with_rho(definition, rho)?;
        // Scales that are too small to be drawn, or a budget that is too small to be counted.
        let Ok(noise) = noise_plan(&changed, sizes.iter().copied()) else { continue };
        let half_widths = changed.tables.iter().map(|table| {
            let dimensions = Subset::new(&changed.table_dimensions(table))?;
            Ok(half_width(noise.cell_standard_error(dimensions)?))
        });
        let half_widths = half_widths.collect::<Result<_, ReleaseError>>()?;
        let epsilon = epsilon(Rho::from_nanos(changed.rho.nano()), changed.delta.value())?;
        outlooks.push(Outlook { rho, epsilon, half_widths });
    }
    Ok(outlooks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::definition;

    #[test]
    fn four_times_the_rho_halves_the_error() {
        let dictionary = Dictionary::builtin().expect("right");
        let outlooks = outlook(&definition(|text| text), &dictionary).expect("planned");
        assert_eq!(outlooks.len(), 8);
        assert!(outlooks.windows(2).all(|two| two[0].epsilon < two[1].epsilon));
        for (one, four) in outlooks.iter().zip(&outlooks[2..]) {
            for (wide, narrow) in one.half_widths.iter().zip(&four.half_widths) {
                assert!((wide / narrow - 2.0).abs() < 1e-3, "{wide} and {narrow}");
            }
        }
    }
}

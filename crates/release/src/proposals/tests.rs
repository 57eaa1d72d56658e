//! Proposals hold when they are taken: the definition that is changed as proposed has the half-width that was promised.

use panoh_ledger::{Budget, Limits};

use super::*;
use crate::fixture::definition;
use crate::plan;

fn dictionary() -> Dictionary {
    Dictionary::builtin().expect("the built-in dictionary is right")
}

/// The fixture over ten years, with all countries, at a small ρ: by_year and by_destination are mostly noise.
fn noisy() -> Definition {
    definition(|text| {
        let text = text.replace("from = 2019, to = 2020", "from = 2010, to = 2019").replace("rho = 0.5", "rho = 0.03");
        let text = text.replace(
            "codes = [\"RUS\", \"KAZ\"]\nreason = \"two are enough\"\ndate = \"2018-01-01\"",
            "codes = \"all\"",
        );
        text.replace("dimensions = [\"destination\"]", "dimensions = [\"year\", \"destination\"]")
    })
}

fn half_width_of(definition: &Definition, table: &str) -> f64 {
    let plan = plan(definition, &dictionary(), &Budget::untouched(Limits::STANDARD)).expect("a plan");
    let found = plan.report().tables.iter().find(|one| one.name == table);
    found.expect("the table").half_width
}

#[test]
fn every_proposal_keeps_its_promise() {
    let (noisy, table) = (noisy(), "by_destination");
    let before = half_width_of(&noisy, table);
    assert!(before > 10.0, "{before}: the table is mostly noise");
    // A little less is enough, so that each kind of change is. Coarser codes do little: errors hardly depend on their number.
    let enough = 0.999 * before;
    let found = proposals(&noisy, &dictionary(), table, enough, f64::INFINITY);
    for proposal in &found {
        assert!(proposal.half_width <= enough, "{proposal}");
        let mut fields = DefinitionFields::from(noisy.clone());
        match &proposal.change {
            Change::Coarser { dimension, level, .. } => {
                let at = fields.dimensions.iter().position(|one| one.name.as_str() == dimension).expect("declared");
                fields.dimensions[at].level = Some(level.clone());
            }
            Change::YearsTogether { years } => fields.cohorts.years_together = *years,
            Change::Without { dimension } => {
                let wanted = fields.tables.iter_mut().find(|one| one.name.as_str() == table).expect("wanted");
                wanted.dimensions.retain(|one| one.as_str() != dimension);
                let left: Vec<_> = fields.tables.iter().flat_map(|one| one.dimensions.clone()).collect();
                fields.dimensions.retain(|one| left.contains(&one.name));
            }
            Change::WithoutTable { table } => {
                fields.tables.retain(|one| one.name.as_str() != table);
                leave_unused(&mut fields);
            }
            Change::MoreRho { rho } => fields.rho = Rho::new(*rho).expect("a rho"),
        }
        let taken = half_width_of(&Definition::new(fields).expect("a definition"), table);
        assert!((taken - proposal.half_width).abs() < 1e-9 || taken <= proposal.half_width, "{proposal}: {taken}");
    }
    let kinds = |wanted: fn(&Change) -> bool| found.iter().filter(|one| wanted(&one.change)).count();
    assert_eq!(kinds(|change| matches!(change, Change::MoreRho { .. })), 1, "{found:?}");
    assert_eq!(kinds(|change| matches!(change, Change::WithoutTable { .. })), 1, "{found:?}");
    assert_eq!(kinds(|change| matches!(change, Change::Coarser { .. })), 1, "{found:?}");
    assert!(kinds(|change| matches!(change, Change::Without { .. })) > 0, "{found:?}");
    let poor = proposals(&noisy, &dictionary(), table, enough, 0.03);
    assert_eq!(poor.len() + 1, found.len(), "what no cohort can pay is not proposed");
    assert!(poor.iter().all(|one| !matches!(one.change, Change::MoreRho { .. })), "{poor:?}");
}

#[test]
fn a_table_that_is_good_enough_has_no_proposal() {
    let plan = plan(&definition(|text| text), &dictionary(), &Budget::untouched(Limits::STANDARD)).expect("a plan");
    assert!(plan.report().tables.iter().all(|table| table.proposals.is_empty()));
}

/// A table with a half-width of its own needs a budget of its own: below it there is no plan, above it the others are wide.
#[test]
fn the_rho_of_a_target_is_enough_beside_a_headline() {
    for objective in ["equal_tables", "equal_cells", "smallest_maximum"] {
        let headline = definition(|text| {
            let text = text.replace("rho = 0.5", &format!("rho = 0.5\nobjective = \"{objective}\""));
            text.replacen("dimensions = [\"destination\"]", "dimensions = [\"destination\"]\nhalf_width = 4", 1)
        });
        assert!(headline.tables.iter().any(|table| table.half_width.is_some()));
        for target in [4.5, 8.0, 12.0, 30.0] {
            let rho = rho_for(&headline, &dictionary(), target, None).expect("a rho").value();
            let widest = |rho: f64| {
                let changed = with_rho(&headline, rho).expect("a definition");
                half_width_of(&changed, "by_year").max(half_width_of(&changed, "by_destination"))
            };
            assert!(widest(rho) <= target, "{objective} {target}: rho {rho} gives {}", widest(rho));
        }
    }
}

#[test]
fn the_rho_of_a_target_is_the_least_thousandth_that_is_enough() {
    let definition = definition(|text| text);
    for target in [1.0, 2.5, 7.0, 40.0] {
        let rho = rho_for(&definition, &dictionary(), target, None).expect("a rho").value();
        let widest = |rho: f64| {
            let changed = with_rho(&definition, rho).expect("a definition");
            half_width_of(&changed, "by_year").max(half_width_of(&changed, "by_destination"))
        };
        assert!(widest(rho) <= target, "{target}: rho {rho} gives {}", widest(rho));
        assert!(rho < 0.0015 || widest(rho - 0.001) > target, "{target}: rho {rho} is too much");
    }
    assert!(rho_for(&definition, &dictionary(), 0.2, None).is_err(), "no rho that is allowed is enough");
}

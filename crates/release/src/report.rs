//! What a plan says to people: how exact each table will be, what the release costs and what it leaves.

use panoh_dictionary::Dictionary;
use panoh_ledger::{Budget, Shortfall};
use panoh_privacy::{NoisePlan, Subset, epsilon};
use panoh_publication::{Audience, Definition, Labels, Purpose, Quality, half_width, quality};
use serde::Serialize;

use crate::ReleaseError;
use crate::dimensions::Resolved;
use crate::plan::purpose;
use crate::proposals::{Proposal, proposals};

/// Sizes of counts that readers have in mind, persons.
const COUNTS: [u32; 3] = [10, 100, 1_000];

/// The whole report; field names are those of `panoh release plan --json` and stay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanReport {
    /// Name of the definition.
    pub name: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of the definition, hex.
    pub definition_digest: String,
    /// SHA-256 of the dictionary, hex.
    pub dictionary_digest: String,
    /// Name of the frame.
    pub frame: String,
    /// Who may see the release.
    pub audience: Audience,
    /// Which part of the budget pays.
    pub purpose: Purpose,
    /// ρ that each person in the cohorts pays: the sum of the sampler's own maps, rounded up.
    pub rho: f64,
    /// ε at `delta`, by a tight conversion.
    pub epsilon: f64,
    /// δ at which ε is stated.
    pub delta: f64,
    /// Smallest number of persons that the definition wants to tell from zero.
    pub smallest_count_of_interest: u32,
    /// Cells of all tables together.
    pub cells: u64,
    /// Noisy integers that will be drawn.
    pub noisy_values: u64,
    /// Root mean square error over all cells of all tables, persons.
    pub rmse: f64,
    /// The smallest `rmse` that any choice of noise scales could reach with this ρ, persons.
    pub optimum_rmse: f64,
    /// The number of all persons.
    pub total: TotalPlan,
    /// The dimensions, in the order of the tables.
    pub dimensions: Vec<DimensionPlan>,
    /// The tables, in the order of the definition.
    pub tables: Vec<TablePlan>,
    /// Cost by cohort.
    pub cohorts: Vec<CohortPlan>,
    /// Limits that this release would exceed; publishing is refused unless empty.
    pub shortfalls: Vec<Shortfall>,
    /// What a reader of the plan should know.
    pub warnings: Vec<String>,
    /// Why publishing is refused; empty when it is not.
    pub refusals: Vec<String>,
}

/// Error of the total.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TotalPlan {
    /// Persons.
    pub standard_error: f64,
    /// Of the 95 % interval, persons.
    pub half_width: f64,
}

/// One dimension of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DimensionPlan {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Labels,
    /// How many codes it has, `other` and `not_known` included.
    pub codes: usize,
    /// Whether its list was learned from data.
    pub learned_from_data: bool,
}

/// One table of the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TablePlan {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Labels,
    /// Names of its dimensions.
    pub dimensions: Vec<String>,
    /// How many cells it has.
    pub cells: u64,
    /// Of each cell, persons.
    pub standard_error: f64,
    /// Of the 95 % interval of each cell, persons.
    pub half_width: f64,
    /// The word beside each cell.
    pub quality: Quality,
    /// How much that is of counts of several sizes.
    pub of_counts: Vec<OfCount>,
    /// What would make a table exact enough that is mostly noise; empty for others.
    pub proposals: Vec<Proposal>,
}

/// The error of a cell that holds so many persons.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OfCount {
    /// Persons in the cell.
    pub count: u32,
    /// Half-width of the 95 % interval in percent of them.
    pub percent: f64,
}

/// Budget of one cohort, in ρ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CohortPlan {
    /// The cohort.
    pub cohort: String,
    /// What this release charges it.
    pub charge: f64,
    /// Its limit for all releases.
    pub limit: f64,
    /// What all releases have spent.
    pub spent: f64,
    /// What all releases leave after this one; nothing when it is over.
    pub left: f64,
    /// Its limit for the purpose of this release.
    pub purpose_limit: f64,
    /// What releases for this purpose have spent.
    pub purpose_spent: f64,
    /// What they leave after this one; nothing when it is over.
    pub purpose_left: f64,
}

impl PlanReport {
    /// Whether publishing would be refused neither for its errors nor for its cost.
    pub fn is_publishable(&self) -> bool {
        self.refusals.is_empty() && self.shortfalls.is_empty()
    }
}

/// Puts the report together.
pub(crate) fn report(
    definition: &Definition,
    dictionary: &Dictionary,
    dimensions: &[Resolved],
    noise: &NoisePlan,
    budget: &Budget,
) -> Result<PlanReport, ReleaseError> {
    let tables = tables(definition, dictionary, noise, affordable(definition, budget))?;
    let noisy = noisy_tables(definition, &tables);
    let mut warnings: Vec<String> =
        dimensions.iter().filter(|resolved| resolved.learned_from_data).map(learned).collect();
    let mut refusals = Vec::new();
    if definition.force { &mut warnings } else { &mut refusals }.extend(noisy);
    let (cohorts, shortfalls) = costs(definition, noise, budget);
    let total = noise.cell_standard_error(Subset::EMPTY)?;
    Ok(PlanReport {
        name: definition.name.to_string(),
        title: definition.title.clone(),
        definition_digest: definition.digest(),
        dictionary_digest: dictionary.digest().to_owned(),
        frame: definition.frame.to_string(),
        audience: definition.audience,
        purpose: definition.purpose,
        rho: noise.rho().value(),
        epsilon: epsilon(noise.rho(), definition.delta.value())?,
        delta: definition.delta.value(),
        smallest_count_of_interest: definition.smallest_count_of_interest,
        cells: noise.cells(),
        noisy_values: noise.values(),
        rmse: noise.rmse(),
        optimum_rmse: noise.optimum_rmse(),
        total: TotalPlan { standard_error: total, half_width: half_width(total) },
        dimensions: dimensions.iter().map(dimension).collect(),
        tables,
        cohorts,
        shortfalls,
        warnings,
        refusals,
    })
}

fn dimension(resolved: &Resolved) -> DimensionPlan {
    let Resolved { dimension, learned_from_data, .. } = resolved;
    let (name, title, codes) = (dimension.name.clone(), dimension.title.clone(), dimension.codes.len());
    DimensionPlan { name, title, codes, learned_from_data: *learned_from_data }
}

/// `affordable` is the largest ρ that a proposal may name.
fn tables(
    definition: &Definition,
    dictionary: &Dictionary,
    noise: &NoisePlan,
    affordable: f64,
) -> Result<Vec<TablePlan>, ReleaseError> {
    let names = definition.dimension_names();
    let enough = enough(definition);
    let table = |wanted: &panoh_publication::TableWanted| {
        let dimensions = definition.table_dimensions(wanted);
        let subset = Subset::new(&dimensions)?;
        let standard_error = noise.cell_standard_error(subset)?;
        let half_width = half_width(standard_error);
        let is_noise = half_width > enough;
        let name = wanted.name.as_str();
        Ok(TablePlan {
            name: wanted.name.to_string(),
            title: wanted.title.clone(),
            dimensions: dimensions.iter().map(|&at| names[at].to_owned()).collect(),
            cells: noise.shape().cells(subset),
            standard_error,
            half_width,
            quality: quality(standard_error, definition.smallest_count_of_interest),
            of_counts: COUNTS.map(|count| OfCount { count, percent: 100.0 * half_width / f64::from(count) }).to_vec(),
            proposals: if is_noise { proposals(definition, dictionary, name, enough, affordable) } else { vec![] },
        })
    };
    definition.tables.iter().map(table).collect()
}

/// The widest half-width that is not mostly noise: half of the smallest count of interest, persons.
fn enough(definition: &Definition) -> f64 {
    f64::from(definition.smallest_count_of_interest) / 2.0
}

/// Tables that are mostly noise, with what would help.
fn noisy_tables(definition: &Definition, tables: &[TablePlan]) -> Vec<String> {
    let enough = enough(definition);
    let sentence = |table: &TablePlan| {
        let proposals: Vec<String> = table.proposals.iter().map(Proposal::to_string).collect();
        let help = if proposals.is_empty() {
            "no single change is enough; want fewer tables".to_owned()
        } else {
            format!("leave it out, or take one of these: {}", proposals.join(", "))
        };
        format!(
            "table {}: the 95 % half-width {:.1} is more than {enough}, half of the smallest count of interest; {help}",
            table.name,
            tenth_up(table.half_width)
        )
    };
    tables.iter().filter(|table| table.half_width > enough).map(sentence).collect()
}

/// Rounded up to a tenth, so that what is too wide is not shown as what would be enough.
pub(crate) fn tenth_up(half_width: f64) -> f64 {
    (half_width * 10.0 - 1e-9).ceil() / 10.0
}

fn learned(resolved: &Resolved) -> String {
    format!(
        "dimension {}: its code list was learned from data, so that a code stands in it says that somebody had it; take \
         a whole list where one exists",
        resolved.dimension.name
    )
}

/// The ρ that every cohort of the definition has left for its purpose.
fn affordable(definition: &Definition, budget: &Budget) -> f64 {
    let purpose = purpose(definition.purpose);
    let left = definition.cohorts().into_iter().map(|name| {
        let account = budget.cohort(&name);
        let (total, of) = (budget.limits.total, budget.limits.of(purpose));
        total.minus(account.spent()).rho().min(of.minus(account.spent_on(purpose)).rho())
    });
    left.fold(f64::INFINITY, f64::min)
}

fn costs(definition: &Definition, noise: &NoisePlan, budget: &Budget) -> (Vec<CohortPlan>, Vec<Shortfall>) {
    let (purpose, charge) = (purpose(definition.purpose), panoh_ledger::NanoRho::new(noise.rho().nanos()));
    let cohorts = definition.cohorts();
    let cost = |name: &String| {
        let account = budget.cohort(name);
        let (limit, purpose_limit) = (budget.limits.total, budget.limits.of(purpose));
        let (spent, purpose_spent) = (account.spent(), account.spent_on(purpose));
        CohortPlan {
            cohort: name.clone(),
            charge: charge.rho(),
            limit: limit.rho(),
            spent: spent.rho(),
            left: limit.minus(spent.plus(charge)).rho(),
            purpose_limit: purpose_limit.rho(),
            purpose_spent: purpose_spent.rho(),
            purpose_left: purpose_limit.minus(purpose_spent.plus(charge)).rho(),
        }
    };
    (cohorts.iter().map(cost).collect(), budget.shortfalls(&cohorts, purpose, charge))
}

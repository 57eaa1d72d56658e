//! Amounts, limits and what is left of them: pure arithmetic on whole nano-ρ, so that the plan of a release and the
//! ledger's refusal can never disagree.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of ρ (zero-concentrated differential privacy) in whole billionths.
///
/// Whoever turns a real ρ into this type rounds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NanoRho(u64);

impl NanoRho {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `nano` billionths of ρ.
    pub const fn new(nano: u64) -> Self {
        Self(nano)
    }

    /// The amount in billionths of ρ.
    pub const fn nano(self) -> u64 {
        self.0
    }

    /// The amount as ρ, for people and for formulas; never for comparing with a limit.
    pub fn rho(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The sum, held at the largest amount rather than wrapped: an amount that large is over every limit.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, never below nothing.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for NanoRho {
    /// ρ with nine decimals, trailing zeros left out: `0.5`, `0.000000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let digits = format!("{part:09}");
        f.pad(format!("{whole}.{digits}").trim_end_matches('0').trim_end_matches('.'))
    }
}

/// What a release is for. Each purpose has a limit of its own inside the limit of the cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first figures about a cohort.
    First,
    /// One revision after late registrations.
    Revision,
    /// Named projects; all audiences share this limit, because audiences may pool what they know.
    Project,
}

impl Purpose {
    /// All purposes, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::First, Self::Revision, Self::Project];

    /// The word that stands in definitions and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Revision => "revision",
            Self::Project => "project",
        }
    }
}

/// How much of ρ one cohort may ever spend, in all and for each purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// For everything together.
    pub total: NanoRho,
    /// For first figures.
    pub first: NanoRho,
    /// For one revision.
    pub revision: NanoRho,
    /// For named projects.
    pub project: NanoRho,
}

impl Limits {
    /// ρ 1.0 for a cohort: 0.5 for first figures, 0.25 for a revision, 0.25 for projects.
    pub const STANDARD: Self = Self {
        total: NanoRho::new(1_000_000_000),
        first: NanoRho::new(500_000_000),
        revision: NanoRho::new(250_000_000),
        project: NanoRho::new(250_000_000),
    };

    /// The limit of one purpose.
    pub const fn of(&self, purpose: Purpose) -> NanoRho {
        match purpose {
            Purpose::First => self.first,
            Purpose::Revision => self.revision,
            Purpose::Project => self.project,
        }
    }
}

/// What one cohort has spent: reserved, published and void together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CohortBudget {
    /// The cohort: a year of first registration, or `no_year`.
    pub cohort: String,
    /// Spent on first figures.
    pub first: NanoRho,
    /// Spent on revisions.
    pub revision: NanoRho,
    /// Spent on projects.
    pub project: NanoRho,
}

impl CohortBudget {
    /// A cohort that no release has charged.
    pub fn untouched(cohort: &str) -> Self {
        let (first, revision, project) = (NanoRho::ZERO, NanoRho::ZERO, NanoRho::ZERO);
        Self { cohort: cohort.to_owned(), first, revision, project }
    }

    /// Spent on one purpose.
    pub const fn spent_on(&self, purpose: Purpose) -> NanoRho {
        match purpose {
            Purpose::First => self.first,
            Purpose::Revision => self.revision,
            Purpose::Project => self.project,
        }
    }

    /// Spent on everything.
    pub const fn spent(&self) -> NanoRho {
        self.first.plus(self.revision).plus(self.project)
    }

    /// What a release for `purpose` may still cost this cohort: the smaller of what both limits leave.
    pub fn left(&self, limits: &Limits, purpose: Purpose) -> NanoRho {
        let total = limits.total.minus(self.spent());
        total.min(limits.of(purpose).minus(self.spent_on(purpose)))
    }

    pub(crate) fn charge(&mut self, purpose: Purpose, rho: NanoRho) {
        let account = match purpose {
            Purpose::First => &mut self.first,
            Purpose::Revision => &mut self.revision,
            Purpose::Project => &mut self.project,
        };
        *account = account.plus(rho);
    }
}

/// What cohorts count as having spent at least, because a part of the ledger was lost and nobody can tell what stood
/// there. It holds for every cohort up to a year: no person of a later cohort was known to a release that is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// Last year that it holds for. Cohorts that are no years, such as `no_year`, are always held.
    pub through: i16,
    /// On first figures.
    pub first: NanoRho,
    /// On revisions.
    pub revision: NanoRho,
    /// On projects.
    pub project: NanoRho,
}

impl Floor {
    /// Everything that a cohort may spend for each purpose, as what was lost may have cost that.
    pub const fn at_limits(limits: &Limits, through: i16) -> Self {
        Self { through, first: limits.first, revision: limits.revision, project: limits.project }
    }

    /// Whether it holds for a cohort.
    pub fn holds_for(&self, cohort: &str) -> bool {
        cohort.parse::<i16>().map_or(true, |year| year <= self.through)
    }

    /// Lifts an account that it holds for to at least these amounts.
    pub(crate) fn lift(&self, account: &mut CohortBudget) {
        if self.holds_for(&account.cohort) {
            account.first = account.first.max(self.first);
            account.revision = account.revision.max(self.revision);
            account.project = account.project.max(self.project);
        }
    }

    /// One floor that is nowhere below either.
    #[must_use]
    pub(crate) fn joined(&self, other: &Self) -> Self {
        Self {
            through: self.through.max(other.through),
            first: self.first.max(other.first),
            revision: self.revision.max(other.revision),
            project: self.project.max(other.project),
        }
    }
}

/// The limits and what the cohorts charged so far have spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// The same for every cohort.
    pub limits: Limits,
    /// Cohorts that at least one release has charged, in order of their names.
    pub cohorts: Vec<CohortBudget>,
    /// What every other cohort counts as having spent, when a part of the ledger was lost.
    pub floor: Option<Floor>,
}

impl Budget {
    /// A budget of which nothing is spent.
    pub const fn untouched(limits: Limits) -> Self {
        Self { limits, cohorts: Vec::new(), floor: None }
    }

    /// What a cohort has spent; nothing, or the floor, when no release has charged it.
    pub fn cohort(&self, name: &str) -> CohortBudget {
        let known = self.cohorts.iter().find(|known| known.cohort == name);
        known.cloned().unwrap_or_else(|| {
            let mut account = CohortBudget::untouched(name);
            if let Some(floor) = &self.floor {
                floor.lift(&mut account);
            }
            account
        })
    }

    /// Every limit that charging `rho` to each of `cohorts` would exceed. Reaching a limit exactly is allowed.
    pub fn shortfalls(&self, cohorts: &[String], purpose: Purpose, rho: NanoRho) -> Vec<Shortfall> {
        let mut short = Vec::new();
        for name in cohorts {
            let account = self.cohort(name);
            let checks = [
                (Limit::Total, self.limits.total, account.spent()),
                (Limit::Purpose(purpose), self.limits.of(purpose), account.spent_on(purpose)),
            ];
            for (kind, limit, spent) in checks {
                if spent.plus(rho) > limit {
                    short.push(Shortfall { cohort: name.clone(), kind, limit, spent, asked: rho });
                }
            }
        }
        short
    }
}

/// Which limit is too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The limit of the cohort.
    Total,
    /// The limit of one purpose inside it.
    Purpose(Purpose),
}

/// One limit of one cohort that a charge would exceed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// The cohort.
    pub cohort: String,
    /// Which of its limits.
    pub kind: Limit,
    /// The limit.
    pub limit: NanoRho,
    /// Spent before.
    pub spent: NanoRho,
    /// What the release would add.
    pub asked: NanoRho,
}

impl Shortfall {
    /// The amounts without the cohort, in words.
    pub fn amounts(&self) -> String {
        let kind = match self.kind {
            Limit::Total => "all releases",
            Limit::Purpose(purpose) => purpose.name(),
        };
        let Self { limit, spent, asked, .. } = self;
        format!("limit for {kind} {limit}, spent {spent}, asked {asked}")
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cohort {}: {}", self.cohort, self.amounts())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_read_as_rho() {
        for (nano, text) in [(0, "0"), (1, "0.000000001"), (500_000_000, "0.5"), (1_250_000_000, "1.25")] {
            assert_eq!(NanoRho::new(nano).to_string(), text);
        }
    }

    #[test]
    fn a_limit_may_be_reached_and_not_passed() {
        let cohorts = ["2018".to_owned(), "2019".to_owned()];
        let mut budget = Budget::untouched(Limits::STANDARD);
        let mut account = CohortBudget::untouched("2019");
        account.charge(Purpose::First, NanoRho::new(200_000_000));
        budget.cohorts.push(account);

        assert!(budget.shortfalls(&cohorts, Purpose::First, NanoRho::new(300_000_000)).is_empty());
        let short = budget.shortfalls(&cohorts, Purpose::First, NanoRho::new(300_000_001));
        assert_eq!(short.len(), 1);
        assert_eq!(short[0].to_string(), "cohort 2019: limit for first 0.5, spent 0.2, asked 0.300000001");
    }

    proptest! {
        #[test]
        fn what_is_left_can_be_spent_and_no_more(spent in 0_u64..600_000_000, purpose in 0_usize..3) {
            let purpose = Purpose::ALL[purpose];
            let mut account = CohortBudget::untouched("2020");
            account.charge(purpose, NanoRho::new(spent));
            let left = account.left(&Limits::STANDARD, purpose);
            let budget = Budget { cohorts: vec![account], ..Budget::untouched(Limits::STANDARD) };
            let cohorts = ["2020".to_owned()];
            let over = spent > Limits::STANDARD.of(purpose).nano();
            prop_assert_eq!(budget.shortfalls(&cohorts, purpose, left).is_empty(), !over);
            prop_assert!(!budget.shortfalls(&cohorts, purpose, left.plus(NanoRho::new(1))).is_empty());
        }
    }
}

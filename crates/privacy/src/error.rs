//! What can go wrong while noise is planned, added or taken apart. Messages name tables by dimension numbers and never
//! hold a count.

use crate::{Rho, Subset};

/// An error of this crate. Everything but [`PrivacyError::OpenDp`], [`PrivacyError::WrongLength`] and
/// [`PrivacyError::NotCounts`] can be found by planning alone, before any data is touched.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// A shape without dimensions, or with more than a 64-bit set can hold.
    #[error("a shape has 1 to 64 dimensions, this one has {0}: group or leave out dimensions")]
    DimensionCount(usize),
    /// A dimension that cannot vary.
    #[error("dimension {dimension} has {codes} codes, at least 2 are needed: leave the dimension out")]
    TooFewCodes {
        /// Position in the shape.
        dimension: usize,
        /// Number of codes given.
        codes: u32,
    },
    /// A dimension number that does not fit the shape (or any shape).
    #[error("dimension {dimension} does not exist, numbers go from 0 to {last}: correct the table")]
    UnknownDimension {
        /// The number given.
        dimension: usize,
        /// The largest number allowed.
        last: usize,
    },
    /// A dimension named twice in one table.
    #[error("dimension {0} stands twice in one table: name it once")]
    RepeatedDimension(usize),
    /// A weight that is not a sensible number.
    #[error("weight {0} is not between 0.000001 and 1000000: choose weights near 1")]
    BadWeight(f64),
    /// A required half-width that is not a sensible number of persons.
    #[error("half-width {0} is not between 0.001 and 1000000000 persons: state a number such as 6")]
    BadHalfWidth(f64),
    /// Headline tables that the budget cannot pay for.
    #[error("the half-widths asked for need rho {}, the budget is {}: state at least that rho, or larger half-widths",
        enough.value(), given.value())]
    HalfWidthsNeedMore {
        /// The least budget with which these tables can be planned.
        enough: Rho,
        /// The budget that was given.
        given: Rho,
    },
    /// The search for the weights of tables came to no end.
    #[error("no noise scales were found that keep the half-widths asked for: ask for fewer of them, or larger ones")]
    NoWeights,
    /// A budget that is not a positive amount.
    #[error("rho {0} is not between 0.000000001 and 1000000: state a budget such as 0.5")]
    BadRho(f64),
    /// No table is wanted.
    #[error("no table is wanted: name at least one")]
    NothingWanted,
    /// The same table wanted twice.
    #[error("table of {0} is wanted twice: name it once and give it a weight")]
    RepeatedTable(Subset),
    /// The closure has more members than is sensible.
    #[error("the tables have about {0} subsets, at most {max} are planned: want fewer or smaller tables",
        max = crate::workload::MAX_QUERIES)]
    TooManyQueries(u64),
    /// More noisy numbers than a run may draw.
    #[error("the tables need {0} noisy numbers, at most {max} are drawn: want fewer or smaller tables",
        max = crate::workload::MAX_VALUES)]
    TooManyValues(u64),
    /// Sums over this table could leave 64-bit integers.
    #[error("table of {0} is too large for 64-bit sums: take fewer dimensions or shorter code lists")]
    Overflow(Subset),
    /// A scale under which the discrete Gaussian is no longer nearly a Gaussian.
    #[error("noise for {table} would have scale {sigma:.3}, under 0.7: state a smaller rho or want more tables")]
    SmallScale {
        /// The query concerned.
        table: Subset,
        /// Its scale.
        sigma: f64,
    },
    /// A stored plan that does not follow from its own parts.
    #[error("stored plan is not valid: {0}; take it from the release as it was published")]
    BadStoredPlan(&'static str),
    /// A table that is neither wanted nor a roll-up of a wanted one.
    #[error("table of {0} is not in the plan: ask for a wanted table or for fewer of its dimensions")]
    NotPlanned(Subset),
    /// More codes taken than a dimension has, or a wrong number of entries.
    #[error("slice of {0} does not fit its dimensions: give one number of codes for each, at most all of them")]
    BadSlice(Subset),
    /// A vector whose length is not the number of cells.
    #[error("values of {table} number {found}, {expected} are needed: give one for each cell, in row-major order")]
    WrongLength {
        /// The table concerned.
        table: Subset,
        /// Cells of that table.
        expected: u64,
        /// Length of the vector.
        found: usize,
    },
    /// Tables over which whole numbers need not agree; see [`crate::can_be_whole()`].
    #[error(
        "whole tables of {} need not agree: what two of them share overlaps with what two others share; want one \
        table over all of their dimensions, or numbers that are not whole",
        list(tables)
    )]
    NotWhole {
        /// The three or four tables.
        tables: Vec<Subset>,
    },
    /// A negative number, or more persons than there are on Earth, where counts of persons belong.
    #[error("values of {0} are not counts of persons: give counts from 0 with a sum under 2^33")]
    NotCounts(Subset),
    /// A probability outside its range.
    #[error("{name} is {value}, it must lie between {least} and 1: choose for example {example}")]
    BadProbability {
        /// Which probability.
        name: &'static str,
        /// What was given.
        value: f64,
        /// Smallest value allowed.
        least: f64,
        /// A usual choice.
        example: &'static str,
    },
    /// A standard error or scale that is not a positive number.
    #[error("scale {0} is not a positive finite number: take it from a plan")]
    BadScale(f64),
    /// OpenDP refused.
    #[error("opendp failed to {doing}")]
    OpenDp {
        /// What was being done.
        doing: &'static str,
        /// OpenDP's own error.
        #[source]
        source: opendp::error::Error,
    },
}

impl PrivacyError {
    /// For `map_err`: OpenDP's error together with what was being done.
    pub(crate) fn opendp(doing: &'static str) -> impl FnOnce(opendp::error::Error) -> Self {
        move |source| Self::OpenDp { doing, source }
    }
}

/// Tables one after another, as a message names them.
fn list(tables: &[Subset]) -> String {
    tables.iter().map(Subset::to_string).collect::<Vec<_>>().join(" and ")
}

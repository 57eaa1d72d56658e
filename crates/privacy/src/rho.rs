//! Privacy loss in zero-concentrated differential privacy, as a whole number of nano-ρ: amounts that are added up and
//! compared with a limit must not be floats.

use serde::{Deserialize, Serialize};

use crate::PrivacyError;

/// An amount of ρ (zCDP) in units of 10⁻⁹. In files it is that whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rho(u64);

impl Rho {
    /// So many nano-ρ.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A budget as people write it, such as 0.5, to the nearest nano-ρ. Refuses what is not between 10⁻⁹ and 10⁶.
    pub fn new(rho: f64) -> Result<Self, PrivacyError> {
        if (1e-9..=1e6).contains(&rho) { Ok(Self((rho * 1e9).round() as u64)) } else { Err(PrivacyError::BadRho(rho)) }
    }

    /// The amount in nano-ρ.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The amount in ρ, for formulas and for people; never compare it.
    pub fn value(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

//! Privacy amounts that cannot be wrong once they are built, also when they come out of a file.
//!
//! ρ is the amount of zero-concentrated differential privacy (Bun and Steinke, arXiv 1605.02065); ε at δ is what people
//! read. The ledger adds ρ, so ρ is a whole number of nano-ρ here and never a float that is compared.

use serde::{Deserialize, Serialize};

use crate::DefinitionError;

/// ρ of zCDP as a whole number of billionths: more than 0, at most 10. Files hold it as a decimal such as 0.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rho(u64);

impl Rho {
    /// Billionths in one ρ.
    const NANO: f64 = 1e9;
    /// ρ 10 is ε of about 40 at δ 1e-9: nothing above it deserves the name of protection.
    const MOST: u64 = 10_000_000_000;

    /// Takes a decimal ρ with at most nine decimals.
    pub fn new(value: f64) -> Result<Self, DefinitionError> {
        let refuse = |rule| DefinitionError::Number { what: "rho", found: value, rule };
        if !(value > 0.0 && value <= 10.0) {
            return Err(refuse("use more than 0 and at most 10; 0.5 is the default limit for first figures"));
        }
        let nano = (value * Self::NANO).round();
        if (value * Self::NANO - nano).abs() > 1e-3 {
            return Err(refuse("use at most nine decimals"));
        }
        Self::from_nano(nano as u64)
    }

    /// Takes a whole number of billionths.
    pub fn from_nano(nano: u64) -> Result<Self, DefinitionError> {
        if (1..=Self::MOST).contains(&nano) {
            Ok(Self(nano))
        } else {
            let rule = "use from 1 to 10,000,000,000 nano-rho";
            Err(DefinitionError::Number { what: "rho in billionths", found: nano as f64, rule })
        }
    }

    /// The amount in billionths.
    pub fn nano(self) -> u64 {
        self.0
    }

    /// The amount as a decimal.
    pub fn value(self) -> f64 {
        self.0 as f64 / Self::NANO
    }
}

/// δ at which ε is stated: more than 0, at most 1e-9. It never depends on how many persons there are.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Delta(f64);

impl Delta {
    /// Checks and takes over a δ.
    pub fn new(value: f64) -> Result<Self, DefinitionError> {
        if value > 0.0 && value <= 1e-9 {
            Ok(Self(value))
        } else {
            let rule = "use more than 0 and at most 1e-9";
            Err(DefinitionError::Number { what: "delta", found: value, rule })
        }
    }

    /// The δ.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Default for Delta {
    fn default() -> Self {
        Self(1e-9)
    }
}

/// How much the error of one table counts against the others: finite, more than 0, 1 by default.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Weight(f64);

impl Weight {
    /// Checks and takes over a weight.
    pub fn new(value: f64) -> Result<Self, DefinitionError> {
        if value.is_finite() && value > 0.0 {
            Ok(Self(value))
        } else {
            Err(DefinitionError::Number { what: "weight", found: value, rule: "use a finite number above 0" })
        }
    }

    /// The weight.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Default for Weight {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Half the width of the 95 % interval that the cells of a headline table must have, in persons: from 0.001 to 10⁹.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct HalfWidth(f64);

impl HalfWidth {
    /// Checks and takes over a number of persons.
    pub fn new(value: f64) -> Result<Self, DefinitionError> {
        if (1e-3..=1e9).contains(&value) {
            Ok(Self(value))
        } else {
            let rule = "use a number of persons from 0.001 to 1,000,000,000, such as 6";
            Err(DefinitionError::Number { what: "half_width", found: value, rule })
        }
    }

    /// The number of persons.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Rho {
    type Error = DefinitionError;
    fn try_from(value: f64) -> Result<Self, DefinitionError> {
        Self::new(value)
    }
}

impl From<Rho> for f64 {
    fn from(rho: Rho) -> f64 {
        rho.value()
    }
}

impl TryFrom<f64> for Delta {
    type Error = DefinitionError;
    fn try_from(value: f64) -> Result<Self, DefinitionError> {
        Self::new(value)
    }
}

impl From<Delta> for f64 {
    fn from(delta: Delta) -> f64 {
        delta.0
    }
}

impl TryFrom<f64> for Weight {
    type Error = DefinitionError;
    fn try_from(value: f64) -> Result<Self, DefinitionError> {
        Self::new(value)
    }
}

impl TryFrom<f64> for HalfWidth {
    type Error = DefinitionError;
    fn try_from(value: f64) -> Result<Self, DefinitionError> {
        Self::new(value)
    }
}

impl From<HalfWidth> for f64 {
    fn from(half_width: HalfWidth) -> f64 {
        half_width.0
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> f64 {
        weight.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rho_is_exact_and_bounded() {
        assert_eq!(Rho::new(0.5).expect("good").nano(), 500_000_000);
        assert_eq!(Rho::new(0.1).expect("good").nano(), 100_000_000);
        assert_eq!(Rho::new(10.0).expect("good").nano(), 10_000_000_000);
        for bad in [0.0, -1.0, 10.1, f64::NAN, f64::INFINITY, 0.123_456_789_5] {
            assert!(Rho::new(bad).is_err(), "{bad}");
        }
        for nano in [1, 123_456_789, 499_999_999, 10_000_000_000] {
            let text = serde_json::to_string(&Rho::from_nano(nano).expect("good")).expect("writes");
            assert_eq!(serde_json::from_str::<Rho>(&text).expect("reads").nano(), nano, "{text}");
        }
    }

    #[test]
    fn delta_is_small_and_serde_cannot_get_round_it() {
        assert!((Delta::default().value() - 1e-9).abs() < 1e-24);
        for bad in [0.0, 1e-8, 0.5, f64::NAN] {
            assert!(Delta::new(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Delta>("1e-6").is_err());
        assert!(serde_json::from_str::<Weight>("0").is_err());
    }
}

//! Rules over several columns of one row, carried out when all its cells were read: lengths of time, sums, and what one
//! code implies about another column.

use panoh_dictionary::Otherwise;

use crate::codes::CodeId;
use crate::draft::{Draft, Value};
use crate::meaning::{Slot, State};
use crate::rule::Rule;

/// Completed days between two dates.
pub(crate) struct DaysRule {
    /// Numbers of the dates.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) slot: Slot,
    pub(crate) state: Option<State>,
    /// Place in the row of the cell to name when the dates are in the wrong order.
    pub(crate) at: Option<usize>,
}

/// Numbers that must add up when all are recorded.
pub(crate) struct SumRule {
    pub(crate) total: Slot,
    pub(crate) parts: Vec<Slot>,
    /// Place in the row of the cell to name when they do not.
    pub(crate) at: Option<usize>,
}

/// What one code implies about another column.
pub(crate) struct ImpliesRule {
    pub(crate) when: HoldsRule,
    pub(crate) then: HoldsRule,
    pub(crate) otherwise: Otherwise,
    /// The name of the rule in the tally.
    pub(crate) note: String,
    /// Place in the row of the cell to name when the row is refused.
    pub(crate) at: Option<usize>,
}

/// That a column holds one of some codes; no code means any that is not an absence.
pub(crate) struct HoldsRule {
    pub(crate) slot: Slot,
    pub(crate) codes: Vec<CodeId>,
}

/// What came of a rule between two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Implied {
    /// The rule holds, or does not apply.
    Holds,
    /// It is broken, and the row is to be counted.
    Noted,
    /// A code was added.
    Added,
}

impl DaysRule {
    /// Fills in the number, or why there is none.
    pub(crate) fn settle(&self, draft: &mut Draft) -> Result<(), Rule> {
        let days = match (draft.dates[self.from], draft.dates[self.to]) {
            (Ok(from), Ok(to)) => from.days_until(to).ok_or(CodeId::UNKNOWN),
            (Err(absence), _) | (_, Err(absence)) => Err(absence),
        };
        if days.is_ok_and(|days| days < 0) {
            return Err(Rule::EndsBeforeStart);
        }
        draft.values[self.slot] = Value::Integer(days.ok());
        if let Some(state) = self.state {
            draft.values[state.slot] = Value::Code(Some(days.map_or_else(|absence| absence, |_| state.recorded)));
        }
        Ok(())
    }
}

impl SumRule {
    /// Whether the parts add up, as far as all numbers are known.
    pub(crate) fn check(&self, draft: &Draft) -> Result<(), Rule> {
        let number = |slot: Slot| match draft.values[slot] {
            Value::Integer(Some(number)) => Some(i64::from(number)),
            _ => None,
        };
        let sum: Option<i64> = self.parts.iter().map(|&part| number(part)).sum();
        match number(self.total).zip(sum) {
            Some((total, sum)) if total != sum => Err(Rule::PartsDoNotSum),
            _ => Ok(()),
        }
    }
}

impl ImpliesRule {
    /// Carries the rule out; the lists of the row are settled before.
    pub(crate) fn settle(&self, draft: &mut Draft) -> Result<Implied, Rule> {
        if !self.when.is_met(draft) || self.then.is_met(draft) {
            return Ok(Implied::Holds);
        }
        match (self.otherwise, self.then.codes.first()) {
            (Otherwise::Refuse, _) => Err(Rule::Contradiction),
            (Otherwise::Add, Some(&code)) => {
                if let Value::Codes(codes) = &mut draft.values[self.then.slot] {
                    codes.retain(|code| !code.is_absence());
                }
                draft.add(self.then.slot, code);
                Ok(Implied::Added)
            }
            _ => Ok(Implied::Noted),
        }
    }
}

impl HoldsRule {
    fn is_met(&self, draft: &Draft) -> bool {
        let any = self.codes.is_empty();
        draft.codes(self.slot).iter().any(|code| if any { !code.is_absence() } else { self.codes.contains(code) })
    }
}

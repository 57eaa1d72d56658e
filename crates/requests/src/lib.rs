//! Carries what researchers ask for from the public host to the trusted one, and the decisions back.
//!
//! The two hosts share files and nothing else. Each file is written by one of them only, whole or not at all, and whoever
//! reads it takes nothing in it for granted:
//!
//! ```text
//! trusted host                                                              public host
//! published/catalogue.json   what may be asked for                     ───►  checks a request by it
//! tokens.json                hashes of the tokens of each project      ───►  knows who asks
//! published/decisions.json   what became of each request               ───►  tells who asked
//! plans and decides          ◄───   requests/<id>.json   one request
//! ```
//!
//! A request is decided from its plan and the budget alone, never from data, so neither the decision nor its reason nor
//! its time says anything about anybody.

mod asked;
mod catalogue;
mod decision;
mod error;
mod file;
#[cfg(test)]
mod fixture;
mod inbox;
mod token;

use panoh_publication::Day;

pub use asked::{Accuracy, Asked, AskedDimension, Filed};
pub use catalogue::{Catalogue, CatalogueCode, CatalogueDimension, CatalogueFrame, CatalogueList};
pub use decision::{Decision, Decisions, Outcome, RefusalReason};
pub use error::{Misfit, RequestsError};
pub use inbox::{Found, Inbox, Received, Request, RequestId};
pub use token::{Bearer, Scope, Secret, Token, TokenBook, TokenRefusal};

/// The day so many days later; the same day at the end of the calendar.
pub fn days_later(day: &Day, days: u16) -> Day {
    let date: Option<jiff::civil::Date> = day.as_str().parse().ok();
    let later = date.and_then(|date| date.checked_add(jiff::Span::new().days(days)).ok());
    later.and_then(|date| Day::new(&date.to_string()).ok()).unwrap_or_else(|| day.clone())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexed(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_over_months_and_leap_years() {
        for (day, days, later) in
            [("2026-11-23", 14, "2026-12-07"), ("2028-02-28", 1, "2028-02-29"), ("2026-01-01", 365, "2027-01-01")]
        {
            assert_eq!(days_later(&Day::new(day).expect("a day"), days).as_str(), later);
        }
    }
}

//! Long answers in pages: which rows are asked for, and where the others are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Problem;
use crate::answer::is_paged;
use crate::format::View;
use crate::parameters::Parameters;
use crate::problem::Kind;
use crate::question::Page;

/// Rows of a page, when nobody says how many.
const ROWS: usize = 10_000;
/// Most rows of a page of JSON, which is made in memory; files are written row by row.
const MOST_ROWS: usize = 100_000;

/// The page that is asked for. JSON comes in pages; files come whole unless a page is asked for.
pub(crate) fn asked(parameters: &mut Parameters, view: View) -> Result<Page, Problem> {
    let (offset, limit) = (parameters.take_count("offset")?, parameters.take_count("limit")?);
    if limit == Some(0) {
        return Err(Problem::new(Kind::BadValue, "`limit` is at least 1"));
    }
    if is_paged(view) && limit.is_some_and(|limit| limit > MOST_ROWS) {
        let detail = "a page of JSON has at most 100,000 rows; take CSV or Parquet for more, or the pages one by one";
        return Err(Problem::new(Kind::TooManyRows, detail));
    }
    Ok(Page { offset: offset.unwrap_or(0), limit: limit.or(is_paged(view).then_some(ROWS)) })
}

/// The pages around one.
#[derive(Debug)]
pub(crate) struct Pages {
    previous: Option<String>,
    /// Path and query of the next page; none behind the last.
    pub(crate) next: Option<String>,
}

/// The pages before and behind one of so many rows, in canonical words: whoever asks the same in other words is told of the
/// same addresses, so that the answer has the same bytes.
pub(crate) fn around(path: &str, question: &[(String, String)], view: View, page: Page, rows: usize) -> Pages {
    let Some(limit) = page.limit else { return Pages { previous: None, next: None } };
    let (from, to) = page.range(rows);
    let at = |offset: usize| {
        let rest = [("limit".to_owned(), limit.to_string()), ("offset".to_owned(), offset.to_string())];
        let pairs = question.iter().cloned().chain(view.pairs()).chain(rest);
        let pairs = pairs.map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value)));
        format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
    };
    Pages { previous: (from > 0).then(|| at(from.saturating_sub(limit))), next: (to < rows).then(|| at(to)) }
}

/// As it stands in a query.
fn encoded(text: &str) -> impl std::fmt::Display + '_ {
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',').remove(b':');
    utf8_percent_encode(text, KEPT)
}

impl Pages {
    /// The header `Link` (RFC 8288); none when all rows are here.
    pub(crate) fn header(&self) -> Option<String> {
        let link = |address: &Option<String>, rel: &str| address.as_ref().map(|at| format!("<{at}>; rel=\"{rel}\""));
        let links: Vec<String> =
            [link(&self.previous, "prev"), link(&self.next, "next")].into_iter().flatten().collect();
        (!links.is_empty()).then(|| links.join(", "))
    }
}

//! Long answers in pages: which rows are asked for, and where the others are.

use crate::Problem;
use crate::answer::is_paged;
use crate::format::View;
use crate::parameters::Parameters;
use crate::problem::Kind;
use crate::question::Page;

/// Rows of a page, when nobody says how many.
const ROWS: usize = 10_000;

/// The page that is asked for. JSON comes in pages; files come whole unless a page is asked for.
pub(crate) fn asked(parameters: &mut Parameters, view: View) -> Result<Page, Problem> {
    let (offset, limit) = (parameters.take_count("offset")?, parameters.take_count("limit")?);
    if limit == Some(0) {
        return Err(Problem::new(Kind::BadValue, "`limit` is at least 1"));
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

/// The pages before and behind one of so many rows, which was asked for at an address.
pub(crate) fn around(address: &str, page: Page, rows: usize) -> Pages {
    let Some(limit) = page.limit else { return Pages { previous: None, next: None } };
    let (from, to) = page.range(rows);
    let at = |offset: usize| with(address, offset, limit);
    Pages { previous: (from > 0).then(|| at(from.saturating_sub(limit))), next: (to < rows).then(|| at(to)) }
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

/// An address with another page; everything else stays as it was written.
fn with(address: &str, offset: usize, limit: usize) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let others = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && !["offset", "limit"].contains(&name)
    });
    let pairs: Vec<String> =
        others.map(str::to_owned).chain([format!("limit={limit}"), format!("offset={offset}")]).collect();
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn an_address_keeps_what_is_not_its_page() {
        for (address, wanted) in [
            ("/v1/x", "/v1/x?limit=10&offset=20"),
            ("/v1/x?gender=a%2Cb&offset=10&limit=10", "/v1/x?gender=a%2Cb&limit=10&offset=20"),
        ] {
            assert_eq!(with(address, 20, 10), wanted);
        }
    }
}

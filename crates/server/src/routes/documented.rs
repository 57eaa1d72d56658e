//! Parameters and refusals that many addresses share, described once for the OpenAPI document. Nothing here runs.

use utoipa::{IntoParams, IntoResponses};

use crate::Problem;

/// How the answer is written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the document only; the parameters are parsed by hand so that refusals can help")]
pub(super) struct ViewParameters {
    /// `json`, `csv`, `xlsx`, `parquet`, `arrow` and, for figures, `sdmx`; wins over Accept.
    format: Option<String>,
    /// Language of labels: `en`, `ru` or `tg`.
    lang: Option<String>,
    /// Of CSV: `1` for a byte order mark, which Excel needs for other letters than Latin ones.
    bom: Option<String>,
    /// Of CSV: what stands between cells, `,`, `;` or `tab`.
    sep: Option<String>,
    /// Of CSV: `point`, or `comma` where fractions are written with one.
    decimal: Option<String>,
}

/// Which rows.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the document only; the parameters are parsed by hand so that refusals can help")]
pub(super) struct PageParameters {
    /// Most rows; 10,000 in JSON when it is left out, all in files.
    #[param(example = 1000)]
    limit: Option<usize>,
    /// How many rows to pass over. `Link` and, in JSON, `next` say where the next rows are.
    offset: Option<usize>,
}

/// Which figures of a trend.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the document only; the parameters are parsed by hand so that refusals can help")]
pub(super) struct TrendParameters {
    /// First year first registered; leaves persons without a year out.
    #[param(example = 2018)]
    from: Option<i32>,
    /// Last year first registered, included.
    #[param(example = 2024)]
    to: Option<i32>,
    /// Id of a release instead of the newest.
    release: Option<String>,
}

/// What every address may answer instead of figures.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "read by the document only")]
pub(super) enum Refusals {
    /// The reader has this answer already.
    #[response(status = 304)]
    NotModified,
    /// A parameter is wrong.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(Problem),
    /// There is no such release, or nothing of this kind was released.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The release was withdrawn.
    #[response(status = 410, content_type = "application/problem+json")]
    Gone(Problem),
    /// There is no such format.
    #[response(status = 406, content_type = "application/problem+json")]
    NotAcceptable(Problem),
    /// The answer took too long.
    #[response(status = 503, content_type = "application/problem+json")]
    TookTooLong(Problem),
}

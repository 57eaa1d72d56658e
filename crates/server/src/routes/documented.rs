//! Parameters and refusals that many addresses share, described once for the OpenAPI document. Nothing here runs.

use std::collections::BTreeMap;

use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::Problem;

/// How figures are written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the document only; the parameters are parsed by hand so that refusals can help")]
pub(super) struct ViewParameters {
    /// Format; wins over Accept.
    #[param(inline)]
    format: Option<FigureFormat>,
    /// Language of labels.
    #[param(inline)]
    lang: Option<Language>,
    /// Of CSV: `1` for a byte order mark, which Excel needs for other letters than Latin ones.
    #[param(inline)]
    bom: Option<Mark>,
    /// Of CSV: what stands between cells.
    #[param(inline)]
    sep: Option<Separator>,
    /// Of CSV: `comma` where fractions are written with one.
    #[param(inline)]
    decimal: Option<Decimal>,
}

/// How lists are written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the document only; the parameters are parsed by hand so that refusals can help")]
pub(super) struct ListParameters {
    /// Format; wins over Accept.
    #[param(inline)]
    format: Option<ListFormat>,
    /// Language of labels.
    #[param(inline)]
    lang: Option<Language>,
    /// Of CSV: `1` for a byte order mark, which Excel needs for other letters than Latin ones.
    #[param(inline)]
    bom: Option<Mark>,
    /// Of CSV: what stands between cells.
    #[param(inline)]
    sep: Option<Separator>,
    /// Of CSV: `comma` where fractions are written with one.
    #[param(inline)]
    decimal: Option<Decimal>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the document only")]
enum FigureFormat {
    Json,
    Csv,
    Xlsx,
    Parquet,
    Arrow,
    Sdmx,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the document only")]
enum ListFormat {
    Json,
    Csv,
    Xlsx,
    Parquet,
    Arrow,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the document only")]
enum Language {
    En,
    Ru,
    Tg,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the document only")]
enum Mark {
    #[schema(rename = "0")]
    No,
    #[schema(rename = "1")]
    Yes,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the document only")]
enum Separator {
    #[schema(rename = ",")]
    Comma,
    #[schema(rename = ";")]
    Semicolon,
    #[schema(rename = "tab")]
    Tab,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the document only")]
enum Decimal {
    Point,
    Comma,
}

/// Which rows.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the document only; the parameters are parsed by hand so that refusals can help")]
pub(super) struct PageParameters {
    /// Most rows; 10,000 in JSON when it is left out, all in files.
    #[param(example = 1000, minimum = 1)]
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
    /// Id of a release instead of the newest series or release.
    #[param(min_length = 1)]
    release: Option<String>,
    /// Name of a series instead of the newest.
    #[param(min_length = 1)]
    series: Option<String>,
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
    /// The token that was shown is not good.
    #[response(status = 401, content_type = "application/problem+json")]
    BadToken(Problem),
    /// Too many questions came at once; `Retry-After` says when to ask again.
    #[response(status = 429, content_type = "application/problem+json")]
    TooFast(Problem),
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

/// What may be answered to who asks for tables.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "read by the document only")]
pub(super) enum RequestRefusals {
    /// The request does not fit what may be asked for.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(Problem),
    /// A good token is needed.
    #[response(status = 401, content_type = "application/problem+json")]
    BadToken(Problem),
    /// The token does not allow this.
    #[response(status = 403, content_type = "application/problem+json")]
    NotAllowed(Problem),
    /// There is no such request, or requests are not open.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The request is too long.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(Problem),
    /// The key was used for another request.
    #[response(status = 422, content_type = "application/problem+json")]
    KeyUsed(Problem),
    /// Too many requests wait, or too many questions came at once.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
    /// The answer took too long.
    #[response(status = 503, content_type = "application/problem+json")]
    TookTooLong(Problem),
}

/// What somebody asks for.
#[derive(ToSchema)]
#[cfg_attr(test, derive(serde::Serialize))]
#[cfg_attr(not(test), expect(dead_code, reason = "read by the document only; panoh-requests parses the body"))]
pub(crate) struct AskedBody {
    /// What people will read above the tables.
    #[schema(example = "Persons by destination and purpose of exploitation", max_length = 200)]
    pub(crate) title: String,
    /// What the tables are for. Whoever decides reads it, and it stands in the release.
    #[schema(example = "A study of labour migration", max_length = 2000)]
    pub(crate) purpose: String,
    /// Name of a frame of the catalogue.
    #[schema(example = "victims")]
    pub(crate) frame: String,
    /// First year of first registration.
    #[schema(example = 2018)]
    pub(crate) from: i16,
    /// Last year of first registration, included.
    #[schema(example = 2024)]
    pub(crate) to: i16,
    /// Whether persons without a year are counted as well; `false` when it is left out.
    #[schema(required = false)]
    pub(crate) no_year: bool,
    /// The tables: names of dimensions of the frame, or `year`.
    #[schema(example = json!([["year", "gender"], ["destination"]]))]
    pub(crate) tables: Vec<Vec<String>>,
    /// How dimensions are narrowed; those that are not here have their whole list.
    #[schema(example = json!({"destination": {"level": "world_region"}}))]
    #[schema(required = false)]
    pub(crate) dimensions: BTreeMap<String, AskedNarrower>,
    /// Smallest number of persons that matters.
    #[schema(example = 20, minimum = 1)]
    pub(crate) smallest_count_of_interest: u32,
    /// What each person may cost, ρ; or else `half_width`.
    #[schema(example = 0.05)]
    pub(crate) rho: Option<f64>,
    /// How wide the 95 % interval of any cell may be, plus or minus so many persons; or else `rho`.
    #[schema(minimum = 0.1, maximum = 1_000_000)]
    pub(crate) half_width: Option<f64>,
    /// The day up to which outcomes are wanted; that of the request when it is left out.
    pub(crate) observed_until: Option<String>,
}

/// How a dimension is narrowed.
#[derive(ToSchema)]
#[cfg_attr(test, derive(serde::Serialize))]
#[cfg_attr(not(test), expect(dead_code, reason = "read by the document only; panoh-requests parses the body"))]
pub(crate) struct AskedNarrower {
    /// A coarser list.
    pub(crate) level: Option<String>,
    /// These codes alone; all others become `other`.
    pub(crate) codes: Option<Vec<String>>,
    /// Why these codes; needed with `codes`.
    pub(crate) reason: Option<String>,
}

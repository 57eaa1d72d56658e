//! The three trends: the newest public release that has the dimensions, filtered and given value by value.

use std::sync::Arc;

use axum::response::Response;
use panoh_publication::{
    Artefact, Dimension, DimensionCode, Slug, VICTIMS, YEAR, dimensions_together, members, only_year,
};

use super::documented::{PageParameters, Refusals, TrendParameters, ViewParameters};
use super::tables::count;
use crate::format::FIGURES;
use crate::parameters::{Parameters, codes};
use crate::problem::Kind;
use crate::question::{MOST_ROWS, Question};
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::series::{self, Joined, Part};
use crate::{Problem, Shelf, pages};

/// A trend: its address and the dimensions that it needs, best first; besides `year`, all are filters.
pub(crate) struct Trend {
    pub(crate) name: &'static str,
    choices: &'static [&'static [&'static str]],
}

/// Persons by year, origin and destination.
pub(crate) const ROUTES: Trend =
    Trend { name: "routes", choices: &[&[YEAR, "origin", "destination"], &["origin", "destination"]] };
/// Persons by year and destination.
pub(crate) const DESTINATIONS: Trend =
    Trend { name: "destinations", choices: &[&[YEAR, "destination"], &["destination"]] };
/// Persons by year and gender.
pub(crate) const GENDER: Trend = Trend { name: "gender", choices: &[&[YEAR, "gender"]] };

/// Persons by year, origin and destination.
#[utoipa::path(
    get,
    path = "/v1/trends/routes",
    tag = "trends",
    params(
        TrendParameters,
        ("origin" = Option<String>, Query, min_length = 1, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ("destination" = Option<String>, Query, min_length = 1, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ViewParameters,
        PageParameters
    ),
    responses(
        (status = 200, description = "The values",
            content(
                (series::Trend = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file"),
                (String = "application/vnd.sdmx.data+csv")
            )),
        Refusals
    )
)]
pub(super) async fn routes(Sight(shelf): Sight, asked: Asked) -> Result<Response, Problem> {
    respond(&shelf, asked, &ROUTES).await
}

/// Persons by year and destination.
#[utoipa::path(
    get,
    path = "/v1/trends/destinations",
    tag = "trends",
    params(
        TrendParameters,
        ("destination" = Option<String>, Query, min_length = 1, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ViewParameters,
        PageParameters
    ),
    responses(
        (status = 200, description = "The values",
            content(
                (series::Trend = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file"),
                (String = "application/vnd.sdmx.data+csv")
            )),
        Refusals
    )
)]
pub(super) async fn destinations(Sight(shelf): Sight, asked: Asked) -> Result<Response, Problem> {
    respond(&shelf, asked, &DESTINATIONS).await
}

/// Persons by year and gender.
#[utoipa::path(
    get,
    path = "/v1/trends/gender",
    tag = "trends",
    params(
        TrendParameters,
        ("gender" = Option<String>, Query, min_length = 1, description = "Codes: `a`, `a,b` or `a..c` in the order of the list"),
        ViewParameters,
        PageParameters
    ),
    responses(
        (status = 200, description = "The values",
            content(
                (series::Trend = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
                (Vec<u8> = "application/vnd.apache.arrow.file"),
                (String = "application/vnd.sdmx.data+csv")
            )),
        Refusals
    )
)]
pub(super) async fn gender(Sight(shelf): Sight, asked: Asked) -> Result<Response, Problem> {
    respond(&shelf, asked, &GENDER).await
}

async fn respond(shelf: &Shelf, mut asked: Asked, trend: &Trend) -> Result<Response, Problem> {
    let view = asked.view(FIGURES)?;
    let page = asked.page(view)?;
    let (parts, pairs) = parts(shelf, &mut asked.parameters, trend)?;
    let joined = Joined { parts, page };
    let rows = joined.rows();
    if rows > MOST_ROWS {
        let detail = format!("more than {MOST_ROWS} rows: take fewer codes or years");
        return Err(Problem::new(Kind::TooManyRows, detail));
    }
    let pages = pages::around(&asked.path, &pairs, view, page, rows);
    let newest = &joined.parts.last().ok_or_else(|| nothing(trend))?.question.artefact.release.id;
    let key = Key::new(trend.name)
        .and(&joined.canonical())
        .and(pages.next.as_deref().unwrap_or_default())
        .named(format!("{newest}-{}", trend.name))
        .of_rows(count(joined.range()))
        .linking(pages.header());
    asked.respond(view, &key, move |out| series::trend(&joined, view, pages.next, out)).await
}

/// The releases that answer, each with its question: one that was named, or the newest with the dimensions and those of
/// its series. With them what the address says, in canonical words.
fn parts(shelf: &Shelf, parameters: &mut Parameters, trend: &Trend) -> Result<(Vec<Part>, Pairs), Problem> {
    let (release, of_series) = (parameters.take("release"), parameters.take("series"));
    if release.is_some() && of_series.is_some() {
        return Err(Problem::new(Kind::BadValue, "name a release or a series, not both"));
    }
    let asked = [("release", release.clone()), ("series", of_series.clone())];
    let asked = asked.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let named = release.map(|id| shelf.find(&id)).transpose()?;
    let is_asked = |artefact: &Artefact| {
        let definition = &artefact.release.definition;
        let series = definition.series.as_ref().map(Slug::as_str);
        // Whoever names neither gets victims, and never a sum of them with prevented cases or suspects.
        of_series.as_ref().map_or(definition.frame.as_str() == VICTIMS, |wanted| series == Some(wanted))
    };
    let candidates: Vec<&Arc<Artefact>> = named.map_or_else(
        || shelf.newest_first().filter(|artefact| is_asked(artefact)).collect(),
        |artefact| vec![artefact],
    );
    let found = trend.choices.iter().find_map(|names| {
        let newest = candidates.iter().find(|artefact| seen(artefact, names).is_some())?;
        Some((*newest, *names))
    });
    let (newest, names) = found.ok_or_else(|| nothing(trend))?;
    let series = newest.release.definition.series.as_ref().filter(|_| named.is_none());
    let mut releases: Vec<&Arc<Artefact>> = series.map_or_else(Vec::new, |series| members(&shelf.releases(), series));
    releases.retain(|artefact| seen(artefact, names).is_some());
    if releases.is_empty() {
        releases.push(newest);
    }
    let filters = Filters::take(parameters, newest, names)?;
    let parts = releases.into_iter().filter_map(|artefact| part(artefact, names, &filters).transpose());
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    if parts.is_empty() {
        let years = newest.release.definition.year_codes().into_iter().map(|(_, code)| code);
        let problem = Problem::new(Kind::BadValue, "no year of this release or series lies between `from` and `to`");
        return Err(problem.with_allowed(years));
    }
    Ok((parts, asked.chain(filters.pairs(newest)).collect()))
}

/// Names and values of an address.
type Pairs = Vec<(String, String)>;

/// What narrows a trend.
struct Filters {
    from: Option<i32>,
    to: Option<i32>,
    /// Positions of codes by the name of a dimension; lists are the same in all releases of a series.
    codes: Vec<(&'static str, Vec<usize>)>,
}

impl Filters {
    fn take(parameters: &mut Parameters, artefact: &Artefact, names: &[&'static str]) -> Result<Self, Problem> {
        let (mut known, mut sets) = (vec!["release", "series"], Vec::new());
        let (mut from, mut to) = (None, None);
        for name in names {
            if *name == YEAR {
                known.extend(["from", "to"]);
                (from, to) = (parameters.take_year("from")?, parameters.take_year("to")?);
                continue;
            }
            known.push(name);
            let described = artefact.cube.dimension(name).map(|at| &artefact.cube.dimensions()[at]);
            if let (Some(text), Some(described)) = (parameters.take(name), described) {
                sets.push((*name, codes(described, &text)?));
            }
        }
        parameters.finish(known)?;
        Ok(Self { from, to, codes: sets })
    }
}

/// What a release has of a trend: the dimensions, and the year when it is about one and has no such dimension.
fn seen(artefact: &Artefact, names: &[&str]) -> Option<(Vec<usize>, Option<DimensionCode>)> {
    let year = if names.contains(&YEAR) { only_year(artefact) } else { None };
    let rest: Vec<&str> = names.iter().copied().filter(|name| year.is_none() || *name != YEAR).collect();
    Some((dimensions_together(artefact, &rest)?, year))
}

/// The question to one release; none when no year of its is asked for.
fn part(artefact: &Arc<Artefact>, names: &[&str], filters: &Filters) -> Result<Option<Part>, Problem> {
    let Some((keep, year)) = seen(artefact, names) else { return Ok(None) };
    let (mut sets, narrowed) = (Vec::new(), filters.from.is_some() || filters.to.is_some());
    for dimension in &keep {
        let described = &artefact.cube.dimensions()[*dimension];
        if described.name == YEAR {
            let Some(years) = years(described, filters) else { return Ok(None) };
            sets.push((*dimension, years));
        } else if let Some((_, codes)) = filters.codes.iter().find(|(name, _)| *name == described.name) {
            sets.push((*dimension, codes.clone()));
        }
    }
    if narrowed && year.as_ref().is_some_and(|year| !filters.has(&year.code)) {
        return Ok(None);
    }
    Ok(Some(Part { question: Question::plain(artefact, keep, &sets)?, year }))
}

/// The years that are asked for; all codes, that of persons without a year included, when nobody narrows them; none when
/// none of them is.
fn years(year: &Dimension, filters: &Filters) -> Option<Vec<usize>> {
    let taken: Vec<usize> = (0..year.codes.len()).filter(|at| filters.has(&year.codes[*at].code)).collect();
    (!taken.is_empty()).then_some(taken)
}

impl Filters {
    /// What an address says for them.
    fn pairs(&self, artefact: &Artefact) -> Pairs {
        let years = [("from", self.from), ("to", self.to)];
        let years = years.into_iter().filter_map(|(name, year)| Some((name.to_owned(), year?.to_string())));
        let codes = self.codes.iter().filter_map(|(name, codes)| {
            let described = &artefact.cube.dimensions()[artefact.cube.dimension(name)?];
            let codes: Vec<&str> = codes.iter().map(|code| described.codes[*code].code.as_str()).collect();
            Some(((*name).to_owned(), codes.join(",")))
        });
        years.chain(codes).collect()
    }

    /// Whether a code of `year` is asked for: `2020`, or `2019_2021` when all of these years are.
    fn has(&self, code: &str) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let range = self.from.unwrap_or(i32::MIN)..=self.to.unwrap_or(i32::MAX);
        code.split('_').all(|year| year.parse().is_ok_and(|year: i32| range.contains(&year)))
    }
}

fn nothing(trend: &Trend) -> Problem {
    let detail = "no public release has the dimensions of this trend in one table";
    Problem::new(Kind::NotReleased, detail).with_allowed(trend.choices.iter().map(|names| names.join(",")))
}

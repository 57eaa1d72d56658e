//! The pictures of the pages as files, to be put into a report, and the numbers in them: each says what it shows, how sure it
//! is and where it comes from.

use axum::extract::Path;
use axum::response::Response;
use panoh_formats::{Cells, Column, Role, Sheet, write};
use panoh_pages::{Data, PageName, Picture};
use panoh_publication::{quality, rounded};

use super::documented::Refusals;
use super::pages::{Choice, internal};
use crate::answer::{Origin, UNIT, written};
use crate::format::Format;
use crate::problem::Kind;
use crate::reader::Sight;
use crate::respond::{Asked, Key};
use crate::{Problem, Shelf};

/// A picture of a page, or the numbers in it.
#[utoipa::path(
    get,
    path = "/v1/charts/{name}",
    tag = "trends",
    params(
        ("name" = String, Path, description = "A figure and its format: `gender.svg`, `gender.png`, `gender.csv`, `destinations.svg`, \
            `routes.svg`, `flows.svg`, `matrix.svg`, …", example = "gender.svg"),
        ("release" = Option<String>, Query, description = "Id of a release instead of the newest"),
        ("from" = Option<i32>, Query, description = "First year"),
        ("to" = Option<i32>, Query, description = "Last year"),
        ("gender" = Option<String>, Query, min_length = 1, description = "Codes that the figure is narrowed to, as in trends; `age`, \
            `origin` and `destination` likewise"),
        ("lang" = Option<String>, Query, description = "Language of all words: `en`, `ru` or `tg`")
    ),
    responses(
        (status = 200, description = "The picture; its source stands in its last line. Or the numbers that it shows",
            content(
                (String = "image/svg+xml"),
                (Vec<u8> = "image/png"),
                (String = "text/csv")
            )),
        Refusals
    )
)]
pub(super) async fn chart(
    Sight(shelf): Sight,
    Path(name): Path<String>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let unknown = || {
        let names = PageName::all_figures().flat_map(|id| ["svg", "png", "csv"].map(|ending| format!("{id}.{ending}")));
        Problem::new(Kind::UnknownChart, "there is no chart of this name").with_allowed(names)
    };
    let (id, ending) = name.rsplit_once('.').ok_or_else(unknown)?;
    let format = match ending {
        "svg" => Format::Svg,
        "png" => Format::Png,
        "csv" => Format::Csv,
        _ => return Err(unknown()),
    };
    PageName::of_figure(id).ok_or_else(unknown)?;
    let view = asked.view(&[format])?;
    let choice = Choice::take(&mut asked.parameters, &shelf)?;
    // Painting takes a hundred times as long as drawing: few pictures are painted at a time.
    let rows = if format == Format::Png { usize::MAX } else { 0 };
    let key = Key::new("chart")
        .and(&name)
        .and(&choice.canonical())
        .and_releases(choice.releases(&shelf))
        .named(id)
        .of_rows(rows);
    let id = id.to_owned();
    let make = move |out: &mut (dyn std::io::Write + Send)| {
        let asked = choice.asked(view.lang, &shelf);
        let picture = panoh_pages::picture(&id, &asked).map_err(|error| internal(&error))?;
        let picture = picture.ok_or_else(|| {
            Problem::new(Kind::NotReleased, "no public release has what this figure shows, narrowed in this way")
        })?;
        if let Some(format) = view.sheet() {
            return written(write(&sheet(&id, picture, &shelf)?, format, out));
        }
        let detail = "nothing in this figure stands out from the noise, so there is no picture of it";
        let svg = picture.svg.ok_or_else(|| Problem::new(Kind::NotReleased, detail))?;
        let picture = if view.format == Format::Png { painted(&svg)? } else { svg.into_bytes() };
        out.write_all(&picture).map_err(|_| Problem::new(Kind::Internal, "the log of the server says more"))
    };
    asked.respond(view, &key, make).await
}

/// The picture as points, for programs that take no SVG.
fn painted(svg: &str) -> Result<Vec<u8>, Problem> {
    panoh_raster::png(svg).map_err(|error| {
        tracing::error!(%error, "a picture could not be painted");
        Problem::new(Kind::Internal, "the log of the server says more")
    })
}

/// The numbers of a figure, a row for each.
fn sheet(id: &str, picture: Picture, shelf: &Shelf) -> Result<Sheet, Problem> {
    let detail =
        "this picture explains something and has no numbers of a release, or its numbers are those of another figure";
    let Some(Data { keys, rows, smallest_count }) = picture.data else {
        return Err(Problem::new(Kind::NotReleased, detail));
    };
    let mut columns = Vec::new();
    for (at, name) in keys.iter().enumerate() {
        let role = if name.ends_with("_label") { Role::Label } else { Role::Dimension };
        let cells = Cells::Texts(rows.iter().map(|(key, _)| key[at].clone()).collect());
        columns.push(Column { name: name.clone(), role, cells });
    }
    let numbers = |of: &dyn Fn(&panoh_publication::Value) -> f64| {
        Cells::Numbers(rows.iter().map(|(_, value)| rounded(of(value))).collect())
    };
    let mut add = |name: &str, role, cells| columns.push(Column { name: name.to_owned(), role, cells });
    add("value", Role::Measure, numbers(&|value| value.estimate));
    add("standard_error", Role::Attribute, numbers(&|value| value.standard_error));
    add("lower", Role::Attribute, numbers(&|value| value.interval().0));
    add("upper", Role::Attribute, numbers(&|value| value.interval().1));
    let words = rows.iter().map(|(_, value)| quality(value.standard_error, smallest_count).as_str().to_owned());
    add("quality", Role::Attribute, Cells::Texts(words.collect()));
    add("unit", Role::Attribute, Cells::same(UNIT, rows.len()));
    let newest = shelf.newest_first().find(|artefact| picture.releases.contains(&artefact.release.id.to_string()));
    let newest = newest.ok_or_else(|| Problem::new(Kind::NotReleased, detail))?;
    let origin = Origin::of(newest);
    Ok(Sheet { name: id.to_owned(), title: picture.title, day: origin.day.clone(), columns, about: origin.about() })
}

//! `panoh release show ID --table TABLE`: the numbers of one table, by its codes or by coarser ones, with their errors.

use anyhow::Result;
use panoh_publication::{Figure, Ratio, Reading, figures, half_width, read};

use super::folder_of;
use crate::failure::{Code, Failure};
use crate::output::{json, say, table};
use crate::world::World;

pub(super) fn show(
    id: &str,
    name: &str,
    by: &[String],
    shares_of: Option<&String>,
    as_json: bool,
    world: &World,
) -> Result<Code> {
    let usage = |rule: String| Failure::new(Code::Usage, rule);
    let level = |text: &String| {
        let (dimension, list) =
            text.split_once('=').ok_or_else(|| usage(format!("--by {text}: write DIMENSION=LIST")))?;
        Ok((dimension.to_owned(), list.to_owned()))
    };
    let levels = by.iter().map(level).collect::<Result<_, Failure>>()?;
    let artefact = read(&folder_of(id, &world.open_home()?)?)?;
    let reading = Reading { levels, shares_of: shares_of.cloned() };
    let found = figures(&artefact, name, &reading).map_err(|error| usage(error.to_string()))?;
    if as_json {
        json(&found)?;
        return Ok(Code::Ok);
    }
    let dimensions = artefact.cube.dimensions();
    let own = artefact.cube.table(name).map(|table| table.dimensions.clone()).unwrap_or_default();
    let mut header: Vec<&str> = own.iter().map(|at| dimensions[*at].name.as_str()).collect();
    header.extend(["persons", "95 %", "quality"]);
    header.extend(shares_of.map(|_| "share"));
    let rows: Vec<Vec<String>> = found.iter().map(|figure| row(figure, shares_of.is_some())).collect();
    say(table(&header, &rows))?;
    Ok(Code::Ok)
}

fn row(figure: &Figure, has_shares: bool) -> Vec<String> {
    let mut row = figure.codes.clone();
    row.push(format!("{:.1}", figure.value.estimate));
    row.push(format!("±{:.1}", half_width(figure.value.standard_error)));
    row.push(figure.quality.as_str().replace('_', " "));
    if has_shares {
        row.push(match figure.share {
            Some(Ratio::Known { estimate, low, high }) => {
                // Outside of its interval only where noise made it negative or more than the whole.
                let estimate = estimate.clamp(low, high);
                format!("{:.0} % ({:.0} to {:.0})", 100.0 * estimate, 100.0 * low, 100.0 * high)
            }
            Some(Ratio::TooUncertain) => "too uncertain to say".to_owned(),
            None => String::new(),
        });
    }
    row
}

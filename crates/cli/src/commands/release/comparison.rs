//! `panoh release compare`: what changed between two releases, and whether it is larger than the noise.

use anyhow::Result;
use panoh_publication::{Change, Comparison, compare, half_width, read};

use super::folder_of;
use crate::failure::{Code, Failure};
use crate::output::{json, note, say, table};
use crate::world::World;

pub(super) fn show(before: &str, after: &str, only: Option<&str>, as_json: bool, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let (before, after) = (read(&folder_of(before, &home)?)?, read(&folder_of(after, &home)?)?);
    let names: Vec<&str> = before.cube.tables().iter().map(|table| table.name.as_str()).collect();
    let wanted: Vec<&str> = match only {
        Some(table) => vec![table],
        None => names.into_iter().filter(|name| after.cube.table(name).is_some()).collect(),
    };
    let compared = wanted.iter().map(|table| compare(&before, &after, table)).collect::<Result<Vec<Comparison>, _>>();
    let compared = compared.map_err(|error| Failure::new(Code::Usage, error.to_string()))?;
    if compared.is_empty() {
        return Err(Failure::new(Code::Usage, "the releases have no table of the same name").into());
    }
    if as_json {
        json(&compared)?;
        return Ok(Code::Ok);
    }
    for comparison in &compared {
        let years = if comparison.over_years { ", all years of each release together" } else { "" };
        say(format!("{}{years}", comparison.table))?;
        let mut header: Vec<&str> = comparison.dimensions.iter().map(String::as_str).collect();
        header.extend(["before", "after", "change", "95 %", ""]);
        let rows: Vec<Vec<String>> = comparison.rows.iter().map(row).collect();
        say(table(&header, &rows))?;
    }
    note("A change is marked when it is larger than noise explains, all rows of its table read together.");
    Ok(Code::Ok)
}

fn row(change: &Change) -> Vec<String> {
    let mut row = change.codes.clone();
    row.extend([change.before.estimate, change.after.estimate].map(|estimate| format!("{estimate:.1}")));
    row.push(format!("{:+.1}", change.difference.estimate));
    row.push(format!("±{:.1}", half_width(change.difference.standard_error)));
    row.push(if change.is_larger_than_noise { "changed" } else { "" }.to_owned());
    row
}

//! What somebody asks for, and the release definition that it becomes.
//!
//! The same check stands on both hosts: on the public one so that whoever asks learns at once what does not fit, on the
//! trusted one because nothing that comes from the public host is taken for granted.

use std::collections::{BTreeMap, BTreeSet};

use panoh_publication::{
    Audience, Codes, Cohorts, Day, Definition, DefinitionFields, Delta, DimensionWanted, Labels, NonNegativeColumn,
    Objective, Purpose, Rho, Slug, TableWanted, Translations, Weight, YEAR,
};
use serde::{Deserialize, Serialize};

use crate::{Catalogue, CatalogueDimension, CatalogueFrame, CatalogueList, Misfit, RequestId};

/// Most tables of a request.
const MOST_TABLES: usize = 12;
/// Most dimensions of a table.
const MOST_DIMENSIONS: usize = 6;
/// Most cells of all tables.
const MOST_CELLS: usize = 2_000_000;
/// Longest title, characters.
const LONGEST_TITLE: usize = 200;
/// Longest purpose, characters.
const LONGEST_PURPOSE: usize = 2_000;
/// Half-widths that may be asked for, persons.
const HALF_WIDTHS: std::ops::RangeInclusive<f64> = 0.1..=1e6;
/// Letters of a request's id in the name of its definition.
const SHORT_ID: usize = 8;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What people will read above the tables.
    pub title: String,
    /// What the tables are for. Whoever decides reads it, and it stands in the release.
    pub purpose: String,
    /// Name of a frame of the catalogue.
    pub frame: String,
    /// First year of first registration.
    pub from: i16,
    /// Last year of first registration, included.
    pub to: i16,
    /// Whether persons without a year are counted as well.
    #[serde(default)]
    pub no_year: bool,
    /// The tables: names of dimensions of the frame, or `year`.
    pub tables: Vec<Vec<String>>,
    /// How dimensions are narrowed; those that are not here have their whole list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, AskedDimension>,
    /// Smallest number of persons that matters.
    pub smallest_count_of_interest: u32,
    /// What each person may cost, ρ; or else `half_width`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rho: Option<f64>,
    /// How wide the 95 % interval of any cell may be, plus or minus so many persons; or else `rho`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_width: Option<f64>,
    /// The day up to which outcomes are wanted; that of the request when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_until: Option<Day>,
}

/// How a dimension is narrowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedDimension {
    /// A coarser list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// These codes alone; all others become `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<Vec<String>>,
    /// Why these codes; needed with `codes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How exact the tables shall be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Accuracy {
    /// As exact as this cost makes them.
    Rho(Rho),
    /// Every cell plus or minus so many persons, at the least cost.
    HalfWidth(f64),
}

/// Who asked, and when.
#[derive(Debug, Clone, Copy)]
pub struct Filed<'a> {
    /// Name of the request.
    pub id: &'a RequestId,
    /// The project.
    pub project: &'a Slug,
    /// Day on which it came.
    pub day: &'a Day,
}

impl Asked {
    /// How exact the tables shall be.
    pub fn accuracy(&self, catalogue: &Catalogue) -> Result<Accuracy, Misfit> {
        match (self.rho, self.half_width) {
            (Some(rho), None) if rho <= catalogue.most_rho => Rho::new(rho)
                .map(Accuracy::Rho)
                .map_err(|_| Misfit::new("rho", "write a number above 0 with at most nine decimals")),
            (Some(_), None) => {
                let most = catalogue.most_rho;
                Err(Misfit::new("rho", format!("all projects together may cost {most}; ask for less")))
            }
            (None, Some(persons)) if HALF_WIDTHS.contains(&persons) => Ok(Accuracy::HalfWidth(persons)),
            (None, Some(_)) => Err(Misfit::new("half_width", "write a number of persons from 0.1 to 1,000,000")),
            _ => Err(Misfit::new("rho", "write one of `rho` and `half_width`")),
        }
    }

    /// The release definition that the request becomes at a cost; the first thing that does not fit otherwise.
    pub fn definition(&self, catalogue: &Catalogue, filed: Filed<'_>, rho: Rho) -> Result<Definition, Misfit> {
        let frame = self.check(catalogue)?;
        let used: BTreeSet<&str> = self.tables.iter().flatten().map(String::as_str).collect();
        let wanted = frame.dimensions.iter().filter(|dimension| used.contains(dimension.name.as_str()));
        let tables = self.tables.iter().map(|names| table(frame, names)).collect::<Result<Vec<_>, Misfit>>()?;
        let name = format!("{}-{}", filed.project, &filed.id.as_str()[..SHORT_ID]);
        let fields = DefinitionFields {
            name: Slug::new(&name).map_err(|_| Misfit::new("project", "its name is too long"))?,
            title: self.title.clone(),
            description: self.purpose.clone(),
            frame: frame.name.clone(),
            author: catalogue.author.clone(),
            date: filed.day.clone(),
            licence: catalogue.licence.clone(),
            audience: Audience::Project,
            project: Some(filed.project.clone()),
            purpose: Purpose::Project,
            series: None,
            supersedes: None,
            observed_until: self.observed_until.clone(),
            provisional_from: None,
            cohorts: Cohorts { from: self.from, to: self.to, no_year: self.no_year, years_together: 1 },
            rho,
            delta: Delta::default(),
            smallest_count_of_interest: self.smallest_count_of_interest,
            force: false,
            non_negative: NonNegativeColumn::None,
            objective: Objective::EqualTables,
            dimensions: wanted.map(|dimension| self.wanted(dimension, filed.day)).collect(),
            tables,
            breaks: Vec::new(),
            translations: Translations::default(),
        };
        Definition::new(fields).map_err(|error| Misfit::new("request", error.to_string()))
    }

    fn wanted(&self, dimension: &CatalogueDimension, day: &Day) -> DimensionWanted {
        let asked = self.dimensions.get(dimension.name.as_str()).cloned().unwrap_or_default();
        let is_written = asked.codes.is_some();
        DimensionWanted {
            name: dimension.name.clone(),
            title: dimension.title.clone(),
            column: dimension.column.clone(),
            list: dimension.list.clone(),
            level: asked.level,
            codes: asked.codes.map_or(Codes::All, Codes::Written),
            reason: asked.reason.filter(|_| is_written),
            date: is_written.then(|| day.clone()),
            learned_from_data: false,
        }
    }

    /// Whether all of it is in the catalogue; the frame.
    fn check<'c>(&self, catalogue: &'c Catalogue) -> Result<&'c CatalogueFrame, Misfit> {
        self.check_texts()?;
        let frame = catalogue.frame(&self.frame).ok_or_else(|| {
            Misfit::new("frame", "there is no such frame").allowing(catalogue.frames.iter().map(|f| f.name.as_str()))
        })?;
        let open = catalogue.cohorts;
        if self.from < open.from || self.to > open.to || self.from > self.to {
            let rule = format!("let `from` be no later than `to`, both between {} and {}", open.from, open.to);
            return Err(Misfit::new("from, to", rule));
        }
        if self.no_year && !open.no_year {
            return Err(Misfit::new("no_year", "persons without a year cannot be asked for"));
        }
        if self.smallest_count_of_interest == 0 {
            return Err(Misfit::new("smallest_count_of_interest", "write 1 or more"));
        }
        self.accuracy(catalogue)?;
        for (name, asked) in &self.dimensions {
            self.check_dimension(catalogue, frame, name, asked)?;
        }
        self.check_tables(catalogue, frame)?;
        Ok(frame)
    }

    /// Whether all texts can be shown to a person as they are.
    pub(crate) fn check_texts(&self) -> Result<(), Misfit> {
        check_text("title", &self.title, LONGEST_TITLE)?;
        check_text("purpose", &self.purpose, LONGEST_PURPOSE)?;
        let names = self.tables.iter().flatten().chain(self.dimensions.keys()).chain([&self.frame]);
        let narrowed = self.dimensions.values();
        let more = narrowed.clone().flat_map(|one| one.codes.iter().flatten().chain(&one.level).chain(&one.reason));
        names.chain(more).try_for_each(|text| check_text("request", text, LONGEST_TITLE))
    }

    fn check_dimension(
        &self,
        catalogue: &Catalogue,
        frame: &CatalogueFrame,
        name: &str,
        asked: &AskedDimension,
    ) -> Result<(), Misfit> {
        let dimension = frame.dimension(name).ok_or_else(|| unknown_dimension(frame, "dimensions"))?;
        if !self.tables.iter().flatten().any(|used| used == name) {
            return Err(Misfit::new("dimensions", "one of them is in no table; use it or take it out"));
        }
        let place = format!("dimensions.{}", dimension.name);
        let list = list(catalogue, dimension, asked.level.as_deref()).ok_or_else(|| {
            let above = catalogue.ladder(&dimension.list);
            Misfit::new(format!("{place}.level"), "take a coarser list")
                .allowing(above.iter().skip(1).map(|list| list.name.as_str()))
        })?;
        let Some(codes) = &asked.codes else { return Ok(()) };
        let place_of_codes = format!("{place}.codes");
        if codes.is_empty() || codes.iter().collect::<BTreeSet<_>>().len() != codes.len() {
            return Err(Misfit::new(place_of_codes, "write one code or more, each once"));
        }
        if !codes.iter().all(|code| list.codes.iter().any(|known| known.code == *code)) {
            let known = list.codes.iter().map(|known| known.code.as_str());
            return Err(Misfit::new(place_of_codes, "the list does not have one of the codes").allowing(known));
        }
        let reason = asked.reason.as_deref().unwrap_or_default();
        check_text(&format!("{place}.reason"), reason, LONGEST_TITLE)
    }

    fn check_tables(&self, catalogue: &Catalogue, frame: &CatalogueFrame) -> Result<(), Misfit> {
        if self.tables.is_empty() || self.tables.len() > MOST_TABLES {
            return Err(Misfit::new("tables", format!("ask for 1 to {MOST_TABLES} tables")));
        }
        let (mut seen, mut cells) = (BTreeSet::new(), 0_usize);
        for names in &self.tables {
            let set: BTreeSet<&str> = names.iter().map(String::as_str).collect();
            if set.is_empty() || set.len() != names.len() || set.len() > MOST_DIMENSIONS {
                let rule = format!("a table has 1 to {MOST_DIMENSIONS} dimensions, each once");
                return Err(Misfit::new("tables", rule));
            }
            let sizes = set.iter().map(|name| self.size(catalogue, frame, name)).collect::<Result<Vec<_>, _>>()?;
            cells = cells.saturating_add(sizes.into_iter().fold(1, usize::saturating_mul));
            if !seen.insert(set) {
                return Err(Misfit::new("tables", "two tables have the same dimensions"));
            }
        }
        if cells > MOST_CELLS {
            let rule = format!("all tables together may have {MOST_CELLS} cells; take coarser dimensions or fewer");
            return Err(Misfit::new("tables", rule));
        }
        Ok(())
    }

    /// How many codes a dimension will have.
    fn size(&self, catalogue: &Catalogue, frame: &CatalogueFrame, name: &str) -> Result<usize, Misfit> {
        if name == YEAR {
            return Ok(usize::from(self.from.abs_diff(self.to)) + 1 + usize::from(self.no_year));
        }
        let dimension = frame.dimension(name).ok_or_else(|| unknown_dimension(frame, "tables"))?;
        let asked = self.dimensions.get(name);
        let level = asked.and_then(|asked| asked.level.as_deref());
        let whole = list(catalogue, dimension, level).map_or(0, |list| list.codes.len());
        // With `other` and `not_known`.
        Ok(asked.and_then(|asked| asked.codes.as_ref()).map_or(whole, Vec::len) + 2)
    }
}

/// The list of a dimension, or a coarser one above it.
fn list<'c>(
    catalogue: &'c Catalogue,
    dimension: &CatalogueDimension,
    level: Option<&str>,
) -> Option<&'c CatalogueList> {
    let ladder = catalogue.ladder(&dimension.list);
    match level {
        None => ladder.first().copied(),
        Some(level) => ladder.iter().skip(1).find(|list| list.name == level).copied(),
    }
}

fn unknown_dimension(frame: &CatalogueFrame, place: &str) -> Misfit {
    let known = frame.dimensions.iter().map(|dimension| dimension.name.as_str());
    Misfit::new(place, "the frame does not have one of the dimensions").allowing([YEAR].into_iter().chain(known))
}

fn check_text(place: &str, text: &str, most: usize) -> Result<(), Misfit> {
    if text.trim().is_empty() || text.chars().count() > most || text.chars().any(|c| c.is_control() || is_direction(c))
    {
        return Err(Misfit::new(place, format!("write 1 to {most} characters in one line")));
    }
    Ok(())
}

/// Marks that turn the direction of writing can make a text read as another.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A table with a name and a title made of those of its dimensions.
fn table(frame: &CatalogueFrame, names: &[String]) -> Result<TableWanted, Misfit> {
    let has_year = names.iter().any(|name| name == YEAR);
    let others: Vec<&CatalogueDimension> = names.iter().filter_map(|name| frame.dimension(name)).collect();
    let name = others.iter().map(|dimension| dimension.name.as_str()).collect::<Vec<_>>().join("_");
    let name = match (name.is_empty(), has_year) {
        (true, _) => "years".to_owned(),
        (false, true) => format!("{name}_by_year"),
        (false, false) => name,
    };
    let titles = |of: fn(&Labels) -> &str, year: &str| {
        let others = others.iter().map(|dimension| of(&dimension.title));
        others.chain(has_year.then_some(year)).collect::<Vec<_>>().join(" × ")
    };
    let too_long = |_| Misfit::new("tables", "the names of the dimensions of a table are too long together");
    Ok(TableWanted {
        name: Slug::new(&name).map_err(too_long)?,
        title: Labels {
            en: titles(|labels| &labels.en, "Year first registered"),
            ru: titles(|labels| &labels.ru, "Год первой регистрации"),
            tg: titles(|labels| &labels.tg, "Соли бақайдгирии аввал"),
        },
        dimensions: names.iter().map(|name| Slug::new(name)).collect::<Result<_, _>>().map_err(too_long)?,
        weight: Weight::default(),
        half_width: None,
    })
}

#[cfg(test)]
mod tests;

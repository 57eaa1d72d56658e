//! What researchers may ask for: every dimension that a frame has, with whole code lists. It follows from the data
//! dictionary, from the SQL of the frames and from what is published about costs; no table is opened.

use std::collections::BTreeSet;

use panoh_dictionary::{CodeList, Dictionary};
use panoh_ledger::{Budget, Purpose};
use panoh_publication::{CohortRho, Cohorts, Day, Definition, DimensionWanted, Labels, Rho, Slug, is_reserved};
use panoh_requests::{Catalogue, CatalogueCode, CatalogueDimension, CatalogueFrame, CatalogueList};
use panoh_warehouse::{Described, Frame, ValueKind, frames};

use crate::ReleaseError;
use crate::dimensions::ladder;
use crate::shipped::shipped;

/// What whoever opens requests decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Who answers for what is released.
    pub author: String,
    /// SPDX identifier of the licence.
    pub licence: String,
    /// Days within which a request is decided.
    pub answered_within_days: u16,
    /// Cohorts that may be asked for.
    pub cohorts: Cohorts,
}

/// The catalogue of a day.
pub fn catalogue(
    opening: &Opening,
    dictionary: &Dictionary,
    budget: &Budget,
    day: &Day,
) -> Result<Catalogue, ReleaseError> {
    let known = known_dimensions()?;
    let frames = frames()?;
    let frames = frames.iter().map(|frame| frame_of(frame, dictionary, &known)).collect::<Result<Vec<_>, _>>()?;
    let used: BTreeSet<&str> =
        frames.iter().flat_map(|frame| &frame.dimensions).map(|dimension| dimension.list.as_str()).collect();
    let mut lists: Vec<CatalogueList> = Vec::new();
    for list in used.into_iter().filter_map(|name| dictionary.list(name)) {
        for list in ladder(list, dictionary) {
            if lists.iter().all(|known| known.name != list.name) {
                lists.push(list_of(list));
            }
        }
    }
    let nanos = |nano: u64| nano as f64 / 1e9;
    let spent = budget.cohorts.iter().filter_map(|cohort| {
        let spent = cohort.spent_on(Purpose::Project).nano();
        (spent > 0).then(|| Ok(CohortRho { cohort: cohort.cohort.clone(), rho: Rho::from_nano(spent)? }))
    });
    Ok(Catalogue {
        day: day.clone(),
        author: opening.author.clone(),
        licence: opening.licence.clone(),
        answered_within_days: opening.answered_within_days,
        cohorts: opening.cohorts,
        most_rho: nanos(budget.limits.of(Purpose::Project).nano()),
        spent: spent.collect::<Result<_, ReleaseError>>()?,
        frames,
        lists,
    })
}

/// Names and titles that shipped definitions give columns of frames.
fn known_dimensions() -> Result<Vec<(Slug, DimensionWanted)>, ReleaseError> {
    let mut known = Vec::new();
    for (_, text) in shipped() {
        let definition = Definition::from_toml(text)?;
        known.extend(definition.dimensions.iter().map(|wanted| (definition.frame.clone(), wanted.clone())));
    }
    Ok(known)
}

fn frame_of(
    frame: &Frame,
    dictionary: &Dictionary,
    known: &[(Slug, DimensionWanted)],
) -> Result<CatalogueFrame, ReleaseError> {
    let dimension = |column: &Described| {
        let (list, outcome) = match &column.kind {
            ValueKind::Code { list } => (list, false),
            ValueKind::Outcome { list } => (list, true),
            _ => return None,
        };
        // The column's own name, unless no definition may use it.
        let is_named = |wanted: &DimensionWanted| wanted.name.as_str() == column.name || is_reserved(&column.name);
        let of_column = |(_, wanted): &&(Slug, DimensionWanted)| wanted.column == column.name && is_named(wanted);
        let here = known.iter().find(|one| of_column(one) && one.0.as_str() == frame.name);
        let shipped = here.or_else(|| known.iter().find(of_column)).map(|(_, wanted)| wanted);
        let name = shipped.map_or_else(|| Slug::new(&column.name).ok(), |wanted| Some(wanted.name.clone()))?;
        if is_reserved(name.as_str()) {
            return None;
        }
        let own = shipped.map(|wanted| wanted.title.clone());
        let of_list = dictionary.list(list).filter(|list| list.name == column.name).map(|list| labels(&list.title));
        let title = own.or(of_list).unwrap_or_else(|| Labels::same(&column.about));
        let (column, description) = (column.name.clone(), column.about.clone());
        Some(CatalogueDimension { name, column, title, description, list: list.clone(), outcome })
    };
    Ok(CatalogueFrame {
        name: Slug::new(&frame.name)?,
        title: frame.title.clone(),
        row: frame.row.clone(),
        dimensions: frame.columns.iter().filter_map(dimension).collect(),
    })
}

fn list_of(list: &CodeList) -> CatalogueList {
    let code = |code: &panoh_dictionary::Code| CatalogueCode {
        code: code.code.clone(),
        labels: labels(&code.labels),
        parent: code.parent.clone(),
    };
    CatalogueList {
        name: list.name.clone(),
        title: labels(&list.title),
        parent: list.parent.clone(),
        codes: list.codes.iter().map(code).collect(),
    }
}

fn labels(labels: &panoh_dictionary::Labels) -> Labels {
    let panoh_dictionary::Labels { en, ru, tg } = labels.clone();
    Labels { en, ru, tg }
}

#[cfg(test)]
mod tests {
    use super::*;
    use panoh_ledger::Limits;
    use panoh_requests::{Asked, Filed, RequestId};

    fn of_today() -> Catalogue {
        let cohorts = Cohorts { from: 2014, to: 2024, no_year: false, years_together: 1 };
        let opening =
            Opening { author: "Example office".into(), licence: "CC-BY-4.0".into(), answered_within_days: 14, cohorts };
        let dictionary = Dictionary::builtin().expect("right");
        let budget = Budget::untouched(Limits::STANDARD);
        catalogue(&opening, &dictionary, &budget, &Day::new("2026-11-23").expect("a day")).expect("a catalogue")
    }

    #[test]
    fn every_frame_can_be_asked_for_with_whole_lists() {
        let catalogue = of_today();
        assert_eq!(catalogue.frames.len(), frames().expect("right").len());
        assert!((catalogue.most_rho - 0.25).abs() < 1e-12 && catalogue.spent.is_empty());
        for dimension in catalogue.frames.iter().flat_map(|frame| &frame.dimensions) {
            assert!(catalogue.list(&dimension.list).is_some_and(|list| !list.codes.is_empty()), "{}", dimension.name);
        }
        let destination = catalogue.frame("victims").and_then(|frame| frame.dimension("destination")).expect("there");
        assert!(destination.title.ru.starts_with("Страна"), "{:?}", destination.title);
        let status = catalogue.frame("persons").and_then(|frame| frame.dimension("victim_status"));
        assert_eq!(status.map(|status| status.column.as_str()), Some("status"));
        let above: Vec<&str> = catalogue.ladder("country").iter().map(|list| list.name.as_str()).collect();
        assert!(above.len() > 1 && above[0] == "country", "{above:?}");
    }

    #[test]
    fn whatever_the_catalogue_offers_can_be_planned() {
        let catalogue = of_today();
        let dictionary = Dictionary::builtin().expect("right");
        let budget = Budget::untouched(Limits::STANDARD);
        let id: RequestId = "00112233445566778899aabbccddeeff".parse().expect("an id");
        let (project, day) = (Slug::new("a-study").expect("a name"), Day::new("2026-11-23").expect("a day"));
        let mut planned = 0;
        for frame in &catalogue.frames {
            for dimension in &frame.dimensions {
                let text = serde_json::json!({
                    "title": "t", "purpose": "p", "frame": frame.name, "from": 2018, "to": 2020,
                    "tables": [[dimension.name]], "smallest_count_of_interest": 1000, "rho": 0.05
                });
                let asked: Asked = serde_json::from_value(text).expect("a request");
                let filed = Filed { id: &id, project: &project, day: &day };
                let definition =
                    asked.definition(&catalogue, filed, Rho::new(0.05).expect("an amount")).expect("it fits");
                let plan = crate::plan(&definition, &dictionary, &budget).expect("it can be planned");
                assert!(plan.report().shortfalls.is_empty());
                planned += 1;
            }
        }
        assert!(planned > 100, "{planned}");
    }
}

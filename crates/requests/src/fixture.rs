//! A small catalogue and a request that fits it, for tests.

use panoh_publication::{Cohorts, Day, Labels, Slug};

use crate::{Asked, Catalogue, CatalogueCode, CatalogueDimension, CatalogueFrame, CatalogueList};

fn list(name: &str, parent: Option<&str>, codes: &[(&str, Option<&str>)]) -> CatalogueList {
    let code = |(code, parent): &(&str, Option<&str>)| CatalogueCode {
        code: (*code).to_owned(),
        labels: Labels::same(code),
        parent: parent.map(str::to_owned),
    };
    CatalogueList {
        name: name.to_owned(),
        title: Labels::same(name),
        parent: parent.map(str::to_owned),
        codes: codes.iter().map(code).collect(),
    }
}

fn dimension(name: &str, list: &str) -> CatalogueDimension {
    CatalogueDimension {
        name: slug(name),
        column: name.to_owned(),
        title: Labels::same(name),
        description: name.to_owned(),
        list: list.to_owned(),
        outcome: false,
    }
}

pub(crate) fn slug(name: &str) -> Slug {
    Slug::new(name).expect("a name")
}

pub(crate) fn catalogue() -> Catalogue {
    let dimensions = vec![dimension("gender", "gender"), dimension("destination", "country")];
    let frame = CatalogueFrame { name: slug("victims"), title: "Victims".into(), row: "one person".into(), dimensions };
    Catalogue {
        day: Day::new("2026-11-23").expect("a day"),
        author: "Example office".into(),
        licence: "CC-BY-4.0".into(),
        answered_within_days: 14,
        cohorts: Cohorts { from: 2014, to: 2024, no_year: true, years_together: 1 },
        most_rho: 0.25,
        spent: vec![],
        frames: vec![frame],
        lists: vec![
            list("gender", None, &[("woman", None), ("man", None)]),
            list("country", Some("world_region"), &[("TJK", Some("asia")), ("RUS", Some("europe"))]),
            list("world_region", None, &[("asia", None), ("europe", None)]),
        ],
    }
}

/// A request that fits.
pub(crate) const ASKED: &str = r#"{
    "title": "Returns by destination",
    "purpose": "A study of returns",
    "frame": "victims",
    "from": 2018,
    "to": 2024,
    "tables": [["year", "gender"], ["destination", "gender"]],
    "dimensions": {"destination": {"level": "world_region"}},
    "smallest_count_of_interest": 20,
    "rho": 0.05
}"#;

pub(crate) fn asked() -> Asked {
    serde_json::from_str(ASKED).expect("a request")
}

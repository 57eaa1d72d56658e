//! What becomes a definition, and what is refused with what would fit.

use super::*;
use crate::fixture::{ASKED, asked, catalogue, slug};

fn definition(asked: &Asked) -> Result<Definition, Misfit> {
    let (id, project) = ("00112233445566778899aabbccddeeff".parse().expect("an id"), slug("returns-study"));
    let day = Day::new("2026-11-23").expect("a day");
    let filed = Filed { id: &id, project: &project, day: &day };
    asked.definition(&catalogue(), filed, Rho::new(0.05).expect("an amount"))
}

#[test]
fn a_request_becomes_a_definition_for_its_project() {
    let definition = definition(&asked()).expect("it fits");
    assert_eq!(definition.name.as_str(), "returns-study-00112233");
    assert_eq!((definition.audience, definition.purpose), (Audience::Project, Purpose::Project));
    assert_eq!(definition.project, Some(slug("returns-study")));
    assert_eq!(definition.author, "Example office");
    assert_eq!(definition.dimension_names(), ["year", "gender", "destination"]);
    let names: Vec<&str> = definition.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["gender_by_year", "destination_gender"]);
    assert_eq!(definition.tables[0].title.en, "gender × Year first registered");
    assert_eq!(definition.dimensions[1].level.as_deref(), Some("world_region"));
    assert!(!definition.force);
}

#[test]
fn written_codes_come_with_their_reason_and_day() {
    let text =
        ASKED.replace(r#"{"level": "world_region"}"#, r#"{"codes": ["RUS"], "reason": "the country of the study"}"#);
    let definition = definition(&serde_json::from_str(&text).expect("a request")).expect("it fits");
    let destination = &definition.dimensions[1];
    assert_eq!(destination.codes, Codes::Written(vec!["RUS".into()]));
    assert_eq!(destination.reason.as_deref(), Some("the country of the study"));
    assert_eq!(destination.date.as_ref().map(Day::as_str), Some("2026-11-23"));
}

/// What is written for what, the place that is named, and something that is offered instead.
const MISFITS: &[(&str, &str, &str, &str)] = &[
    (r#""victims""#, r#""killers""#, "frame", "victims"),
    ("2018", "2013", "from, to", ""),
    ("2024", "2017", "from, to", ""),
    (r#"["year", "gender"]"#, r#"["year", "age"]"#, "tables", "destination"),
    (r#"["year", "gender"]"#, "[]", "tables", ""),
    (r#"["year", "gender"]"#, r#"["gender", "gender"]"#, "tables", ""),
    (r#"["year", "gender"]"#, r#"["gender", "destination"]"#, "tables", ""),
    ("world_region", "planet", "dimensions.destination.level", "world_region"),
    ("world_region", "country", "dimensions.destination.level", "world_region"),
    (r#""level": "world_region""#, r#""codes": ["USA"], "reason": "x""#, "dimensions.destination.codes", "RUS"),
    (r#""level": "world_region""#, r#""codes": ["RUS", "RUS"], "reason": "x""#, "dimensions.destination.codes", ""),
    (r#""level": "world_region""#, r#""codes": ["RUS"]"#, "dimensions.destination.reason", ""),
    (r#"{"destination""#, r#"{"citizenship""#, "dimensions", "gender"),
    ("20,", "0,", "smallest_count_of_interest", ""),
    ("0.05", "0.3", "rho", ""),
    ("0.05", "0", "rho", ""),
    ("0.05", r#"0.05, "half_width": 3"#, "rho", ""),
    (r#""rho": 0.05"#, r#""half_width": -3"#, "half_width", ""),
    (r#""rho": 0.05"#, r#""half_width": 1e-300"#, "half_width", ""),
    ("A study of returns", "  ", "purpose", ""),
    ("A study of returns", "A\\u202estudy", "purpose", ""),
    ("A study of returns", "A\\nstudy", "purpose", ""),
];

#[test]
fn what_does_not_fit_is_refused_by_place_and_with_what_would() {
    for (old, new, place, offered) in MISFITS {
        let text = ASKED.replacen(old, new, 1);
        assert_ne!(text, ASKED, "{old}");
        let misfit = definition(&serde_json::from_str(&text).expect("a request")).expect_err(new);
        assert_eq!(misfit.place, *place, "{new}: {misfit}");
        assert!(offered.is_empty() || misfit.allowed.iter().any(|one| one == offered), "{new}: {misfit:?}");
    }
}

#[test]
fn a_request_for_too_many_cells_is_refused() {
    let mut wide = catalogue();
    for (list, codes) in [(0, 2_000), (1, 2_000)] {
        let code = wide.lists[list].codes[0].clone();
        wide.lists[list].codes =
            (0..codes).map(|number| crate::CatalogueCode { code: format!("c{number}"), ..code.clone() }).collect();
    }
    let mut asked = asked();
    asked.dimensions.clear();
    let misfit = asked.check(&wide).expect_err("four million cells");
    assert_eq!(misfit.place, "tables");
}

#[test]
fn one_way_of_saying_how_exact() {
    let half_width = ASKED.replace(r#""rho": 0.05"#, r#""half_width": 6"#);
    let asked: Asked = serde_json::from_str(&half_width).expect("a request");
    assert_eq!(asked.accuracy(&catalogue()), Ok(Accuracy::HalfWidth(6.0)));
    let neither = ASKED.replace(",\n    \"rho\": 0.05", "");
    let asked: Asked = serde_json::from_str(&neither).expect("a request");
    assert!(asked.accuracy(&catalogue()).is_err());
}

#[test]
fn a_list_above_itself_ends() {
    let mut round = catalogue();
    round.lists[2].parent = Some("country".into());
    assert_eq!(round.ladder("country").len(), 3);
}

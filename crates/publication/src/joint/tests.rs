//! Two releases of a series against what each of them says alone.

use std::sync::Arc;

use super::*;
use crate::artefact::tests::{draft, signer};
use crate::{Definition, Draft, read, write};

/// A release of the series `s` about some years, with or without the dimension `year`.
fn release(folder: &tempfile::TempDir, id: &str, cohorts: &str, scale: f64) -> Arc<Artefact> {
    let Draft { definition, dimensions, queries, .. } = draft();
    let text = toml::to_string(&definition)
        .expect("a definition can be written")
        .replace("purpose = \"first\"", "purpose = \"first\"\nseries = \"s\"");
    let at = text.find("[cohorts]").expect("written as a table");
    let end = at + 9 + text[at + 9..].find("\n[").expect("tables follow");
    let definition =
        Definition::from_toml(&format!("{}[cohorts]\n{cohorts}\n{}", &text[..at], &text[end..])).expect("good");
    let has_year = definition.year_dimension().is_some();
    let dimensions = if has_year {
        vec![definition.year_dimension().expect("asked"), dimensions[1].clone()]
    } else {
        vec![dimensions[1].clone()]
    };
    let queries = if has_year {
        queries
    } else {
        let kept = [0, 2].map(|at: usize| crate::Query {
            dimensions: if at == 0 { vec![] } else { vec![0] },
            ..queries[at].clone()
        });
        kept.to_vec()
    };
    let cells = |dimensions_of: &[usize]| dimensions_of.iter().map(|d| dimensions[*d].codes.len()).product::<usize>();
    let estimates = definition.tables.iter().map(|table| {
        let dimensions_of = definition.table_dimensions(table);
        if dimensions_of.len() == 1 && has_year {
            // Persons by year: the sums of the cells beside it.
            (0..cells(&dimensions_of)).map(|y| scale * (4 * y + 1) as f64).collect()
        } else {
            (0..cells(&dimensions_of)).map(|cell| scale * cell as f64).collect()
        }
    });
    let estimates: Vec<Vec<f64>> = estimates.collect();
    let measurements = queries.iter().map(|q: &crate::Query| vec![0; cells(&q.dimensions)]).collect();
    let rho = definition.rho;
    let privacy = crate::Privacy {
        cohorts: definition.cohorts().into_iter().map(|cohort| crate::CohortRho { cohort, rho }).collect(),
        ..draft().privacy
    };
    let id = Slug::new(id).expect("good");
    let draft = Draft { id, definition, privacy, dimensions, queries, measurements, estimates, ..draft() };
    let written = write(folder.path(), &draft, &signer()).expect("written");
    Arc::new(read(&written.path).expect("whole"))
}

fn taken(pairs: &[(&str, &[&str])]) -> Taken {
    pairs.iter().map(|(name, codes)| ((*name).to_owned(), codes.iter().map(|c| (*c).to_owned()).collect())).collect()
}

#[test]
fn releases_of_a_series_answer_as_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let early = release(&folder, "early", "from = 2019\nto = 2021", 1.0);
    let late = release(&folder, "late", "from = 2022\nto = 2022", 10.0);
    let joint = Joint::newest(&[&late, &early], &[YEAR, "gender"]).expect("both have it");
    let years: Vec<String> = joint.codes(YEAR).into_iter().map(|code| code.code).collect();
    assert_eq!(years, ["2019", "2020", "2021", "2022"]);
    let women = taken(&[("gender", &["woman"])]);
    let (all, one, other) = (
        joint.value(&women).expect("released"),
        Joint::alone(&early, &["gender"]).expect("released").value(&women).expect("released"),
        Joint::alone(&late, &["gender"]).expect("released").value(&women).expect("released"),
    );
    assert!((all.estimate - one.estimate - other.estimate).abs() < 1e-9);
    let sum = one.standard_error.powi(2) + other.standard_error.powi(2);
    assert!((all.standard_error.powi(2) - sum).abs() < 1e-9, "variances of releases add");
    // Cells 0 to 5 of the early release, 0 and 10 of the late one; each with the error of its own release.
    let marginal = joint.marginal(&["gender", YEAR], &Taken::new()).expect("released");
    let estimates: Vec<f64> = marginal.values.iter().map(|value| value.estimate).collect();
    assert_eq!(estimates, [0.0, 2.0, 4.0, 0.0, 1.0, 3.0, 5.0, 10.0]);
    for (gender, code) in ["woman", "man"].into_iter().enumerate() {
        for (year, name) in years.iter().enumerate() {
            let value = joint.value(&taken(&[("gender", &[code]), (YEAR, &[name])])).expect("released");
            assert_eq!(marginal.at(&[gender, year]), value, "{code} {name}");
        }
    }
    // Between releases nothing is shared, inside one it is.
    let (first, last) = (taken(&[(YEAR, &["2019"])]), taken(&[(YEAR, &["2022"])]));
    let change = joint.combination(&[(1.0, &last), (-1.0, &first)]).expect("released");
    let apart = [&first, &last].map(|taken| joint.value(taken).expect("released").standard_error.powi(2));
    assert!((change.standard_error.powi(2) - apart[0] - apart[1]).abs() < 1e-9);
    let pair = joint.pair(&women, &Taken::new()).expect("released");
    assert!(pair.covariance > 0.0 && (pair.above - all.estimate).abs() < 1e-9);
}

#[test]
fn a_marginal_holds_the_codes_that_are_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let early = release(&folder, "early", "from = 2019\nto = 2021", 1.0);
    let late = release(&folder, "late", "from = 2022\nto = 2022", 10.0);
    let joint = Joint::newest(&[&late, &early], &[YEAR, "gender"]).expect("both have it");
    let some = taken(&[(YEAR, &["2021", "2022"])]);
    let marginal = joint.marginal(&[YEAR, "gender"], &some).expect("released");
    let estimates: Vec<f64> = marginal.values.iter().map(|value| value.estimate).collect();
    assert_eq!(estimates, [4.0, 5.0, 0.0, 10.0]);
    assert!(matches!(joint.value(&taken(&[("route", &["x"])])), Err(CubeError::NotReleased { .. })));
    assert!(!joint.answers(&["gender", "route"]) && joint.answers(&[YEAR]));
}

//! A small release of invented counts, made as real ones are: residuals with noise, rebuilt into tables that agree.
//!
//! The noise here is a fixed sequence: it protects nobody and nobody is in the counts, but its sizes are real.

use std::path::Path;

use panoh_publication::{
    CohortRho, Day, Definition, Delta, Dimension, DimensionCode, Draft, Labels, Privacy, Query, Rho, Signer, Slug,
    write,
};

pub(super) const ID: &str = "trends-2026-11-22";

/// Years × genders × origins × destinations.
const DEFINITION: &str = r#"
name = "trends"
title = "Persons first registered: gender, destinations and routes"
description = "First figures on persons registered by counter-trafficking organisations."
frame = "victims"
author = "Example organisation"
date = "2026-11-20"
audience = "public"
purpose = "first"
cohorts = { from = 2018, to = 2024, no_year = true }
rho = 0.5
smallest_count_of_interest = 30

[[dimension]]
name = "gender"
title = { en = "Gender", ru = "Пол", tg = "Ҷинс" }
column = "gender"
list = "gender"
codes = "all"

[[dimension]]
name = "origin"
title = { en = "Country of origin", ru = "Страна происхождения", tg = "Кишвари баромад" }
column = "origin"
list = "country"
codes = ["TJK", "KGZ", "UZB", "KAZ", "TKM"]
reason = "the five states of Central Asia"
date = "2017-06-01"

[[dimension]]
name = "destination"
title = { en = "Destination", ru = "Страна назначения", tg = "Кишвари таъинот" }
column = "destination"
list = "country"
codes = ["RUS", "KAZ", "ARE", "TUR", "SAU", "TJK"]
reason = "main countries of work, and the country itself"
date = "2017-06-01"

[[table]]
name = "gender_by_year"
title = { en = "Persons by year and gender", ru = "Лица по годам и полу", tg = "Шахсон аз рӯи сол ва ҷинс" }
dimensions = ["year", "gender"]

[[table]]
name = "destinations_by_year"
title = "Persons by year and destination"
dimensions = ["year", "destination"]

[[table]]
name = "routes_by_year"
title = "Persons by year, origin and destination"
dimensions = ["year", "origin", "destination"]
"#;

/// Expected persons by code: the counts are products of these shares.
const YEARS: [f64; 8] = [58.0, 63.0, 74.0, 79.0, 112.0, 131.0, 148.0, 9.0];
const GENDERS: [(&str, &str, f64); 5] = [
    ("woman", "Woman", 0.55),
    ("man", "Man", 0.37),
    ("trans_or_nonconforming", "Trans or gender non-conforming", 0.002),
    ("other", "Other", 0.0),
    ("not_known", "Not known", 0.078),
];
const ORIGINS: [(&str, &str, f64); 7] = [
    ("TJK", "Tajikistan", 0.62),
    ("KGZ", "Kyrgyzstan", 0.14),
    ("UZB", "Uzbekistan", 0.17),
    ("KAZ", "Kazakhstan", 0.02),
    ("TKM", "=Turkmenistan", 0.01),
    ("other", "Other", 0.0),
    ("not_known", "Not known", 0.04),
];
const DESTINATIONS: [(&str, &str, f64); 8] = [
    ("RUS", "Russian Federation", 0.48),
    ("KAZ", "Kazakhstan", 0.17),
    ("ARE", "United Arab Emirates", 0.12),
    ("TUR", "Türkiye", 0.09),
    ("SAU", "Saudi Arabia", 0.02),
    ("TJK", "Tajikistan", 0.06),
    ("other", "Other", 0.02),
    ("not_known", "Not known", 0.04),
];

/// Who signs in tests.
pub(super) fn signer() -> Signer {
    Signer::of_secret([5; 32])
}

/// Writes the release into `published`.
pub(super) fn publish(published: &Path) -> Draft {
    let draft = draft();
    write(published, &draft, &signer()).expect("the fixture fits together");
    draft
}

pub(super) fn draft() -> Draft {
    draft_of(DEFINITION, 7)
}

/// A release of a series: these cohorts, as a TOML table, and what else its definition says.
pub(super) fn draft_of_series(id: &str, day: &str, cohorts: &str, more: &str) -> Draft {
    let text = DEFINITION.replace("{ from = 2018, to = 2024, no_year = true }", cohorts);
    let text = text.replacen("rho = 0.5", &format!("series = \"yearly\"\n{more}\nrho = 0.5"), 1);
    let text = if more.contains("purpose") { text.replacen("purpose = \"first\"\n", "", 1) } else { text };
    let draft = draft_of(&text, id.len() as u64);
    Draft { id: Slug::new(id).expect("a good name"), day: Day::new(day).expect("a day"), ..draft }
}

fn draft_of(definition: &str, seed: u64) -> Draft {
    let definition = Definition::from_toml(definition).expect("a good definition");
    let mut dimensions: Vec<Dimension> = definition.year_dimension().into_iter().collect();
    dimensions.extend([
        dimension("gender", &definition.dimensions[0].title, &GENDERS),
        dimension("origin", &definition.dimensions[1].title, &ORIGINS),
        dimension("destination", &definition.dimensions[2].title, &DESTINATIONS),
    ]);
    let sizes: Vec<usize> = dimensions.iter().map(|d| d.codes.len()).collect();
    let tables: Vec<Vec<usize>> = definition.tables.iter().map(|table| definition.table_dimensions(table)).collect();
    let closure: Vec<Vec<usize>> = (0_usize..1 << sizes.len())
        .map(|mask| (0..sizes.len()).filter(|d| mask & (1 << d) != 0).collect::<Vec<usize>>())
        .filter(|a| tables.iter().any(|table| a.iter().all(|d| table.contains(d))))
        .collect();
    let queries: Vec<Query> = closure.iter().map(|a| query(a, &sizes)).collect();
    let mut noise = Noise(seed);
    let measurements: Vec<Vec<i64>> = queries.iter().map(|query| measure(query, &sizes, &mut noise)).collect();
    let estimates = tables.iter().map(|table| rebuild(table, &queries, &measurements, &sizes)).collect();
    let rho = Rho::new(0.5).expect("a good amount");
    Draft {
        id: Slug::new(ID).expect("a good name"),
        dictionary_digest: "d".repeat(64),
        frame_digest: "e".repeat(64),
        synthetic: true,
        day: Day::new("2026-11-22").expect("a day"),
        ledger_head: "e".repeat(64),
        privacy: Privacy {
            rho,
            epsilon: 6.943_211_9,
            delta: Delta::default(),
            cohorts: definition.cohorts().into_iter().map(|cohort| CohortRho { cohort, rho }).collect(),
        },
        definition,
        dimensions,
        queries,
        measurements,
        estimates,
        non_negative: None,
    }
}

fn dimension(name: &str, title: &Labels, codes: &[(&str, &str, f64)]) -> Dimension {
    let code = |(code, label, _): &(&str, &str, f64)| DimensionCode {
        code: (*code).to_owned(),
        labels: Labels { en: (*label).to_owned(), ru: format!("{label} (ru)"), tg: format!("{label} (tg)") },
        parent: None,
    };
    Dimension { name: name.to_owned(), title: title.clone(), codes: codes.iter().map(code).collect(), levels: vec![] }
}

fn query(a: &[usize], sizes: &[usize]) -> Query {
    let cells: f64 = a.iter().map(|d| sizes[*d] as f64).product();
    let sensitivity: f64 = a.iter().map(|d| (sizes[*d] * (sizes[*d] - 1)) as f64).product();
    let standard_error = 2.4;
    let sigma = standard_error * cells;
    Query { dimensions: a.to_vec(), variance: standard_error * standard_error, sigma, sensitivity: sensitivity.sqrt() }
}

fn share(dimension: usize, code: usize) -> f64 {
    match dimension {
        0 => YEARS[code],
        1 => GENDERS[code].2,
        2 => ORIGINS[code].2,
        _ => DESTINATIONS[code].2,
    }
}

/// Codes of a cell, row-major.
fn codes(mut cell: usize, dimensions: &[usize], sizes: &[usize]) -> Vec<usize> {
    let mut codes = vec![0; dimensions.len()];
    for (at, dimension) in dimensions.iter().enumerate().rev() {
        codes[at] = cell % sizes[*dimension];
        cell /= sizes[*dimension];
    }
    codes
}

fn cells(dimensions: &[usize], sizes: &[usize]) -> usize {
    dimensions.iter().map(|d| sizes[*d]).product()
}

/// The exact invented count of a cell of a marginal, before rounding.
fn truth(cell: usize, dimensions: &[usize], sizes: &[usize]) -> f64 {
    // Without years the others come first.
    let before = 4 - sizes.len();
    let total_of = |dimension: usize| (0..sizes[dimension]).map(|code| share(dimension + before, code)).sum::<f64>();
    let inside = dimensions
        .iter()
        .zip(codes(cell, dimensions, sizes))
        .map(|(d, code)| share(*d + before, code))
        .product::<f64>();
    (0..sizes.len()).filter(|d| !dimensions.contains(d)).map(total_of).product::<f64>() * inside
}

/// ⊗(n·I − J) · marginal, plus noise.
fn measure(query: &Query, sizes: &[usize], noise: &mut Noise) -> Vec<i64> {
    let a = &query.dimensions;
    let mut vector: Vec<f64> = (0..cells(a, sizes)).map(|cell| truth(cell, a, sizes)).collect();
    project(&mut vector, a, sizes);
    let scale = cells(a, sizes) as f64;
    vector.iter().map(|entry| (entry * scale + noise.next() * query.sigma).round() as i64).collect()
}

/// Σ_{A⊆B} expand(residual_A) / Π_{j∈B\A} n_j.
fn rebuild(table: &[usize], queries: &[Query], measurements: &[Vec<i64>], sizes: &[usize]) -> Vec<f64> {
    let mut estimates = vec![0.0; cells(table, sizes)];
    for (query, measurement) in queries.iter().zip(measurements) {
        let a = &query.dimensions;
        if !a.iter().all(|d| table.contains(d)) {
            continue;
        }
        let mut residual: Vec<f64> = measurement.iter().map(|count| *count as f64 / cells(a, sizes) as f64).collect();
        project(&mut residual, a, sizes);
        let rest = cells(table, sizes) / cells(a, sizes);
        for (cell, estimate) in estimates.iter_mut().enumerate() {
            let codes = codes(cell, table, sizes);
            let at = a.iter().fold(0, |at, d| at * sizes[*d] + codes[table.iter().position(|t| t == d).unwrap_or(0)]);
            *estimate += residual[at] / rest as f64;
        }
    }
    estimates
}

/// ⊗(I − J/n): takes the mean away along each dimension.
fn project(vector: &mut [f64], dimensions: &[usize], sizes: &[usize]) {
    let mut stride = vector.len();
    for dimension in dimensions {
        let count = sizes[*dimension];
        stride /= count;
        for start in (0..vector.len()).filter(|at| (at / stride).is_multiple_of(count)) {
            let mean = (0..count).map(|step| vector[start + step * stride]).sum::<f64>() / count as f64;
            (0..count).for_each(|step| vector[start + step * stride] -= mean);
        }
    }
}

/// A fixed sequence of nearly normal numbers: sums of twelve uniform ones (linear congruential, Knuth's constants).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        let mut uniform = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }
}

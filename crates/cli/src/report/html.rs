//! The report as one HTML file: no script, no request to anybody, readable in print.

use std::path::Path;

use anyhow::Result;
use askama::Template;
use panoh_custody::LoadReport;
use panoh_intake::Language;

use super::phrases::Phrases;
use super::{Section, advice, facts, headline, place, rule, sections};
use crate::output::thousands;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    language: &'static str,
    said: &'a Phrases,
    files: Vec<Loaded>,
}

struct Loaded {
    name: String,
    headline: String,
    facts: Vec<String>,
    advice: Vec<&'static str>,
    sections: Vec<Section>,
    rules: Vec<Broken>,
    worst: Vec<String>,
}

struct Broken {
    id: String,
    count: String,
    title: &'static str,
    remedy: &'static str,
}

/// The page about some loads.
pub(crate) fn page(reports: &[(&Path, LoadReport)], language: Language) -> Result<String> {
    let files = reports.iter().map(|(file, report)| loaded(file, report, language)).collect();
    Ok(Page { language: language.code(), said: Phrases::of(language), files }.render()?)
}

fn loaded(file: &Path, report: &LoadReport, language: Language) -> Loaded {
    let rules = report.refused_by_rule.iter().map(|(id, count)| Broken {
        id: (*id).to_owned(),
        count: thousands(*count),
        title: rule(id).map_or("", |rule| rule.title(language)),
        remedy: rule(id).map_or("", |rule| rule.remedy(language)),
    });
    Loaded {
        // The folder may say whose file it is.
        name: file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        headline: headline(report, language),
        facts: facts(report, language),
        advice: advice(report, language),
        sections: sections(report, language),
        rules: rules.collect(),
        worst: report.worst.iter().map(|worst| place(worst, language)).collect(),
    }
}

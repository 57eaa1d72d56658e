//! A series: releases that may be read as one, because they count the same way and no cohort twice.
//!
//! The figures of a series are added up and drawn as one line, so whether a release fits is looked at before it is paid
//! for. Only what is already public is read: definitions and code lists of earlier releases, never their figures.

use std::path::Path;

use panoh_publication::{Artefact, Definition, Dimension, Slug, YEAR, read, read_withdrawal};

use crate::{ReleaseError, ReleasePlan};

/// Refuses a plan that does not fit the series that its definition names: it must count as the earlier releases do, over
/// other cohorts, or revise one of them over just its cohorts.
pub(crate) fn check(published: &Path, plan: &ReleasePlan) -> Result<(), ReleaseError> {
    let definition = plan.definition();
    let Some(series) = &definition.series else { return Ok(()) };
    let refuse = |rule: String| Err(ReleaseError::Series { series: series.to_string(), rule });
    let members = members(published, series)?;
    let dimensions: Vec<&Dimension> = plan.dimensions().iter().map(|resolved| &resolved.dimension).collect();
    for member in &members {
        if member.release.frame_digest != plan.frame_digest() {
            let rule = "was counted by other SQL under the same name; begin another series";
            return refuse(format!("{} {rule}", member.release.id));
        }
        if let Some(difference) = difference(&member.release.definition, definition) {
            return refuse(format!("{} has {difference}; write them alike or begin another series", member.release.id));
        }
        if !lists(member.cube.dimensions().iter()).eq(lists(dimensions.iter().copied())) {
            let rule = "has other code lists, because the data dictionary has changed; begin another series";
            return refuse(format!("{} {rule}", member.release.id));
        }
    }
    match &definition.supersedes {
        Some(id) => check_revision(&members, id, definition).or_else(refuse),
        None => check_cohorts(&members, definition).or_else(refuse),
    }
}

/// The published releases of the series, in the order of their names.
fn members(published: &Path, series: &Slug) -> Result<Vec<Artefact>, ReleaseError> {
    let folder = |source| ReleaseError::Folder { path: published.to_owned(), source };
    let mut members = Vec::new();
    for entry in published.read_dir().map_err(folder)? {
        let path = entry.map_err(folder)?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if hidden || !path.is_dir() || read_withdrawal(&path)?.is_some() {
            continue;
        }
        let artefact = read(&path)?;
        if artefact.release.definition.series.as_ref() == Some(series) {
            members.push(artefact);
        }
    }
    members.sort_unstable_by(|one, other| one.release.id.as_str().cmp(other.release.id.as_str()));
    Ok(members)
}

/// In which words two definitions of one series differ, titles and years apart.
fn difference(one: &Definition, other: &Definition) -> Option<&'static str> {
    let columns = |definition: &Definition| -> Vec<_> {
        let dimensions = definition.dimensions.iter();
        dimensions.map(|wanted| (wanted.name.clone(), wanted.column.clone())).collect()
    };
    if one.frame != other.frame {
        return Some("another frame");
    }
    if columns(one) != columns(other) {
        return Some("other dimensions");
    }
    (one.tables_over_years() != other.tables_over_years()).then_some("other tables")
}

/// The codes of each dimension but the years, which are the cohorts.
fn lists<'a>(dimensions: impl Iterator<Item = &'a Dimension>) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
    let codes = |dimension: &'a Dimension| dimension.codes.iter().map(|code| code.code.as_str()).collect();
    dimensions.filter(|dimension| dimension.name != YEAR).map(move |one| (one.name.as_str(), codes(one)))
}

/// A revision takes the place of one release that has not been revised yet.
fn check_revision(members: &[Artefact], id: &Slug, definition: &Definition) -> Result<(), String> {
    let Some(revised) = members.iter().find(|member| member.release.id == *id) else {
        let known: Vec<&str> = members.iter().map(|member| member.release.id.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(format!("`supersedes` names {id}, which is not among its releases; these are {known}"));
    };
    if let Some(later) = members.iter().find(|member| member.release.definition.supersedes.as_ref() == Some(id)) {
        return Err(format!("{id} was revised already, by {}; there is one revision", later.release.id));
    }
    if revised.release.definition.purpose == panoh_publication::Purpose::Revision {
        return Err(format!("{id} is a revision itself; there is one revision"));
    }
    if revised.release.definition.cohorts() != definition.cohorts() {
        return Err(format!("{id} is about other cohorts; a revision is about the same"));
    }
    Ok(())
}

/// Any other release is about cohorts that the series does not have.
fn check_cohorts(members: &[Artefact], definition: &Definition) -> Result<(), String> {
    let cohorts = definition.cohorts();
    for member in members {
        let known = member.release.definition.cohorts();
        if let Some(twice) = cohorts.iter().find(|cohort| known.contains(cohort)) {
            let rule = "take other cohorts, or name it in `supersedes` when this is its revision";
            return Err(format!("{} has the cohort {twice} already; {rule}", member.release.id));
        }
    }
    Ok(())
}

//! One published release as a folder: written once, wholly or not at all, and read only if every byte is as written.
//!
//! ```text
//! <id>/release.json           definition, plan, cost, promise, hashes of all other files
//!      dictionary.json        dimensions, codes, labels in three languages, parents
//!      measurements.parquet   the noisy integers, for inference of one's own
//!      cube.parquet           all tables in one: table, one column for each dimension, estimate, standard_error and,
//!                             where the definition asks for it, non_negative
//!      tables/<table>.csv     one table with labels, interval and quality word
//!      datapackage.json       Frictionless data package, version 2
//!      CITATION.cff README.md
//!      SHA256SUMS             hashes of all of these
//!      SHA256SUMS.sig         the publisher's signature of them
//! ```

mod files;
mod folder;
mod keyed;
mod package;
mod tables;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::{
    ArtefactError, CohortRho, Cube, CubeTable, Day, Definition, Dimension, Privacy, PublicKey, Query, Release,
    SecondColumn, Signer, Slug, TableInfo, read_withdrawal, statements,
};

pub use self::files::Files;

/// Version of the folder's format that is written. Since 2 the data package describes the columns of the Parquet files;
/// folders of format 1 are read as they were written.
pub const FORMAT_VERSION: u32 = 2;
/// The oldest format that is read.
const OLDEST_FORMAT: u32 = 1;

const RELEASE: &str = "release.json";
const DICTIONARY: &str = "dictionary.json";
const MEASUREMENTS: &str = "measurements.parquet";
const CUBE: &str = "cube.parquet";
const DATA_PACKAGE: &str = "datapackage.json";
const CITATION: &str = "CITATION.cff";
const README: &str = "README.md";

/// Everything that a release is made of, as the trusted host hands it over.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Name of the release and of its folder.
    pub id: Slug,
    /// The definition that was run.
    pub definition: Definition,
    /// SHA-256 of the data dictionary, hex.
    pub dictionary_digest: String,
    /// SHA-256 of the SQL that made one row of each person's records, hex.
    pub frame_digest: String,
    /// Whether the records were simulated.
    pub synthetic: bool,
    /// Day of the release.
    pub day: Day,
    /// Head of the ledger's chain after the charge.
    pub ledger_head: String,
    /// What it cost.
    pub privacy: Privacy,
    /// In the order of [`Definition::dimension_names`].
    pub dimensions: Vec<Dimension>,
    /// All measured queries.
    pub queries: Vec<Query>,
    /// One noisy integer vector for each query, row-major.
    pub measurements: Vec<Vec<i64>>,
    /// One dense estimate for each table of the definition, row-major, dimensions ascending.
    pub estimates: Vec<Vec<f64>>,
    /// The same without negative numbers, when the definition asks for it.
    pub non_negative: Option<Vec<SecondColumn>>,
}

/// A folder that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub path: PathBuf,
    /// SHA-256, hex, of `SHA256SUMS`: the digest of the whole artefact.
    pub digest: String,
}

/// A folder that was read and found whole.
#[derive(Debug, Clone)]
pub struct Artefact {
    /// `release.json`.
    pub release: Release,
    /// All tables with their errors.
    pub cube: Cube,
    /// One noisy integer vector for each query of the release, row-major.
    pub measurements: Vec<Vec<i64>>,
    /// SHA-256, hex, of `SHA256SUMS`.
    pub digest: String,
    /// Who signed it. Whether that is the publisher, only the publisher can say.
    pub signer: PublicKey,
}

/// Writes a release into a folder of its own under `published`, durably.
///
/// The files go to `.tmp-<id>`, are synced, and the folder is renamed in one step: a folder without that prefix is
/// whole. Nothing is overwritten. Equal drafts give equal bytes. Noise scales are rounded to fifteen digits and ε
/// upwards to six decimals first, so that every JSON reader gets the same numbers.
pub fn write(published: &Path, draft: &Draft, signer: &Signer) -> Result<Written, ArtefactError> {
    let (release, cube) = checked(draft)?;
    let folder = folder::Unfinished::create(published, &draft.id)?;
    let digest = write_files(folder, release, &cube, &draft.measurements, signer)?;
    Ok(Written { path: published.join(draft.id.as_str()), digest })
}

/// Removes what an interrupted [`write()`] left behind; true when there was something.
pub fn discard(published: &Path, id: &Slug) -> Result<bool, ArtefactError> {
    folder::discard(published, id)
}

/// Reads a release folder.
///
/// Every file must have the hash that `SHA256SUMS` and `release.json` give for it, no other file may stand there, and
/// the parts must fit together; the error names the file that does not. Each byte is hashed and parsed from one
/// reading. A release that was withdrawn is refused with day and reason.
pub fn read(dir: &Path) -> Result<Artefact, ArtefactError> {
    if let Some(withdrawal) = read_withdrawal(dir)? {
        return Err(withdrawal.refusal(dir));
    }
    let folder = folder::open(dir)?;
    let release = read_release(&folder)?;
    let dimensions: Vec<Dimension> = folder.json(DICTIONARY)?;
    let names: Vec<&str> = dimensions.iter().map(|d| d.name.as_str()).collect();
    if names != release.definition.dimension_names() {
        return Err(folder.broken(DICTIONARY, "its dimensions are not those of the definition"));
    }
    if !release.queries.iter().flat_map(|query| &query.dimensions).all(|dimension| *dimension < dimensions.len()) {
        return Err(folder.broken(RELEASE, "a query names a dimension that is not there"));
    }
    let blocks = keyed::query_blocks(&release.queries, &dimensions);
    let measurements = keyed::read_integers(folder.bytes(MEASUREMENTS)?.into(), &dimensions, &blocks)
        .map_err(|rule| folder.broken(MEASUREMENTS, &rule))?;
    let blocks = keyed::table_blocks(&release.definition);
    let (bytes, asked) = (Bytes::from(folder.bytes(CUBE)?), release.definition.non_negative);
    let estimates = keyed::read_estimates(bytes.clone(), &dimensions, &blocks);
    let estimates = estimates.map_err(|rule| folder.broken(CUBE, &rule))?;
    let non_negative = keyed::read_non_negative(bytes, &dimensions, &blocks, asked);
    let non_negative = non_negative.map_err(|rule| folder.broken(CUBE, &rule))?;
    let cube = cube(&release.definition, dimensions, &release.queries, estimates, non_negative)?;
    if table_infos(&release.definition, &cube)? != release.tables {
        return Err(folder.broken(RELEASE, "its tables do not follow from its definition and queries"));
    }
    check_rendered(&folder, &release, &cube)?;
    Ok(Artefact { release, cube, measurements, digest: folder.digest, signer: folder.signer })
}

/// The files of a release folder as they lie, if they are still those of the artefact with this digest. One is in memory at
/// a time.
pub fn files(dir: &Path, digest: &str) -> Result<Files, ArtefactError> {
    if let Some(withdrawal) = read_withdrawal(dir)? {
        return Err(withdrawal.refusal(dir));
    }
    Files::checked(dir, digest)
}

/// What people read follows from the release and its cube, so an edit of it is refused even with new hashes.
fn check_rendered(folder: &folder::Folder, release: &Release, cube: &Cube) -> Result<(), ArtefactError> {
    let smallest_count = release.definition.smallest_count_of_interest;
    for table in cube.tables() {
        let render = |out: &mut dyn Write| tables::csv(cube, table, smallest_count, out);
        folder.check_text(&tables::path(&table.name), "does not follow from the cube", render)?;
    }
    for (path, text) in [(CITATION, package::citation(release)), (README, package::readme(release, cube))] {
        if folder.bytes(path)? != text.as_bytes() {
            return Err(folder.broken(path, "does not follow from the release"));
        }
    }
    let listed = [CUBE, MEASUREMENTS, DICTIONARY].map(str::to_owned).into_iter();
    let listed: Vec<String> = listed.chain(cube.tables().iter().map(|table| tables::path(&table.name))).collect();
    let others = [CITATION, README, RELEASE, DATA_PACKAGE];
    folder.check_names(listed.iter().map(String::as_str).chain(others))?;
    let files =
        listed.into_iter().map(|path| Ok((path.clone(), folder.info(&path)?))).collect::<Result<_, ArtefactError>>()?;
    if folder.bytes(DATA_PACKAGE)? != json(&package::datapackage(release, cube, &files)) {
        return Err(folder.broken(DATA_PACKAGE, "does not follow from the release"));
    }
    let promised = statements::promised(&release.definition, &release.privacy);
    if (&release.promised, &release.not_covered) != (&promised, &statements::not_covered(&release.definition)) {
        return Err(folder.broken(RELEASE, "its statements do not follow from its definition"));
    }
    Ok(())
}

fn read_release(folder: &folder::Folder) -> Result<Release, ArtefactError> {
    let release: Release = folder.json(RELEASE)?;
    folder.check_hashes(&release.files, RELEASE)?;
    if !(OLDEST_FORMAT..=FORMAT_VERSION).contains(&release.format) {
        let rule =
            format!("format {} is not known; this version reads {OLDEST_FORMAT} to {FORMAT_VERSION}", release.format);
        return Err(folder.broken(RELEASE, &rule));
    }
    if release.definition.digest() != release.definition_digest {
        return Err(folder.broken(RELEASE, "the definition does not have the digest that is written beside it"));
    }
    Ok(release)
}

/// Checks that the parts of a draft fit together and works out what follows from them.
fn checked(draft: &Draft) -> Result<(Release, Cube), ArtefactError> {
    check_lists(draft)?;
    let queries: Vec<Query> = draft.queries.iter().map(fifteen_digit_query).collect();
    let cube = cube(
        &draft.definition,
        draft.dimensions.clone(),
        &queries,
        draft.estimates.clone(),
        draft.non_negative.clone(),
    )?;
    for (query, measurement) in queries.iter().zip(&draft.measurements) {
        let cells: usize = query.dimensions.iter().map(|d| draft.dimensions[*d].codes.len()).product();
        if measurement.len() != cells {
            let rule = "a measurement does not have one integer for each cell of its query";
            return Err(ArtefactError::Draft(rule.to_owned()));
        }
    }
    let epsilon = (draft.privacy.epsilon * 1e6).ceil() / 1e6;
    let privacy = Privacy { epsilon, ..draft.privacy.clone() };
    let release = Release {
        format: FORMAT_VERSION,
        id: draft.id.clone(),
        synthetic: draft.synthetic,
        day: draft.day.clone(),
        definition: draft.definition.clone(),
        definition_digest: draft.definition.digest(),
        dictionary_digest: draft.dictionary_digest.clone(),
        frame_digest: draft.frame_digest.clone(),
        ledger_head: draft.ledger_head.clone(),
        promised: statements::promised(&draft.definition, &privacy),
        not_covered: statements::not_covered(&draft.definition),
        privacy,
        queries,
        tables: table_infos(&draft.definition, &cube)?,
        files: BTreeMap::new(),
    };
    Ok((release, cube))
}

fn check_lists(draft: &Draft) -> Result<(), ArtefactError> {
    let refuse = |what: &str| Err(ArtefactError::Draft(what.to_owned()));
    let names: Vec<&str> = draft.dimensions.iter().map(|d| d.name.as_str()).collect();
    if names != draft.definition.dimension_names() {
        return refuse("its dimensions are not those of the definition, in their order");
    }
    if draft.estimates.len() != draft.definition.tables.len() || draft.measurements.len() != draft.queries.len() {
        return refuse("it needs one estimate for each table and one measurement for each query");
    }
    let asked = draft.definition.non_negative;
    let as_asked = draft.non_negative.as_ref().map_or(asked.is_none(), |second| {
        second.len() == draft.estimates.len() && second.iter().all(|column| column.kind() == asked)
    });
    if !as_asked {
        return refuse(
            "it needs figures without negative numbers for each table when the definition asks for them, whole ones when it \
             asks for these, else none",
        );
    }
    let charged: Vec<&str> = draft.privacy.cohorts.iter().map(|CohortRho { cohort, .. }| cohort.as_str()).collect();
    if charged != draft.definition.cohorts() {
        return refuse("it must charge each cohort of the definition once, in their order");
    }
    if !(draft.privacy.epsilon.is_finite() && draft.privacy.epsilon > 0.0) {
        return refuse("its epsilon is not a positive number");
    }
    Ok(())
}

fn write_files(
    mut folder: folder::Unfinished,
    mut release: Release,
    cube: &Cube,
    measurements: &[Vec<i64>],
    signer: &Signer,
) -> Result<String, ArtefactError> {
    let dimensions = cube.dimensions();
    folder.put(DICTIONARY, &json(&dimensions))?;
    let blocks = keyed::query_blocks(&release.queries, dimensions);
    folder.put(MEASUREMENTS, &keyed::write_integers(dimensions, &blocks, measurements)?)?;
    let blocks = keyed::table_blocks(&release.definition);
    folder.put(CUBE, &keyed::write_estimates(dimensions, &blocks, cube)?)?;
    for table in cube.tables() {
        let mut bytes = Vec::new();
        tables::csv(cube, table, release.definition.smallest_count_of_interest, &mut bytes)?;
        folder.put(&tables::path(&table.name), &bytes)?;
    }
    folder.put(DATA_PACKAGE, &json(&package::datapackage(&release, cube, folder.files())))?;
    folder.put(CITATION, package::citation(&release).as_bytes())?;
    folder.put(README, package::readme(&release, cube).as_bytes())?;
    release.files = folder.files().iter().map(|(path, file)| (path.clone(), file.sha256.clone())).collect();
    folder.put(RELEASE, &json(&release))?;
    let digest = folder.close(signer)?;
    // What nobody could read must not be public.
    read(folder.path())?;
    folder.show()?;
    Ok(digest)
}

fn cube(
    definition: &Definition,
    dimensions: Vec<Dimension>,
    queries: &[Query],
    estimates: Vec<Vec<f64>>,
    non_negative: Option<Vec<SecondColumn>>,
) -> Result<Cube, ArtefactError> {
    let mut second = non_negative.into_iter().flatten();
    let tables = definition.tables.iter().zip(estimates).map(|(wanted, estimates)| CubeTable {
        name: wanted.name.to_string(),
        title: wanted.title.clone(),
        dimensions: definition.table_dimensions(wanted),
        estimates,
        non_negative: second.next(),
    });
    Ok(Cube::new(dimensions, queries, tables.collect())?)
}

fn table_infos(definition: &Definition, cube: &Cube) -> Result<Vec<TableInfo>, ArtefactError> {
    let info = |wanted: &crate::TableWanted| {
        let dimensions = definition.table_dimensions(wanted);
        let standard_error = fifteen_digits(cube.cell_standard_error(&dimensions)?);
        let cells = dimensions.iter().map(|d| cube.dimensions()[*d].codes.len() as u64).product();
        Ok(TableInfo { name: wanted.name.clone(), title: wanted.title.clone(), dimensions, cells, standard_error })
    };
    definition.tables.iter().map(info).collect()
}

/// JSON readers need not round numbers of more than fifteen digits in the same way.
fn fifteen_digits(number: f64) -> f64 {
    format!("{number:.14e}").parse().expect("a formatted number parses")
}

fn fifteen_digit_query(query: &Query) -> Query {
    Query {
        dimensions: query.dimensions.clone(),
        variance: fifteen_digits(query.variance),
        sigma: fifteen_digits(query.sigma),
        sensitivity: fifteen_digits(query.sensitivity),
    }
}

/// Indented JSON with a newline at the end.
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes =
        serde_json::to_vec_pretty(value).expect("release structures hold only text, finite numbers and lists");
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
pub(crate) mod tests;

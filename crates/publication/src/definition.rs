//! A release definition: the public file that says, before any data are touched, what will be released and at what
//! cost.
//!
//! A [`Definition`] exists only if it keeps every rule of [`check`]; reading one from TOML or JSON goes the same way.

mod check;
mod non_negative;
mod one_year;

use std::collections::BTreeSet;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use check::is_reserved;
pub use non_negative::NonNegativeColumn;

use crate::{Day, DefinitionError, Delta, Dimension, DimensionCode, HalfWidth, Labels, Lang, Rho, Slug, Weight};

/// Name of the dimension that is made of the cohorts. Definitions use it in tables and never declare it.
pub const YEAR: &str = "year";
/// The frame of identified and possible victims, one row for each person: what trends and pages are about. Frames that count
/// others beside them, such as prevented cases, are asked by name only.
pub const VICTIMS: &str = "victims";
/// Cohort of persons whose year of first registration is not recorded.
pub const NO_YEAR: &str = "no_year";

/// A checked release definition. Its fields are read through `Deref`.
///
/// ```
/// # use panoh_publication::Definition;
/// let definition = Definition::from_toml(r#"
///     name = "persons-by-year"
///     title = "Persons first registered, by year and gender"
///     description = "One figure for each year and gender."
///     frame = "persons-in-cases"
///     author = "Example organisation"
///     date = "2026-11-22"
///     audience = "public"
///     purpose = "first"
///     cohorts = { from = 2018, to = 2024 }
///     rho = 0.5
///     smallest_count_of_interest = 20
///
///     [[dimension]]
///     name = "gender"
///     title = { en = "Gender", ru = "Пол", tg = "Ҷинс" }
///     column = "gender"
///     list = "gender"
///     codes = "all"
///
///     [[table]]
///     name = "gender_by_year"
///     title = "Persons by year and gender"
///     dimensions = ["year", "gender"]
/// "#)?;
/// assert_eq!(definition.dimension_names(), ["year", "gender"]);
/// assert_eq!(definition.cohorts().len(), 7);
/// # Ok::<(), panoh_publication::DefinitionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DefinitionFields", into = "DefinitionFields")]
pub struct Definition {
    fields: DefinitionFields,
}

/// The fields of a definition as the file has them. Only [`Definition::new`] says whether they keep the rules together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinitionFields {
    /// Short name of the definition.
    pub name: Slug,
    /// What people read above the release.
    pub title: String,
    /// What it is for, in a few sentences.
    pub description: String,
    /// Name of the frame (`queries/frames/<frame>.sql`): one row for each person.
    pub frame: Slug,
    /// Who answers for the release; also its author in citations.
    pub author: String,
    /// Day on which the definition was written.
    pub date: Day,
    /// SPDX identifier of the licence of the figures.
    #[serde(default = "default_licence")]
    pub licence: String,
    /// Who may see the release.
    pub audience: Audience,
    /// The project whose members may see it, when the audience is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Slug>,
    /// Which part of a cohort's budget pays for it.
    pub purpose: Purpose,
    /// The chain of releases that this one belongs to: equal dimensions and tables, and each cohort in one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Slug>,
    /// The release of the series that this one revises, for the same cohorts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Slug>,
    /// The day up to which the registers are kept in full. Outcomes whose twelve months end later are counted as
    /// `window_not_complete`; without it the day of the definition is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_until: Option<Day>,
    /// The first cohort whose figures are provisional because registers may still grow; it and all later ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional_from: Option<i16>,
    /// Whose records it covers; each cohort is charged once.
    pub cohorts: Cohorts,
    /// What it costs each person in the cohorts.
    pub rho: Rho,
    /// δ at which ε is stated.
    #[serde(default)]
    pub delta: Delta,
    /// Smallest number of persons that a reader wants to tell from zero; planning and quality words are measured by it.
    pub smallest_count_of_interest: u32,
    /// Releases tables even if their errors are larger than half of `smallest_count_of_interest`.
    #[serde(default)]
    pub force: bool,
    /// Adds a second column to every table: figures without negative numbers, for readers who cannot use them.
    #[serde(default, skip_serializing_if = "NonNegativeColumn::is_none")]
    pub non_negative: NonNegativeColumn,
    /// What the noise scales are chosen for.
    #[serde(default)]
    pub objective: Objective,
    /// The dimensions, besides `year`.
    #[serde(rename = "dimension", default)]
    pub dimensions: Vec<DimensionWanted>,
    /// The tables.
    #[serde(rename = "table")]
    pub tables: Vec<TableWanted>,
    /// Years before which figures cannot be compared with those after.
    #[serde(rename = "break", default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<Break>,
    /// Title and description for readers of other languages; who has none is shown the English ones, marked as such.
    #[serde(rename = "translation", default, skip_serializing_if = "Translations::is_empty")]
    pub translations: Translations,
}

/// Title and description in the languages of the pages other than English.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translations {
    /// Russian.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ru: Option<Translation>,
    /// Tajik.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tg: Option<Translation>,
}

/// The texts of a definition in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
}

impl Translations {
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.ru.is_none() && self.tg.is_none()
    }

    /// The texts in a language; none in English, which the definition itself is written in.
    pub fn of(&self, lang: Lang) -> Option<&Translation> {
        lang.pick([None, self.ru.as_ref(), self.tg.as_ref()])
    }
}

/// A break in the series: a new source, a new definition. It is marked wherever years are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// The first year that is counted in the new way.
    pub year: i16,
    /// What changed, in a few words.
    pub text: Labels,
}

/// Who may see a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody.
    Public,
    /// The members of the project that the definition names.
    Project,
}

/// Which part of a cohort's budget pays for a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// First figures about the cohorts.
    First,
    /// The one revision after late registrations.
    Revision,
    /// A named project.
    Project,
}

/// What the noise scales are chosen for: the smallest weighted sum of variances, or the smallest largest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Each table counts the same, however many cells it has.
    #[default]
    EqualTables,
    /// Each table counts by its own weight.
    Weighted,
    /// Each cell counts the same, so large tables win.
    EqualCells,
    /// The largest variance of a cell of any table counts, and nothing else.
    SmallestMaximum,
}

/// The cohorts of a release: years of first registration, and the cohort without a year if wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohorts {
    /// First year.
    pub from: i16,
    /// Last year, included.
    pub to: i16,
    /// Whether persons without a year are included.
    #[serde(default)]
    pub no_year: bool,
    /// How many years are one code of the dimension `year`, from the first on; the last code may have fewer. What a
    /// cohort pays does not depend on it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub years_together: u8,
}

/// A dimension that the definition asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionWanted {
    /// Short name: column in tables, parameter in addresses.
    pub name: Slug,
    /// What people read.
    pub title: Labels,
    /// Column of the frame.
    pub column: String,
    /// Code list of the data dictionary.
    pub list: String,
    /// A coarser list above `list`: each value counts under its part of that list. Noise is chosen for this level alone, so
    /// it is decided before anybody sees a figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Which codes of the list.
    pub codes: Codes,
    /// Why these codes, for a written list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Day on which the list was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Day>,
    /// Whether a code stands in the list because the data have it; said in the release.
    #[serde(default)]
    pub learned_from_data: bool,
}

/// Which codes of a list a dimension has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CodesText", into = "CodesText")]
pub enum Codes {
    /// The whole list.
    All,
    /// These codes.
    Written(Vec<String>),
}

/// A table that the definition asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableWanted {
    /// Short name.
    pub name: Slug,
    /// What people read above it.
    pub title: Labels,
    /// Names of its dimensions, in any order.
    pub dimensions: Vec<Slug>,
    /// How much its error counts, with the objective `weighted`.
    #[serde(default)]
    pub weight: Weight,
    /// A headline table: its cells get this half-width or a smaller one, and the objective governs what is left for the
    /// others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_width: Option<HalfWidth>,
}

impl Definition {
    /// Checks the fields against each other. Where all cohorts are one code of the dimension `year`, it is left out of the
    /// tables, and so is a table that would have no dimension without it, or would say what another says.
    pub fn new(fields: DefinitionFields) -> Result<Self, DefinitionError> {
        let fields = one_year::settled(fields);
        check::check(&fields)?;
        Ok(Self { fields })
    }

    /// Reads and checks a definition file.
    pub fn from_toml(text: &str) -> Result<Self, DefinitionError> {
        Self::new(toml::from_str(text)?)
    }

    /// SHA-256, hex, of the canonical form: compact JSON with the fields in their fixed order and defaults written out.
    ///
    /// Comments, order of keys and layout of the file do not change it.
    pub fn digest(&self) -> String {
        let canonical = serde_json::to_vec(&self.fields).expect("a definition holds only text, numbers and lists");
        hex(&Sha256::digest(&canonical))
    }

    /// The day up to which outcomes are known.
    pub fn observed_until(&self) -> &Day {
        self.fields.observed_until.as_ref().unwrap_or(&self.fields.date)
    }

    /// The cohorts, in order: years, then [`NO_YEAR`].
    pub fn cohorts(&self) -> Vec<String> {
        let years = (self.fields.cohorts.from..=self.fields.cohorts.to).map(|year| year.to_string());
        years.chain(self.fields.cohorts.no_year.then(|| NO_YEAR.to_owned())).collect()
    }

    /// Name and dimensions of each table, `year` apart: what the definitions of one series have in common. A definition of
    /// one cohort has no `year`.
    pub fn tables_over_years(&self) -> Vec<(Slug, BTreeSet<Slug>)> {
        one_year::common(&self.fields.tables)
    }

    /// Names of the release's dimensions in the order of its tables: `year` if a table uses it, then the declared ones.
    pub fn dimension_names(&self) -> Vec<&str> {
        let year = self.uses_year().then_some(YEAR);
        year.into_iter().chain(self.fields.dimensions.iter().map(|d| d.name.as_str())).collect()
    }

    /// The dimension made of the cohorts; `None` when no table uses it.
    pub fn year_dimension(&self) -> Option<Dimension> {
        let label = |code: &str| match code {
            NO_YEAR => {
                Labels {
                    en: "No year".into(), ru: "Год не указан".into(), tg: "Сол нишон дода нашудааст".into()
                }
            }
            years => Labels::same(&years.replace('_', "–")),
        };
        let code = |code: String| DimensionCode { labels: label(&code), code, parent: None };
        let mut codes: Vec<String> = self.year_codes().into_iter().map(|(_, years)| years).collect();
        codes.dedup();
        self.uses_year().then(|| Dimension {
            name: YEAR.to_owned(),
            title: Labels {
                en: "Year first registered".into(),
                ru: "Год первой регистрации".into(),
                tg: "Соли бақайдгирии аввал".into(),
            },
            codes: codes.into_iter().map(code).collect(),
            levels: Vec::new(),
        })
    }

    /// Each cohort with its code in the dimension `year`: itself, or the first and the last of the years that are one code
    /// together, as in `2019_2021`.
    pub fn year_codes(&self) -> Vec<(String, String)> {
        let Cohorts { from, to, years_together, .. } = self.fields.cohorts;
        let code = |cohort: String| {
            let Ok(year) = cohort.parse::<i16>() else { return (cohort.clone(), cohort) };
            let together = i16::from(years_together);
            let first = year - (year - from) % together;
            let last = (first + together - 1).min(to);
            let code = if first == last { first.to_string() } else { format!("{first}_{last}") };
            (cohort, code)
        };
        self.cohorts().into_iter().map(code).collect()
    }

    /// Indexes of a table's dimensions in [`Self::dimension_names`], ascending.
    pub fn table_dimensions(&self, table: &TableWanted) -> Vec<usize> {
        let wanted: BTreeSet<&str> = table.dimensions.iter().map(Slug::as_str).collect();
        self.dimension_names().iter().enumerate().filter(|(_, name)| wanted.contains(*name)).map(|(at, _)| at).collect()
    }

    fn uses_year(&self) -> bool {
        self.fields.tables.iter().any(|table| table.dimensions.iter().any(|name| name.as_str() == YEAR))
    }
}

impl Deref for Definition {
    type Target = DefinitionFields;
    fn deref(&self) -> &DefinitionFields {
        &self.fields
    }
}

impl TryFrom<DefinitionFields> for Definition {
    type Error = DefinitionError;
    fn try_from(fields: DefinitionFields) -> Result<Self, DefinitionError> {
        Self::new(fields)
    }
}

impl From<Definition> for DefinitionFields {
    fn from(definition: Definition) -> Self {
        definition.fields
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum CodesText {
    Word(String),
    Written(Vec<String>),
}

impl TryFrom<CodesText> for Codes {
    type Error = DefinitionError;
    fn try_from(text: CodesText) -> Result<Self, DefinitionError> {
        match text {
            CodesText::Word(word) if word == "all" => Ok(Self::All),
            CodesText::Word(word) => {
                let rule = "write \"all\" for the whole list, or a list of codes in brackets".to_owned();
                Err(DefinitionError::Rule { place: format!("codes = {word:?}"), rule })
            }
            CodesText::Written(codes) => Ok(Self::Written(codes)),
        }
    }
}

impl From<Codes> for CodesText {
    fn from(codes: Codes) -> Self {
        match codes {
            Codes::All => Self::Word("all".to_owned()),
            Codes::Written(codes) => Self::Written(codes),
        }
    }
}

fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_one(number: &u8) -> bool {
    *number == 1
}

fn default_licence() -> String {
    "CC-BY-4.0".to_owned()
}

#[cfg(test)]
mod tests;

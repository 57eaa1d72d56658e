//! Reads the columns that hold dates and those that say who the person is, birth dates among them.

use toml::Spanned;

use crate::date_format::DateFormat;
use crate::error::{DictionaryError, Problem};
use crate::raw_column::{RawDate, RawIdentity};
use crate::read_columns::Reader;
use crate::read_file::bad_cell;
use crate::read_sources::bad_target;
use crate::source::{Does, Identity};
use crate::table::Kind;

const FORMAT_RULE: &str = "cannot be read; use %Y or %y once, one of %m, %B and %b at most once, %d only beside a month, %H %M %S, or write excel-1900 or excel-1904";

impl Reader<'_> {
    /// Who the person is.
    pub(crate) fn identity(&self, identity: RawIdentity) -> Result<Identity, DictionaryError> {
        let stray = |key| Err(self.here(Problem::StrayKey { key, verb: "identity" }));
        let (is_birth, is_country) =
            (matches!(identity, RawIdentity::BirthDate), matches!(identity, RawIdentity::DocumentCountry));
        for (key, said, belongs) in [
            ("formats", self.raw.formats.is_some(), is_birth),
            ("century", self.raw.century.is_some(), is_birth),
            ("accept", self.raw.accept.is_some(), is_country),
            ("translate", self.raw.translate.is_some(), is_country),
            // Beside any other identity a reference is a second thing to do, which was refused before.
            ("register", self.raw.register.is_some(), self.raw.reference.is_some()),
        ] {
            if said && !belongs {
                return stray(key);
            }
        }
        if self.scope.table.population.is_none() && !matches!(identity, RawIdentity::RecordId) {
            return Err(self.here(bad_target(&self.scope.table.name, "is about no person; use `drop`")));
        }
        Ok(match identity {
            RawIdentity::FullName => Identity::FullName,
            RawIdentity::GivenName => Identity::GivenName,
            RawIdentity::FamilyName => Identity::FamilyName,
            RawIdentity::FatherName => Identity::FatherName,
            RawIdentity::Document => Identity::Document,
            RawIdentity::RecordId => {
                let reference = self.raw.reference.as_ref().map(|target| self.reference(target)).transpose()?;
                Identity::RecordId { reference }
            }
            RawIdentity::BirthDate => Identity::BirthDate { formats: self.formats("identity", |_| true, "")? },
            RawIdentity::DocumentCountry => {
                let list = self.scope.list("country").map_err(|problem| self.here(problem))?;
                Identity::DocumentCountry { words: self.words(list, false, true)? }
            }
        })
    }

    /// A date and where it goes.
    pub(crate) fn date(&self, date: &RawDate) -> Result<Does, DictionaryError> {
        let year = date.year.as_ref().map(|target| self.of_kind(target, &Kind::Year, "year")).transpose()?;
        let month = date.month.as_ref().map(|target| self.of_kind(target, &Kind::Month, "month")).transpose()?;
        let with_month = month.is_some();
        let enough = |format: &DateFormat| !with_month || format.has_month();
        let formats = self.formats("date", enough, "has no month, but a month is to be filled in")?;
        Ok(Does::Date { year, month, formats })
    }

    fn formats(
        &self,
        verb: &'static str,
        enough: impl Fn(&DateFormat) -> bool,
        rule: &'static str,
    ) -> Result<Vec<DateFormat>, DictionaryError> {
        let said = self.raw.formats.as_deref().unwrap_or_default();
        if said.is_empty() {
            return Err(self.needs(verb, "formats", "no date format is guessed"));
        }
        let century = self.century(said)?;
        let mut formats: Vec<DateFormat> = Vec::new();
        for said in said {
            let bad = |rule| self.at(&said.span(), Problem::BadFormat { format: said.get_ref().clone(), rule });
            let format = match century {
                Some(first) => DateFormat::with_century(said.get_ref(), first),
                None => DateFormat::new(said.get_ref()),
            };
            let format = format.ok_or_else(|| bad(FORMAT_RULE))?;
            if !enough(&format) {
                return Err(bad(rule));
            }
            if formats.iter().any(|other| other.mixes_up_with(&format)) {
                return Err(bad("reads cells that another format of the column reads as another date; keep one"));
            }
            formats.push(format);
        }
        Ok(formats)
    }

    // The first year of the hundred that two digits stand for; said exactly when a format has two digits.
    fn century(&self, formats: &[Spanned<String>]) -> Result<Option<i16>, DictionaryError> {
        let short = formats.iter().find(|format| format.get_ref().contains("%y"));
        match (&self.raw.century, short) {
            (None, None) => Ok(None),
            (None, Some(format)) => {
                let why = "it says which hundred years two digits stand for";
                Err(self.at(&format.span(), Problem::NeedsKey { key: "century", verb: "%y", why }))
            }
            (Some(said), None) => {
                let why = "only two digits leave the century open";
                Err(self.at(&said.span(), Problem::NeedsKey { key: "a format with %y", verb: "century", why }))
            }
            (Some(said), Some(_)) => {
                let remedy = "write the first of the hundred years that are meant, such as 1930";
                let first = said.get_ref().parse().ok().filter(|first| (1800..=2000).contains(first));
                let bad = || self.at(&said.span(), bad_cell("century", said.get_ref(), remedy));
                first.map(Some).ok_or_else(bad)
            }
        }
    }
}

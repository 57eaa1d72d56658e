//! Reads the rules of a mapping over several columns of a row: `[[days]]`, `[[sums]]` and `[[implies]]`.

use std::ops::Range;

use toml::Spanned;

use crate::date_format::DateFormat;
use crate::error::{DictionaryError, Problem};
use crate::raw_source::{Keyed, RawImplies, RawSums, in_order};
use crate::read_file::bad_cell;
use crate::read_sources::{Filled, Scope, bad_target, known_code, wrong_kind};
use crate::rules::{Days, Holds, Implies, Otherwise, Sums};
use crate::source::{Does, SourceColumn};
use crate::table::Kind;

const ANY: &str = "*";

impl Scope<'_> {
    /// Reads the lengths of time and notes the numbers that they fill in.
    pub(crate) fn read_days(
        &self,
        columns: &[SourceColumn],
        filled: &mut Filled,
    ) -> Result<Vec<Days>, DictionaryError> {
        let mut read = Vec::new();
        for raw in &self.raw.days {
            let from = self.whole_date(columns, &raw.from, "is not a date with a day; a number of days needs one")?;
            let to = self.whole_date(columns, &raw.to, "is not a date with a day; a number of days needs one")?;
            if from == to {
                return Err(self.refused(&raw.to, "is `from` as well; name the other date"));
            }
            let at = |problem| self.text.error(&raw.target.span(), problem);
            let (target, state) = self.number(raw.target.get_ref()).map_err(at)?;
            filled.fill(self.table, &target).map_err(at)?;
            read.push(Days { from, to, target, state });
        }
        Ok(read)
    }

    /// Reads the sums; all their columns are filled in.
    pub(crate) fn read_sums(&self, filled: &Filled) -> Result<Vec<Sums>, DictionaryError> {
        self.raw.sums.iter().map(|raw| self.read_sum(raw, filled)).collect()
    }

    /// Reads the rules between two columns.
    pub(crate) fn read_implies(&self, filled: &Filled) -> Result<Vec<Implies>, DictionaryError> {
        self.raw.implies.iter().map(|raw| self.read_implied(raw, filled)).collect()
    }

    /// The header of a column that is a date whose formats all have a day.
    pub(crate) fn whole_date(
        &self,
        columns: &[SourceColumn],
        header: &Spanned<String>,
        rule: &str,
    ) -> Result<String, DictionaryError> {
        match &self.source_column(columns, header)?.does {
            Does::Date { formats, .. } if formats.iter().all(DateFormat::has_day) => Ok(header.get_ref().clone()),
            _ => Err(self.refused(header, rule)),
        }
    }

    /// The column of the mapping with that header.
    pub(crate) fn source_column<'a>(
        &self,
        columns: &'a [SourceColumn],
        header: &Spanned<String>,
    ) -> Result<&'a SourceColumn, DictionaryError> {
        columns.iter().find(|column| column.header == *header.get_ref()).ok_or_else(|| {
            let name = header.get_ref().clone();
            self.text.error(&header.span(), Problem::Nowhere { what: "source column", name })
        })
    }

    /// A target of kind `integer`, and the column that says why it is NULL.
    pub(crate) fn number(&self, name: &str) -> Result<(String, Option<String>), Problem> {
        match &self.target(name)?.kind {
            Kind::Integer { state } => Ok((name.to_owned(), state.clone())),
            _ => Err(wrong_kind(name, "integer")),
        }
    }

    /// A name of the mapping that breaks a rule, at its place.
    pub(crate) fn refused(&self, said: &Spanned<String>, rule: &str) -> DictionaryError {
        self.text.error(&said.span(), bad_target(said.get_ref(), rule))
    }

    fn read_sum(&self, raw: &RawSums, filled: &Filled) -> Result<Sums, DictionaryError> {
        let filled_number = |said: &Spanned<String>| {
            let (name, _) = self.number(said.get_ref()).map_err(|problem| self.text.error(&said.span(), problem))?;
            if filled.has(&name) { Ok(name) } else { Err(self.refused(said, NOT_FILLED)) }
        };
        let total = filled_number(&raw.total)?;
        let mut parts = Vec::new();
        for said in raw.parts.get_ref() {
            let part = filled_number(said)?;
            if part == total || parts.contains(&part) {
                return Err(self.text.error(&said.span(), Problem::Twice { what: "number of a sum", name: part }));
            }
            parts.push(part);
        }
        if parts.len() < 2 {
            let problem = Problem::NeedsKey { key: "two parts", verb: "sums", why: "one number is no sum" };
            return Err(self.text.error(&raw.parts.span(), problem));
        }
        Ok(Sums { total, parts })
    }

    fn read_implied(&self, raw: &RawImplies, filled: &Filled) -> Result<Implies, DictionaryError> {
        let (when, when_span) = self.holds("when", &raw.when)?;
        let (then, then_span) = self.holds("then", &raw.then)?;
        let at = |span: &Range<usize>, problem| Err(self.text.error(span, problem));
        if then.codes.is_empty() {
            return at(&then_span, bad_cell("then", ANY, "name the codes, one of which should be there"));
        }
        if !filled.has(&when.column) {
            return at(&when_span, bad_target(&when.column, NOT_FILLED));
        }
        let many = self.table.column(&then.column).is_some_and(|column| matches!(column.kind, Kind::Codes { .. }));
        match raw.otherwise {
            Otherwise::Add if !many => return at(&then_span, wrong_kind(&then.column, "codes")),
            Otherwise::Add if then.codes.len() > 1 => {
                let why = "it names the code to add";
                return at(&then_span, Problem::NeedsKey { key: "one code in then", verb: "add", why });
            }
            Otherwise::Note | Otherwise::Refuse if !filled.has(&then.column) => {
                return at(&then_span, bad_target(&then.column, NOT_FILLED));
            }
            _ => {}
        }
        Ok(Implies { when, then, otherwise: raw.otherwise })
    }

    // One column with codes of its list; no codes for the sign that means any.
    fn holds(
        &self,
        key: &'static str,
        raw: &Spanned<Keyed<Vec<Spanned<String>>>>,
    ) -> Result<(Holds, Range<usize>), DictionaryError> {
        let needs = |needed, why| self.text.error(&raw.span(), Problem::NeedsKey { key: needed, verb: key, why });
        let one = in_order(raw.get_ref()).try_into();
        let [(name, span, said)]: [_; 1] =
            one.map_err(|_| needs("exactly one column", "a rule is about two columns"))?;
        let at = |span: &Range<usize>, problem| self.text.error(span, problem);
        let column = self.target(name).map_err(|problem| at(&span, problem))?;
        let (Kind::Code { list } | Kind::Codes { list }) = &column.kind else {
            return Err(at(&span, wrong_kind(name, "code` or `codes")));
        };
        let list = self.list(list).map_err(|problem| at(&span, problem))?;
        if said.is_empty() {
            return Err(needs("codes", "write them in a list, or [\"*\"] for any code"));
        }
        let any = said.len() == 1 && said[0].get_ref() == ANY;
        let mut codes = Vec::new();
        for code in said.iter().filter(|_| !any) {
            known_code(list, code.get_ref(), false).map_err(|problem| at(&code.span(), problem))?;
            codes.push(code.get_ref().clone());
        }
        Ok((Holds { column: name.to_owned(), codes }, span))
    }
}

const NOT_FILLED: &str = "is not filled in by this mapping; map a column to it or remove it here";

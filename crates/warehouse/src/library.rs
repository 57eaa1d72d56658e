//! The SQL that ships with Panoh, read from `queries/` when the crate is built, and the machine-read head of each file.
//!
//! A head is the run of comment lines that a file begins with. Each line is `-- KEY: VALUE`; a line that begins with
//! `--` and three blanks goes on with the value above. What a file must say:
//!
//! | folder | once each | any number of times |
//! |---|---|---|
//! | views | title | column |
//! | statistics | title, question, unit, counting; or not: codes | parameter, column |
//! | frames | title, row | column |
//!
//! A parameter and a column are written `NAME KIND: what it is`, where KIND is pseudonym, text, integer, year, month,
//! count, share, places, code(LIST), codes(LIST) or, in frames, outcome(LIST).

use include_dir::{Dir, include_dir};

use crate::WarehouseError;

/// The placeholder of all codes that a statistic counts by.
pub(crate) const CODES: &str = "codes";

static VIEWS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../queries/views");
static STATISTICS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../queries/statistics");
static FRAMES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../queries/frames");

/// A view that analysts think in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Name in SQL: the file name without its leading number.
    pub name: String,
    /// What one row is.
    pub title: String,
    /// The columns, in order.
    pub columns: Vec<Described>,
    /// The SELECT that makes it.
    pub sql: String,
}

/// A named question with its answer's rule of counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// Name on the command line: the file name.
    pub name: String,
    /// A few words.
    pub title: String,
    /// The question it answers.
    pub question: String,
    /// What is counted.
    pub unit: String,
    /// Who is counted where, and what is never added up.
    pub counting: String,
    /// The list of codes that it counts by, where it is one. With the codes of `absence` they are bound to `$codes`.
    pub codes: Option<String>,
    /// What a reader may narrow it by: `from` and `to` are years, every other name is a dimension.
    pub parameters: Vec<Described>,
    /// The columns of the answer, in order.
    pub columns: Vec<Described>,
    /// The SELECT, with one placeholder `$NAME` for each parameter, and `$codes`.
    pub sql: String,
}

/// A query that gives one row per person, for releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Name in definitions: the file name.
    pub name: String,
    /// A few words.
    pub title: String,
    /// Which persons have a row, and how several records of one person become one.
    pub row: String,
    /// The columns, in order: person, cohort, then the dimensions.
    pub columns: Vec<Described>,
    /// The SELECT.
    pub sql: String,
}

/// A parameter or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ValueKind,
    /// What it says.
    pub about: String,
}

/// What the values of a parameter or a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// 32 hexadecimal digits that stand for a person or a record.
    Pseudonym,
    /// Words that Panoh makes itself.
    Text,
    /// A whole number.
    Integer,
    /// A calendar year.
    Year,
    /// `YYYY-MM`.
    Month,
    /// Distinct persons.
    Count,
    /// A part of one, from 0 to 1.
    Share,
    /// A journey.
    Places,
    /// One code of the list, or of `absence`.
    Code {
        /// Name of the list.
        list: String,
    },
    /// One code of the list that came about within twelve months, or of `absence`. A release counts it only where the
    /// months are over, which the frame's column `window_end` tells.
    Outcome {
        /// Name of the list.
        list: String,
    },
    /// Any number of codes of the list.
    Codes {
        /// Name of the list.
        list: String,
    },
}

/// The views, in the order in which they are made: a view may use those before it.
pub fn views() -> Result<Vec<View>, WarehouseError> {
    files(&VIEWS, "views").map(|(path, stem, sql)| parse_view(&path, stem, sql)).collect()
}

/// The statistics by name.
pub fn statistics() -> Result<Vec<Statistic>, WarehouseError> {
    files(&STATISTICS, "statistics").map(|(path, stem, sql)| parse_statistic(&path, stem, sql)).collect()
}

impl Frame {
    /// The SQL that decides what the frame counts: its own and that of every view that it reads, without comments and
    /// with one blank between words. Two frames of the same text give the same rows over the same tables.
    pub fn text(&self) -> Result<String, WarehouseError> {
        let mut text = bare(&self.sql);
        // A view uses views before it only.
        for view in views()?.iter().rev() {
            let names = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            if names.into_iter().any(|name| name == view.name) {
                text = format!("{} AS {}; {text}", view.name, bare(&view.sql));
            }
        }
        Ok(text)
    }
}

/// SQL without its comment lines, with one blank between words.
fn bare(sql: &str) -> String {
    let lines = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// The frames by name.
pub fn frames() -> Result<Vec<Frame>, WarehouseError> {
    files(&FRAMES, "frames").map(|(path, stem, sql)| parse_frame(&path, stem, sql)).collect()
}

fn files(folder: &'static Dir<'_>, name: &str) -> impl Iterator<Item = (String, &'static str, &'static str)> {
    let mut files: Vec<_> = folder
        .files()
        .filter_map(|file| file.path().to_str()?.strip_suffix(".sql").zip(file.contents_utf8()))
        .collect();
    files.sort_unstable();
    let name = name.to_owned();
    files.into_iter().map(move |(stem, sql)| (format!("{name}/{stem}.sql"), stem, sql))
}

fn parse_view(path: &str, stem: &str, sql: &str) -> Result<View, WarehouseError> {
    let mut head = Head::read(path, sql)?;
    let name = stem.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').to_owned();
    let view = View { name, title: head.one("title")?, columns: head.described("column")?, sql: sql.to_owned() };
    head.end().map(|()| view)
}

fn parse_statistic(path: &str, stem: &str, sql: &str) -> Result<Statistic, WarehouseError> {
    let mut head = Head::read(path, sql)?;
    let statistic = Statistic {
        name: stem.to_owned(),
        title: head.one("title")?,
        question: head.one("question")?,
        unit: head.one("unit")?,
        counting: head.one("counting")?,
        codes: head.any("codes")?,
        parameters: head.described("parameter")?,
        columns: head.described("column")?,
        sql: sql.to_owned(),
    };
    let used = placeholders(sql);
    let is_bound = |name: &str| {
        statistic.parameters.iter().any(|p| p.name == name) || (name == CODES && statistic.codes.is_some())
    };
    if let Some(extra) = used.iter().find(|name| !is_bound(name)) {
        return Err(
            head.wrong(head.lines, &format!("${extra} stands in the SQL and no parameter of that name is described"))
        );
    }
    if let Some(idle) = statistic.parameters.iter().find(|p| !used.contains(&p.name.as_str())) {
        return Err(head.wrong(head.lines, &format!("parameter {} is described and not used in the SQL", idle.name)));
    }
    if statistic.codes.is_some() && !used.contains(&CODES) {
        return Err(head.wrong(head.lines, "codes are named and $codes is not used in the SQL"));
    }
    head.end().map(|()| statistic)
}

fn parse_frame(path: &str, stem: &str, sql: &str) -> Result<Frame, WarehouseError> {
    let mut head = Head::read(path, sql)?;
    let frame = Frame {
        name: stem.to_owned(),
        title: head.one("title")?,
        row: head.one("row")?,
        columns: head.described("column")?,
        sql: sql.to_owned(),
    };
    head.end().map(|()| frame)
}

/// The `$NAME`s of the SQL outside comment lines.
fn placeholders(sql: &str) -> Vec<&str> {
    let body = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    let names = body.flat_map(|line| line.split('$').skip(1));
    names.map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("")).collect()
}

/// The entries of one file's head that nobody has taken yet.
struct Head<'a> {
    path: &'a str,
    entries: Vec<(usize, &'a str, String)>,
    lines: usize,
}

impl<'a> Head<'a> {
    fn read(path: &'a str, sql: &'a str) -> Result<Self, WarehouseError> {
        let mut head = Self { path, entries: vec![], lines: 0 };
        for comment in sql.lines().map_while(|line| line.strip_prefix("--")) {
            head.lines += 1;
            if let Some(more) = comment.strip_prefix("   ") {
                let Some((_, _, value)) = head.entries.last_mut() else {
                    return Err(head.wrong(1, "the first line goes on with nothing"));
                };
                value.push(' ');
                value.push_str(more.trim());
                continue;
            }
            match comment.split_once(':') {
                Some((key, value)) => head.entries.push((head.lines, key.trim(), value.trim().to_owned())),
                None => return Err(head.wrong(head.lines, "the line is not KEY: VALUE")),
            }
        }
        Ok(head)
    }

    fn one(&mut self, key: &str) -> Result<String, WarehouseError> {
        let mut found = self.take(key);
        match (found.pop(), found.len()) {
            (Some((_, value)), 0) if !value.is_empty() => Ok(value),
            (Some((line, _)), _) => Err(self.wrong(line, &format!("{key} must be said once and not be empty"))),
            (None, _) => Err(self.wrong(1, &format!("{key} is missing"))),
        }
    }

    /// What is said under a key, if anything is.
    fn any(&mut self, key: &str) -> Result<Option<String>, WarehouseError> {
        if self.entries.iter().any(|(_, said, _)| *said == key) { self.one(key).map(Some) } else { Ok(None) }
    }

    fn described(&mut self, key: &str) -> Result<Vec<Described>, WarehouseError> {
        let found = self.take(key);
        found.into_iter().map(|(line, value)| describe(&value).ok_or_else(|| self.wrong(line, DESCRIBED))).collect()
    }

    fn end(&self) -> Result<(), WarehouseError> {
        self.entries.first().map_or(Ok(()), |(line, key, _)| Err(self.wrong(*line, &format!("{key} is no key here"))))
    }

    fn take(&mut self, key: &str) -> Vec<(usize, String)> {
        self.entries.extract_if(.., |(_, found, _)| *found == key).map(|(line, _, value)| (line, value)).collect()
    }

    fn wrong(&self, line: usize, problem: &str) -> WarehouseError {
        WarehouseError::QueryFile { file: self.path.to_owned(), line, problem: problem.to_owned() }
    }
}

const DESCRIBED: &str = "this must read NAME KIND: what it is; KIND is pseudonym, text, integer, year, month, count, \
                         share, places, code(LIST), codes(LIST) or outcome(LIST)";

fn describe(value: &str) -> Option<Described> {
    let (head, about) = value.split_once(':')?;
    let (name, kind) = head.trim().split_once(' ')?;
    let kind = match kind.trim() {
        "pseudonym" => ValueKind::Pseudonym,
        "text" => ValueKind::Text,
        "integer" => ValueKind::Integer,
        "year" => ValueKind::Year,
        "month" => ValueKind::Month,
        "count" => ValueKind::Count,
        "share" => ValueKind::Share,
        "places" => ValueKind::Places,
        other => {
            let (kind, list) = other.strip_suffix(')')?.split_once('(')?;
            let list = list.to_owned();
            match kind {
                "code" => ValueKind::Code { list },
                "codes" => ValueKind::Codes { list },
                "outcome" => ValueKind::Outcome { list },
                _ => return None,
            }
        }
    };
    let about = about.trim().to_owned();
    (!about.is_empty()).then(|| Described { name: name.to_owned(), kind, about })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "-- title: Routes\n-- question: From where\n--   to where?\n-- unit: persons\n-- counting: once\n\
                        -- parameter: from year: first year\n-- column: origin code(country): where from\n\
                        SELECT $from -- a note with $nothing is no line comment\n";

    fn problem(sql: &str) -> (usize, String) {
        match parse_statistic("statistics/x.sql", "x", sql) {
            Err(WarehouseError::QueryFile { line, problem, .. }) => (line, problem),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_head_is_read() {
        let sql = GOOD.replace(" -- a note with $nothing is no line comment", "");
        let read = parse_statistic("statistics/x.sql", "x", &sql).unwrap();
        assert_eq!(read.question, "From where to where?");
        assert_eq!(
            read.parameters[0],
            Described { name: "from".into(), kind: ValueKind::Year, about: "first year".into() }
        );
        assert_eq!(read.columns[0].kind, ValueKind::Code { list: "country".into() });
    }

    #[test]
    fn heads_are_read_strictly() {
        let good = GOOD.replace(" -- a note with $nothing is no line comment", "");
        assert!(problem(GOOD).1.contains("$nothing"));
        assert_eq!(problem(&good.replace("title", "titel")), (1, "title is missing".into()));
        assert_eq!(problem(&good.replace("-- unit: persons", "-- unit: persons\n-- unit: rows")).0, 5);
        assert_eq!(
            problem(&good.replace("-- unit: persons", "-- unit: persons\n-- units: rows")),
            (5, "units is no key here".into())
        );
        assert_eq!(problem(&good.replace("-- unit: persons", "-- unit persons")).0, 4);
        assert_eq!(problem(&good.replace("from year", "from yer")), (6, DESCRIBED.into()));
        assert_eq!(problem(&good.replace("from year: first year", "from year:")), (6, DESCRIBED.into()));
        assert!(problem(&good.replace("$from", "1")).1.contains("not used"));
        assert!(problem(&good.replace("$from", "$from, $to")).1.contains("$to"));
        let counted = good.replace("-- unit: persons", "-- unit: persons\n-- codes: means");
        assert!(problem(&counted).1.contains("$codes is not used"));
        assert!(problem(&good.replace("$from", "$from, $codes")).1.contains("$codes stands in the SQL"));
        let counted = parse_statistic("x", "x", &counted.replace("$from", "$from, $codes")).unwrap();
        assert_eq!(counted.codes.as_deref(), Some("means"));
    }

    #[test]
    fn every_shipped_file_is_read() {
        let views: Vec<_> = views().unwrap().into_iter().map(|view| view.name).collect();
        let expected = [
            "countries",
            "regions",
            "cases",
            "contacts",
            "referrals",
            "assistance",
            "proceedings",
            "activities",
            "persons",
            "journeys",
            "routes",
            "paths",
            "internal_routes",
            "prevented",
            "profiles",
            "purposes",
            "means",
            "recruiters",
            "sectors",
            "services",
            "grants",
            "trainings",
            "campaigns",
        ];
        assert_eq!(views, expected);
        let statistics: Vec<_> = statistics().unwrap().into_iter().map(|statistic| statistic.name).collect();
        let expected = [
            "age_trend",
            "campaigns",
            "campaigns_by_channel",
            "destinations",
            "destinations_by_year",
            "gender_trend",
            "grants",
            "hotline",
            "hotline_topics",
            "internal_routes",
            "means_of_control",
            "paths",
            "prevented_and_identified",
            "proceedings",
            "purposes",
            "recruiters",
            "referral_network",
            "regional_comparison",
            "returnees",
            "routes",
            "routes_by_year",
            "sectors",
            "services",
            "sources_compared",
            "time_to_assistance",
            "trainings",
            "trainings_by_body",
            "transit",
        ];
        assert_eq!(statistics, expected);
        let frames: Vec<_> = frames().unwrap().into_iter().map(|frame| frame.name).collect();
        assert_eq!(
            frames,
            ["grants", "hotline", "persons", "referrals", "returnees", "services", "suspects", "victims"]
        );
    }
}

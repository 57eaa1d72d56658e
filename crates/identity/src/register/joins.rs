//! Who was found to be one with whom: the log, the aliases that follow from it, and taking a link back.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::groups::Groups;
use super::people::{self, Person};
use super::{Register, failed};
use crate::cohort::Cohort;
use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;
use crate::seal::LinkRule;

/// A person who was found to be another one. Flat: `person` is nobody's alias.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Alias {
    /// The person whose rows are to be read as another's.
    pub alias: Pseudonym,
    /// The one whom they both are: of the older cohort, or known first.
    pub person: Pseudonym,
    /// That one's cohort, in which the records of both count.
    pub cohort: Cohort,
    /// The rule that showed it, the weaker one where it took two.
    pub rule: LinkRule,
}

/// One line of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Place in the log; rises with time.
    pub number: i64,
    /// What happened.
    pub what: LogEvent,
    /// The two persons.
    pub one: Pseudonym,
    /// The two persons.
    pub other: Pseudonym,
    /// The rule that linked them.
    pub rule: LinkRule,
    /// The load whose row showed it; none when somebody took the link back.
    pub load: Option<String>,
}

/// What happened to two persons.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogEvent {
    /// A row showed that they are one.
    Merged,
    /// Somebody said that they are two.
    Unlinked,
}

impl Register {
    /// All aliases, sorted, pending loads included.
    pub fn aliases(&self) -> Result<Vec<Alias>, IdentityError> {
        Ok(Logged::read(&self.connection).map_err(failed("reading aliases"))?.aliases())
    }

    /// The log of merges and of links that were taken back, oldest first. Lines about erased persons are gone.
    pub fn log(&self) -> Result<Vec<LogLine>, IdentityError> {
        self.read_log().map_err(failed("reading the log"))
    }

    /// Takes back the link that made `alias` an alias: its rows are its own again, and so are those of persons who were
    /// linked to it. No later load makes the same two one again. Gives what was taken back.
    pub fn unlink(&mut self, alias: Pseudonym) -> Result<Alias, IdentityError> {
        self.refuse_pending()?;
        let logged = Logged::read(&self.connection).map_err(failed("reading aliases"))?;
        let number = logged.number_of(alias).ok_or(IdentityError::NoAlias)?;
        let head = logged.groups.head(number, |one, other| logged.before(one, other));
        let (next, rule) = logged.groups.step(number, head).ok_or(IdentityError::NoAlias)?;
        log_join(&self.connection, ("unlinked", number, next), rule, None).map_err(failed("taking a link back"))?;
        Ok(logged.alias(alias, head, rule))
    }

    fn read_log(&self) -> rusqlite::Result<Vec<LogLine>> {
        let logged = Logged::read(&self.connection)?;
        let mut statement = self.connection.prepare_cached(include_str!("../../sql/list_joins.sql"))?;
        let lines = statement.query_map([], |row| {
            let is_merge = row.get_ref(1)?.as_str()? == "merged";
            Ok(LogLine {
                number: row.get(0)?,
                what: if is_merge { LogEvent::Merged } else { LogEvent::Unlinked },
                one: logged.pseudonym(row.get(2)?),
                other: logged.pseudonym(row.get(3)?),
                rule: rule(row, 4)?,
                load: row.get(5)?,
            })
        })?;
        lines.collect()
    }
}

/// Everybody in the log, by number, and who of them is one with whom.
struct Logged {
    groups: Groups,
    persons: BTreeMap<u32, Person>,
}

impl Logged {
    fn read(connection: &Connection) -> rusqlite::Result<Logged> {
        let groups = groups(connection)?;
        let in_log = groups.everybody();
        let persons = if in_log.is_empty() {
            BTreeMap::new()
        } else {
            people::persons(connection, |number, _| in_log.contains(&number))?
        };
        Ok(Logged { groups, persons })
    }

    fn person(&self, number: u32) -> &Person {
        self.persons.get(&number).expect("the log names persons whom the register knows")
    }

    fn pseudonym(&self, number: u32) -> Pseudonym {
        self.person(number).pseudonym
    }

    fn number_of(&self, pseudonym: Pseudonym) -> Option<u32> {
        self.persons.iter().find(|(_, person)| person.pseudonym == pseudonym).map(|(number, _)| *number)
    }

    /// Whether the first of two persons heads a group of both.
    fn before(&self, one: u32, other: u32) -> bool {
        (self.person(one).cohort, one) < (self.person(other).cohort, other)
    }

    fn alias(&self, alias: Pseudonym, head: u32, rule: LinkRule) -> Alias {
        let Person { pseudonym, cohort } = *self.person(head);
        Alias { alias, person: pseudonym, cohort, rule }
    }

    fn aliases(&self) -> Vec<Alias> {
        let found = self.groups.aliases(|one, other| self.before(one, other));
        let named = |(alias, (head, rule))| self.alias(self.pseudonym(alias), head, rule);
        let mut aliases: Vec<Alias> = found.into_iter().map(named).collect();
        aliases.sort_unstable();
        aliases
    }
}

/// Who is one with whom, as the log says.
pub(super) fn groups(connection: &Connection) -> rusqlite::Result<Groups> {
    let mut groups = Groups::default();
    let mut statement = connection.prepare_cached(include_str!("../../sql/list_joins.sql"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (what, one, other) = (row.get_ref(1)?.as_str()?, row.get(2)?, row.get(3)?);
        if what == "merged" {
            groups.merge(one, other, rule(row, 4)?);
        } else {
            groups.unlink(one, other);
        }
    }
    Ok(groups)
}

/// The rule that a column holds.
fn rule(row: &Row<'_>, column: usize) -> rusqlite::Result<LinkRule> {
    let number: u8 = row.get(column)?;
    LinkRule::of_number(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number.into()))
}

/// Writes a line of the log; what holds follows from it.
pub(super) fn log_join(
    connection: &Connection,
    (what, one, other): (&str, u32, u32),
    rule: LinkRule,
    load: Option<i64>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/add_join.sql"))?;
    statement.execute(params![what, one, other, rule.number(), load]).map(|_| ())
}

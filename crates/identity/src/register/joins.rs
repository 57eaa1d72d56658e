//! Who was found to be one with whom: the log, the aliases that follow from it, and taking a link back.

use rusqlite::{Connection, params};

use super::people::{People, rule};
use super::{Register, failed};
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
        let people = People::read(&self.connection).map_err(failed("reading aliases"))?;
        Ok(aliases(&people))
    }

    /// The log of merges and of links that were taken back, oldest first. Lines about erased persons are gone.
    pub fn log(&self) -> Result<Vec<LogLine>, IdentityError> {
        self.read_log().map_err(failed("reading the log"))
    }

    /// Takes back the link that made `alias` an alias: its rows are its own again, and so are those of persons who were
    /// linked to it. No later load makes the same two one again. Gives what was taken back.
    pub fn unlink(&mut self, alias: Pseudonym) -> Result<Alias, IdentityError> {
        self.refuse_pending()?;
        let people = People::read(&self.connection).map_err(failed("reading aliases"))?;
        let number = people.number_of(alias).ok_or(IdentityError::NoAlias)?;
        let head = people.groups.head(number, |one, other| people.before(one, other));
        let (next, rule) = people.groups.step(number, head).ok_or(IdentityError::NoAlias)?;
        log_join(&self.connection, ("unlinked", number, next), rule, None).map_err(failed("taking a link back"))?;
        Ok(Alias { alias, person: people.member(head).pseudonym, rule })
    }

    fn read_log(&self) -> rusqlite::Result<Vec<LogLine>> {
        let people = People::read(&self.connection)?;
        let mut statement = self.connection.prepare_cached(include_str!("../../sql/list_joins.sql"))?;
        let lines = statement.query_map([], |row| {
            let is_merge = row.get_ref(1)?.as_str()? == "merged";
            Ok(LogLine {
                number: row.get(0)?,
                what: if is_merge { LogEvent::Merged } else { LogEvent::Unlinked },
                one: people.member(row.get(2)?).pseudonym,
                other: people.member(row.get(3)?).pseudonym,
                rule: rule(row, 4)?,
                load: row.get(5)?,
            })
        })?;
        lines.collect()
    }
}

fn aliases(people: &People) -> Vec<Alias> {
    let pseudonym = |number| people.member(number).pseudonym;
    let found = people.groups.aliases(|one, other| people.before(one, other));
    let mut aliases: Vec<Alias> = found
        .into_iter()
        .map(|(alias, (person, rule))| Alias { alias: pseudonym(alias), person: pseudonym(person), rule })
        .collect();
    aliases.sort_unstable();
    aliases
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

//! How the text of a client becomes statements.
//!
//! What clients ask PostgreSQL's catalogue by themselves goes through the rules of a library that knows those questions:
//! they put NULL in the place of a subquery that the engine cannot plan, and whole questions in the place of others. In a
//! question about the warehouse the same would be a wrong answer, so what names anything else than the catalogue is read as
//! it is written, and only names change: `current_user`, `pg_catalog.version()`, `'cases'::regclass`.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{ObjectName, Query, Statement, TableFactor, Visit as _, Visitor};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion_pg_catalog::sql::PostgresCompatibilityParser;
use datafusion_pg_catalog::sql::rules::{
    CurrentUserVariableToSessionUserFunctionCall, FixVersionColumnName, PrependUnqualifiedPgTableName,
    RewritePgCatalogOperator, RewriteRegCastToSubquery, SqlStatementRewriteRule, StripCallableQualifier,
};

/// Reads statements.
#[derive(Debug)]
pub(crate) struct Statements {
    /// For questions about the catalogue alone.
    of_catalogue: PostgresCompatibilityParser,
    /// For all others: rules that change names and nothing else.
    names: Vec<Box<dyn SqlStatementRewriteRule>>,
}

impl Statements {
    pub(crate) fn new() -> Self {
        let names: Vec<Box<dyn SqlStatementRewriteRule>> = vec![
            Box::new(PrependUnqualifiedPgTableName),
            Box::new(StripCallableQualifier),
            Box::new(CurrentUserVariableToSessionUserFunctionCall),
            Box::new(RewritePgCatalogOperator),
            Box::new(RewriteRegCastToSubquery::new()),
            Box::new(FixVersionColumnName),
        ];
        Self { of_catalogue: PostgresCompatibilityParser::new(), names }
    }

    /// The statements of a text.
    pub(crate) fn read(&self, sql: &str) -> Result<Vec<Statement>, ParserError> {
        match Parser::parse_sql(&PostgreSqlDialect {}, sql) {
            Ok(written) if !written.iter().any(asks_catalogue_alone) => {
                Ok(written.into_iter().map(|statement| self.with_names(statement)).collect())
            }
            Ok(_) => self.of_catalogue.parse(sql),
            // ABORT, and questions of clients that cannot be parsed, are known to the library.
            Err(unreadable) => match self.of_catalogue.parse(sql) {
                Ok(read) if !read.iter().any(|statement| Named::by(statement).others) => Ok(read),
                _ => Err(unreadable),
            },
        }
    }

    fn with_names(&self, statement: Statement) -> Statement {
        self.names.iter().fold(statement, |statement, rule| rule.rewrite(statement))
    }
}

fn asks_catalogue_alone(statement: &Statement) -> bool {
    let named = Named::by(statement);
    named.catalogue && !named.others
}

/// Which tables a statement names. Functions in the place of tables are neither, nor is the information schema, nor what
/// the statement itself defines.
#[derive(Debug, Default)]
struct Named {
    catalogue: bool,
    others: bool,
    defined: HashSet<String>,
}

impl Named {
    fn by(statement: &Statement) -> Self {
        let mut named = Self::default();
        let _ = statement.visit(&mut named);
        named
    }

    fn note(&mut self, name: &ObjectName) {
        let parts: Vec<_> = name.0.iter().filter_map(|part| part.as_ident()).map(|one| one.value.as_str()).collect();
        match parts.as_slice() {
            [.., "pg_catalog", _] => self.catalogue = true,
            [.., "information_schema", _] => {}
            [table] if self.defined.contains(*table) => {}
            [table] if table.to_ascii_lowercase().starts_with("pg_") => self.catalogue = true,
            _ => self.others = true,
        }
    }
}

impl Visitor for Named {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let defined = query.with.iter().flat_map(|with| &with.cte_tables);
        self.defined.extend(defined.map(|table| table.alias.name.value.clone()));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, args: None, .. } = table {
            self.note(name);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sql: &str) -> String {
        Statements::new().read(sql).unwrap().remove(0).to_string()
    }

    #[test]
    fn questions_about_the_warehouse_are_read_as_they_are_written() {
        for sql in [
            "SELECT (SELECT count(*) FROM cases WHERE cases.gender = 'man') AS n",
            "SELECT (SELECT count(*) FROM cases AS c WHERE c.person = p.person) FROM persons AS p",
            "SELECT (SELECT count(*) FROM cases WHERE gender = $1) AS n",
            "WITH w AS (SELECT count(*) AS c FROM cases) SELECT (SELECT w.c FROM w)",
            "SELECT (SELECT person FROM persons)",
            "SELECT c.relname, (SELECT count(*) FROM cases AS k WHERE k.source = c.relname) FROM pg_catalog.pg_class AS c",
            "SELECT (SELECT count(*) FROM information_schema.columns AS c WHERE c.table_name = t.table_name) \
             FROM information_schema.tables AS t",
            "SELECT gender, * FROM cases",
            "SELECT a.* FROM cases AS a JOIN codes AS b ON true WHERE code = 'x'",
            "SELECT gender COLLATE \"C\" FROM cases",
            "SELECT 2018 = ANY(registered_years), '{\"a,b\"}'::TEXT[] FROM persons",
        ] {
            assert_eq!(read(sql), sql);
        }
    }

    #[test]
    fn questions_about_the_catalogue_are_made_answerable() {
        for (sql, wanted) in [
            (
                "SELECT (SELECT d.adbin FROM pg_attrdef d WHERE d.adrelid = a.attrelid) FROM pg_attribute a",
                "SELECT NULL FROM pg_catalog.pg_attribute a",
            ),
            (
                "WITH t AS (SELECT relname FROM pg_class) SELECT n FROM t",
                "WITH t AS (SELECT relname FROM pg_catalog.pg_class) SELECT n FROM t",
            ),
            ("SELECT pg_catalog.version(), current_user", "SELECT version() AS version, session_user"),
            ("SELECT pg_catalog.lower(gender) FROM cases", "SELECT lower(gender) FROM cases"),
            ("ABORT", "ROLLBACK"),
        ] {
            assert_eq!(read(sql), wanted);
        }
    }
}

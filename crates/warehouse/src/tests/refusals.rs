//! What a reader must not be able to do, tried.

use futures::TryStreamExt as _;

use super::fixture::filled;
use crate::{AsOf, Limits, WarehouseError};

/// Each must fail, and none may leave a trace.
const HOSTILE: &[&str] = &[
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/etc/passwd.csv'",
    "SELECT * FROM 'file:///etc/passwd'",
    "SELECT * FROM \"/etc/passwd.csv\"",
    "SELECT * FROM 'https://example.org/x.parquet'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
    "CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION 's3://bucket/x'",
    "COPY cases TO 'FOLDER/out.csv'",
    "COPY (SELECT person FROM cases) TO 'FOLDER/out.parquet' STORED AS PARQUET",
    "COPY cases FROM '/etc/passwd'",
    "EXPLAIN COPY cases TO 'FOLDER/out.csv'",
    "EXPLAIN ANALYZE COPY cases TO 'FOLDER/out.csv'",
    "INSERT INTO stored.cases SELECT * FROM stored.cases",
    "INSERT OVERWRITE stored.cases SELECT * FROM stored.cases",
    "EXPLAIN ANALYZE INSERT INTO stored.aliases VALUES ('a', 'b', 'c')",
    "INSERT INTO codes VALUES ('a', 'b', 'c', 'd', 'e', 'f', [], [], [])",
    "UPDATE stored.cases SET gender = 'man'",
    "DELETE FROM stored.cases",
    "WITH gone AS (DELETE FROM stored.cases RETURNING *) SELECT * FROM gone",
    "MERGE INTO stored.aliases USING stored.aliases AS b ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE TABLE stored.cases",
    "DROP TABLE stored.cases",
    "DROP VIEW routes",
    "DROP SCHEMA stored CASCADE",
    "ALTER TABLE stored.cases ADD COLUMN name TEXT",
    "CREATE TABLE copied AS SELECT * FROM cases",
    "CREATE VIEW routes AS SELECT 1",
    "CREATE OR REPLACE VIEW cases AS SELECT 1 AS person",
    "CREATE SCHEMA mine",
    "CREATE DATABASE mine",
    "CREATE FUNCTION f(x INT) RETURNS INT RETURN x",
    "SELECT * INTO copied FROM cases",
    "SET datafusion.execution.target_partitions = 1",
    "SET datafusion.catalog.location = '/etc'",
    "RESET datafusion.execution.target_partitions",
    "PREPARE p AS SELECT * FROM cases",
    "EXECUTE p",
    "DEALLOCATE p",
    "BEGIN",
    "COMMIT",
    "USE stored",
    "ATTACH '/etc/passwd' AS x",
    "LOAD 'httpfs'",
    "PRAGMA database_list",
    "CALL system()",
    "VACUUM",
    "SELECT 1; DROP TABLE stored.cases",
    "SELECT 1; SELECT 2",
    "",
    "-- nothing",
    "SHOW CREATE TABLE nothing",
];

#[tokio::test]
async fn hostile_statements_are_refused() {
    let home = filled().await;
    let session = home.session().await;
    let before = home.warehouse.versions("cases").await.unwrap();
    let folder = home.folder.path().to_str().unwrap();
    for sql in HOSTILE {
        let sql = sql.replace("FOLDER", folder);
        let outcome = match session.query(&sql).await {
            Ok(rows) => rows.try_collect::<Vec<_>>().await,
            Err(error) => Err(error),
        };
        let error = outcome.err().unwrap_or_else(|| panic!("answered: {sql}"));
        assert!(matches!(error, WarehouseError::NotReadOnly { .. } | WarehouseError::Plan(_)), "{sql}: {error:?}");
    }
    assert_eq!(home.warehouse.versions("cases").await.unwrap(), before);
    assert_eq!(home.warehouse.versions("aliases").await.unwrap().len(), 1);
    assert!(
        std::fs::read_dir(folder)
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with("out.") })
    );
    assert_eq!(home.lines("SELECT count(*) FROM routes").await, ["11"]);
}

/// Each would be answered, and wrongly.
const MISTAKEN: &[(&str, &str)] = &[
    ("SELECT gender FROM cases EXCEPT ALL SELECT gender FROM persons", "EXCEPT ALL"),
    ("SELECT 1 UNION ALL (SELECT 2 INTERSECT ALL SELECT 2)", "INTERSECT ALL"),
    ("SELECT 1 INTERSECT ALL SELECT 1 UNION SELECT 1", "INTERSECT ALL"),
    ("WITH x AS (SELECT 1 EXCEPT ALL SELECT 1) SELECT * FROM x", "EXCEPT ALL"),
    ("SELECT * FROM (VALUES (1) EXCEPT ALL VALUES (1)) AS x", "EXCEPT ALL"),
    ("SELECT count(*) FROM cases WHERE gender IN (SELECT 'man' EXCEPT ALL SELECT 'man')", "EXCEPT ALL"),
    ("EXPLAIN SELECT 1 EXCEPT ALL SELECT 1", "EXCEPT ALL"),
    ("EXPLAIN ANALYZE SELECT 1 EXCEPT ALL SELECT 1", "EXCEPT ALL"),
    ("SELECT 1 IS DISTINCT FROM 2 AND false", "IS DISTINCT FROM"),
    ("SELECT count(*) FROM cases WHERE gender IS DISTINCT FROM 'man' OR age_low > 3", "IS DISTINCT FROM"),
    ("SELECT count(*) FROM cases WHERE true AND age_low IS NOT DISTINCT FROM 3 AND true", "IS NOT DISTINCT FROM"),
    ("SELECT CASE WHEN 1 IS DISTINCT FROM 2 AND true THEN 1 END", "IS DISTINCT FROM"),
    ("SELECT count(*) FROM cases TABLESAMPLE (10 PERCENT)", "TABLESAMPLE"),
    ("SELECT count(*) FROM (SELECT * FROM cases) TABLESAMPLE BERNOULLI (10)", "TABLESAMPLE"),
    ("SELECT count(*) FROM cases WHERE gender = ANY (SELECT gender FROM cases)", "ANY, SOME or ALL before a subquery"),
    ("SELECT 1 WHERE 1 >= ALL (SELECT 2)", "ANY, SOME or ALL before a subquery"),
    ("SELECT 1 WHERE NOT 1 = SOME (SELECT 2)", "ANY, SOME or ALL before a subquery"),
    ("SELECT 'abc' SIMILAR TO 'a%'", "SIMILAR TO"),
    ("SELECT to_char(DATE '2024-03-05', 'YYYY-MM-DD')", "to_char"),
    ("SELECT to_date('05.03.2024', 'DD.MM.YYYY')", "to_date"),
    ("SELECT * EXCEPT (load), 2 ^ 3 FROM cases", "^ in a statement that PostgreSQL cannot read"),
    ("SELECT generate_series(1, 3)", "generate_series among the columns"),
    (
        "SELECT person FROM persons p WHERE EXISTS (SELECT count(*) FROM cases c WHERE c.person = p.person)",
        "EXISTS before a subquery that counts or sums for each row outside",
    ),
    (
        "SELECT person FROM persons p WHERE 0 IN (SELECT count(*) FROM cases c WHERE c.person = p.person)",
        "IN before a subquery that counts or sums for each row outside",
    ),
    (
        "SELECT person FROM persons p WHERE EXISTS (SELECT 1 FROM cases c WHERE c.person = p.person GROUP BY CUBE (gender))",
        "EXISTS before a subquery that counts or sums for each row outside",
    ),
    (
        "SELECT person FROM persons p WHERE EXISTS (SELECT 1 FROM cases c WHERE c.person = p.person OFFSET 1)",
        "EXISTS before a subquery with OFFSET or LIMIT for each row outside",
    ),
    (
        "SELECT (SELECT 'none' FROM cases c WHERE c.person = p.person HAVING count(*) = 0) FROM persons p",
        "HAVING without GROUP BY in a subquery for each row outside",
    ),
    ("SELECT 'a'::text[]", "a text in the place of a list"),
    ("SELECT p, count(*) FROM cases, unnest(purposes) AS p GROUP BY p", "unnest of a column after FROM"),
    ("SELECT p FROM cases CROSS JOIN LATERAL unnest(cases.purposes) AS t(p)", "unnest of a column after FROM"),
];

#[tokio::test]
async fn what_would_be_answered_wrongly_is_refused() {
    let home = filled().await;
    let session = home.session().await;
    for (sql, words) in MISTAKEN {
        let refused = session.query(sql).await.err().unwrap_or_else(|| panic!("answered: {sql}"));
        assert!(matches!(&refused, WarehouseError::Mistaken { place, .. } if place == words), "{sql}: {refused:?}");
    }
    for (sql, answer) in [
        ("SELECT count(*) FROM (SELECT 1 EXCEPT SELECT 2)", "1"),
        ("SELECT count(*) FROM (SELECT 1 UNION ALL SELECT 1)", "2"),
        ("SELECT count(*) FROM (SELECT ALL 1 INTERSECT SELECT 1)", "1"),
        ("SELECT (1 IS DISTINCT FROM 2) AND false", "false"),
        ("SELECT NOT 1 IS DISTINCT FROM 2", "false"),
        ("SELECT true IS DISTINCT FROM (true AND false)", "true"),
        ("SELECT 2 = ANY (make_array(1, 2))", "true"),
        ("SELECT to_char(DATE '2024-03-05', '%d.%m.%Y')", "05.03.2024"),
        ("SELECT CAST(2.7 AS INT)", "3"),
        ("SELECT 'a/b' LIKE 'a//b' ESCAPE '/'", "true"),
        ("SELECT 'a%b' LIKE 'a/%b' ESCAPE '/' AND NOT 'axb' LIKE 'a/%b' ESCAPE '/'", "true"),
        ("SELECT 'a\\b' LIKE 'a\\b' ESCAPE '/'", "true"),
        ("SELECT 'ab' LIKE 'a!b' ESCAPE '!'", "true"),
        ("SELECT cardinality('{\"a b\",c}'::text[])", "2"),
        ("SELECT count(*) FROM generate_series(1, 3) WHERE value > ALL ('{1,2}')", "1"),
        ("SELECT 16777217::float", "16777217.0"),
        (
            "SELECT count(*) FROM persons p WHERE EXISTS (SELECT 1 FROM (SELECT count(*) AS n FROM cases) q WHERE n > 5 AND p.person <> 'x')",
            "10",
        ),
        ("SELECT sum(value) FROM generate_series(1, 3)", "6"),
        ("SELECT count(*) FROM persons WHERE 2 IN (SELECT count(*) FROM (VALUES (1), (2)))", "10"),
        ("SELECT 2 ^ 3 + 1", "9.0"),
        ("SELECT 1 IS DISTINCT FROM 2 - 1", "false"),
    ] {
        assert_eq!(home.lines(sql).await, [answer], "{sql}");
    }
}

/// A rule of DataFusion's asks the right side of this join for what the condition says of the left one, and finds rows that
/// meet no condition.
#[tokio::test]
async fn a_condition_on_one_side_of_a_join_stays_there() {
    let home = filled().await;
    let join = "FROM regions AS a RIGHT JOIN regions AS b ON a.country = b.region";
    let asked = format!("SELECT b.region {join} WHERE a.region = 'TJ-DU' OR b.region = 'UZ-TK'");
    assert_eq!(home.lines(&asked).await, ["UZ-TK"]);
}

#[tokio::test]
async fn what_only_reads_is_answered() {
    let home = filled().await;
    let session = home.session().await;
    for sql in [
        "SELECT count(*) FROM cases",
        "WITH women AS (SELECT * FROM cases WHERE gender = 'woman') SELECT count(*) FROM women",
        "SELECT gender FROM cases UNION SELECT status FROM cases",
        "EXPLAIN SELECT * FROM cases",
        "EXPLAIN ANALYZE SELECT count(*) FROM routes",
        "DESCRIBE cases",
        "SHOW TABLES",
        "SHOW COLUMNS FROM routes",
        "SELECT table_name FROM information_schema.tables",
        "SELECT * FROM information_schema.columns WHERE table_name = 'persons'",
        "VALUES (1), (2)",
        "FROM cases SELECT gender",
        "SELECT * EXCEPT (load) FROM cases",
    ] {
        let rows = session.query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert!(!rows.collect().await.unwrap_or_else(|error| panic!("{sql}: {error:?}")).is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn columns_are_told_as_sql_names_them() {
    let home = filled().await;
    let of = |names: &str| {
        format!(
            "SELECT ordinal_position, column_name, data_type, udt_name, is_nullable, column_comment <> '' \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'cases' \
             AND column_name IN ({names}) ORDER BY 1"
        )
    };
    assert_eq!(
        home.lines(&of("'record', 'registered_year', 'purposes', 'journey'")).await,
        [
            "1,record,text,text,NO,true",
            "8,registered_year,smallint,int2,YES,true",
            "17,journey,json,json,NO,true",
            "18,purposes,ARRAY,_text,NO,true",
        ]
    );
    let silent = "SELECT table_name, column_name FROM information_schema.columns WHERE column_comment IS NULL";
    assert_eq!(home.lines(silent).await, [""; 0], "each column says what it means");
}

#[tokio::test]
async fn a_query_that_needs_too_much_memory_fails() {
    let home = filled().await;
    let sql =
        "SELECT value, count(*) FROM generate_series(1, 3000000) GROUP BY value ORDER BY value % 1000, value DESC";
    let small = Limits { memory_bytes: 1 << 20, partitions: 1, spill: None };
    let session = home.warehouse.session(AsOf::Newest, &small).await.unwrap();
    let outcome = match session.query(sql).await {
        Ok(rows) => rows.collect().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(outcome, Err(WarehouseError::Run(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_error_names_what_was_refused_and_not_the_rest() {
    let session = filled().await.session().await;
    let error = session.query("DELETE FROM stored.cases WHERE person = 'secret'").await.unwrap_err().to_string();
    assert!(error.starts_with("DELETE is refused"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

//! Twenty bad frames, and the place that each refusal names: the node of the plan as the author wrote it, or the column.

use super::fixture::empty;
use crate::WarehouseError;

/// A frame, what is refused, and where.
const BAD: [(&str, &str, &str); 20] = [
    ("SELECT person, cohort FROM persons LIMIT 10", "LIMIT", "Limit: skip=0, fetch=10"),
    (
        "SELECT max(person) AS person, cohort FROM cases GROUP BY cohort",
        "an aggregate",
        "Aggregate: groupBy=[[cases.cohort]], aggr=[[max(cases.person)]]",
    ),
    (
        "SELECT person, cohort FROM cases GROUP BY ROLLUP (person, cohort)",
        "GROUPING SETS, ROLLUP or CUBE",
        "Aggregate: groupBy=[[ROLLUP (cases.person, cases.cohort)]], aggr=[[]]",
    ),
    (
        "SELECT person, cohort, CAST(count(*) OVER () AS TEXT) AS n FROM persons",
        "a window",
        "WindowAggr: windowExpr=[[count(Int64(1)) ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING]]",
    ),
    (
        "SELECT person, cohort FROM persons WHERE person IN (SELECT max(person) FROM cases)",
        "a subquery",
        "Filter: persons.person IN (<subquery>)",
    ),
    (
        "SELECT person, cohort FROM persons p WHERE EXISTS (SELECT 1 FROM cases c WHERE c.person > p.person)",
        "a subquery",
        "Filter: EXISTS (<subquery>)",
    ),
    (
        "SELECT a.person, a.cohort FROM cases a JOIN cases b ON a.source = b.source",
        "Inner join",
        "Inner Join:  Filter: a.source = b.source",
    ),
    ("SELECT a.person, a.cohort FROM cases a CROSS JOIN cases b", "Inner join", "Cross Join"),
    (
        "SELECT c.person, c.cohort FROM codes g LEFT JOIN cases c ON c.gender = g.code",
        "Left join",
        "Left Join:  Filter: c.gender = g.code",
    ),
    ("SELECT person, cohort FROM persons WHERE random() < 0.5", "function random", "Filter: random() < Float64(0.5)"),
    ("SELECT person, cohort FROM persons WHERE now() IS NOT NULL", "function now", "Filter: now() IS NOT NULL"),
    (
        "SELECT person, cohort, uuid() AS u FROM persons",
        "function uuid",
        "Projection: persons.person, persons.cohort, uuid() AS u",
    ),
    ("SELECT DISTINCT gender, cohort FROM cases", "DISTINCT", "Distinct"),
    ("SELECT gender FROM cases UNION ALL SELECT code FROM codes", "UNION", "Union"),
    (
        "SELECT person, max(gender) AS g, first_value(gender) AS f FROM cases GROUP BY person",
        "function first_value",
        "Aggregate: groupBy=[[cases.person]], aggr=[[max(cases.gender), first_value(cases.gender)]]",
    ),
    (
        "SELECT person, cohort, CAST(CAST(cohort AS INT) AS TEXT) AS y FROM persons",
        "a conversion from Utf8 to Int32",
        "Projection: persons.person, persons.cohort, CAST(CAST(persons.cohort AS Int32) AS Utf8View) AS y",
    ),
    (
        "SELECT table_name AS person, table_name AS cohort FROM information_schema.tables",
        "table information_schema.tables",
        "TableScan: information_schema.tables",
    ),
    (
        "WITH RECURSIVE r AS (SELECT person, cohort FROM cases UNION ALL SELECT person, cohort FROM r) SELECT * FROM r",
        "a recursive query",
        "RecursiveQuery: is_distinct=false",
    ),
    ("SELECT record AS person, cohort FROM cases", "column person", ""),
    ("SELECT person, cohort FROM cases", "column cohort", ""),
];

#[tokio::test]
async fn each_refusal_names_its_place() {
    let session = empty().await.session().await;
    for (sql, what, place) in BAD {
        let error = session.frame(sql, &["2018".to_owned()]).await.err().unwrap_or_else(|| panic!("passed: {sql}"));
        let named = match &error {
            WarehouseError::NotPersonLocal { node, place, .. } => (node.clone(), place.clone()),
            WarehouseError::FrameColumns { column, .. } => (format!("column {column}"), String::new()),
            other => panic!("{sql}: {other}"),
        };
        assert_eq!(named, (what.to_owned(), place.to_owned()), "{sql}");
        assert!(error.to_string().contains(place), "{sql}: {error}");
    }
}

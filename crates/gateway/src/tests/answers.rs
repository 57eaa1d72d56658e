//! What is answered: queries, settings, transactions, COPY to the client, rows in parts.

use super::client::{Client, Home, PASSWORD, copied, rows};

fn one(value: &str) -> Vec<Vec<Option<String>>> {
    vec![vec![Some(value.to_owned())]]
}

#[tokio::test]
async fn answers_queries_and_settings() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    for (sql, wanted) in [
        ("SELECT count(*) FROM cases", "0"),
        ("SELECT en FROM codes WHERE list = 'gender' AND code = 'woman'", "Woman"),
        ("SELECT 'Душанбе'", "Душанбе"),
        ("SELECT current_user", "ann"),
        ("SELECT current_database()", "panoh"),
        ("SHOW transaction_read_only", "on"),
        ("SHOW TIME ZONE", "UTC"),
        ("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'stored' AND table_name = 'cases'", "1"),
    ] {
        assert_eq!(client.ask(sql).await.unwrap(), one(wanted), "{sql}");
        assert_eq!(rows(&client.extended(sql, &[], 0).await).unwrap(), one(wanted), "{sql}");
    }
    let version = client.ask("SELECT version()").await.unwrap();
    assert!(version[0][0].as_ref().unwrap().starts_with("PostgreSQL 16"), "{version:?}");
    for (set, show, wanted) in [
        ("SET TIME ZONE 'Asia/Dushanbe'", "SHOW timezone", "Asia/Dushanbe"),
        ("SET statement_timeout = '2s'", "SHOW statement_timeout", "2000"),
        ("SET extra_float_digits = 3", "SHOW extra_float_digits", "3"),
        ("RESET timezone", "SHOW timezone", "UTC"),
        ("DISCARD ALL", "SHOW statement_timeout", "0"),
    ] {
        client.ask(set).await.unwrap();
        assert_eq!(client.ask(show).await.unwrap(), one(wanted), "{set}");
    }
}

#[tokio::test]
async fn binds_values_and_never_reads_them_as_sql() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let sql = "SELECT en FROM codes WHERE list = $1 AND code = $2";
    assert_eq!(rows(&client.extended(sql, &["gender", "man"], 0).await).unwrap(), one("Man"));
    let hostile = "'; DROP TABLE codes; --";
    assert_eq!(rows(&client.extended("SELECT $1::text", &[hostile], 0).await).unwrap(), one(hostile));
    assert_eq!(rows(&client.extended(sql, &["gender"], 0).await).unwrap_err().0, "08P01");
}

#[tokio::test]
async fn copies_to_the_client_in_three_formats() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let query = "(SELECT value AS n, '' AS empty, CAST(NULL AS text) AS nothing FROM generate_series(1, 2) ORDER BY 1)";
    for (options, wanted) in [
        ("", b"1\t\t\\N\n2\t\t\\N\n".as_slice()),
        ("CSV HEADER", b"n,empty,nothing\n1,\"\",\n2,\"\",\n"),
        ("(FORMAT csv, DELIMITER ';', NULL 'x')", b"1;;x\n2;;x\n"),
        (
            "(FORMAT binary)",
            b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\x08\0\0\0\0\0\0\0\x01\0\0\0\0\xff\xff\xff\xff\
              \0\x03\0\0\0\x08\0\0\0\0\0\0\0\x02\0\0\0\0\xff\xff\xff\xff\xff\xff",
        ),
    ] {
        let sql = format!("COPY {query} TO STDOUT {options}");
        assert_eq!(copied(&client.simple(&sql).await), wanted, "{sql}");
        assert_eq!(copied(&client.extended(&sql, &[], 0).await), wanted, "{sql}");
    }
    let whole = copied(&client.simple("COPY codes TO STDOUT").await);
    assert!(whole.len() > 1000, "{whole:?}");
    assert_eq!(copied(&client.simple("COPY (SELECT * FROM public.codes) TO STDOUT").await).len(), whole.len());
    let part = copied(&client.simple("COPY public.codes (list, \"code\") TO STDOUT CSV HEADER").await);
    assert!(part.starts_with(b"list,code\n"), "{part:?}");
    assert_eq!(client.ask("TABLE codes").await.unwrap().len(), whole.split(|byte| *byte == b'\n').count() - 1);
}

#[tokio::test]
async fn answers_columns_that_say_the_same() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    for (sql, wanted) in [
        ("SELECT count(*), count(*) FROM cases", "count(*),count(*)\n0,0\n"),
        (
            "SELECT list, code AS x, list, 1 AS x FROM codes WHERE code = 'woman'",
            "list,x,list,x\ngender,woman,gender,1\n",
        ),
        (
            "SELECT code, code::text, upper(code), upper(code::varchar) FROM codes WHERE code = 'woman'",
            "code,code,upper(codes.code),upper(codes.code)\nwoman,woman,WOMAN,WOMAN\n",
        ),
        ("SELECT count(*), (SELECT count(*) FROM codes WHERE false) FROM cases", "count(*),count\n0,0\n"),
        ("SELECT list, * FROM (SELECT 'a' AS list) x", "list,list\na,a\n"),
        ("SELECT * FROM (SELECT sum(1), sum(1)) x", "sum(Int64(1)),sum(Int64(1))\n1,1\n"),
    ] {
        let copy = format!("COPY ({sql}) TO STDOUT CSV HEADER");
        assert_eq!(String::from_utf8(copied(&client.simple(&copy).await)).unwrap(), wanted);
        let columns = wanted.lines().next().unwrap().split(',').count();
        assert_eq!(rows(&client.extended(sql, &[], 0).await).unwrap()[0].len(), columns, "{sql}");
    }
}

#[tokio::test]
async fn answers_subqueries_among_the_columns() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    for (sql, wanted) in [
        (
            "SELECT (SELECT count(*) FROM codes c WHERE c.list = 'gender' AND c.code = d.code) FROM codes d WHERE d.list = 'gender' AND d.code = 'man'",
            "1",
        ),
        ("SELECT (SELECT count(*) FROM codes WHERE codes.code = 'no such code') AS n", "0"),
        ("WITH w AS (SELECT count(*) AS c FROM cases) SELECT (SELECT w.c FROM w)", "0"),
        ("SELECT '{man,woman}'::text[]", "{man,woman}"),
        ("SELECT count(*) FROM codes WHERE list = 'gender' AND code = ANY ('{man,woman}')", "2"),
    ] {
        assert_eq!(client.ask(sql).await.unwrap(), one(wanted), "{sql}");
    }
    let bound = "SELECT (SELECT count(*) FROM codes WHERE list = 'gender' AND code = $1) AS n";
    assert_eq!(rows(&client.extended(bound, &["man"], 0).await).unwrap(), one("1"));
    // More than one row for one value is an error, not any of them.
    assert!(client.ask("SELECT (SELECT code FROM codes)").await.is_err());
}

#[tokio::test]
async fn tells_the_types_that_values_have() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    for (sql, oid) in [
        ("SELECT 1 AS a UNION SELECT 2.5", 701),
        ("SELECT registered_year * registered_year FROM cases", 20),
        ("SELECT registered_year FROM cases", 21),
    ] {
        for messages in [client.simple(sql).await, client.extended(sql, &[], 0).await] {
            let (_, columns) = messages.iter().find(|(letter, _)| *letter == b'T').expect("columns are told");
            // After the name: table, column, then the type.
            let name = 2 + columns[2..].iter().position(|byte| *byte == 0).unwrap();
            assert_eq!(u32::from_be_bytes(columns[name + 7..name + 11].try_into().unwrap()), oid, "{sql}");
        }
    }
}

#[tokio::test]
async fn says_comments_and_settings_as_postgresql_does() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let of =
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'stored' AND relname = 'cases'";
    let table = client.ask(&format!("SELECT obj_description(c.oid, 'pg_class') {of}")).await.unwrap();
    let comment = "SELECT comment FROM comments WHERE table_schema = 'stored' AND table_name = 'cases'";
    assert_eq!(table, client.ask(&format!("{comment} AND column_name IS NULL")).await.unwrap());
    assert!(table[0][0].is_some());
    let column = format!("SELECT col_description(c.oid, attnum) {of}")
        .replace("WHERE", "JOIN pg_attribute a ON attrelid = c.oid WHERE");
    let column = client.ask(&format!("{column} AND attname = 'person'")).await.unwrap();
    assert_eq!(column, client.ask(&format!("{comment} AND column_name = 'person'")).await.unwrap());
    assert!(column[0][0].is_some());
    let class = "SELECT count(*) > 200, count(*) = count(c.oid) FROM pg_description d LEFT JOIN pg_class c ON c.oid = d.objoid \
                 WHERE d.classoid = 'pg_class'::regclass";
    assert_eq!(client.ask(class).await.unwrap(), [[Some("t".to_owned()), Some("t".to_owned())]]);
    client.ask("SET TIME ZONE 'Asia/Dushanbe'").await.unwrap();
    let setting = "SELECT current_setting($1)";
    assert_eq!(rows(&client.extended(setting, &["TimeZone"], 0).await).unwrap(), one("Asia/Dushanbe"));
    assert_eq!(rows(&client.extended(setting, &["nothing"], 0).await).unwrap_err().0, "42704");
    assert_eq!(client.ask("SELECT current_setting('nothing', true)").await.unwrap(), [[None]]);
}

#[tokio::test]
async fn takes_lists_as_clients_write_them() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let sql = "SELECT count(*) FROM codes WHERE list = 'gender' AND code = ANY ($1)";
    for list in ["{woman,man}", "{\"woman\", \"man\"}", " { woman , man } "] {
        assert_eq!(rows(&client.extended(sql, &[list], 0).await).unwrap(), one("2"), "{list}");
    }
}

#[tokio::test]
async fn hands_rows_out_in_parts() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let part = client.extended("SELECT value FROM generate_series(1, 5)", &[], 2).await;
    assert_eq!(rows(&part).unwrap().len(), 2);
    assert!(part.iter().any(|(letter, _)| *letter == b's'), "the portal is suspended");
    // The portal ended with the Sync that followed; its line says that the rest was not taken.
    client.ask("SELECT 1").await.unwrap();
    let lines = home.lines("ann");
    assert!(lines.iter().any(|line| line["outcome"] == "abandoned" && line["kind"] == "select"), "{lines:?}");
}

#[tokio::test]
async fn keeps_to_the_rules_of_transactions() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let state = |messages: &super::client::Messages| messages.last().unwrap().1[0];
    assert_eq!(state(&client.simple("BEGIN READ ONLY").await), b'T');
    assert_eq!(state(&client.simple("SELECT nothing").await), b'E');
    assert_eq!(client.ask("SELECT 1").await.unwrap_err().0, "25P02");
    assert_eq!(state(&client.simple("ROLLBACK").await), b'I');
    // psqlODBC begins a transaction and asks in one message; it is answered as two are.
    let both = client.simple("BEGIN;SELECT 1").await;
    assert_eq!((rows(&both).unwrap(), state(&both)), (one("1"), b'T'));
    let ends = both.iter().filter(|(letter, _)| *letter == b'C').count();
    assert_eq!(ends, 2, "each has an end of its own");
    assert_eq!(state(&client.simple("BEGIN;SELECT nothing").await), b'E');
    // A savepoint holds nothing, but drivers come back to it.
    assert_eq!(state(&client.simple("ROLLBACK TO SAVEPOINT a").await), b'T');
    assert_eq!(client.ask("SELECT 1").await.unwrap(), one("1"));
    assert_eq!(state(&client.extended("SELECT nothing", &[], 0).await), b'E');
    assert_eq!(state(&client.extended("ROLLBACK TO SAVEPOINT a", &[], 0).await), b'T');
    assert_eq!(state(&client.simple("COMMIT").await), b'I');
    assert_eq!(client.ask("SELECT 1").await.unwrap(), one("1"));
}

#[tokio::test]
async fn writes_a_line_for_each_statement_without_a_value() {
    let home = Home::new().await;
    let more = [("application_name", "psql 15 feed0000")];
    let mut client = Client::login_with(home.open().await, "boris", PASSWORD, &more).await.unwrap();
    let person = "feed0000000000000000000000000001";
    client.ask(&format!("SELECT person, gender FROM cases WHERE person = '{person}'")).await.unwrap();
    client.ask(&format!("DELETE FROM cases WHERE person = '{person}'")).await.unwrap_err();
    client.ask(&format!("SELECT \"{person}\" FROM cases")).await.unwrap_err();
    client.ask(&format!("SELECT '{person}")).await.unwrap_err();
    client.extended("SELECT count(*) FROM stored.cases WHERE person = $1", &[person], 0).await;
    let text = std::fs::read_to_string(home.audit_of("boris")).unwrap();
    assert!(!text.contains(person) && !text.contains("0000"), "{text}");
    let lines = home.lines("boris");
    let seen: Vec<_> =
        lines.iter().map(|line| (line["kind"].as_str().unwrap(), line["outcome"].as_str().unwrap())).collect();
    // Who reads the warehouse has a line before the first row.
    let wanted = [
        ("login", "ok"),
        ("select", "begun"),
        ("select", "ok"),
        ("delete", "refused"),
        ("select", "failed"),
        ("unknown", "failed"),
        ("select", "begun"),
        ("select", "ok"),
    ];
    assert_eq!(seen, wanted);
    assert_eq!(lines[1]["tables"], lines[2]["tables"]);
    assert_eq!(lines[1]["statement"], "SELECT person, gender FROM cases WHERE person = ?");
    assert_eq!(lines[1]["tables"], serde_json::json!(["public.cases"]));
    assert_eq!(lines[7]["rows"], 1);
    assert_eq!(lines[7]["time"], "2026-11-22T10:11:12Z");
    assert_eq!(lines[7]["client"], "psql");
}

//! What is refused: every line of `tests/gateway/hostile.txt`, in both protocols, and statements that would exhaust a
//! stack. The connection goes on.

use super::client::{Client, Home, PASSWORD, rows};

const HOSTILE: &str = include_str!("../../../../tests/gateway/hostile.txt");

#[tokio::test]
async fn refuses_every_hostile_statement() {
    let home = Home::new().await;
    let folder = home.folder.path().join("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("secret.csv"), "secret\n42\n").unwrap();
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let (mut refused, mut let_through) = (0, vec![]);
    for line in HOSTILE.lines().filter(|line| !line.starts_with('#')) {
        let (_, sql) = line.split_once('\t').expect("a class, a tab, a statement");
        let sql = sql.replace("{dir}", folder.to_str().unwrap());
        for messages in [client.simple(&sql).await, client.extended(&sql, &[], 0).await] {
            match rows(&messages) {
                Err((state, _)) if state != "XX000" => refused += 1,
                other => let_through.push(format!("{sql}: {other:?}")),
            }
        }
    }
    assert!(let_through.is_empty(), "{let_through:#?}");
    assert!(refused >= 400, "{refused}");
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["secret.csv"]);
    assert_eq!(client.ask("SELECT count(*) FROM stored.cases").await.unwrap().len(), 1);
}

#[tokio::test]
async fn deep_statements_end_nothing_but_themselves() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    for sql in [
        format!("SELECT 1{}", "+1".repeat(50_000)),
        format!("SELECT 1{}", "+1".repeat(900)),
        format!("SELECT {}true", "NOT ".repeat(900)),
        format!("SELECT {}1{}", "(".repeat(20_000), ")".repeat(20_000)),
        format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(300)),
        format!("SELECT {}1{}", "ARRAY[".repeat(450), "]".repeat(450)),
        format!("SELECT * FROM {}codes{}", "(SELECT * FROM ".repeat(200), ")".repeat(200)),
    ] {
        let _ = client.ask(&sql).await;
        assert_eq!(client.ask("SELECT 1").await.unwrap().len(), 1);
    }
}

//! How a statement ends before its last row: deadline, row limit, cancel, no audit log.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::client::{Client, Home, PASSWORD, rows};

/// Nobody waits for its end.
const LONG: &str =
    "SELECT count(*) FROM generate_series(1, 10000) a, generate_series(1, 1000000000) b WHERE a.value > b.value";

fn last_outcome(home: &Home) -> String {
    home.lines("ann").last().unwrap()["outcome"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_deadline_covers_the_rows() {
    let mut home = Home::new().await;
    home.options.deadline = Duration::from_millis(1500);
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    let begun = tokio::time::Instant::now();
    for messages in [client.simple(LONG).await, client.extended(LONG, &[], 0).await] {
        let (state, message) = rows(&messages).unwrap_err();
        assert_eq!(state, "57014");
        assert!(message.contains("1500 ms"), "{message}");
        assert_eq!(last_outcome(&home), "deadline");
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "an operator that computes does not keep the deadline off");
    assert_eq!(client.ask("SELECT 1").await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_row_limit_is_an_error_and_no_cut() {
    let home = Home::new().await;
    let mut client = Client::login(home.open().await, "ann", PASSWORD).await.unwrap();
    assert_eq!(client.ask("SELECT value FROM generate_series(1, 1000)").await.unwrap().len(), 1000);
    for sql in
        ["SELECT value FROM generate_series(1, 1001)", "COPY (SELECT value FROM generate_series(1, 1001)) TO STDOUT"]
    {
        for messages in [client.simple(sql).await, client.extended(sql, &[], 0).await] {
            let (state, message) = rows(&messages).unwrap_err();
            assert_eq!((state.as_str(), message.contains("1000 rows")), ("54000", true), "{message}");
            assert_eq!(last_outcome(&home), "row_limit");
        }
    }
}

#[tokio::test]
async fn a_client_cancels_its_own_statement_and_no_other() {
    let home = Home::new().await;
    let address = home.open().await;
    let mut client = Client::login(address, "ann", PASSWORD).await.unwrap();
    let mut wrong = client.key.clone();
    wrong[7] ^= 1;
    for (key, waits) in [(wrong, true), (client.key.clone(), false)] {
        let asked = client.simple(LONG);
        tokio::pin!(asked);
        assert!(tokio::time::timeout(Duration::from_millis(300), &mut asked).await.is_err());
        let mut second = TcpStream::connect(address).await.unwrap();
        let request = [&16_u32.to_be_bytes(), &80_877_102_u32.to_be_bytes(), key.as_slice()].concat();
        second.write_all(&request).await.unwrap();
        match tokio::time::timeout(Duration::from_secs(2), &mut asked).await {
            Err(_) => {
                assert!(waits, "the statement was not cancelled");
                // The right key ends it for the next round.
                let mut third = TcpStream::connect(address).await.unwrap();
                let right = home_key(&request);
                third.write_all(&right).await.unwrap();
                asked.await;
            }
            Ok(messages) => {
                assert!(!waits, "a stranger cancelled the statement");
                assert_eq!(rows(&messages).unwrap_err().0, "57014");
            }
        }
        assert_eq!(last_outcome(&home), "cancelled");
    }
}

/// The request with the right key again.
fn home_key(wrong: &[u8]) -> Vec<u8> {
    let mut right = wrong.to_vec();
    right[15] ^= 1;
    right
}

#[tokio::test]
async fn no_audit_line_no_answer() {
    let home = Home::new().await;
    let address = home.open().await;
    let mut client = Client::login(address, "ann", PASSWORD).await.unwrap();
    std::fs::remove_file(home.audit_of("ann")).unwrap();
    std::fs::create_dir(home.audit_of("ann")).unwrap();
    for messages in [client.simple("SELECT 1").await, client.extended("SELECT 1", &[], 0).await] {
        assert_eq!(rows(&messages).unwrap_err().0, "58030");
    }
    assert!(Client::login(address, "ann", PASSWORD).await.is_err());
}

//! The folder of requests: what is put down, what is there once, and what is no request.

use super::*;
use crate::fixture::{asked, slug};

fn request(id: RequestId) -> Request {
    Request {
        id,
        project: slug("returns-study"),
        token: "0011aabb".into(),
        received: "2026-11-23T10:00:00Z".into(),
        answer_by: Day::new("2026-12-07").expect("a day"),
        asked: asked(),
    }
}

fn inbox() -> (tempfile::TempDir, Inbox) {
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = Inbox::new(folder.path().to_owned());
    (folder, inbox)
}

#[test]
fn the_same_request_is_there_once() {
    let (_folder, inbox) = inbox();
    let id = RequestId::of_key("0011aabb", "my-key");
    assert_eq!(id, RequestId::of_key("0011aabb", "my-key"));
    assert_ne!(id, RequestId::of_key("0011aabb", "my-key2"));
    assert_ne!(RequestId::of_key("ab", "c"), RequestId::of_key("a", "bc"));
    let first = request(id.clone());
    assert_eq!(inbox.put(&first, |_| false).expect("written"), Received::New);
    let later = Request { received: "2026-11-24T10:00:00Z".into(), ..first.clone() };
    assert_eq!(inbox.put(&later, |_| false).expect("read"), Received::Again(Box::new(first.clone())));
    let mut other = first.clone();
    other.asked.to = 2023;
    assert!(matches!(inbox.put(&other, |_| false), Err(RequestsError::OtherRequest)));
    let mut other = first.clone();
    other.project = slug("another-study");
    assert!(matches!(inbox.put(&other, |_| false), Err(RequestsError::OtherRequest)));
    assert_eq!(inbox.all().expect("read"), [Found::Request(Box::new(first))]);
}

#[test]
fn a_project_has_so_many_open_requests() {
    let (_folder, inbox) = inbox();
    for _ in 0..MOST_OPEN {
        inbox.put(&request(RequestId::random().expect("random")), |_| false).expect("written");
    }
    let one_more = request(RequestId::random().expect("random"));
    assert!(matches!(inbox.put(&one_more, |_| false), Err(RequestsError::TooMany { most: MOST_OPEN })));
    let of_another = Request { project: slug("another-study"), ..one_more.clone() };
    assert_eq!(inbox.put(&of_another, |_| false).expect("written"), Received::New);
    assert_eq!(inbox.put(&request(RequestId::random().expect("random")), |_| true).expect("written"), Received::New);
}

#[test]
fn what_is_no_request_is_said_and_harms_nobody() {
    let (folder, inbox) = inbox();
    let good = request(RequestId::random().expect("random"));
    inbox.put(&good, |_| false).expect("written");
    let path = |name: &str| folder.path().join(name);
    let text = fs::read_to_string(path(&format!("{}.json", good.id))).expect("read");
    let other = "00112233445566778899aabbccddeeff.json";
    let forged = |id: &str, from: &str, to: &str| text.replace(good.id.as_str(), id).replacen(from, to, 1);
    for (name, bytes) in [
        ("note.txt", "hello".to_owned()),
        (other, text.clone()),
        ("10112233445566778899aabbccddeeff.json", text[..text.len() / 2].to_owned()),
        ("20112233445566778899aabbccddeeff.json", " ".repeat(70 << 10)),
        (
            "40112233445566778899aabbccddeeff.json",
            forged("40112233445566778899aabbccddeeff", "Returns", "R\\u001b[31m"),
        ),
        ("50112233445566778899aabbccddeeff.json", forged("50112233445566778899aabbccddeeff", "10:00:00Z", "\\n")),
        (".unfinished.json.new", "{".to_owned()),
    ] {
        fs::write(path(name), bytes).expect("written");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", path("30112233445566778899aabbccddeeff.json")).expect("linked");
    let found = inbox.all().expect("read");
    assert_eq!(found[0], Found::Request(Box::new(good.clone())));
    let unread: Vec<(&str, &str)> = found
        .iter()
        .filter_map(|found| match found {
            Found::Unread { file, rule } => Some((file.as_str(), rule.as_str())),
            Found::Request(_) => None,
        })
        .collect();
    assert_eq!(unread.len(), 7 - usize::from(!cfg!(unix)), "{unread:?}");
    assert_eq!(unread[0], (other, "it names another request than its file"));
    assert!(unread.iter().all(|(_, rule)| !rule.contains("Returns") && !rule.contains("root:")), "{unread:?}");
}

#[test]
fn names_of_requests_are_what_they_are() {
    for bad in ["", "../../etc/passwd", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeef"] {
        assert!(bad.parse::<RequestId>().is_err(), "{bad}");
    }
}

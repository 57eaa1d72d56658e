//! Every refusal is a problem document of one shape that says what would be right and repeats nothing that was sent.

use super::*;

/// Address, status, name of the kind, and something that `allowed` must hold.
const CASES: &[(&str, u16, &str, Option<&str>)] = &[
    ("/nowhere", 404, "no-such-path", None),
    ("/v1/releases/none", 404, "unknown-release", Some("trends-2026-11-22")),
    ("/v1/releases/none/cube", 404, "unknown-release", Some("trends-2026-11-22")),
    ("/v1/releases/trends-2026-11-22/tables/none", 404, "unknown-table", Some("gender_by_year")),
    (
        "/v1/releases/trends-2026-11-22/cube?dimensions=gender,origin",
        404,
        "not-released",
        Some("year,origin,destination"),
    ),
    ("/v1/releases/trends-2026-11-22/cube?dimensions=origin&gender=man", 404, "not-released", Some("year,gender")),
    ("/v1/releases/trends-2026-11-22/cube?dimensions=colour", 400, "unknown-dimension", Some("destination")),
    ("/v1/releases/trends-2026-11-22/cube?dimensions=year,year", 400, "bad-value", None),
    ("/v1/releases/trends-2026-11-22/cube?colour=red", 400, "unknown-parameter", Some("destination")),
    ("/v1/releases/trends-2026-11-22/cube?gender=red", 400, "unknown-code", Some("woman")),
    ("/v1/releases/trends-2026-11-22/cube?gender=woman,", 400, "unknown-code", Some("woman")),
    ("/v1/releases/trends-2026-11-22/cube?year=2021..2019", 400, "bad-value", None),
    ("/v1/releases/trends-2026-11-22/cube?year=2019..2999", 400, "unknown-code", Some("2019")),
    ("/v1/releases/trends-2026-11-22/cube?year=", 400, "bad-value", None),
    ("/v1/releases/trends-2026-11-22/cube?year=2019&year=2020", 400, "bad-value", None),
    ("/v1/releases/trends-2026-11-22/cube?year=%FF", 400, "unknown-code", Some("2018")),
    ("/v1/releases/%FF", 400, "bad-request", None),
    ("/v1/trends/gender?origin=TJK", 400, "unknown-parameter", Some("gender")),
    ("/v1/trends/gender?from=soon", 400, "bad-value", None),
    ("/v1/trends/gender?from=2030", 400, "bad-value", Some("2024")),
    ("/v1/trends/gender?release=none", 404, "unknown-release", Some("trends-2026-11-22")),
    ("/v1/trends/gender?format=xml", 400, "bad-value", Some("csv")),
    ("/v1/trends/gender?lang=fr", 400, "bad-value", Some("tg")),
    ("/v1/releases?page=2", 400, "unknown-parameter", Some("format")),
    ("/?x=1", 400, "unknown-parameter", Some("format")),
];

#[tokio::test]
async fn wrong_questions_are_told_what_would_be_right() {
    let router = served();
    for (address, status, kind, allowed) in CASES {
        let answer = get(&router, address).await;
        check(&answer, address, *status, kind);
        if let Some(allowed) = allowed {
            assert!(answer.json()["allowed"].as_array().expect("a list").contains(&Json::from(*allowed)), "{address}");
        }
    }
}

/// The status, the media type, and the same five members always.
fn check(answer: &Answer, address: &str, status: u16, kind: &str) {
    assert_eq!(answer.status.as_u16(), status, "{address}: {}", answer.text());
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{address}");
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store", "{address}");
    let json = answer.json();
    let members: Vec<&String> = json.as_object().expect("an object").keys().collect();
    assert_eq!(members.len(), 5, "{address}: {members:?}");
    assert_eq!(json["type"], format!("urn:panoh:problem:{kind}"), "{address}");
    assert_eq!(json["status"], status, "{address}");
    assert!(!json["detail"].as_str().expect("text").is_empty() && json["allowed"].is_array(), "{address}");
}

#[tokio::test]
async fn methods_and_formats_are_refused_in_the_same_shape() {
    let router = served();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = ask(&router, method, "/v1/trends/gender", &[]).await;
        check(&answer, method, 405, "method-not-allowed");
        assert_eq!(answer.header(header::ALLOW), "GET,HEAD", "{method}");
    }
    let answer = ask(&router, "GET", "/v1/trends/gender", &[(header::ACCEPT, "application/xml")]).await;
    check(&answer, "xml", 406, "not-acceptable");
    assert!(answer.json()["allowed"].as_array().expect("a list").contains(&Json::from("text/csv")));
    let large = ask(&router, "GET", "/v1/trends/gender", &[(header::CONTENT_LENGTH, "1000000")]).await;
    check(&large, "large", 413, "too-large");
}

#[tokio::test]
async fn nothing_that_was_sent_comes_back() {
    let router = served();
    for address in [
        "/v1/releases/planted-word",
        "/v1/releases/trends-2026-11-22/tables/planted-word",
        "/v1/releases/trends-2026-11-22/cube?planted-word=1",
        "/v1/releases/trends-2026-11-22/cube?gender=planted-word",
        "/v1/releases/trends-2026-11-22/cube?dimensions=planted-word",
        "/v1/trends/gender?from=planted-word",
        "/v1/trends/gender?format=planted-word",
        "/planted-word",
    ] {
        let answer = get(&router, address).await;
        assert!(answer.status.is_client_error() && !answer.text().contains("planted"), "{address}: {}", answer.text());
    }
}

#[tokio::test]
async fn an_empty_shelf_says_so() {
    let router = over(tempfile::tempdir().expect("a folder").path());
    for address in ["/v1/trends/gender", "/v1/trends/routes", "/v1/trends/destinations", "/v1/dictionary"] {
        check(&get(&router, address).await, address, 404, "not-released");
    }
    assert_eq!(get(&router, "/v1/releases").await.json()["releases"], Json::Array(Vec::new()));
    assert!(get(&router, "/").await.text().contains("Nothing about this is published here yet"));
}

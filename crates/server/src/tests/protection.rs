//! What protects the server and its readers: limits, other pages, TLS, measures without readers.

use std::num::NonZeroU32;

use axum::http::HeaderName;

use super::*;
use crate::Origins;

fn with(settings: &Settings) -> Router {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    router(Served::open(sources(folder.path())).expect("a folder"), settings)
}

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_ask_again() {
    let settings = Settings { questions_per_second: NonZeroU32::new(1), ..Settings::default() };
    let router = with(&settings);
    let mut refused = None;
    for _ in 0..30 {
        let answer = get(&router, "/healthz").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
        }
    }
    let refused = refused.expect("thirty at once are too many");
    assert_eq!(refused.json()["type"], "urn:panoh:problem:too-fast");
    assert!(refused.header(header::RETRY_AFTER).parse::<u32>().is_ok_and(|seconds| (1..=2).contains(&seconds)));
    assert_eq!(refused.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
}

#[tokio::test]
async fn other_pages_read_what_the_settings_let_them() {
    const ORIGIN: HeaderName = header::ORIGIN;
    let page = "https://figures.example.org";
    let allowed = |answer: &Answer| answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN).to_owned();
    for (origins, seen) in [
        (Origins::Own, ""),
        (Origins::parse(&[page.to_owned()]).expect("an origin"), page),
        (Origins::parse(&["https://other.example".to_owned()]).expect("an origin"), ""),
        (Origins::All, "*"),
    ] {
        let router = with(&Settings { origins: origins.clone(), ..Settings::default() });
        let answer = ask(&router, "GET", "/v1/trends/gender", &[(ORIGIN, page)]).await;
        assert_eq!((answer.status, allowed(&answer).as_str()), (StatusCode::OK, seen), "{origins:?}");
        let before = [(ORIGIN, page), (header::ACCESS_CONTROL_REQUEST_METHOD, "POST")];
        let before = ask(&router, "OPTIONS", "/v1/requests", &before).await;
        assert_eq!(allowed(&before), seen, "{origins:?}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_come_over_tls_when_there_is_tls() {
    let told = |answer: &Answer| answer.header(header::STRICT_TRANSPORT_SECURITY).to_owned();
    assert_eq!(told(&get(&served(), "/").await), "");
    let router = with(&Settings { https_only: true, ..Settings::default() });
    assert_eq!(told(&get(&router, "/").await), "max-age=31536000");
}

#[tokio::test]
async fn measures_count_addresses_and_say_nothing_about_readers() {
    let router = served();
    for _ in 0..3 {
        get(&router, "/v1/releases/trends-2026-11-22/cube?dimensions=gender&gender=woman").await;
    }
    get(&router, "/v1/releases/not-there").await;
    get(&router, "/secret/path").await;
    ask(&router, "BREW", "/v1/releases", &[]).await;
    let answer = get(&router, "/metrics").await;
    let text = answer.text();
    for line in [
        r#"panoh_answers_total{address="/v1/releases/{id}/cube",method="GET",status="200"} 3"#,
        r#"panoh_answers_total{address="/v1/releases/{id}",method="GET",status="404"} 1"#,
        r#"panoh_answers_total{address="none",method="GET",status="404"} 1"#,
        r#"panoh_answers_total{address="/v1/releases",method="other",status="405"} 1"#,
        r#"panoh_answer_seconds_count{address="/v1/releases/{id}/cube"} 3"#,
        "panoh_releases 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    for hidden in ["woman", "not-there", "secret", "trends-2026"] {
        assert!(!text.contains(hidden), "{hidden} is in\n{text}");
    }
}

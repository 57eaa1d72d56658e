//! HTTP: validators, caching, coding, methods, headers, the document, the shelf.

use super::*;
use std::fs;
use std::io::{Read, Write};

#[tokio::test]
async fn equal_questions_have_equal_tags_and_bytes() {
    let router = served();
    let base = "/v1/releases/trends-2026-11-22/cube?";
    let first = get(&router, &format!("{base}dimensions=gender&gender=man,woman&year=2019..2021")).await;
    for same in [
        "year=2019..2021&gender=woman,man&dimensions=gender",
        "dimensions=gender&gender=woman..man&year=2021,2019,2020&format=json&lang=en",
        "dimensions=gender&gender=woman%2Cman&year=2019,2020..2021,2020",
    ] {
        let answer = get(&router, &format!("{base}{same}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{same}");
        assert_eq!(answer.header(header::ETAG), first.header(header::ETAG), "{same}");
        assert_eq!(answer.body, first.body, "{same}");
    }
    for other in
        ["dimensions=gender&gender=man&year=2019..2021", "dimensions=gender&gender=man,woman&year=2019..2021&lang=ru"]
    {
        assert_ne!(
            get(&router, &format!("{base}{other}")).await.header(header::ETAG),
            first.header(header::ETAG),
            "{other}"
        );
    }
    assert_eq!(first.header(header::CACHE_CONTROL), "public, max-age=3600");
}

#[tokio::test]
async fn what_was_asked_word_for_word_before_is_answered_as_if_it_were_new() {
    let router = served();
    let addresses = [
        "/v1/trends/gender",
        "/v1/releases/trends-2026-11-22/cube?dimensions=gender",
        "/",
        "/healthz",
        "/v1/releases/none",
    ];
    for address in addresses {
        let all: [&[(header::HeaderName, &str)]; 6] = [
            &[],
            &[(header::ACCEPT_ENCODING, "gzip")],
            &[(header::ACCEPT, "text/csv")],
            &[(header::ACCEPT, "text/csv"), (header::ACCEPT, "application/json")],
            &[(header::IF_NONE_MATCH, "*")],
            &[(header::AUTHORIZATION, "Bearer panoh_wrong")],
        ];
        // A router of its own for each answer has never been asked anything.
        for headers in all {
            let new = ask(&served(), "GET", address, headers).await;
            for _ in 0..3 {
                let again = ask(&router, "GET", address, headers).await;
                assert_eq!((again.status, &again.headers), (new.status, &new.headers), "{address} {headers:?}");
                assert_eq!(again.body, new.body, "{address} {headers:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_reader_who_has_it_gets_304() {
    let router = served();
    for address in ["/v1/trends/gender", "/v1/releases", "/v1/dictionary", "/v1/openapi.json", "/"] {
        let tag = get(&router, address).await.header(header::ETAG).to_owned();
        assert!(tag.starts_with('"') && tag.len() == 34, "{address}: {tag}");
        let again = ask(&router, "GET", address, &[(header::IF_NONE_MATCH, &tag)]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{address}");
        assert_eq!(again.header(header::ETAG), tag);
        let stale = ask(&router, "GET", address, &[(header::IF_NONE_MATCH, "\"0123\"")]).await;
        assert_eq!(stale.status, StatusCode::OK, "{address}");
    }
}

#[tokio::test]
async fn a_compressed_answer_has_a_tag_of_its_own() {
    let router = served();
    let plain = get(&router, "/v1/trends/gender").await;
    let packed = ask(&router, "GET", "/v1/trends/gender", &[(header::ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(packed.header(header::CONTENT_ENCODING), "gzip");
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() < plain.body.len() / 4);
    let tag = packed.header(header::ETAG).to_owned();
    assert_eq!(tag.replace("-gzip", ""), plain.header(header::ETAG));
    assert_ne!(tag, plain.header(header::ETAG));
    let headers = [(header::ACCEPT_ENCODING, "gzip"), (header::IF_NONE_MATCH, tag.as_str())];
    let again = ask(&router, "GET", "/v1/trends/gender", &headers).await;
    assert_eq!((again.status, again.header(header::ETAG)), (StatusCode::NOT_MODIFIED, tag.as_str()));
    assert_eq!(packed.header(header::VARY), "accept, accept-encoding, authorization");
    // Kept answers are the same as those that were just written.
    assert_eq!(ask(&router, "GET", "/v1/trends/gender", &[(header::ACCEPT_ENCODING, "gzip")]).await.body, packed.body);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let router = served();
    for address in ["/", "/v1/trends/routes", "/healthz", "/v1/releases/none"] {
        let (head, get) = (ask(&router, "HEAD", address, &[]).await, get(&router, address).await);
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{address}");
        assert_eq!(head.header(header::ETAG), get.header(header::ETAG), "{address}");
        assert_eq!(head.header(header::CONTENT_TYPE), get.header(header::CONTENT_TYPE), "{address}");
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let router = served();
    for address in ["/", "/assets/style.css", "/v1/trends/gender", "/nowhere", "/healthz"] {
        let answer = get(&router, address).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer");
    }
}

/// `openapi.json` beside `Cargo.toml` is the contract; `UPDATE_EXPECT=1` writes it anew.
#[test]
#[expect(clippy::disallowed_methods, reason = "only this test may be told to write the golden file anew")]
fn the_document_is_the_golden_file() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let document = crate::openapi();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(golden, &document).expect("writes");
    }
    let expected = fs::read_to_string(golden).expect("the golden file is there; UPDATE_EXPECT=1 writes it");
    assert!(document == expected, "the API changed: look at it, then run with UPDATE_EXPECT=1");
}

#[tokio::test]
async fn the_document_names_every_address() {
    let document = get(&served(), "/v1/openapi.json").await.json();
    assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
    for reference in document.to_string().split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference} is not in the document");
    }
    let paths: Vec<&String> = document["paths"].as_object().expect("paths").keys().collect();
    assert_eq!(
        paths,
        [
            "/healthz",
            "/metrics",
            "/v1/catalogue",
            "/v1/charts/{name}",
            "/v1/dictionary",
            "/v1/openapi.json",
            "/v1/releases",
            "/v1/releases/{id}",
            "/v1/releases/{id}/cube",
            "/v1/releases/{id}/package",
            "/v1/releases/{id}/tables/{name}",
            "/v1/requests",
            "/v1/requests/{id}",
            "/v1/series",
            "/v1/trends/destinations",
            "/v1/trends/gender",
            "/v1/trends/routes",
            "/v1/withdrawn"
        ]
    );
}

#[tokio::test]
async fn only_whole_public_releases_are_on_the_shelf() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    fixture::publish(path);
    fs::write(path.join("catalogue.json"), "{}").expect("writes");
    fs::create_dir(path.join(".tmp-unfinished")).expect("makes");
    let serves = |releases: usize| assert_eq!(Shelves::open(path).expect("a folder").public().len(), releases);
    serves(1);
    let mut other = fixture::draft();
    other.id = panoh_publication::Slug::new("trends-again").expect("a name");
    panoh_publication::write(path, &other, &fixture::signer()).expect("writes");
    serves(2);
    let table = path.join("trends-again/tables/gender_by_year.csv");
    let bytes = fs::read(&table).expect("reads");
    fs::write(&table, [&bytes[..], b"1"].concat()).expect("writes");
    serves(1);
    fs::write(&table, &bytes).expect("restores");
    serves(2);
    fs::rename(path.join("trends-again"), path.join("renamed")).expect("renames");
    serves(1);
    assert!(Shelves::open(&path.join("nowhere")).is_err());
}

#[tokio::test]
async fn the_server_stops_when_it_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(crate::serve(listener, None, served(), async { drop(stopped.await) }));
    let ask = move || -> std::io::Result<String> {
        let mut stream = std::net::TcpStream::connect(address)?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text).map(|_| text)
    };
    let text = tokio::task::spawn_blocking(ask).await.expect("no panic").expect("an answer");
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("{\"status\":\"ok\",\"releases\":1}"), "{text}");
    stop.send(()).expect("the server runs");
    server.await.expect("no panic").expect("no error");
}

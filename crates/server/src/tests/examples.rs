//! The examples of the OpenAPI document are what a server says, and every answer that is text has one.

use std::fs;

use super::requests::{BODY, Place};
use super::*;
use crate::routes::examples::Example;

/// Addresses as the document has them, and as they are asked; short ones, so that people can read the answers.
const PUBLIC: [(&str, &str); 13] = [
    ("/healthz", "/healthz"),
    ("/v1/catalogue", "/v1/catalogue"),
    ("/v1/charts/{name}", "/v1/charts/total.csv?from=2023"),
    ("/v1/dictionary", "/v1/dictionary"),
    ("/v1/releases", "/v1/releases"),
    ("/v1/releases/{id}", "/v1/releases/trends-2026-11-22"),
    ("/v1/releases/{id}/cube", "/v1/releases/trends-2026-11-22/cube?dimensions=year&gender=woman&limit=2"),
    ("/v1/releases/{id}/tables/{name}", "/v1/releases/trends-2026-11-22/tables/gender_by_year?limit=2"),
    ("/v1/series", "/v1/series"),
    ("/v1/trends/destinations", "/v1/trends/destinations?from=2023&to=2023&limit=2"),
    ("/v1/trends/gender", "/v1/trends/gender?from=2022&to=2023&limit=2"),
    ("/v1/trends/routes", "/v1/trends/routes?from=2023&to=2023&limit=2"),
    ("/v1/withdrawn", "/v1/withdrawn"),
];
/// Media types that people can read.
const TEXTS: [&str; 3] = ["application/json", "text/csv", "application/vnd.sdmx.data+csv"];
/// What stands for the random part of a token in the id of a request.
const REQUEST: &str = "req-0123456789abcdef";

fn example(path: &str, method: &str, media: &str, answer: &Answer) -> Example {
    let value = if media == "application/json" { answer.json() } else { answer.text().into() };
    let status = answer.status.as_u16().to_string();
    Example { path: path.into(), method: method.into(), status, media: media.into(), value }
}

async fn asked() -> Vec<Example> {
    let place = Place::new();
    let mut examples = Vec::new();
    for (path, address) in PUBLIC {
        for media in TEXTS {
            // A page of a file has no address in it, so it is the same question.
            let answer = ask(&place.router, "GET", address, &[(header::ACCEPT, media)]).await;
            if answer.status == StatusCode::OK && answer.header(header::CONTENT_TYPE).starts_with(media) {
                examples.push(example(path, "get", media, &answer));
            }
        }
    }
    let bearer = format!("Bearer {}", place.asker);
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "one")];
    for _ in 0..2 {
        // Asked once more with its key, it is the same request.
        examples.push(example("/v1/requests", "post", "application/json", &place.post(BODY, &headers).await));
    }
    let id = examples[examples.len() - 1].value["id"].as_str().expect("an id").to_owned();
    examples.push(example("/v1/requests", "get", "application/json", &place.get("/v1/requests", &place.asker).await));
    let address = format!("/v1/requests/{id}");
    examples.push(example("/v1/requests/{id}", "get", "application/json", &place.get(&address, &place.asker).await));
    let text = serde_json::to_string(&examples).expect("JSON").replace(&id, REQUEST);
    serde_json::from_str(&text).expect("JSON")
}

/// `examples.json` beside `Cargo.toml`; `UPDATE_EXPECT=1` writes it anew.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "only this test may be told to write the examples anew")]
async fn examples_are_what_the_server_says() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples.json");
    let examples = asked().await;
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(file, serde_json::to_string_pretty(&examples).expect("JSON") + "\n").expect("writes");
    }
    let kept: Vec<Example> = serde_json::from_str(&fs::read_to_string(file).expect("a file")).expect("JSON");
    assert!(kept == examples, "answers have changed: look at them, then run with UPDATE_EXPECT=1, twice");
}

#[test]
fn every_answer_that_people_can_read_has_an_example() {
    let document: Json = serde_json::from_str(&crate::openapi()).expect("JSON");
    let mut without = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            for (status, response) in operation["responses"].as_object().expect("answers") {
                for (media, content) in response["content"].as_object().into_iter().flatten() {
                    if status.starts_with('2') && TEXTS.contains(&media.as_str()) && content.get("example").is_none() {
                        without.push(format!("{method} {path} {status} {media}"));
                    }
                }
            }
        }
    }
    // A document in itself would have no end.
    assert_eq!(without, ["get /v1/openapi.json 200 application/json"]);
}

#[tokio::test]
async fn the_example_of_a_refusal_is_one() {
    let document: Json = serde_json::from_str(&crate::openapi()).expect("JSON");
    let refused = get(&served(), "/v1/releases/trends-2026-11-22/cube?gender=lady").await.json();
    assert_eq!(document["components"]["schemas"]["Problem"]["example"], refused);
}

//! A researcher asks for a table that does not exist yet, a person decides, the project reads it: over two processes that
//! share files alone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::panoh::{Place, fixture, text};
use crate::server::Serving;

/// Longer than the server waits between two looks at its files.
const PATIENCE: Duration = Duration::from_mins(1);

/// A home with the small register of the fixtures.
fn loaded() -> Place {
    let place = Place::with_home();
    place.ok(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]);
    place
}

/// What whoever has a token asks for.
fn wish() -> Value {
    json!({
        "title": "Persons by gender and age",
        "purpose": "A study of returns",
        "frame": "victims",
        "from": 2015,
        "to": 2024,
        "tables": [["gender"], ["age_band"]],
        "smallest_count_of_interest": 50,
        "half_width": 25
    })
}

impl Serving {
    fn asking(&self, path: &str, token: &str, body: Option<&Value>) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let bearer = format!("Bearer {token}");
        let answer = match body {
            None => agent.get(self.url(path)).header("authorization", &bearer).call(),
            Some(body) => agent
                .post(self.url(path))
                .header("authorization", &bearer)
                .header("content-type", "application/json")
                .header("idempotency-key", "study")
                .send(body.to_string()),
        };
        let mut answer = answer.expect("the server answers");
        let text = answer.body_mut().read_to_string().expect("the body is text");
        (answer.status().as_u16(), serde_json::from_str(&text).expect("the body is JSON"))
    }

    /// Asks until the state is no longer `open`.
    #[expect(clippy::disallowed_methods, reason = "a test that waits for another process must end")]
    fn decided(&self, path: &str, token: &str) -> Value {
        let begun = Instant::now();
        loop {
            let (status, state) = self.asking(path, token, None);
            assert_eq!(status, 200, "{state}");
            if state["state"] != "open" {
                return state;
            }
            assert!(begun.elapsed() < PATIENCE, "the decision did not arrive");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

#[test]
fn a_table_is_asked_for_approved_charged_and_read_by_its_project() {
    let place = loaded();
    let serving = Serving::start(&place);
    assert_eq!(serving.get("/v1/catalogue").0, 404, "requests are not open yet");
    let token = place.ok(&["token", "add", "--project", "returns-study"]).trim().to_owned();
    let other = place.ok(&["token", "add", "--project", "another-study", "--scope", "read"]).trim().to_owned();
    let list = place.ok(&["token", "list"]);
    assert!(!list.contains(&token[6..]) && list.contains("returns-study"), "{list}");
    place.ok(&["requests", "open", "--author", "Example office", "--from", "2014", "--to", "2024"]);
    wait_for(&serving, "/v1/catalogue");
    wait_for_token(&serving, &token);

    assert_eq!(serving.asking("/v1/requests", &other, Some(&wish())).0, 403, "it may read alone");
    let mut wrong = wish();
    wrong["frame"] = "killers".into();
    let (status, problem) = serving.asking("/v1/requests", &token, Some(&wrong));
    assert_eq!((status, &problem["type"]), (400, &"urn:panoh:problem:does-not-fit".into()));
    let (status, asked) = serving.asking("/v1/requests", &token, Some(&wish()));
    assert_eq!(status, 202, "{asked}");
    let (status, again) = serving.asking("/v1/requests", &token, Some(&wish()));
    assert_eq!((status, &again["id"]), (200, &asked["id"]));

    let id = asked["id"].as_str().expect("an id");
    let open = place.json(&["requests", "list", "--json"]);
    assert_eq!((open.as_array().map(Vec::len), &open[0]["id"]), (Some(1), &id.into()));
    let plan = place.json(&["requests", "plan", &id[..6], "--json"]);
    assert_eq!((&plan["plan"]["audience"], &plan["plan"]["purpose"]), (&"project".into(), &"project".into()));
    let widest = plan["plan"]["tables"].as_array().expect("tables").iter();
    let widest = widest.map(|table| table["half_width"].as_f64().expect("a number")).fold(0.0, f64::max);
    assert!(widest <= 25.0 && widest > 20.0, "the least rho that is enough: {widest}");
    let spent = || place.json(&["budget", "--json"])["cohorts"][0]["project"].clone();
    let before = spent();

    let approved = place.json(&["requests", "approve", id, "--json"]);
    assert_ne!(spent(), before, "projects pay");
    place.ends(&["requests", "approve", id], 2);
    place.ends(&["requests", "refuse", id, "--reason", "not_clear"], 2);
    place.ok(&["budget", "verify"]);

    let state = serving.decided(&format!("/v1/requests/{id}"), &token);
    assert_eq!((&state["state"], &state["release"]), (&"published".into(), &approved["release"]));
    let release = state["href"].as_str().expect("an address");
    let (status, table) = serving.asking(&format!("{release}/tables/gender"), &token, None);
    assert_eq!((status, &table["rows"][0]["codes"]["gender"]), (200, &"woman".into()));
    assert!(table["rows"][0]["standard_error"].as_f64().is_some_and(|error| error > 0.0));
    assert_eq!(serving.asking(release, &other, None).0, 404);
    assert_eq!(serving.get(release).0, 404);
    assert_eq!(serving.json("/v1/releases")["releases"].as_array().map(Vec::len), Some(0));
    assert_eq!(serving.json("/v1/catalogue")["spent"].as_array().map(Vec::len), Some(10));
}

#[test]
fn an_approval_that_was_cut_off_is_finished_without_paying_twice() {
    let place = loaded();
    let serving = Serving::start(&place);
    let token = place.ok(&["token", "add", "--project", "returns-study"]).trim().to_owned();
    place.ok(&["requests", "open", "--author", "Example office", "--from", "2014", "--to", "2024"]);
    wait_for_token(&serving, &token);
    let (_, asked) = serving.asking("/v1/requests", &token, Some(&wish()));
    let id = asked["id"].as_str().expect("an id");
    let approved = place.json(&["requests", "approve", id, "--json"]);
    let budget = place.json(&["budget", "--json"]);
    std::fs::remove_file(place.home().join("published/decisions.json")).expect("as if it had not been written");
    let again = place.json(&["requests", "approve", id, "--json"]);
    assert_eq!(again["release"], approved["release"]);
    assert_eq!(place.json(&["budget", "--json"]), budget);
}

#[test]
fn what_the_public_host_wrote_is_not_taken_for_granted() {
    let place = loaded();
    let serving = Serving::start(&place);
    let token = place.ok(&["token", "add", "--project", "returns-study"]).trim().to_owned();
    place.ok(&["requests", "open", "--author", "Example office", "--from", "2014", "--to", "2024"]);
    wait_for_token(&serving, &token);
    let (_, asked) = serving.asking("/v1/requests", &token, Some(&wish()));
    let id = asked["id"].as_str().expect("an id");
    let path = place.home().join(format!("requests/{id}.json"));
    let good = std::fs::read_to_string(&path).expect("the request");
    for (from, to, code) in [
        ("\"returns-study\"", "\"another-study\"", 5),
        ("\"half_width\": 25.0", "\"rho\": 3.0", 4),
        ("\"victims\"", "\"nobody\"", 4),
    ] {
        assert!(good.contains(from), "{good}");
        std::fs::write(&path, good.replace(from, to)).expect("forged");
        place.ends(&["requests", "approve", id], code);
    }
    std::fs::write(&path, &good[..100]).expect("forged");
    place.ends(&["requests", "list"], 3);
    place.ends(&["requests", "plan", id], 2);
    std::fs::write(&path, &good).expect("mended");
    place.ok(&["requests", "refuse", id, "--reason", "too_noisy"]);
    let state = serving.decided(&format!("/v1/requests/{id}"), &token);
    assert_eq!((&state["state"], &state["reason"]), (&"refused".into(), &"too_noisy".into()));
    place.ok(&["token", "revoke", &asked_token(&good)]);
    assert_eq!(place.json(&["budget", "--json"])["cohorts"].as_array().map(Vec::len), Some(0), "nothing was spent");
}

fn asked_token(request: &str) -> String {
    let request: Value = serde_json::from_str(request).expect("JSON");
    request["token"].as_str().expect("a name").to_owned()
}

/// Waits until an address answers: the server looks at its files every few seconds.
#[expect(clippy::disallowed_methods, reason = "a test that waits for another process must end")]
fn wait_for(serving: &Serving, path: &str) {
    let begun = Instant::now();
    while serving.get(path).0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "{path} did not come");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[expect(clippy::disallowed_methods, reason = "a test that waits for another process must end")]
fn wait_for_token(serving: &Serving, token: &str) {
    let begun = Instant::now();
    while serving.asking("/v1/requests", token, None).0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "the token was not taken up");
        std::thread::sleep(Duration::from_millis(200));
    }
    wait_for(serving, "/v1/catalogue");
}

//! Projects: who sees what with which token, asking for tables, and what becomes of it.

use std::fs;

use panoh_publication::{
    Audience, Cohorts, Day, Definition, DefinitionFields, Labels, Purpose, Slug, withdraw as withdraw_release, write,
};
use panoh_requests::{
    Catalogue, CatalogueCode, CatalogueDimension, CatalogueFrame, CatalogueList, Decision, Decisions, Found, Inbox,
    Outcome, RefusalReason, Scope, TokenBook,
};

use super::*;

/// A public folder with a public release and one for a project, open for requests.
pub(super) struct Place {
    folder: tempfile::TempDir,
    /// Of the project that has a release.
    member: String,
    /// Of another project.
    other: String,
    /// Of the project, but for asking alone.
    pub(super) asker: String,
    revoked: String,
    served: Served,
    pub(super) router: Router,
}

const PROJECT_RELEASE: &str = "for-a-study";
pub(super) const BODY: &str = r#"{"title": "By gender", "purpose": "A study", "frame": "victims", "from": 2018, "to": 2020,
    "tables": [["year", "gender"]], "smallest_count_of_interest": 20, "rho": 0.05}"#;

fn slug(text: &str) -> Slug {
    Slug::new(text).expect("a name")
}

fn day(text: &str) -> Day {
    Day::new(text).expect("a day")
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let [published, requests] = ["published", "requests"].map(|name| folder.path().join(name));
        fs::create_dir(&published).expect("a folder");
        fs::create_dir(&requests).expect("a folder");
        fixture::publish(&published);
        let mut draft = fixture::draft();
        draft.id = slug(PROJECT_RELEASE);
        draft.day = day("2026-12-01");
        let mut fields = DefinitionFields::from(draft.definition.clone());
        (fields.audience, fields.purpose, fields.project) =
            (Audience::Project, Purpose::Project, Some(slug("returns-study")));
        draft.definition = Definition::new(fields).expect("good");
        write(&published, &draft, &fixture::signer()).expect("written");
        catalogue().write(&published).expect("written");
        let mut book = TokenBook::default();
        let mut token = |project: &str, scopes: &[Scope]| {
            let (token, secret) =
                book.add(slug(project), scopes, day("2026-11-01"), day("2026-12-31")).expect("random numbers");
            (token.id, secret.reveal().to_owned())
        };
        let both = [Scope::Read, Scope::Request];
        let (_, member) = token("returns-study", &both);
        let (_, other) = token("another-study", &both);
        let (_, asker) = token("returns-study", &[Scope::Request]);
        let (id, revoked) = token("returns-study", &both);
        assert!(book.revoke(&id, &day("2026-11-20")));
        let tokens = folder.path().join("tokens.json");
        book.write(&tokens).expect("written");
        let sources = Sources { requests: Some(requests), tokens: Some(tokens), ..sources(&published) };
        let served = Served::open(sources).expect("a folder");
        let router = router(served.clone(), &Settings::default());
        Self { folder, member, other, asker, revoked, served, router }
    }

    pub(super) async fn get(&self, address: &str, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        ask(&self.router, "GET", address, &[(header::AUTHORIZATION, &bearer)]).await
    }

    pub(super) async fn post(&self, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method("POST").uri("/v1/requests");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let (parts, body) = self.router.clone().oneshot(request).await.expect("an answer").into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn ask(&self, token: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.post(body, &[("authorization", &bearer), ("content-type", "application/json")]).await
    }

    fn inbox(&self) -> Vec<Found> {
        Inbox::new(self.folder.path().join("requests")).all().expect("a folder")
    }
}

fn catalogue() -> Catalogue {
    let dimension = CatalogueDimension {
        name: slug("gender"),
        column: "gender".into(),
        title: Labels::same("Gender"),
        description: "gender".into(),
        list: "gender".into(),
        outcome: false,
    };
    let code = |code: &str| CatalogueCode { code: code.into(), labels: Labels::same(code), parent: None };
    Catalogue {
        day: day("2026-11-23"),
        author: "Example office".into(),
        licence: "CC-BY-4.0".into(),
        answered_within_days: 14,
        cohorts: Cohorts { from: 2014, to: 2024, no_year: false, years_together: 1 },
        most_rho: 0.25,
        spent: vec![],
        frames: vec![CatalogueFrame {
            name: slug("victims"),
            title: "Victims".into(),
            row: "one person".into(),
            dimensions: vec![dimension],
        }],
        lists: vec![CatalogueList {
            name: "gender".into(),
            title: Labels::same("Gender"),
            parent: None,
            codes: vec![code("woman"), code("man")],
        }],
    }
}

#[tokio::test]
async fn what_is_for_a_project_is_seen_with_its_token_alone() {
    let place = Place::new();
    let addresses = ["", "/cube?dimensions=gender", "/tables/gender_by_year", "/package"]
        .map(|rest| format!("/v1/releases/{PROJECT_RELEASE}{rest}"));
    for address in &addresses {
        let answer = place.get(address, &place.member).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.status);
        assert_eq!(answer.header(header::CACHE_CONTROL), "private, no-store", "{address}");
        let unknown = get(&place.router, "/v1/releases/no-such-release").await;
        for hidden in [get(&place.router, address).await, place.get(address, &place.other).await] {
            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{address}");
            assert_eq!(hidden.body, unknown.body, "as if it did not exist: {address}");
        }
        assert_eq!(place.get(address, &place.asker).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    // The newest release with the dimensions is another one for each reader, and no answer is kept for the wrong one.
    for _ in 0..2 {
        let trend = place.get("/v1/trends/gender", &place.member).await;
        assert_eq!(trend.json()["releases"][0]["release"], PROJECT_RELEASE);
        assert_eq!(get(&place.router, "/v1/trends/gender").await.json()["releases"][0]["release"], fixture::ID);
        assert_eq!(place.get("/v1/trends/gender", &place.other).await.json()["releases"][0]["release"], fixture::ID);
    }
    let listed = |answer: Answer| answer.json()["releases"].as_array().map(Vec::len);
    assert_eq!(listed(place.get("/v1/releases", &place.member).await), Some(2));
    assert_eq!(listed(get(&place.router, "/v1/releases").await), Some(1));
    assert_eq!(get(&place.router, "/healthz").await.json()["releases"], 1);
    assert!(!get(&place.router, "/").await.text().contains(PROJECT_RELEASE));
}

#[tokio::test]
async fn a_bad_token_is_refused_everywhere_and_told_nothing() {
    let place = Place::new();
    let unknown = format!("panoh_{}", "0".repeat(64));
    let mut bodies = Vec::new();
    for token in [place.revoked.as_str(), unknown.as_str(), "", "x"] {
        for address in ["/v1/trends/gender", "/v1/requests", "/v1/releases", "/"] {
            let answer = place.get(address, token).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
            assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
            bodies.push(answer.body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "which of the reasons it was is not said");
    let basic = ask(&place.router, "GET", "/v1/releases", &[(header::AUTHORIZATION, "Basic eDp5")]).await;
    assert_eq!(basic.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_request_waits_until_it_is_decided() {
    let place = Place::new();
    let asked = place.ask(&place.asker, BODY).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let state = asked.json();
    assert_eq!((&state["state"], &state["answer_by"]), (&"open".into(), &"2026-12-07".into()));
    assert_eq!(asked.header(header::LOCATION), format!("/v1/requests/{}", state["id"].as_str().expect("an id")));
    assert_eq!(asked.header(header::CACHE_CONTROL), "private, no-store");
    let [Found::Request(request)] = &place.inbox()[..] else { panic!("one request") };
    assert_eq!(request.project.as_str(), "returns-study");
    let text = fs::read_to_string(place.folder.path().join("requests").join(format!("{}.json", request.id)));
    assert!(!text.expect("the file").contains(&place.asker));

    let address = asked.header(header::LOCATION).to_owned();
    assert_eq!(place.get(&address, &place.member).await.json(), state);
    assert_eq!(place.get(&address, &place.other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&place.router, &address).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(place.get("/v1/requests", &place.member).await.json()["requests"][0], state);
    assert_eq!(place.get("/v1/requests", &place.other).await.json()["requests"].as_array().map(Vec::len), Some(0));

    let follow = tokio::spawn(place.served.clone().follow(std::time::Duration::from_millis(20)));
    let published = place.folder.path().join("published");
    let mut decisions = Decisions::default();
    let outcome = Outcome::Refused { reason: RefusalReason::TooNoisy };
    decisions.add(Decision { request: request.id.clone(), day: day("2026-11-24"), outcome });
    decisions.write(&published).expect("written");
    let decided = loop {
        let state = place.get(&address, &place.member).await.json();
        if state["state"] != "open" {
            break state;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!((&decided["state"], &decided["reason"]), (&"refused".into(), &"too_noisy".into()));
    assert_eq!((&decided["decided"], &decided["release"]), (&"2026-11-24".into(), &Json::Null));
    follow.abort();
}

#[tokio::test]
async fn asking_twice_with_one_key_is_asking_once() {
    let place = Place::new();
    let bearer = format!("Bearer {}", place.member);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "k1")];
    let first = place.post(BODY, &headers).await;
    let again = place.post(BODY, &headers).await;
    assert_eq!((first.status, again.status), (StatusCode::ACCEPTED, StatusCode::OK));
    assert_eq!(first.json(), again.json());
    assert_eq!(place.inbox().len(), 1);
    let other = place.post(&BODY.replace("2018", "2019"), &headers).await;
    assert_eq!(
        (other.status, &other.json()["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &"urn:panoh:problem:key-used".into())
    );
    let of_another = format!("Bearer {}", place.other);
    let headers = [("authorization", of_another.as_str()), headers[1], headers[2]];
    assert_eq!(place.post(BODY, &headers).await.status, StatusCode::ACCEPTED, "keys are of one token");
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_with_what_can() {
    let place = Place::new();
    let cases: [(&str, &str, &str, &str); 6] = [
        (r#""victims""#, r#""killers""#, "frame", "victims"),
        (r#""gender""#, r#""age""#, "tables", "gender"),
        ("2018", "1999", "from, to", ""),
        ("0.05", "0.5", "rho", ""),
        (r#""rho""#, r#""epsilon""#, "line 2", ""),
        ("{", "[", "line 1", ""),
    ];
    for (old, new, place_of, offered) in cases {
        let answer = place.ask(&place.member, &BODY.replacen(old, new, 1)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{new}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["type"], "urn:panoh:problem:does-not-fit");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(place_of)), "{problem}");
        assert!(offered.is_empty() || problem["allowed"].to_string().contains(offered), "{problem}");
        assert!(!answer.text().contains("killers") && !answer.text().contains("epsilon"), "nothing typed comes back");
    }
    let bearer = format!("Bearer {}", place.member);
    let form = [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(place.post(BODY, &form).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(place.post(BODY, &[("content-type", "application/json")]).await.status, StatusCode::UNAUTHORIZED);
    let long = place.ask(&place.member, &format!("{BODY}{}", " ".repeat(20_000))).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(place.inbox().is_empty());
    Catalogue::remove(&place.folder.path().join("published")).expect("removed");
    assert_eq!(get(&place.router, "/v1/catalogue").await.json()["most_rho"], 0.25, "as it was when it was looked at");
    assert_eq!(served_requests(&served()).await, StatusCode::NOT_FOUND);
}

async fn served_requests(router: &Router) -> StatusCode {
    get(router, "/v1/catalogue").await.status
}

#[tokio::test]
async fn a_withdrawn_release_of_a_project_is_gone_for_its_members_alone() {
    let place = Place::new();
    let published = place.folder.path().join("published");
    let withdrawal = super::withdrawals::withdrawal_of(&published, PROJECT_RELEASE);
    withdraw_release(&published, &withdrawal, &fixture::signer()).expect("withdrawn");
    let sources = Sources { tokens: Some(place.folder.path().join("tokens.json")), ..sources(&published) };
    let router = router(Served::open(sources).expect("a folder"), &Settings::default());
    let address = format!("/v1/releases/{PROJECT_RELEASE}");
    let bearer = format!("Bearer {}", place.member);
    let gone = ask(&router, "GET", &address, &[(header::AUTHORIZATION, &bearer)]).await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert_eq!(get(&router, &address).await.status, StatusCode::NOT_FOUND);
    assert!(!get(&router, "/v1/withdrawn").await.text().contains(PROJECT_RELEASE));
}

#[test]
fn the_document_describes_the_body_that_is_read() {
    use crate::routes::documented::{AskedBody, AskedNarrower};
    let narrower = AskedNarrower { level: None, codes: Some(vec!["woman".into()]), reason: Some("r".into()) };
    let body = AskedBody {
        title: "t".into(),
        purpose: "p".into(),
        frame: "victims".into(),
        from: 2018,
        to: 2020,
        no_year: false,
        tables: vec![vec!["gender".into()]],
        dimensions: [("gender".to_owned(), narrower)].into(),
        smallest_count_of_interest: 20,
        rho: Some(0.05),
        half_width: None,
        observed_until: Some("2026-11-01".into()),
    };
    let json = serde_json::to_value(&body).expect("text and numbers");
    let read: panoh_requests::Asked = serde_json::from_value(json.clone()).expect("the same fields");
    let written = serde_json::to_value(&read).expect("text and numbers");
    for name in json.as_object().expect("an object").keys().filter(|name| *name != "half_width") {
        assert!(written.get(name).is_some(), "{name}");
    }
}

//! A release that was withdrawn: day and reason stay, every figure goes.

use std::path::Path;

use panoh_publication::{
    Audience, Day, FORMAT_VERSION, Listing, Purpose, Reason, Slug, Void, Withdrawal, withdraw, write_listing,
};

use super::*;

fn withdrawal(path: &Path) -> Withdrawal {
    withdrawal_of(path, fixture::ID)
}

/// The note about a release.
pub(super) fn withdrawal_of(path: &Path, id: &str) -> Withdrawal {
    let dir = path.join(id);
    let artefact = panoh_publication::read(&dir).expect("the release is whole");
    Withdrawal {
        format: FORMAT_VERSION,
        id: artefact.release.id.clone(),
        title: None,
        released: None,
        withdrawn: Day::new("2026-12-01").expect("a day"),
        reason: Reason::Legal,
        audience: None,
        project: None,
        purpose: Purpose::First,
        cohorts: artefact.release.privacy.cohorts.clone(),
        definition_digest: artefact.release.definition_digest.clone(),
        artefact_digest: artefact.digest.clone(),
        ledger_head: artefact.release.ledger_head.clone(),
        ledger_entry: 3,
        signature: String::new(),
    }
}

/// A router over a folder in which the one release was withdrawn and another was given up.
fn withdrawn_for(audience: Audience) -> Router {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    fixture::publish(path);
    let told = withdraw(path, &withdrawal(path), &fixture::signer()).expect("it can be withdrawn");
    assert_eq!(told.audience, Some(Audience::Public));
    if audience == Audience::Project {
        let note = path.join(fixture::ID).join("withdrawn.json");
        let text = std::fs::read_to_string(&note).expect("the note is there");
        std::fs::write(&note, text.replace("\"public\"", "\"project\"")).expect("the note can be edited");
    }
    let void = Void {
        id: Slug::new("given-up").expect("a name"),
        day: Day::new("2026-11-30").expect("a day"),
        reason: Reason::Crash,
        purpose: Purpose::First,
        cohorts: told.cohorts,
    };
    write_listing(path, &Listing { withdrawn: Vec::new(), void: vec![void] }).expect("the list is written");
    over(path)
}

#[tokio::test]
async fn a_withdrawn_release_is_gone_and_says_why() {
    let router = withdrawn_for(Audience::Public);
    let address = format!("/v1/releases/{}", fixture::ID);
    for address in [address.clone(), format!("{address}/cube"), format!("{address}/tables/gender_by_year")] {
        let answer = get(&router, &address).await;
        assert_eq!(answer.status, StatusCode::GONE, "{address}");
        assert_eq!(answer.json()["type"], "urn:panoh:problem:withdrawn");
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains("2026-12-01") && detail.contains("may not be published"), "{detail}");
    }
    assert_eq!(get(&router, "/v1/releases").await.json()["releases"].as_array().map(Vec::len), Some(0));
    assert_eq!(get(&router, "/v1/trends/gender").await.status, StatusCode::NOT_FOUND);
    assert!(get(&router, "/releases").await.text().contains("/v1/withdrawn"));
}

#[tokio::test]
async fn the_list_names_what_is_not_public() {
    let router = withdrawn_for(Audience::Public);
    let list = get(&router, "/v1/withdrawn").await.json();
    assert_eq!(list["withdrawn"][0]["release"], fixture::ID);
    assert_eq!(
        (&list["withdrawn"][0]["reason"], &list["withdrawn"][0]["day"]),
        (&"legal".into(), &"2026-12-01".into())
    );
    assert_eq!((&list["void"][0]["release"], &list["void"][0]["reason"]), (&"given-up".into(), &"crash".into()));
    let csv = get(&router, "/v1/withdrawn?format=csv").await;
    assert_eq!(csv.text().lines().count(), 3, "{}", csv.text());
    assert!(csv.text().starts_with("state,release,title"));
}

#[tokio::test]
async fn what_was_never_for_the_public_is_not_listed() {
    let router = withdrawn_for(Audience::Project);
    assert_eq!(get(&router, "/v1/withdrawn").await.json()["withdrawn"].as_array().map(Vec::len), Some(0));
    let answer = get(&router, &format!("/v1/releases/{}", fixture::ID)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

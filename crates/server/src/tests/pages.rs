//! The page: complete without script, marked where synthetic, and true to the numbers of the API.

use super::*;

#[tokio::test]
async fn the_page_is_whole_without_a_script() {
    let page = get(&served(), "/").await;
    assert_eq!((page.status, page.header(header::CONTENT_TYPE)), (StatusCode::OK, "text/html; charset=utf-8"));
    let html = page.text();
    assert!(
        !html.contains("<script") && !html.contains(" style=") && !html.contains("onload"),
        "the policy forbids them"
    );
    assert!(!html.contains("href=\"http") && !html.contains("src=\""), "nothing is fetched from elsewhere");
    assert_eq!(html.matches("<svg ").count(), 3);
    assert_eq!(html.matches("<table>").count(), 3);
    for id in ["gender", "destinations", "routes"] {
        for part in [
            format!("<title id=\"{id}-title\">"),
            format!("<desc id=\"{id}-description\">"),
            format!("id=\"{id}-heading\""),
        ] {
            assert_eq!(html.matches(&part).count(), 1, "{part}");
        }
    }
}

#[tokio::test]
async fn the_page_says_what_it_counts_and_what_that_cost() {
    let page = get(&served(), "/").await;
    let html = page.text();
    for words in [
        "registered persons",
        "Registered is not the same as trafficked",
        "Year first registered",
        fixture::ID,
        "2026-11-22",
        "ε 6.95",
        "δ 1e-9",
        "95 %",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.contains("<strong>Synthetic data.</strong>") && html.contains("<title>SYNTHETIC DATA"));
    assert_eq!(html.matches("SYNTHETIC DATA · Panoh release").count(), 3, "in each picture");
}

#[tokio::test]
async fn real_figures_are_not_called_synthetic() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draft = fixture::draft();
    draft.synthetic = false;
    panoh_publication::write(folder.path(), &draft, &fixture::signer()).expect("writes");
    let router = over(folder.path());
    assert!(!get(&router, "/").await.text().to_lowercase().contains("synthetic"));
}

#[tokio::test]
async fn the_page_shows_the_numbers_of_the_api() {
    let router = served();
    let page = get(&router, "/").await;
    let json = get(&router, "/v1/trends/gender?from=2024&to=2024&gender=woman").await.json();
    let value = json["rows"][0]["value"].as_f64().expect("a number");
    let half = json["rows"][0]["upper"].as_f64().expect("a number") - value;
    let shown = format!("<td>{value:.0}\u{a0}±\u{a0}{:.0}</td>", half.ceil());
    assert!(page.text().contains(&shown), "{shown}");
    let links: Vec<&str> = page.text().split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in links.iter().filter(|link| link.starts_with('/')) {
        let link = link.replace("&#38;", "&").replace("&amp;", "&");
        assert_eq!(get(&router, &link).await.status, StatusCode::OK, "{link}");
    }
}

#[tokio::test]
async fn a_ranking_holds_only_what_noise_cannot_make_up() {
    let router = served();
    let html = get(&router, "/").await;
    assert!(html.text().contains("All other routes") && html.text().contains("Not known"));
    assert!(html.text().contains("of 30 routes are shown"), "five origins and six destinations are ranked");
    assert!(html.text().contains("Tajikistan → Russian Federation"));
}

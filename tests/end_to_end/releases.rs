//! A release through the binary: published, shown, verified, and refused once somebody has touched it.

use std::fs;

use crate::panoh::{Place, fixture, text};
use crate::server::Serving;

/// A home with the small register of the fixtures and its release published.
fn published() -> (Place, String) {
    let place = Place::with_home();
    place.ok(&["intake", text(&fixture("ngo-small.csv")), "--source", "ngo-assistance"]);
    let release = place.json(&["release", "publish", "trends", "--json"]);
    let id = release["id"].as_str().expect("a release has an id").to_owned();
    (place, id)
}

#[test]
fn a_release_is_shown_verified_and_served() {
    let (place, id) = published();
    let shown = place.json(&["release", "show", &id, "--json"]);
    assert_eq!((shown["id"].as_str(), shown["synthetic"].as_bool()), (Some(id.as_str()), Some(false)));
    assert!(place.ok(&["release", "show", &id]).contains("gender_by_year"));
    let folder = place.home().join("published").join(&id);
    let verified = place.json(&["release", "verify", text(&folder), "--json"]);
    assert_eq!((verified["tables"].as_u64(), verified["cells"].as_u64()), (Some(6), Some(1216)));

    let serving = Serving::start(&place);
    for path in ["/", "/v1/releases", "/v1/trends/gender", "/v1/trends/routes", "/v1/openapi.json", "/healthz"] {
        assert_eq!(serving.get(path).0, 200, "{path}");
    }
    let (status, kind, _) = serving.get("/v1/trends/gender?colour=red");
    assert_eq!((status, kind.as_str()), (400, "application/problem+json"));
    assert_eq!(serving.get("/v1/trends/gender?format=csv"), serving.get("/v1/trends/gender?format=csv"));
}

#[test]
fn a_release_that_was_touched_is_neither_verified_nor_served() {
    let (place, id) = published();
    let table = place.home().join("published").join(&id).join("tables/years.csv");
    let text_before = fs::read_to_string(&table).expect("the table is there");
    fs::write(&table, text_before.replacen("2014", "2015", 1)).expect("the table can be edited");
    place.ends(&["release", "verify", text(table.parent().and_then(|p| p.parent()).expect("a folder"))], 4);
    let releases = Serving::start(&place).json("/v1/releases");
    assert_eq!(releases["releases"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_plan_opens_no_table() {
    let place = Place::with_home();
    fs::remove_dir_all(place.home().join("warehouse")).expect("the warehouse goes");
    let page = place.path("plan.html");
    let shown = place.ok(&["release", "plan", "trends", "--target", "50%", "--html", text(&page)]);
    assert!(shown.contains("routes_by_year"), "{shown}");
    let page = fs::read_to_string(page).expect("a page");
    assert!(page.contains("<svg") && page.contains("half of the smallest count of interest"), "a chart with its mark");
    assert_eq!(page.matches("<polyline").count(), 6, "a line for each table");
    for wrong in ["0", "-1%", "x", "0.0001"] {
        place.ends(&["release", "plan", "trends", &format!("--target={wrong}")], 2);
    }
    place.ends(&["stats", "routes"], 2);
}

#[test]
fn a_plan_needs_no_home_and_touches_no_data() {
    let place = Place::new();
    let mut command = place.command(&["release", "plan", "trends", "--json"]);
    let output = command.env_remove("PANOH_HOME").output().expect("the binary starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the plan is JSON");
    for field in ["cells", "rmse", "optimum_rmse", "rho", "epsilon", "delta"] {
        assert!(plan[field].is_number(), "{field}");
    }
    assert_eq!(fs::read_dir(place.path(".")).expect("a folder").count(), 0, "nothing was written");
}

#[test]
fn a_spent_budget_refuses_the_next_release() {
    let (place, _) = published();
    place.ends(&["release", "publish", "trends"], 6);
    assert_eq!(place.json(&["release", "list", "--json"]).as_array().map(Vec::len), Some(1));
}

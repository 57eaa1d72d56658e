//! Plans in files: they come back equal, and a changed one does not come back.

use serde_json::{Value, json};

use super::{planned, subset, up_to, wanted};
use crate::{NoisePlan, Objective, Subset};

fn example() -> NoisePlan {
    planned(&[9, 3, 41], &up_to(3, 2), Objective::Tables, 0.3)
}

#[test]
fn plans_survive_a_file() {
    let text = serde_json::to_string(&example()).unwrap();
    assert_eq!(serde_json::from_str::<NoisePlan>(&text).unwrap(), example());
}

#[test]
fn the_form_is_what_people_read() {
    let stored = serde_json::to_value(planned(&[2, 3], &wanted(&[&[1, 0]]), Objective::Cells, 0.5)).unwrap();
    assert_eq!(stored["shape"], json!([2, 3]));
    assert_eq!(stored["wanted"], json!([{"dimensions": [0, 1], "weight": 1.0}]));
    assert_eq!((&stored["objective"], &stored["requested"]), (&json!("cells"), &json!(500_000_000)));
    assert_eq!(stored["queries"][0]["dimensions"], json!([]));
    assert_eq!(stored["queries"][0]["sensitivity"], json!(1.0));
    assert_eq!(stored["queries"].as_array().unwrap().len(), 4);
}

#[test]
fn changed_plans_are_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut stored = serde_json::to_value(example()).unwrap();
        change(&mut stored);
        assert!(serde_json::from_value::<NoisePlan>(stored).is_err());
    };
    refused(&|plan| plan["queries"][1]["sigma"] = json!(plan["queries"][1]["sigma"].as_f64().unwrap() * 0.99));
    refused(&|plan| plan["queries"][1]["variance"] = json!(1.0));
    refused(&|plan| plan["queries"][1]["sensitivity"] = json!(1.0));
    refused(&|plan| plan["queries"][0]["sigma"] = Value::Null);
    refused(&|plan| drop(plan["queries"].as_array_mut().unwrap().pop()));
    refused(&|plan| plan["queries"].as_array_mut().unwrap().swap(1, 2));
    refused(&|plan| plan["rho"] = json!(1));
    refused(&|plan| plan["requested"] = json!(299_999_999));
    refused(&|plan| plan["shape"] = json!([9, 3, 1]));
    refused(&|plan| plan["shape"] = json!([9, 3, 40]));
    refused(&|plan| plan["wanted"][0]["weight"] = json!(-1.0));
    refused(&|plan| plan["wanted"][1]["dimensions"] = json!([7]));
    refused(&|plan| plan["note"] = json!("hello"));
}

#[test]
fn sets_are_ordered_by_size_then_dimension_by_dimension() {
    let order = [&[][..], &[0], &[1], &[5], &[0, 1], &[0, 3], &[1, 2], &[62, 63], &[0, 1, 2], &[1, 2, 3]];
    let sets: Vec<Subset> = order.iter().map(|dimensions| subset(dimensions)).collect();
    assert!(sets.is_sorted_by(|a, b| a < b));
    assert_eq!(subset(&[4, 0, 63]).dimensions().collect::<Vec<_>>(), [0, 4, 63]);
    assert_eq!(subset(&[1, 4]).subsets().collect::<Vec<_>>(), [&[1, 4][..], &[4], &[1], &[]].map(subset));
    assert!(subset(&[4]).is_subset_of(subset(&[1, 4])) && !subset(&[2]).is_subset_of(subset(&[1, 4])));
    let names = [&[][..], &[2], &[0, 2]].map(|dimensions| subset(dimensions).to_string());
    assert_eq!(names, ["the total", "dimension 2", "dimensions 0, 2"]);
}

//! Plans: what they resolve, what they refuse, and that they say what will be charged.

use panoh_dictionary::Dictionary;
use panoh_ledger::{CohortBudget, Limits};

use super::*;
use crate::fixture::{definition, planned};
use crate::{Change, shipped};

fn refusal(definition: &Definition) -> String {
    let dictionary = Dictionary::builtin().unwrap();
    plan(definition, &dictionary, &Budget::untouched(Limits::STANDARD)).unwrap_err().to_string()
}

fn codes(plan: &ReleasePlan, dimension: usize) -> Vec<&str> {
    plan.dimensions()[dimension].dimension.codes.iter().map(|code| code.code.as_str()).collect()
}

#[test]
fn written_lists_get_other_and_every_list_gets_not_known() {
    let plan = planned(&definition(|text| text));
    assert_eq!(codes(&plan, 0), ["2019", "2020"]);
    assert!(!codes(&plan, 1).contains(&"other"), "the whole list needs no other");
    assert_eq!(codes(&plan, 1).last(), Some(&"not_known"));
    assert_eq!(codes(&plan, 2), ["RUS", "KAZ", "other", "not_known"]);
}

#[test]
fn the_report_states_cost_and_errors() {
    let plan = planned(&definition(|text| text));
    let report = plan.report();
    assert!(report.rho <= 0.5 && report.rho > 0.499_999, "{}", report.rho);
    assert_eq!(report.cohorts.len(), 2);
    assert!((report.cohorts[0].left + report.rho - 1.0).abs() < 1e-12);
    assert!(report.tables.iter().all(|table| table.half_width < 10.0), "{:?}", report.tables);
    assert!(report.is_publishable());
    assert!(report.rmse >= report.optimum_rmse * 0.999_999);
    let json = serde_json::to_value(report).unwrap();
    for key in ["cells", "rmse", "optimum_rmse", "rho", "epsilon", "delta"] {
        assert!(json[key].is_number(), "{key}");
    }
}

#[test]
fn the_same_inputs_give_the_same_plan() {
    let definition = definition(|text| text);
    let (one, other) = (planned(&definition), planned(&definition));
    assert_eq!(one.noise(), other.noise());
    assert_eq!(one.report(), other.report());
}

#[test]
fn a_noisy_table_is_refused_unless_forced() {
    let small = |text: String| text.replace("interest = 20", "interest = 10").replace("rho = 0.5", "rho = 0.05");
    let plan = planned(&definition(small));
    let [first, ..] = plan.report().refusals.as_slice() else { panic!("not refused") };
    assert!(
        first.starts_with("table by_year: the 95 % half-width ")
            && first.contains("leave it out, or take one of these: ")
            && first.contains("rho "),
        "{first}"
    );

    let forced = planned(&definition(|text| small(text).replace("rho = 0.05", "rho = 0.05\nforce = true")));
    assert!(forced.report().refusals.is_empty());
    assert!(forced.report().warnings.iter().any(|warning| warning.starts_with("table by_year: ")));
}

#[test]
fn the_rho_that_a_refusal_proposes_is_enough() {
    let small = |text: String| text.replace("interest = 20", "interest = 10").replace("rho = 0.5", "rho = 0.05");
    let plan = planned(&definition(small));
    let proposals = plan.report().tables.iter().flat_map(|table| &table.proposals);
    let rhos =
        proposals.filter_map(|proposal| if let Change::MoreRho { rho } = proposal.change { Some(rho) } else { None });
    let rho = rhos.fold(0.0, f64::max);
    assert!(rho > 0.05, "{rho}");
    let more = planned(&definition(|text| small(text).replace("rho = 0.05", &format!("rho = {rho}"))));
    assert!(more.report().refusals.is_empty(), "{:?}", more.report().refusals);
    // What no cohort can pay is not proposed.
    let too_much = planned(&definition(|text| text.replace("interest = 20", "interest = 4")));
    let refusals = &too_much.report().refusals;
    assert!(!refusals.is_empty() && refusals.iter().all(|refusal| !refusal.contains("rho ")), "{refusals:?}");
}

#[test]
fn what_the_budget_lacks_is_said_by_cohort() {
    let mut budget = Budget::untouched(Limits::STANDARD);
    budget.cohorts.push(CohortBudget { first: NanoRho::new(1_000_000), ..CohortBudget::untouched("2020") });
    let dictionary = Dictionary::builtin().unwrap();
    let plan = plan(&definition(|text| text), &dictionary, &budget).unwrap();
    let short: Vec<&str> = plan.report().shortfalls.iter().map(|short| short.cohort.as_str()).collect();
    assert_eq!(short, ["2020"]);
    assert!(!plan.report().is_publishable());
}

#[test]
fn definitions_that_do_not_fit_the_dictionary_are_refused() {
    let cases = [
        ("list = \"country\"", "list = \"planets\"", "no code list `planets`"),
        ("[\"RUS\", \"KAZ\"]", "[\"RUS\", \"XXX\"]", "no code `XXX`"),
        ("frame = \"persons\"", "frame = \"nobody\"", "frame `nobody`"),
        (
            "column = \"gender\"",
            "column = \"age_band\"",
            "column `age_band` holds codes of `age_band`, not of `gender`",
        ),
        ("column = \"gender\"", "column = \"person\"", "column `person` holds no codes"),
        ("column = \"gender\"", "column = \"sex\"", "has no column `sex`"),
        ("name = \"small\"", &format!("name = \"{}\"", "s".repeat(96)), "96 characters"),
    ];
    for (good, bad, message) in cases {
        let error = refusal(&definition(|text| text.replacen(good, bad, 1)));
        assert!(error.contains(message), "{error}");
    }
}

/// Whole persons are refused by the plan where tables overlap crosswise, in the words of the definition.
#[test]
fn whole_persons_are_refused_where_they_might_not_agree() {
    let asking = |tables: &[(&str, &str)]| {
        definition(|text| {
            let (text, _) = text.split_once("[[table]]").expect("the fixture has tables");
            let text = text.replace("rho = 0.5", "rho = 0.5\nnon_negative = \"whole\"");
            let table = |(name, dimensions): &(&str, &str)| {
                format!("[[table]]\nname = \"{name}\"\ntitle = \"A table\"\ndimensions = {dimensions}\n")
            };
            let age = "[[dimension]]\nname = \"age\"\ntitle = \"Age\"\ncolumn = \"age_band\"\nlist = \"age_band\"\n\
                       codes = \"all\"\n";
            format!("{text}{age}{}", tables.iter().map(table).collect::<String>())
        })
    };
    let crosswise = [
        ("one", "[\"year\", \"gender\", \"age\"]"),
        ("two", "[\"year\", \"gender\", \"destination\"]"),
        ("ages", "[\"age\"]"),
        ("three", "[\"gender\", \"age\", \"destination\"]"),
    ];
    let error = refusal(&asking(&crosswise));
    assert!(
        error.starts_with("non_negative = \"whole\": whole persons in the tables one, two, three need not"),
        "{error}"
    );
    assert!(error.contains("write non_negative = true"), "{error}");
    let all = ("all", "[\"year\", \"gender\", \"age\", \"destination\"]");
    let with_all: Vec<_> = crosswise.into_iter().chain([all]).collect();
    assert_eq!(planned(&asking(&with_all)).definition().tables.len(), 5);
    planned(&asking(&[("ages", "[\"year\", \"age\"]"), ("routes", "[\"year\", \"gender\", \"destination\"]")]));
}

#[test]
fn a_list_learned_from_data_is_said() {
    let plan = planned(&definition(|text| {
        text.replace("date = \"2018-01-01\"", "date = \"2018-01-01\"\nlearned_from_data = true")
    }));
    assert!(plan.report().warnings.iter().any(|warning| warning.contains("destination: its code list was learned")));
}

#[test]
fn every_shipped_definition_can_be_published() {
    let names: Vec<&str> = shipped().iter().map(|(name, _)| *name).collect();
    assert!(names.contains(&"trends") && names.contains(&"ctdc-2021"), "{names:?}");
    for (name, toml) in shipped() {
        let definition = Definition::from_toml(toml).unwrap_or_else(|error| panic!("{name}: {error}"));
        let plan = planned(&definition);
        let report = plan.report();
        println!(
            "{}: rho {} epsilon {:.3} cells {} noisy values {} total ±{:.1}",
            name, report.rho, report.epsilon, report.cells, report.noisy_values, report.total.half_width
        );
        for table in &report.tables {
            println!("  {}: {} cells ±{:.2} {:?}", table.name, table.cells, table.half_width, table.quality);
        }
        assert_eq!(definition.name.as_str(), name);
        assert!(report.is_publishable(), "{}: {:?} {:?}", name, report.refusals, report.shortfalls);
    }
}

/// A headline table gets what it asks for, the others the rest, and what cannot be had is refused with what would do.
#[test]
fn headline_tables_get_their_half_width() {
    let asking = |width: &str| {
        definition(|text| {
            let text = text.replace("rho = 0.5", "rho = 0.5\nobjective = \"smallest_maximum\"");
            text.replace(
                "dimensions = [\"destination\"]",
                &format!("dimensions = [\"destination\"]\nhalf_width = {width}"),
            )
        })
    };
    let free = planned(&definition(|text| text));
    let plan = planned(&asking("2.4"));
    let widths = |plan: &ReleasePlan| [0, 1].map(|table| plan.report().tables[table].half_width);
    assert!(widths(&free)[1] > 2.4, "the half-width asks for nothing: {:?}", widths(&free));
    assert!(widths(&plan)[1] <= 2.4 && widths(&plan)[1] > 2.39, "{:?}", widths(&plan));
    assert!(plan.report().rho > 0.499_999);
    let refusal = refusal(&asking("1.9"));
    assert!(refusal.starts_with("the half-widths asked for need rho 0.5"), "{refusal}");
}

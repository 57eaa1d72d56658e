//! Every shipped definition about the registers of five states, released from fixtures without noise: the figures are
//! those that can be counted by hand in `fixtures/five-states`.

use panoh_release::shipped;
use panoh_tests::{Loaded, Releases, fixture};

/// The registers, cases first: the order of loads is what decides the cohort of a person.
const REGISTERS: [&str; 5] = ["cases", "assistance", "referrals", "contacts", "proceedings"];
/// Where each state's persons are in the fixtures.
const STATES: [(&str, &str); 5] =
    [("KAZ", "KZ-71"), ("KGZ", "KG-GB"), ("TJK", "TJ-DU"), ("TKM", "TM-S"), ("UZB", "UZ-TK")];

async fn five_states() -> Loaded {
    let mut loaded = Loaded::empty().await;
    for register in REGISTERS {
        let file = |ending: &str| fixture(&format!("five-states/{register}.{ending}"));
        loaded.load_mapped(&file("toml"), &file("csv")).await;
    }
    loaded
}

fn definition(name: &str) -> &'static str {
    shipped().into_iter().find(|(shipped, _)| *shipped == name).unwrap_or_else(|| panic!("{name} is shipped")).1
}

/// What each definition must give. `STATE` stands for each of the five in turn, `REGION` for its region.
const EXPECTED: [(&str, &str); 7] = [
    (
        "persons",
        "status_by_year: 2022 identified = 10
         status_by_year: 2023 possible = 5
         status_by_year: 2023 prevented = 5
         status_by_state: STATE identified = 2
         status_by_state: STATE possible = 1
         status_by_state: STATE prevented = 1
         gender: identified woman = 5
         gender: identified man = 5
         gender: possible woman = 5
         gender: prevented man = 5
         internal: identified yes = 5
         internal: identified no = 5
         internal: possible not_known = 5
         internal: prevented no = 5
         forced_labour: identified yes = 5
         forced_labour: identified no = 5
         forced_labour: possible yes = 5
         forced_labour: prevented not_known = 5
         sexual_exploitation: identified yes = 5
         sexual_exploitation: identified no = 5
         sexual_exploitation: possible yes = 5
         sexual_exploitation: prevented not_known = 5",
    ),
    (
        // A training in the 18th month is none in the first twelve.
        "services",
        "by_year: 2022 yes = 15
         by_year: 2023 yes = 5
         by_year: 2023 not_known = 10
         by_year: 2025 window_not_complete = 5
         by_state: STATE yes = 4
         by_state: STATE window_not_complete = 1
         by_state: STATE not_known = 2
         shelter: yes = 5
         shelter: no = 15
         shelter: window_not_complete = 5
         shelter: not_known = 10
         legal: yes = 5
         legal: no = 15
         legal: window_not_complete = 5
         legal: not_known = 10
         psychological: no = 20
         psychological: window_not_complete = 5
         psychological: not_known = 10
         medical: yes = 10
         medical: no = 10
         medical: window_not_complete = 5
         medical: not_known = 10
         vocational_training: no = 20
         vocational_training: window_not_complete = 5
         vocational_training: not_known = 10
         small_business: no = 20
         small_business: window_not_complete = 5
         small_business: not_known = 10",
    ),
    (
        // Of two referrals the first counts, and assistance after 507 days is none within a year.
        "referrals",
        "assisted_by_year: 2022 yes = 5
         assisted_by_year: 2022 no = 5
         assisted_by_year: 2023 no = 5
         assisted_by_year: 2025 window_not_complete = 5
         assisted_by_state: STATE yes = 1
         assisted_by_state: STATE no = 2
         assisted_by_state: STATE window_not_complete = 1
         bodies: police ngo = 5
         bodies: border_guard international_organisation = 5
         bodies: ngo health_service = 5
         bodies: hotline ngo = 5
         outcomes: assisted = 5
         outcomes: pending = 10
         outcomes: window_not_complete = 5
         delays: days_2_7 = 5
         delays: not_within_a_year = 10
         delays: window_not_complete = 5",
    ),
    (
        "grants",
        "granted_by_year: 2022 yes = 5
         granted_by_year: 2023 yes = 5
         groups_by_state: STATE victim = 1
         groups_by_state: STATE returnee = 1
         regions: REGION = 2
         food: yes = 5
         food: no = 5
         equipment: no = 10",
    ),
    (
        "returnees",
        "assisted_by_year: 2023 yes = 5
         assisted_by_year: 2025 window_not_complete = 5
         groups_by_state: STATE returnee = 1
         groups_by_state: STATE stranded_migrant = 1
         returned_from: returnee RUS = 5
         returned_from: stranded_migrant TUR = 5
         small_business: no = 5
         small_business: window_not_complete = 5",
    ),
    (
        // A row that stands for seven suspects, for fewer than five, or for twelve criminal cases is nobody here. A
        // conviction in the 17th month is none in the first twelve.
        "suspects",
        "convicted_by_year: 2022 yes = 5
         convicted_by_year: 2022 no = 5
         convicted_by_year: 2023 no = 5
         convicted_by_year: 2025 window_not_complete = 5
         stages_by_state: STATE prosecution = 1
         stages_by_state: STATE trial = 1
         stages_by_state: STATE conviction = 1
         stages_by_state: STATE window_not_complete = 1
         stages: prosecution = 5
         stages: trial = 5
         stages: conviction = 5
         stages: window_not_complete = 5
         gender: woman yes = 5
         gender: man no = 10
         gender: man window_not_complete = 5",
    ),
    (
        "hotline",
        "channels_by_year: 2022 phone = 5
         channels_by_year: 2022 chatbot = 5
         channels_by_year: 2025 messenger = 5
         channels_by_state: STATE phone = 1
         channels_by_state: STATE chatbot = 1
         channels_by_state: STATE messenger = 1
         contacted_by: person_concerned = 5
         contacted_by: family = 5
         contacted_by: friend = 5
         became_case: yes = 5
         became_case: no = 5
         became_case: window_not_complete = 5
         trafficking: yes = 5
         trafficking: no = 5
         trafficking: not_known = 5
         unpaid_wages: no = 10
         unpaid_wages: not_known = 5",
    ),
];

/// One line for each state where a line is about all.
fn expected(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.contains("STATE") || line.contains("REGION") {
            lines.extend(STATES.map(|(state, region)| line.replace("STATE", state).replace("REGION", region)));
        } else {
            lines.push(line.to_owned());
        }
    }
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_system_is_released_for_five_states() {
    let (loaded, releases) = (five_states().await, Releases::new());
    for (name, text) in EXPECTED {
        let release = releases.publish(&loaded, definition(name)).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut figures = releases.figures(&release);
        figures.sort();
        assert_eq!(figures, expected(text), "{name}");
    }
    // All seven fit into the part of the budget for first figures, and fill it.
    let spent = releases.budget().cohort("2022").spent().rho();
    assert!((0.499..=0.5).contains(&spent), "{spent}");
}

/// Without one person every frame lacks that person's row, if there was one, and no other row changes.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_person_every_frame_lacks_one_row_at_most() {
    let all = rows_of_every_frame(&five_states().await).await;
    // Every person of one state in turn, with the number of frames that the person is in. Contacts name nobody.
    let persons = "AX 5, BX 3, CX 2, DX 3, EX 0, FX 3, GX 2, HX 1, IX 1, JX 1, KX 1, LX 1, MX 1, NX 1, OX 1";
    let persons = persons.split(", ").map(|person| format!("Syntheticperson{person}"));
    let contacts = ["61", "62", "63"].map(|record| format!("SYN-TJK-{record} 1"));
    for line in persons.chain(contacts) {
        let (person, frames) = line.split_once(' ').unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut loaded = Loaded::empty().await;
        for register in REGISTERS {
            let text = std::fs::read_to_string(fixture(&format!("five-states/{register}.csv"))).unwrap();
            let others: Vec<&str> = text.lines().filter(|line| !line.contains(person)).collect();
            let file = folder.path().join(format!("{register}.csv"));
            std::fs::write(&file, others.join("\n")).unwrap();
            loaded.load_mapped(&fixture(&format!("five-states/{register}.toml")), &file).await;
        }
        let mut lacking = 0;
        for ((name, all), (_, without)) in all.iter().zip(rows_of_every_frame(&loaded).await) {
            let mut rest = all.clone();
            for row in &without {
                let at = rest.iter().position(|known| known == row);
                rest.remove(at.unwrap_or_else(|| panic!("{name} without {person}: a row is new")));
            }
            assert!(rest.len() <= 1, "{name} without {person}: {} rows are gone", rest.len());
            lacking += rest.len();
        }
        assert_eq!(lacking.to_string(), frames, "{person}");
    }
}

/// The rows of each shipped frame without the pseudonym, which differs from home to home.
async fn rows_of_every_frame(loaded: &Loaded) -> Vec<(String, Vec<Vec<String>>)> {
    let session = loaded.session().await;
    let cohorts: Vec<String> = (2018..=2025).map(|year| year.to_string()).collect();
    let mut all = Vec::new();
    for frame in panoh_warehouse::frames().expect("the frames are well formed") {
        let checked = session.frame(&frame.sql, &cohorts).await.expect("the frame is person-local");
        let rows = checked.rows().await.expect("the frame runs");
        let rows = rows.page(usize::MAX).await.expect("the frame runs to its end").rows;
        assert!(!rows.is_empty(), "{}", frame.name);
        all.push((frame.name, rows.into_iter().map(|row| row[1..].to_vec()).collect()));
    }
    all
}

/// The example of the domain: purposes {L}, {S}, {O}, {} and {L, S}. Someone of whom no purpose is known stays out.
#[tokio::test]
async fn shares_are_of_those_who_are_known() {
    let loaded = Loaded::new(&[("ctdc-2021".to_owned(), fixture("ctdc-small.csv"))]).await;
    let releases = Releases::new();
    let dimension = |purpose: &str| {
        format!(
            "[[dimension]]\nname = \"{purpose}\"\ntitle = \"{purpose}\"\ncolumn = \"purpose_{purpose}\"\n\
             list = \"yes_no\"\ncodes = \"all\"\n[[table]]\nname = \"{purpose}\"\ntitle = \"{purpose}\"\n\
             dimensions = [\"{purpose}\"]\n"
        )
    };
    let purposes = ["forced_labour", "sexual_exploitation", "other"];
    let definition = format!(
        "name = \"five\"\ntitle = \"Five persons\"\ndescription = \"For a test.\"\nframe = \"persons\"\n\
         author = \"Nobody\"\ndate = \"2026-01-01\"\naudience = \"public\"\npurpose = \"first\"\nrho = 0.5\n\
         smallest_count_of_interest = 30\ncohorts = {{ from = 2019, to = 2019 }}\n{}",
        purposes.map(dimension).concat()
    );
    let release = releases.publish(&loaded, &definition).await.unwrap();
    let figures = releases.figures(&release);
    let persons = |purpose: &str, code: &str| -> u32 {
        let start = format!("{purpose}: {code} = ");
        figures.iter().find_map(|line| line.strip_prefix(&start)).map_or(0, |count| count.parse().unwrap())
    };
    let shares = purposes.map(|purpose| {
        let (yes, no) = (persons(purpose, "yes"), persons(purpose, "no"));
        (100 * yes / (yes + no), persons(purpose, "not_known"))
    });
    // Of the six persons of 2019 two have no known purpose: one of the five, and one of another route.
    assert_eq!(shares, [(50, 2), (50, 2), (25, 2)]);
}

//! Frames: the shipped one against hand-counted rows, and frames that must be refused.

use super::fixture::{CASES, Case, aliases, batch, dictionary, empty, filled, lines, pseudonym};
use crate::{Described, ValueKind, WarehouseError, frames};

fn persons() -> String {
    frames().unwrap().into_iter().find(|frame| frame.name == "persons").unwrap().sql
}

fn cohorts(wanted: &[&str]) -> Vec<String> {
    wanted.iter().map(|cohort| (*cohort).to_owned()).collect()
}

#[tokio::test]
async fn the_shipped_frame_gives_one_row_for_each_person() {
    let home = filled().await;
    let frame = home.session().await.frame(&persons(), &cohorts(&["2018", "2019", "no_year"])).await.unwrap();
    let columns: Vec<_> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let shown = [
        "person",
        "gender",
        "citizenship",
        "origin",
        "origin_role",
        "destination",
        "destination_basis",
        "record_system",
        "status",
        "purpose_forced_labour",
        "purpose_sexual_exploitation",
    ];
    let at: Vec<_> = shown.iter().map(|name| columns.iter().position(|column| column == name).unwrap()).collect();
    let mut rows: Vec<_> = lines(frame.rows().await.unwrap())
        .await
        .into_iter()
        .map(|line| {
            let values: Vec<_> = line.split(',').collect();
            at.iter()
                .map(|&at| values[at].trim_start_matches(&pseudonym(0)[..24]).trim_start_matches('0'))
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    rows.sort();
    let expected = [
        "1,woman,unknown,TJK,recruitment,RUS,recorded,unknown,identified,no,yes",
        "2,man,TJK,TJK,citizenship,RUS,proxy,direct_assistance,identified,yes,no",
        "3,man,UZB,UZB,citizenship,KAZ,proxy,direct_assistance,identified,yes,yes",
        "4,man,TJK,TJK,citizenship,ARE,intended,direct_assistance,prevented,not_known,not_known",
        "5,unknown,UZB,TJK,recruitment,TUR,recorded,direct_assistance,possible,no,no",
        "6,woman,unknown,unknown,unknown,RUS,proxy,direct_assistance,identified,not_known,not_known",
        "8,woman,unknown,TJK,recruitment,TJK,recorded,direct_assistance,identified,not_known,not_known",
        "9,man,UZB,UZB,citizenship,unknown,unknown,direct_assistance,possible,not_known,not_known",
        "a,man,TJK,TJK,citizenship,RUS,proxy,direct_assistance,identified,not_known,not_known",
    ];
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn shares_leave_out_persons_without_any_purpose() {
    let home = empty().await;
    let purposes: [&'static [&'static str]; 5] = [
        &["forced_labour"],
        &["sexual_exploitation"],
        &["organ_removal"],
        &[],
        &["forced_labour", "sexual_exploitation"],
    ];
    let persons_with = |(at, purposes)| Case { person: 100 + at as u32, purposes, ..CASES[0] };
    let cases: Vec<_> = purposes.into_iter().enumerate().map(persons_with).collect();
    home.load("cases", "load:00", &batch(&cases, 0)).await;
    let frame = home.session().await.frame(&persons(), &cohorts(&["2018"])).await.unwrap();
    let names: Vec<_> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let rows = lines(frame.rows().await.unwrap()).await;
    for (purpose, percent) in [("forced_labour", 50), ("sexual_exploitation", 50), ("organ_removal", 25)] {
        let at = names.iter().position(|name| *name == format!("purpose_{purpose}")).unwrap();
        let count = |word| rows.iter().filter(|row| row.split(',').nth(at) == Some(word)).count();
        assert_eq!(100 * count("yes") / (count("yes") + count("no")), percent, "{purpose}");
        assert_eq!(count("not_known"), 1, "{purpose}");
    }
}

#[tokio::test]
async fn a_frame_is_narrowed_to_its_cohorts() {
    let home = filled().await;
    let session = home.session().await;
    for (wanted, persons_in) in
        [(vec!["2018"], 4), (vec!["2019"], 4), (vec!["no_year"], 1), (vec![], 0), (vec!["2018", "no_year"], 5)]
    {
        let frame = session.frame(&persons(), &cohorts(&wanted)).await.unwrap();
        assert_eq!(lines(frame.rows().await.unwrap()).await.len(), persons_in, "{wanted:?}");
        assert_eq!(lines(frame.rows().await.unwrap()).await.len(), persons_in, "a frame can be read again");
    }
    let frame = session.frame(&persons(), &cohorts(&["2018' OR '1'='1"])).await.unwrap();
    assert!(lines(frame.rows().await.unwrap()).await.is_empty());
}

#[tokio::test]
async fn merged_persons_have_one_row_in_the_older_cohort() {
    let home = filled().await;
    home.load("aliases", "load:01", &aliases(&[(10, 2)])).await;
    let session = home.session().await;
    let frame = session.frame(&persons(), &cohorts(&["2018"])).await.unwrap();
    assert_eq!(lines(frame.rows().await.unwrap()).await.len(), 4);
    let frame = session.frame(&persons(), &cohorts(&["2019"])).await.unwrap();
    assert_eq!(lines(frame.rows().await.unwrap()).await.len(), 3);
}

#[tokio::test]
async fn a_merged_person_stays_in_the_older_cohort_when_the_older_record_is_gone() {
    let home = empty().await;
    let younger: Vec<_> = CASES.iter().copied().filter(|case| case.person == 10).collect();
    home.load("cases", "load:00", &batch(&younger, 0)).await;
    home.load("aliases", "load:01", &aliases(&[(10, 2)])).await;
    for (cohort, rows) in [("2018", 1), ("2019", 0)] {
        let frame = home.session().await.frame(&persons(), &cohorts(&[cohort])).await.unwrap();
        assert_eq!(lines(frame.rows().await.unwrap()).await.len(), rows, "{cohort}");
    }
    assert_eq!(home.lines("SELECT cohort FROM cases").await, ["2018"]);
}

/// Frames with a column for each code of a list: frame, list, how the columns begin.
const EACH_CODE: [(&str, &str, &str); 7] = [
    ("persons", "purpose", "purpose_"),
    ("victims", "purpose", "purpose_"),
    ("services", "service", "service_"),
    ("returnees", "service", "service_"),
    ("grants", "in_kind_item", "item_"),
    ("suspects", "offence", "offence_"),
    ("hotline", "contact_topic", "topic_"),
];

/// What a frame counts follows from its SQL and from that of the views below it, and from no other.
#[test]
fn the_text_of_a_frame_has_the_views_that_it_reads() {
    let texts: Vec<_> = frames().unwrap().iter().map(|frame| (frame.name.clone(), frame.text().unwrap())).collect();
    let of = |name: &str| &texts.iter().find(|(known, _)| known == name).unwrap().1;
    for (_, text) in &texts {
        assert!(!text.contains("--") && !text.contains("  ") && text.contains("stored."), "{text}");
    }
    assert!(of("suspects").contains("proceedings AS SELECT") && of("suspects").contains("persons AS SELECT"));
    assert!(of("persons").contains("profiles AS ") && !of("persons").contains("activities AS "));
}

#[tokio::test]
async fn every_shipped_frame_passes_the_check_and_gives_what_it_describes() {
    let session = empty().await.session().await;
    for frame in frames().unwrap() {
        let checked = session.frame(&frame.sql, &cohorts(&["2018"])).await;
        let checked = checked.unwrap_or_else(|error| panic!("{}: {error}", frame.name));
        let columns: Vec<_> = checked.schema().fields().iter().map(|field| field.name().clone()).collect();
        let described: Vec<_> = frame.columns.iter().map(|Described { name, .. }| name.clone()).collect();
        assert_eq!(columns, described, "{}", frame.name);
        let has_outcomes = frame.columns.iter().any(|column| matches!(column.kind, ValueKind::Outcome { .. }));
        assert_eq!(has_outcomes, columns.iter().any(|column| column == "window_end"), "{}", frame.name);
        for (_, list, prefix) in EACH_CODE.iter().filter(|(name, ..)| *name == frame.name) {
            for code in &dictionary().list(list).unwrap().codes {
                assert!(columns.contains(&format!("{prefix}{}", code.code)), "{}: {}", frame.name, code.code);
            }
        }
        assert!(lines(checked.rows().await.unwrap()).await.is_empty());
    }
}

/// Stands for `ALL_RECORDS` in the frames below: the records of every register of victims.
const ALL_RECORDS: &str = "(SELECT person, cohort, gender, purposes FROM cases \
     UNION ALL SELECT person, cohort, gender, purposes FROM contacts \
     UNION ALL SELECT person, cohort, gender, purposes FROM referrals \
     UNION ALL SELECT person, cohort, gender, citizenships FROM assistance)";

fn written(sql: &str) -> String {
    sql.replace("ALL_RECORDS", ALL_RECORDS)
}

/// Each is person-local, and passes without any data.
const GOOD: &[&str] = &[
    "SELECT c.person, p.cohort, c.gender FROM cases c JOIN persons p ON p.person = c.person",
    "SELECT person, min(cohort) AS cohort, max(gender) AS gender FROM ALL_RECORDS GROUP BY person",
    "SELECT p.person, p.cohort, r.destination FROM persons p LEFT JOIN routes r ON p.person = r.person",
    "SELECT p.person, p.cohort, g.parent AS subregion FROM persons p JOIN routes c ON c.person = p.person \
       JOIN codes g ON g.list = 'country' AND g.code = c.origin",
    "SELECT person, cohort, gender FROM profiles WHERE gender IN (SELECT code FROM codes WHERE list = 'gender')",
    "SELECT c.person, c.cohort, j.country FROM persons c JOIN journeys j ON c.person = j.person WHERE j.step = 1",
    "SELECT c.person, p.cohort, c.gender FROM persons p JOIN (SELECT person, gender, \
       rank() OVER (PARTITION BY person ORDER BY registered_year) AS place FROM cases) c \
       ON c.person = p.person WHERE c.place = 1",
    "SELECT DISTINCT p.person, p.cohort, c.gender FROM cases c JOIN persons p ON p.person = c.person",
    "SELECT person, cohort, 'a' AS kind FROM persons UNION ALL SELECT person, cohort, 'b' AS kind FROM profiles",
    "SELECT p.person, p.cohort, CASE WHEN c.n > 1 THEN 'several' ELSE 'one' END AS records FROM persons p \
       JOIN (SELECT person, count(*) AS n FROM cases GROUP BY person) c ON c.person = p.person",
    "SELECT p.person, p.cohort, unnest(c.citizenships) AS citizenship FROM persons p \
       JOIN cases c ON c.person = p.person",
    "SELECT person, cohort, gender FROM profiles ORDER BY person",
    "SELECT person, min(cohort) AS cohort FROM (SELECT DISTINCT person, cohort, gender FROM ALL_RECORDS) GROUP BY person",
    "SELECT c.person, min(c.cohort) AS cohort, max(r.origin) AS origin FROM ALL_RECORDS c \
       LEFT JOIN routes r ON r.person = c.person AND r.gender = c.gender GROUP BY c.person",
    "SELECT p.person, p.cohort, min(c.gender) AS gender FROM persons p JOIN cases c ON c.person = p.person \
       GROUP BY p.person, p.cohort",
    "SELECT p.person, p.cohort, CASE WHEN n > 1 THEN 'several' ELSE 'one' END AS files FROM persons p \
       JOIN (SELECT person, count(DISTINCT load) AS n FROM cases GROUP BY person) c ON c.person = p.person",
    "SELECT p.person, p.cohort, r.destination FROM persons p JOIN cases c ON c.person = p.person \
       JOIN routes r ON r.person = c.person AND r.record = c.record WHERE c.record IS NOT NULL",
];

#[tokio::test]
async fn person_local_frames_pass_without_data() {
    let (empty, filled) = (empty().await, filled().await);
    let (without, with) = (empty.session().await, filled.session().await);
    for sql in GOOD.iter().map(|sql| written(sql)) {
        let sql = sql.as_str();
        without.frame(sql, &cohorts(&["2018"])).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let frame = with.frame(sql, &cohorts(&["2018"])).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(!lines(frame.rows().await.unwrap()).await.is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn without_a_person_only_the_rows_of_that_person_are_missing() {
    let shipped = persons();
    let good: Vec<_> = GOOD.iter().map(|sql| written(sql)).chain([shipped]).collect();
    let frames: Vec<_> = good.iter().map(String::as_str).collect();
    let all = rows_of(&frames, CASES).await;
    for gone in [1, 2, 6] {
        let belongs = |case: &&Case| case.person == gone || (gone == 2 && case.person == 10);
        let kept: Vec<_> = CASES.iter().filter(|case| !belongs(case)).copied().collect();
        let without = rows_of(&frames, &kept).await;
        for (sql, (all, without)) in frames.iter().zip(all.iter().zip(without)) {
            let mut expected = all.clone();
            expected.retain(|row| !row.contains(&pseudonym(gone)));
            // A join to codes, or an unnest, may leave persons out who have nothing to join or unnest.
            assert!(gone != 2 || expected.len() < all.len(), "{sql}: {gone} has a row");
            assert_eq!(without, expected, "{sql} without {gone}");
        }
    }
}

/// The sorted rows of each frame over these cases, where person 10 was found to be person 2.
async fn rows_of(frames: &[&str], cases: &[Case]) -> Vec<Vec<String>> {
    let home = empty().await;
    home.load("cases", "load:00", &batch(cases, 0)).await;
    home.load("aliases", "load:01", &aliases(&[(10, 2)])).await;
    let session = home.session().await;
    let mut answers = vec![];
    for sql in frames {
        let frame = session.frame(sql, &cohorts(&["2018", "2019", "no_year"])).await.unwrap();
        let mut rows = lines(frame.rows().await.unwrap()).await;
        rows.sort();
        answers.push(rows);
    }
    answers
}

/// Each could let one person's row depend on another person, on chance, or fail for some data; with the word that the
/// refusal must name.
const BAD: &[(&str, &str)] = &[
    ("SELECT person, cohort, gender FROM cases LIMIT 10", "LIMIT"),
    ("SELECT person, cohort, gender FROM cases ORDER BY person LIMIT 10", "LIMIT"),
    ("SELECT person, cohort, gender FROM cases OFFSET 1", "LIMIT"),
    ("SELECT max(person) AS person, cohort, gender FROM cases GROUP BY cohort, gender", "aggregate"),
    ("SELECT person, cohort FROM cases GROUP BY ROLLUP (person, cohort)", "ROLLUP"),
    ("SELECT person, cohort, CAST(count(*) OVER () AS TEXT) AS n FROM cases", "window"),
    ("SELECT person, cohort, CAST(rank() OVER (ORDER BY registered_year) AS TEXT) AS n FROM cases", "window"),
    (
        "SELECT person, cohort, gender FROM cases QUALIFY row_number() OVER (PARTITION BY person ORDER BY load) = 1",
        "row_number",
    ),
    ("SELECT person, cohort, CAST((SELECT count(*) FROM cases) AS TEXT) AS n FROM persons", "subquery"),
    ("SELECT person, cohort FROM persons WHERE person IN (SELECT max(person) FROM cases)", "subquery"),
    ("SELECT person, cohort FROM persons p WHERE EXISTS (SELECT 1 FROM cases c WHERE c.person > p.person)", "subquery"),
    ("SELECT a.person, a.cohort, b.gender FROM cases a JOIN cases b ON a.source = b.source", "join"),
    ("SELECT a.person, a.cohort, b.gender FROM cases a CROSS JOIN cases b", "join"),
    ("SELECT a.person, a.cohort FROM cases a JOIN cases b ON a.person = b.person OR a.gender = b.gender", "join"),
    ("SELECT g.code AS gender, c.person, c.cohort FROM codes g LEFT JOIN cases c ON c.gender = g.code", "join"),
    ("SELECT person, cohort FROM cases WHERE random() < 0.5", "random"),
    ("SELECT person, cohort FROM cases WHERE now() IS NOT NULL", "now"),
    ("SELECT person, cohort, uuid() AS u FROM cases", "uuid"),
    ("SELECT DISTINCT gender, cohort FROM cases", "DISTINCT"),
    ("SELECT DISTINCT ON (gender) person, cohort FROM cases", "DISTINCT"),
    ("SELECT gender FROM cases UNION SELECT code FROM codes", "UNION"),
    ("SELECT person, cohort FROM cases INTERSECT SELECT alias, rule FROM stored.aliases", "join"),
    ("SELECT person, 'x' AS cohort FROM stored.aliases", "person"),
    ("SELECT person, cohort FROM stored.cases", "person"),
    ("SELECT record AS person, cohort FROM cases", "person"),
    ("SELECT lower(person) AS person, cohort FROM cases", "person"),
    ("SELECT r.person, p.cohort FROM persons p LEFT JOIN routes r ON p.person = r.person", "person"),
    ("SELECT person, gender FROM cases", "cohort"),
    (
        "SELECT p.person, p.cohort, c.registered_year FROM cases c JOIN persons p ON p.person = c.person",
        "registered_year",
    ),
    ("SELECT p.person, p.cohort, c.citizenships FROM cases c JOIN persons p ON p.person = c.person", "citizenships"),
    ("SELECT person, cohort, CAST(CAST(cohort AS INT) AS TEXT) AS y FROM cases", "conversion"),
    ("SELECT person, cohort, CAST(1 / registered_year AS TEXT) AS y FROM cases", "operator"),
    ("SELECT person, min(cohort) AS cohort, first_value(gender) AS gender FROM cases GROUP BY person", "first_value"),
    (
        "SELECT person, min(cohort) AS cohort, array_to_string(array_agg(gender), ' ') AS g FROM cases GROUP BY person",
        "array_",
    ),
    // What a pseudonym says beside who it is.
    (
        "SELECT p.person, p.cohort, c.gender FROM persons p JOIN (SELECT person, gender, \
           rank() OVER (PARTITION BY person ORDER BY registered_year, record) AS place FROM cases) c \
           ON c.person = p.person WHERE c.place = 1",
        "a pseudonym",
    ),
    ("SELECT person, cohort FROM persons WHERE person < '8'", "a pseudonym"),
    ("SELECT person, cohort, left(person, 1) AS half FROM persons", "a pseudonym"),
    ("SELECT p.person, p.cohort, c.record FROM persons p JOIN cases c ON c.person = p.person", "column record"),
    ("SELECT p.person, p.cohort, c.load AS file FROM persons p JOIN cases c ON c.person = p.person", "column file"),
    ("SELECT p.person, p.cohort FROM persons p JOIN cases c ON c.person = p.person AND c.load = '00'", "a pseudonym"),
    (
        "SELECT p.person, p.cohort FROM persons p JOIN cases c ON c.person = p.person AND c.record < c.load",
        "a pseudonym",
    ),
    (
        "SELECT p.person, p.cohort, n.first FROM persons p JOIN (SELECT person, min(record) AS first FROM cases \
           GROUP BY person) n ON n.person = p.person",
        "a pseudonym",
    ),
    (
        "SELECT p.person, p.cohort, x.n FROM persons p JOIN (SELECT person, record AS n FROM cases UNION ALL \
           SELECT person, gender AS n FROM cases) x ON x.person = p.person",
        "column n",
    ),
    (
        "SELECT person, cohort FROM persons p WHERE EXISTS (SELECT 1 FROM codes c WHERE c.code < p.person)",
        "a pseudonym",
    ),
    (
        "SELECT p.person, p.cohort FROM persons p JOIN cases c ON c.person = p.person \
           WHERE c.record IN (SELECT code FROM codes)",
        "a pseudonym",
    ),
    // Nor after a join that may leave it NULL, or that another record joins.
    (
        "SELECT p.person, p.cohort, CASE WHEN c.record < '8' THEN 'yes' ELSE 'no' END AS x FROM persons p \
           LEFT JOIN cases c ON c.person = p.person",
        "a pseudonym",
    ),
    (
        "SELECT p.person, p.cohort, left(c.person, 1) AS x FROM persons p LEFT JOIN cases c ON c.person = p.person",
        "a pseudonym",
    ),
    ("SELECT p.person, p.cohort, c.person AS x FROM persons p LEFT JOIN cases c ON c.person = p.person", "column x"),
    (
        "WITH x AS (SELECT coalesce(a.person, c.person) AS p, c.person AS sp FROM stored.cases c \
           LEFT JOIN stored.aliases a ON c.person = a.alias) \
         SELECT x.p AS person, q.cohort, left(x.sp, 1) AS h FROM x JOIN persons q ON q.person = x.p",
        "a pseudonym",
    ),
    (
        "WITH x AS (SELECT coalesce(a.person, c.person) AS p, left(a.alias, 1) AS al FROM stored.cases c \
           LEFT JOIN stored.aliases a ON c.person = a.alias) \
         SELECT x.p AS person, q.cohort, x.al FROM x JOIN persons q ON q.person = x.p",
        "a pseudonym",
    ),
    ("SELECT 'a' AS person, 'b' AS cohort", "no person"),
    ("SELECT table_name AS person, table_name AS cohort FROM information_schema.tables", "information_schema"),
    ("SELECT c.person, c.cohort FROM cases c, (VALUES (random())) AS v(x)", "random"),
    (
        "WITH codes AS (SELECT gender AS code FROM cases) \
         SELECT person, cohort FROM persons WHERE cohort NOT IN (SELECT code FROM codes)",
        "subquery",
    ),
    ("SELECT c.person, c.cohort FROM cases c, generate_series(1, 3)", "generate_series"),
    (
        "WITH RECURSIVE r AS (SELECT person, cohort FROM cases UNION ALL SELECT person, cohort FROM r) SELECT * FROM r",
        "recursive",
    ),
    (
        "WITH RECURSIVE codes AS \
         (SELECT person, cohort FROM cases UNION ALL SELECT max(person), max(cohort) FROM codes) SELECT * FROM codes",
        "recursive",
    ),
    ("EXPLAIN SELECT person, cohort FROM cases", "EXPLAIN"),
    (
        "SELECT coalesce(a.person, c.person) AS person, c.cohort FROM stored.cases c \
       LEFT JOIN stored.aliases a ON c.person = a.alias AND c.gender = 'man'",
        "join",
    ),
    (
        "WITH a AS (SELECT alias, person, unnest(CASE WHEN alias > 'b' THEN [1] END) AS n FROM stored.aliases) \
         SELECT coalesce(a.person, c.person) AS person, min(c.cohort) AS cohort FROM stored.cases c \
         LEFT JOIN a ON c.person = a.alias GROUP BY 1",
        "aliases",
    ),
    // The alias of one record and the pseudonym of another.
    (
        "WITH x AS (SELECT coalesce(a.person, c.person) p, a.person ap, c.person sp, c.cohort FROM stored.cases c \
         LEFT JOIN stored.aliases a ON c.person = a.alias) \
         SELECT coalesce(l.ap, r.sp) AS person, l.cohort FROM x l JOIN x r ON l.p = r.p",
        "a pseudonym",
    ),
    (
        "WITH x AS (SELECT coalesce(a.person, c.person) p, a.person ap, c.person sp, c.gender FROM stored.cases c \
         LEFT JOIN stored.aliases a ON c.person = a.alias) \
         SELECT coalesce(y.ap, x.sp) AS person, p.cohort FROM x LEFT JOIN x y ON x.p = y.p AND y.gender = 'man' \
         JOIN persons p ON p.person = x.p",
        "a pseudonym",
    ),
    (
        "WITH x AS (SELECT coalesce(a.person, c.person) p, a.person ap, c.person sp, c.gender FROM stored.cases c \
         LEFT JOIN stored.aliases a ON c.person = a.alias) \
         SELECT coalesce(x.ap, y.sp) AS person, p.cohort FROM x FULL JOIN x y ON x.p = y.p AND y.gender = 'man' \
         JOIN persons p ON p.person = x.p",
        "join",
    ),
    // What is not the one cohort of the person.
    ("SELECT person, '2018' AS cohort FROM persons", "column cohort"),
    ("SELECT person, CASE WHEN gender = 'man' THEN '2018' ELSE cohort END AS cohort FROM profiles", "column cohort"),
    ("SELECT person, gender AS cohort FROM profiles", "column cohort"),
    ("SELECT person, nullif(cohort, 'no_year') AS cohort FROM persons", "column cohort"),
    ("SELECT person, cohort FROM cases", "column cohort"),
    ("SELECT DISTINCT person, cohort FROM cases", "column cohort"),
    ("SELECT person, cohort FROM persons UNION ALL SELECT person, cohort FROM cases", "column cohort"),
    ("SELECT person, max(cohort) AS cohort FROM ALL_RECORDS GROUP BY person", "column cohort"),
    // A person of one table may have an older record in another.
    ("SELECT person, min(cohort) AS cohort FROM cases GROUP BY person", "column cohort"),
    (
        "SELECT person, min(cohort) AS cohort FROM (SELECT person, cohort FROM cases UNION ALL \
         SELECT person, cohort FROM contacts UNION ALL SELECT person, cohort FROM referrals) GROUP BY person",
        "column cohort",
    ),
    (
        "SELECT person, min(cohort) AS cohort FROM (SELECT person, cohort FROM profiles UNION ALL \
         SELECT person, cohort FROM contacts) GROUP BY person",
        "column cohort",
    ),
    ("SELECT person, min(gender) AS cohort FROM ALL_RECORDS GROUP BY person", "column cohort"),
    ("SELECT person, min(cohort || 'x') AS cohort FROM ALL_RECORDS GROUP BY person", "column cohort"),
    ("SELECT person, gender, min(cohort) AS cohort FROM ALL_RECORDS GROUP BY person, gender", "column cohort"),
    (
        "SELECT person, min(cohort) FILTER (WHERE gender = 'man') AS cohort FROM ALL_RECORDS GROUP BY person",
        "column cohort",
    ),
    ("SELECT person, min(cohort) AS cohort FROM ALL_RECORDS WHERE gender = 'man' GROUP BY person", "column cohort"),
    (
        "SELECT person, min(cohort) AS cohort FROM (SELECT person, cohort, unnest(purposes) AS u FROM ALL_RECORDS) \
         GROUP BY person",
        "column cohort",
    ),
    (
        "SELECT c.person, min(c.cohort) AS cohort FROM ALL_RECORDS c JOIN codes g ON g.code = c.gender GROUP BY c.person",
        "column cohort",
    ),
    (
        "SELECT c.person, min(c.cohort) AS cohort FROM ALL_RECORDS c \
         JOIN routes r ON r.person = c.person AND r.gender = c.gender GROUP BY c.person",
        "column cohort",
    ),
    (
        "SELECT c.person, min(c.cohort) AS cohort FROM ALL_RECORDS c \
         LEFT SEMI JOIN routes r ON r.person = c.person AND r.gender = c.gender GROUP BY c.person",
        "column cohort",
    ),
    ("SELECT c.person, p.cohort FROM cases c LEFT JOIN persons p ON p.person = c.person", "column cohort"),
    ("SELECT c.person, v.cohort FROM persons c CROSS JOIN (VALUES ('2018')) AS v(cohort)", "column cohort"),
];

#[tokio::test]
async fn frames_that_are_not_person_local_are_refused() {
    let (empty, filled) = (empty().await, filled().await);
    let (without, with) = (empty.session().await, filled.session().await);
    for (sql, word) in BAD {
        let sql = &written(sql);
        for session in [&without, &with] {
            let error = session.frame(sql, &cohorts(&["2018"])).await.err().unwrap_or_else(|| panic!("passed: {sql}"));
            let known = matches!(error, WarehouseError::NotPersonLocal { .. } | WarehouseError::FrameColumns { .. });
            assert!(known && error.to_string().contains(word), "{sql}: {error}");
        }
    }
}

#[tokio::test]
async fn a_frame_that_writes_is_refused_as_such() {
    let session = empty().await.session().await;
    let written = session.frame("DROP TABLE stored.cases", &[]).await;
    assert!(matches!(written, Err(WarehouseError::NotReadOnly { .. })));
}

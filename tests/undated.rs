//! What the shipped frames make of records without a date, of records after a person's twelve months, and of several first
//! records in one month. Every row is invented.

use std::collections::BTreeMap;

use panoh_tests::{Loaded, fixture};

const ASSISTANCE: &str = "\
id,name,born,document,given,gender,citizenship,group,services,items,region,returned_from,state
U1,SyntheticpersonPX InventedXP,1981-03-11,500000001,2022-03-04,man,TJK,returnee,in_kind,food,TJ-DU,RUS,TJK
U2,SyntheticpersonPX InventedXP,1981-03-11,500000001,,man,TJK,returnee,in_kind,tools,TJ-DU,RUS,TJK
U3,SyntheticpersonQX InventedXQ,1982-03-12,500000002,2022-01-04,man,TJK,returnee,medical,,TJ-DU,RUS,TJK
U4,SyntheticpersonQX InventedXQ,1982-03-12,500000002,,man,TJK,returnee,shelter,,TJ-DU,RUS,TJK
U5,SyntheticpersonQX InventedXQ,1982-03-12,500000002,2024-05-06,man,TJK,returnee,in_kind;legal,food,TJ-DU,RUS,TJK
U6,SyntheticpersonRX InventedXR,1983-03-13,500000003,,man,TJK,returnee,in_kind,phone,TJ-DU,RUS,TJK
U7,SyntheticpersonTX InventedXT,1984-03-14,500000004,2022-07-08,man,TJK,returnee,in_kind,food,TJ-DU,RUS,TJK
U8,SyntheticpersonTX InventedXT,1984-03-14,500000004,2022-07-09,man,TJK,victim,in_kind,food,TJ-DU,,TJK
U9,SyntheticpersonBQ InventedQB,1985-05-15,500000005,2022-06-10,man,TJK,returnee,in_kind,food,TJ-DU,RUS,TJK
";

/// As above, of registers that note years only.
const ASSISTANCE_IN_YEARS: &str = "\
id,name,born,document,given,gender,citizenship,group,services,items,region,returned_from,state
U10,SyntheticpersonBQ InventedQB,1985-05-15,500000005,2023,man,TJK,returnee,in_kind;shelter,tools,TJ-DU,RUS,TJK
";

const PROCEEDINGS_IN_YEARS: &str = "\
id,name,born,reached,gender,citizenship,stage,unit,number,offences,region,state
P11,SyntheticpersonAQ InventedQA,1986-03-16,2023,man,TJK,conviction,suspect,1,fraud,TJ-DU,TJK
";

const PROCEEDINGS: &str = "\
id,name,born,reached,gender,citizenship,stage,unit,number,offences,region,state
P1,SyntheticpersonUX InventedXU,1981-03-11,2022-01-15,man,TJK,investigation,suspect,1,fraud,TJ-DU,TJK
P2,SyntheticpersonUX InventedXU,1981-03-11,,man,TJK,conviction,suspect,1,fraud,TJ-DU,TJK
P3,SyntheticpersonVX InventedXV,1982-03-12,2022-02-15,woman,TJK,conviction,suspect,1,fraud,TJ-DU,TJK
P4,SyntheticpersonVX InventedXV,1982-03-12,,woman,TJK,appeal,suspect,1,fraud,TJ-DU,TJK
P5,SyntheticpersonWX InventedXW,1983-03-13,2022-03-15,man,TJK,trial,suspect,1,fraud,TJ-DU,TJK
P6,SyntheticpersonWX InventedXW,1983-03-13,,man,TJK,investigation,suspect,1,fraud,TJ-DU,TJK
P7,SyntheticpersonYX InventedXY,1984-03-14,,woman,TJK,conviction,suspect,1,fraud,TJ-DU,TJK
P8,SyntheticpersonZX InventedXZ,1985-03-15,2022-04-15,man,TJK,trial,suspect,1,fraud,TJ-DU,TJK
P9,SyntheticpersonZX InventedXZ,1985-03-15,,man,TJK,appeal,suspect,1,fraud,TJ-DU,TJK
P10,SyntheticpersonAQ InventedQA,1986-03-16,2022-06-15,man,TJK,trial,suspect,1,fraud,TJ-DU,TJK
";

/// A frame, columns of it, and the rows over the records above, sorted: one line for each.
const EXPECTED: [(&str, &str, &str); 4] = [
    (
        // Whether tools came in time nobody knows, nor where only the year is known; food that came two years later did not. The last one's first month has a
        // grant in each of two groups, and a release counts one of these rows.
        "grants",
        "window_end beneficiary_group granted item_food item_tools item_hygiene",
        "2023-01 returnee no no no no
         2023-03 returnee yes yes not_known no
         2023-06 returnee yes yes not_known no
         2023-07 returnee yes yes no no
         2023-07 victim yes yes no no
         NULL returnee not_known no no no",
    ),
    (
        "returnees",
        "window_end assisted service_medical service_shelter service_legal service_in_kind",
        "2023-01 yes yes not_known no no
         2023-03 yes no no no yes
         2023-06 yes no not_known no yes
         2023-07 yes no no no yes
         NULL not_known no no no not_known",
    ),
    (
        "services",
        "window_end any_service service_medical service_shelter service_legal service_in_kind",
        "2023-01 yes yes not_known no no
         2023-03 yes no no no yes
         2023-06 yes no not_known no yes
         2023-07 yes no no no yes
         2023-07 yes no no no yes
         NULL not_known no no no not_known",
    ),
    (
        // An undated stage further than the dated ones may have been reached in time.
        "suspects",
        "window_end furthest_stage convicted offence_fraud offence_slavery",
        "2023-01 not_known not_known yes no
         2023-02 conviction yes yes no
         2023-03 trial no yes no
         2023-04 not_known no yes no
         2023-06 not_known not_known yes no
         NULL not_known not_known yes no",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_came_nobody_knows_when_is_not_known() {
    let (mut loaded, folder) = (Loaded::empty().await, tempfile::tempdir().unwrap());
    for (register, rows) in [("assistance", ASSISTANCE), ("proceedings", PROCEEDINGS)] {
        let file = folder.path().join(format!("{register}.csv"));
        std::fs::write(&file, rows).unwrap();
        loaded.load_mapped(&fixture(&format!("five-states/{register}.toml")), &file).await;
    }
    for (register, date, rows) in
        [("assistance", "given", ASSISTANCE_IN_YEARS), ("proceedings", "reached", PROCEEDINGS_IN_YEARS)]
    {
        let year = if register == "assistance" { "assisted_year" } else { "stage_year" };
        let mapping = std::fs::read_to_string(fixture(&format!("five-states/{register}.toml"))).unwrap();
        let (head, columns) = mapping.split_once("[columns]").unwrap();
        let (head, _) = head.split_once("[age]").unwrap();
        let lines = columns.lines().filter(|line| !line.starts_with(&format!("{date} = ")));
        let columns = lines.collect::<Vec<_>>().join("\n");
        let head = head.replace("five-states-", "in-years-");
        let file = folder.path().join(format!("{register}-in-years"));
        let text = format!("{head}\n[columns]\n{date} = {{ year = \"{year}\" }}\n{columns}\n");
        std::fs::write(file.with_extension("toml"), text).unwrap();
        std::fs::write(file.with_extension("csv"), rows).unwrap();
        loaded.load_mapped(&file.with_extension("toml"), &file.with_extension("csv")).await;
    }
    assert!(loaded.reports().iter().all(|report| report.refused == 0));
    let session = loaded.session().await;
    let frames = panoh_warehouse::frames().unwrap();
    let sql: BTreeMap<&str, &str> = frames.iter().map(|frame| (frame.name.as_str(), frame.sql.as_str())).collect();
    for (name, columns, expected) in EXPECTED {
        let frame = session.frame(sql[name], &["2022".to_owned(), "no_year".to_owned()]).await.unwrap();
        let at: Vec<usize> = columns.split(' ').map(|name| frame.schema().index_of(name).unwrap()).collect();
        let rows = frame.rows().await.unwrap().page(usize::MAX).await.unwrap().rows;
        // An empty cell is NULL.
        let cell = |text: &str| if text.is_empty() { "NULL".to_owned() } else { text.to_owned() };
        let show = |row: &Vec<String>| at.iter().map(|&at| cell(&row[at])).collect::<Vec<_>>().join(" ");
        let mut shown: Vec<String> = rows.iter().map(show).collect();
        shown.sort();
        let expected: Vec<&str> = expected.lines().map(str::trim).collect();
        assert_eq!(shown, expected, "{name}");
    }
}

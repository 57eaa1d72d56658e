//! One broken thing at a time: each rule of the dictionary with the message that names file, line, rule and remedy.

use std::borrow::Cow;

use super::{Dictionary, small};

mod constructs;
mod headers;
mod lists;
mod sources;
mod tables;

pub(super) const LISTS: &str = r#"[[list]]
name = "absence"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "place_role"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "place_basis"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "country"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "region"
title = { en = "a", ru = "a", tg = "a" }
parent = "country"
[[list]]
name = "gender"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "age"
title = { en = "a", ru = "a", tg = "a" }
[[list]]
name = "recorded"
title = { en = "a", ru = "a", tg = "a" }
"#;
pub(super) const ABSENCE: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
missing,Missing,m,m,,,,,
unknown,Unknown,u,u,,,,,
not_applicable,Not applicable,n,n,,,,,
suppressed,Suppressed,s,s,,,,,
";
pub(super) const PLACE_ROLE: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
exploitation,Exploitation,e,e,,,,,
";
pub(super) const PLACE_BASIS: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
recorded,Recorded,r,r,,,,,
intended,Intended,i,i,,,,,
";
pub(super) const COUNTRY: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
TJK,Tajikistan,Таджикистан,Тоҷикистон,,TJ,TJ,TJ,
NAM,Namibia,Намибия,Намибия,,NA,NA,NA,
";
pub(super) const REGION: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
TJ-SU,Sughd,Согдийская область,Суғд,TJK,,,,
";
pub(super) const GENDER: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
woman,Woman,Женщина,Зан,,Female,Feminine,,
man,Man,Мужчина,Мард,,Male,Masculine,,yes
";
pub(super) const AGE: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy,age_from,age_to
minor,Minor,н,н,,,,,,0,17
adult,Adult,в,к,,,,,,18,
";
pub(super) const RECORDED: &str = "code,en,ru,tg,parent,ctdc,htcds,aliases,lossy
recorded,Recorded,r,r,,,,,
";
pub(super) const NAMES: &str = "code,language,name
TJK,uz,Tojikiston
TJK,fa,تاجیکستان
NAM,tr,Namibya
";
pub(super) const HEADERS: &str = r#"consent = ["consent"]
[columns]
"cases.gender" = ["sex", "пол"]
"cases.case" = ["case number"]
[identity]
full_name = ["name", "фио"]
record_id = ["case number"]
[places]
"exploitation.country" = ["country of work"]
[drop]
"contact data" = ["phone"]
[ignore]
"row number" = ["no"]
"#;
pub(super) const CASES: &str = r#"name = "cases"
description = "cases"
cohort = "year"
population = "victims"
[[column]]
name = "record"
description = "d"
kind = "pseudonym"
role = "identifier"
treatment = "pseudonymise"
origin = "intake"

[[column]]
name = "year"
description = "d"
kind = "year"
role = "quasi-identifier"
treatment = "generalise"
origin = "export"

[[column]]
name = "month"
description = "d"
kind = "month"
role = "quasi-identifier"
treatment = "generalise"
origin = "export"

[[column]]
name = "gender"
description = "d"
kind = "code"
list = "gender"
role = "quasi-identifier"
treatment = "keep"
origin = "export"

[[column]]
name = "age"
description = "d"
kind = "code"
list = "age"
role = "quasi-identifier"
treatment = "generalise"
origin = "export"

[[column]]
name = "countries"
description = "d"
kind = "codes"
list = "country"
role = "quasi-identifier"
treatment = "keep"
origin = "export"

[[column]]
name = "journey"
description = "d"
kind = "places"
role = "quasi-identifier"
treatment = "keep"
origin = "export"

[[column]]
name = "person"
description = "d"
kind = "pseudonym"
role = "identifier"
treatment = "pseudonymise"
origin = "custody"

[[column]]
name = "cohort"
description = "d"
kind = "text"
role = "attribute"
treatment = "generalise"
origin = "custody"

[[column]]
name = "all"
description = "d"
kind = "integer"
state = "all_state"
role = "attribute"
treatment = "keep"
origin = "export"

[[column]]
name = "all_state"
description = "d"
kind = "code"
list = "recorded"
role = "attribute"
treatment = "keep"
origin = "intake"

[[column]]
name = "women"
description = "d"
kind = "integer"
role = "attribute"
treatment = "keep"
origin = "export"

[[column]]
name = "men"
description = "d"
kind = "integer"
role = "attribute"
treatment = "keep"
origin = "export"

[[column]]
name = "case"
description = "d"
kind = "reference"
role = "identifier"
treatment = "pseudonymise"
origin = "export"
"#;
pub(super) const SOURCE: &str = r#"name = "list"
title = "t"
table = "cases"
standard = "ctdc"
missing = ["-"]

[places.work]
role = "exploitation"
basis = "recorded"

[age]
birth = "Born"
at = "Seen"
targets = ["age"]

[columns]
Born = { identity = "birth_date", formats = ["%Y-%m-%d"] }
Seen = { date = { year = "year", month = "month" }, formats = ["%Y-%m-%d"] }
Sex = { code = "gender" }
Country = { codes = "countries", separator = ";" }
Work = { place = "work", part = "country" }
Notes = { drop = "free text" }
"#;

pub(super) fn refused(path: &str, from: &str, to: &str, message: &str) {
    let mut files = small();
    let text = files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    assert!(text.contains(from), "{path} does not hold {from}");
    let broken = text.replacen(from, to, 1);
    files.insert(path.to_owned(), Cow::Owned(broken.into_bytes()));
    let error = Dictionary::of(&files).expect_err(message);
    assert_eq!(error.to_string(), message);
}

#[test]
fn the_small_dictionary_is_right() {
    let dictionary = Dictionary::of(&small()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(dictionary.sources()[0].columns.len(), 6);
}

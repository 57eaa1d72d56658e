//! What a reader may narrow a statistic by, checked against its head and the dictionary before anything runs.

use std::collections::HashMap;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{ParamValues, ScalarValue};
use panoh_dictionary::{Accept, Dictionary};

use crate::WarehouseError;
use crate::library::{CODES, Described, Statistic, ValueKind};

/// Up to this many codes are named in a refusal; of longer lists a few examples are.
const NAMED: usize = 16;

/// Conditions on a statistic. Nothing given means no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    /// First year.
    pub from: Option<i16>,
    /// Last year.
    pub to: Option<i16>,
    /// Dimension and code; each dimension at most once.
    pub filters: Vec<(String, String)>,
}

/// Whether a condition names something that no code list holds, so that the warehouse must be asked what there is.
pub(crate) fn needs_sources(statistic: &Statistic, arguments: &Arguments) -> bool {
    let free = |name: &str| dimensions(statistic).any(|p| p.name == name && p.kind == ValueKind::Text);
    arguments.filters.iter().any(|(dimension, _)| free(dimension))
}

/// One value for each placeholder of the statistic; NULL means no condition. `sources` are the names that a condition
/// of kind text may take.
pub(crate) fn bind(
    statistic: &Statistic,
    arguments: &Arguments,
    dictionary: &Dictionary,
    sources: &[String],
) -> Result<ParamValues, WarehouseError> {
    check_years(statistic, arguments)?;
    let mut values: HashMap<String, ScalarValue> = statistic
        .parameters
        .iter()
        .map(|parameter| match parameter.name.as_str() {
            "from" => (parameter.name.clone(), ScalarValue::Int16(arguments.from)),
            "to" => (parameter.name.clone(), ScalarValue::Int16(arguments.to)),
            _ => (parameter.name.clone(), ScalarValue::Utf8(None)),
        })
        .collect();
    for (at, (dimension, code)) in arguments.filters.iter().enumerate() {
        if arguments.filters[..at].iter().any(|(earlier, _)| earlier == dimension) {
            return Err(WarehouseError::Twice(dimension.clone()));
        }
        let parameter =
            dimensions(statistic).find(|p| p.name == *dimension).ok_or_else(|| unknown(statistic, dimension))?;
        values.insert(dimension.clone(), ScalarValue::Utf8(Some(resolve(parameter, code, dictionary, sources)?)));
    }
    if let Some(list) = &statistic.codes {
        values.insert(CODES.to_owned(), codes(list, dictionary)?);
    }
    Ok(values.into())
}

/// The codes of a list and of `absence`.
fn codes(list: &str, dictionary: &Dictionary) -> Result<ScalarValue, WarehouseError> {
    let unknown = || WarehouseError::QueryFile {
        file: "statistics".to_owned(),
        line: 1,
        problem: format!("the dictionary has no list {list}"),
    };
    let lists = [list, "absence"].map(|name| dictionary.list(name).ok_or_else(unknown));
    let mut codes = Vec::new();
    for list in lists {
        codes.extend(list?.codes.iter().map(|code| ScalarValue::from(code.code.as_str())));
    }
    Ok(ScalarValue::List(ScalarValue::new_list_nullable(&codes, &DataType::Utf8)))
}

fn dimensions(statistic: &Statistic) -> impl Iterator<Item = &Described> {
    statistic.parameters.iter().filter(|parameter| parameter.kind != ValueKind::Year)
}

fn check_years(statistic: &Statistic, arguments: &Arguments) -> Result<(), WarehouseError> {
    let wrong =
        |reason: &str| Err(WarehouseError::Years { statistic: statistic.name.clone(), reason: reason.to_owned() });
    for (name, given) in [("from", arguments.from), ("to", arguments.to)] {
        if given.is_some() && statistic.parameters.iter().all(|parameter| parameter.name != name) {
            return wrong(&format!("it has no condition on years, so `{name}` cannot be given"));
        }
    }
    match (arguments.from, arguments.to) {
        (Some(from), Some(to)) if from > to => wrong("the first year is after the last"),
        _ => Ok(()),
    }
}

fn unknown(statistic: &Statistic, dimension: &str) -> WarehouseError {
    let known: Vec<_> = dimensions(statistic).map(|parameter| parameter.name.as_str()).collect();
    WarehouseError::UnknownDimension {
        statistic: statistic.name.clone(),
        dimension: dimension.to_owned(),
        known: known.join(", "),
    }
}

/// The code as it is stored: exact, or by another exact spelling of it such as the alpha-2 code of a country.
fn resolve(
    parameter: &Described,
    code: &str,
    dictionary: &Dictionary,
    sources: &[String],
) -> Result<String, WarehouseError> {
    let refused = |remedy: String| WarehouseError::UnknownCode {
        dimension: parameter.name.clone(),
        code: code.to_owned(),
        remedy,
    };
    let (ValueKind::Code { list } | ValueKind::Codes { list }) = &parameter.kind else {
        let known = || refused(format!("it has {}", sources.join(", ")));
        return sources.iter().find(|source| *source == code).cloned().ok_or_else(known);
    };
    let listed = dictionary.list(list).ok_or_else(|| refused(format!("the dictionary has no list {list}")))?;
    let absent = || dictionary.list("absence").and_then(|absence| absence.code(code));
    match listed.by_word(&[Accept::Code, Accept::Alias], code).or_else(absent) {
        Some(found) => Ok(found.code.clone()),
        None if listed.codes.len() <= NAMED => {
            let codes: Vec<_> = listed.codes.iter().map(|code| code.code.as_str()).collect();
            Err(refused(format!("it has {}", codes.join(", "))))
        }
        None => {
            let some: Vec<_> = listed.codes.iter().take(3).map(|code| code.code.as_str()).collect();
            let count = listed.codes.len();
            Err(refused(format!("it takes one of the {count} codes of list {list}, such as {}", some.join(", "))))
        }
    }
}

//! The settings that a client may make. Each has its own check; what is not here is refused, for a setting that is
//! silently ignored is a wrong answer somewhere else.

use std::collections::HashMap;

use pgwire::error::PgWireResult;

use crate::refusal::{BAD_VALUE, NOT_ALLOWED, UNKNOWN_SETTING, error};

/// What clients look at before they decide what they may ask.
const SERVER_VERSION: &str = "16.6";

/// One setting: its name in lower case, the name it is told under, its value at the start, and whether a value is right.
struct Setting {
    name: &'static str,
    told: Option<&'static str>,
    begins: &'static str,
    takes: Takes,
}

/// Which values a setting takes.
enum Takes {
    /// None but the one it has.
    Nothing,
    /// Any of these, whatever their case.
    OneOf(&'static [&'static str]),
    /// A whole number.
    Number(i64, i64),
    /// A time, in milliseconds when no unit stands with it; 0 for none.
    Time,
    /// "ISO", with or without an order of day, month and year.
    IsoDates,
    /// The schemas that are searched anyway.
    SearchPath,
    /// Printable text of that many characters at most.
    Text(usize),
}

const SWITCH: Takes = Takes::OneOf(&["on", "off", "true", "false", "1", "0"]);
const ON: Takes = Takes::OneOf(&["on", "true", "1", "yes"]);
const UTF8: Takes = Takes::OneOf(&["utf8", "utf-8", "unicode"]);
const LEVELS: &[&str] = &["read committed", "read uncommitted", "repeatable read", "serializable"];

const fn told(name: &'static str, told: &'static str, begins: &'static str, takes: Takes) -> Setting {
    Setting { name, told: Some(told), begins, takes }
}

const fn quiet(name: &'static str, begins: &'static str, takes: Takes) -> Setting {
    Setting { name, told: None, begins, takes }
}

const SETTINGS: &[Setting] = &[
    told("application_name", "application_name", "", Takes::Text(64)),
    told("client_encoding", "client_encoding", "UTF8", UTF8),
    told("datestyle", "DateStyle", "ISO, YMD", Takes::IsoDates),
    told("default_transaction_read_only", "default_transaction_read_only", "on", ON),
    told("in_hot_standby", "in_hot_standby", "off", Takes::Nothing),
    told("integer_datetimes", "integer_datetimes", "on", Takes::Nothing),
    told("intervalstyle", "IntervalStyle", "postgres", Takes::OneOf(&["postgres", "iso_8601"])),
    told("is_superuser", "is_superuser", "off", Takes::Nothing),
    told("server_encoding", "server_encoding", "UTF8", Takes::Nothing),
    told("server_version", "server_version", SERVER_VERSION, Takes::Nothing),
    told("standard_conforming_strings", "standard_conforming_strings", "on", ON),
    told("timezone", "TimeZone", "UTC", Takes::Text(64)),
    quiet("bytea_output", "hex", Takes::OneOf(&["hex", "escape"])),
    quiet("client_min_messages", "notice", Takes::Text(16)),
    quiet("default_table_access_method", "heap", Takes::Nothing),
    quiet("default_transaction_isolation", "repeatable read", Takes::OneOf(LEVELS)),
    quiet("extra_float_digits", "1", Takes::Number(-15, 3)),
    quiet("idle_in_transaction_session_timeout", "0", Takes::Time),
    quiet("jit", "off", SWITCH),
    quiet("lock_timeout", "0", Takes::Time),
    quiet("max_identifier_length", "63", Takes::Nothing),
    quiet("row_security", "on", SWITCH),
    quiet("search_path", "public", Takes::SearchPath),
    quiet("server_version_num", "160006", Takes::Nothing),
    quiet("statement_timeout", "0", Takes::Time),
    quiet("transaction_isolation", "repeatable read", Takes::OneOf(LEVELS)),
    quiet("transaction_read_only", "on", ON),
];

/// Refuses a setting that is not listed.
pub(crate) fn checked_name(name: &str) -> PgWireResult<()> {
    listed(name).map(|_| ())
}

/// The value as it is kept, or why it is refused.
pub(crate) fn checked(name: &str, value: &str) -> PgWireResult<String> {
    let setting = listed(name)?;
    let value = value.trim();
    setting.takes.checked(value).or_else(|| setting.is_now(value)).ok_or_else(|| {
        let hint = format!("it is {} at the start; leave it so", setting.begins);
        error(BAD_VALUE, format!("{} does not take this value here", setting.name), &hint)
    })
}

/// The value that a setting has: what the client set, or what it began with.
pub(crate) fn value(metadata: &HashMap<String, String>, name: &str) -> PgWireResult<String> {
    let unknown = || error(UNKNOWN_SETTING, "there is no such setting", "");
    let setting = find(name).ok_or_else(unknown)?;
    Ok(metadata.get(setting.name).cloned().unwrap_or_else(|| setting.begins.to_owned()))
}

/// The name that a setting is told to the client under when it changes; none for those that clients do not follow.
pub(crate) fn told_as(name: &str) -> Option<&'static str> {
    find(name).and_then(|setting| setting.told)
}

/// Forgets what the client set.
pub(crate) fn forget(metadata: &mut HashMap<String, String>, name: Option<&str>) -> PgWireResult<()> {
    match name {
        None => metadata.retain(|name, _| name == "application_name" || find(name).is_none()),
        Some(name) => {
            value(metadata, name)?;
            metadata.remove(name);
        }
    }
    Ok(())
}

/// What a client is told at the start.
pub(crate) fn told_at_start(metadata: &HashMap<String, String>) -> HashMap<String, String> {
    let value = |setting: &Setting| metadata.get(setting.name).map_or(setting.begins, String::as_str).to_owned();
    SETTINGS.iter().filter_map(|setting| Some((setting.told?.to_owned(), value(setting)))).collect()
}

/// The client's own, shorter deadline in milliseconds.
pub(crate) fn statement_timeout(metadata: &HashMap<String, String>) -> Option<u64> {
    metadata.get("statement_timeout")?.parse().ok().filter(|milliseconds| *milliseconds > 0)
}

fn listed(name: &str) -> PgWireResult<&'static Setting> {
    find(name).ok_or_else(|| {
        let hint = "leave it out; these can be set: application_name, client_encoding, DateStyle, TimeZone, \
                    extra_float_digits, statement_timeout and a few that change nothing";
        error(NOT_ALLOWED, "this setting is not one that a client may make", hint)
    })
}

fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

impl Setting {
    /// Setting what is so already changes nothing.
    fn is_now(&self, value: &str) -> Option<String> {
        self.begins.eq_ignore_ascii_case(value).then(|| self.begins.to_owned())
    }
}

impl Takes {
    fn checked(&self, value: &str) -> Option<String> {
        let one_of = |known: &[&str]| known.iter().find(|one| one.eq_ignore_ascii_case(value)).map(|&s| s.to_owned());
        match self {
            Self::Nothing => None,
            Self::OneOf(known) => one_of(known),
            Self::Number(least, most) => {
                value.parse().ok().filter(|n: &i64| (*least..=*most).contains(n)).map(|n| n.to_string())
            }
            Self::Time => milliseconds(value).map(|n| n.to_string()),
            Self::IsoDates => iso_dates(value),
            Self::SearchPath => {
                let mut schemas = value.split(',').map(|schema| schema.trim().trim_matches('"'));
                let searched = |schema: &str| ["public", "$user", "pg_catalog"].contains(&schema);
                (schemas.clone().any(|schema| schema == "public") && schemas.all(searched)).then(|| value.to_owned())
            }
            Self::Text(most) => {
                let plain = value.chars().count() <= *most && !value.chars().any(char::is_control);
                plain.then(|| value.to_owned())
            }
        }
    }
}

/// The order is kept, because clients ask for it back; dates are written as ISO 8601 whatever it is.
fn iso_dates(value: &str) -> Option<String> {
    let mut parts = value.split(',').map(|part| part.trim().to_ascii_uppercase());
    let order = match (parts.next()?.as_str(), parts.next(), parts.next()) {
        ("ISO", None, None) => "YMD".to_owned(),
        ("ISO", Some(order), None) if ["YMD", "MDY", "DMY"].contains(&order.as_str()) => order,
        _ => return None,
    };
    Some(format!("ISO, {order}"))
}

fn milliseconds(value: &str) -> Option<u64> {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = value.split_at(digits);
    let times = match unit.trim() {
        "" | "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_clients_set() {
        for (name, value, kept) in [
            ("client_encoding", "UTF8", "utf8"),
            ("client_encoding", "unicode", "unicode"),
            ("datestyle", "ISO", "ISO, YMD"),
            ("datestyle", "iso, mdy", "ISO, MDY"),
            ("extra_float_digits", "3", "3"),
            ("statement_timeout", "2s", "2000"),
            ("statement_timeout", "250", "250"),
            ("search_path", "\"$user\", public", "\"$user\", public"),
            ("timezone", "Asia/Dushanbe", "Asia/Dushanbe"),
            ("transaction_read_only", "on", "on"),
            ("is_superuser", "off", "off"),
        ] {
            assert_eq!(checked(name, value).unwrap(), kept, "{name}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for (name, value) in [
            ("client_encoding", "win1251"),
            ("datestyle", "German"),
            ("datestyle", "ISO, MDY, more"),
            ("extra_float_digits", "99"),
            ("search_path", "stored"),
            ("transaction_read_only", "off"),
            ("default_transaction_read_only", "off"),
            ("is_superuser", "on"),
            ("role", "postgres"),
            ("session_authorization", "postgres"),
            ("statement_timeout", "forever"),
            ("statement_timeout", "99999999999999999999"),
            ("timezone", "a\nb"),
            ("datafusion.execution.batch_size", "1"),
            ("user", "other"),
        ] {
            assert!(checked(name, value).is_err(), "{name} = {value}");
        }
    }
}

//! Numbers, days and counted words as the three languages write them (Unicode CLDR 47), and what CLDR does not have: the
//! plural of Tajik.

use panoh_publication::{Day, Lang, Value, half_width};

/// Joins digits that must not be parted.
const NO_BREAK: char = '\u{a0}';

/// A count: whole, with thousands marked, a true minus sign, and no negative zero.
pub(crate) fn whole(lang: Lang, number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = if number < 0.0 && digits != "0" { "−".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        // Russian and Tajik leave a gap; four digits are written together in neither of the three.
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(lang.pick([',', NO_BREAK, NO_BREAK]));
        }
        text.push(digit);
    }
    text
}

/// The same as a function, for axes.
pub(crate) fn writer(lang: Lang) -> fn(f64) -> String {
    lang.pick([|n| whole(Lang::En, n), |n| whole(Lang::Ru, n), |n| whole(Lang::Tg, n)])
}

/// An error: whole, rounded up so that it is never understated.
pub(crate) fn margin(lang: Lang, half_width: f64) -> String {
    whole(lang, half_width.ceil())
}

/// A value with half of its interval, never broken over two lines.
pub(crate) fn with_margin(lang: Lang, value: &Value) -> String {
    format!("{}{NO_BREAK}±{NO_BREAK}{}", whole(lang, value.estimate), margin(lang, half_width(value.standard_error)))
}

/// A change: with a sign, even a plus.
pub(crate) fn signed(lang: Lang, value: &Value) -> String {
    let sign = if value.estimate >= 0.5 { "+" } else { "" };
    format!("{sign}{}", with_margin(lang, value))
}

/// The ends of the 95 % interval, rounded outwards.
pub(crate) fn ends(lang: Lang, value: &Value) -> (String, String) {
    let (low, high) = value.interval();
    (whole(lang, low.floor()), whole(lang, high.ceil()))
}

/// A number with so many decimals, without zeros at its end.
pub(crate) fn decimal(lang: Lang, number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    lang.pick([text.clone(), text.replace('.', ","), text.replace('.', ",")])
}

/// A share of one as a whole number of hundredths.
pub(crate) fn percent(lang: Lang, share: f64) -> String {
    let whole = format!("{:.0}", share * 100.0);
    lang.pick([format!("{whole}%"), format!("{whole}{NO_BREAK}%"), format!("{whole}{NO_BREAK}%")])
}

/// δ as a power of ten where it is one.
pub(crate) fn power(number: f64) -> String {
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let raised: String = exponent
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            other => char::from_u32(0x2070 + other.to_digit(10).unwrap_or(0)).unwrap_or(other),
        })
        .collect();
    if digits == "1" { format!("10{raised}") } else { format!("{digits}·10{raised}") }
}

/// Months as they stand in a date (CLDR, format wide); Tajik has them as Russian does, without case.
const MONTHS: [[&str; 3]; 12] = [
    ["January", "января", "январи"],
    ["February", "февраля", "феврали"],
    ["March", "марта", "марти"],
    ["April", "апреля", "апрели"],
    ["May", "мая", "майи"],
    ["June", "июня", "июни"],
    ["July", "июля", "июли"],
    ["August", "августа", "августи"],
    ["September", "сентября", "сентябри"],
    ["October", "октября", "октябри"],
    ["November", "ноября", "ноябри"],
    ["December", "декабря", "декабри"],
];

/// A day in words.
pub(crate) fn day(lang: Lang, day: &Day) -> String {
    let mut parts = day.as_str().split('-');
    let (year, month, of_month) = (parts.next(), parts.next(), parts.next());
    let month = month.and_then(|text| text.parse::<usize>().ok()).and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    let (Some(year), Some(month), Some(of_month)) = (year, month, of_month) else { return day.to_string() };
    let (of_month, month) = (of_month.trim_start_matches('0'), lang.pick(*month));
    match lang {
        Lang::En => format!("{of_month}{NO_BREAK}{month} {year}"),
        Lang::Ru => format!("{of_month}{NO_BREAK}{month} {year}{NO_BREAK}г."),
        Lang::Tg => format!("{of_month}{NO_BREAK}{month} соли {year}"),
    }
}

/// The forms of a counted noun: one and other in English; one, few and many in Russian; one in Tajik.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) en: [&'static str; 2],
    pub(crate) ru: [&'static str; 3],
    pub(crate) tg: &'static str,
}

/// The form that goes with a whole number.
///
/// English and Russian follow CLDR. For Tajik CLDR has no rule: a noun after a number stays in the singular, with `нафар`
/// for people (J. R. Perry, A Tajik Persian Reference Grammar, Brill 2005, on numerals), so there is one form.
pub(crate) fn counted(lang: Lang, number: f64, noun: &Counted) -> &'static str {
    let whole = number.abs().round() as u64;
    match lang {
        Lang::En => noun.en[usize::from(whole != 1)],
        Lang::Ru => {
            noun.ru[match (whole % 10, whole % 100) {
                (_, 11..=14) => 2,
                (1, _) => 0,
                (2..=4, _) => 1,
                _ => 2,
            }]
        }
        Lang::Tg => noun.tg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_does() {
        for (number, en, ru) in [
            (0.0, "0", "0"),
            (-0.4, "0", "0"),
            (-7.0, "−7", "−7"),
            (999.6, "1,000", "1\u{a0}000"),
            (1_234_567.0, "1,234,567", "1\u{a0}234\u{a0}567"),
        ] {
            assert_eq!(whole(Lang::En, number), en);
            assert_eq!((whole(Lang::Ru, number), whole(Lang::Tg, number)), (ru.to_owned(), ru.to_owned()));
        }
        assert_eq!(
            [decimal(Lang::En, 5.26, 2), decimal(Lang::Tg, 5.26, 2), decimal(Lang::Ru, 5.0, 2)],
            ["5.26", "5,26", "5"]
        );
        assert_eq!((decimal(Lang::En, 100.0, 0), margin(Lang::En, 6.01)), ("100".to_owned(), "7".to_owned()));
        assert_eq!([power(1e-9), power(2.5e-10), power(1e-4)], ["10⁻⁹", "2.5·10⁻¹⁰", "10⁻⁴"]);
        assert_eq!([percent(Lang::En, 0.664), percent(Lang::Ru, 0.664)], ["66%", "66\u{a0}%"]);
        let value = Value { estimate: 61.2, standard_error: 3.4 };
        assert_eq!(with_margin(Lang::En, &value), "61\u{a0}±\u{a0}7");
        assert_eq!(ends(Lang::En, &value), ("54".to_owned(), "68".to_owned()));
    }

    #[test]
    fn nouns_follow_their_number() {
        let person = Counted {
            en: ["person", "persons"], ru: ["человек", "человека", "человек"], tg: "нафар"
        };
        for (number, en, ru) in [
            (1.0, "person", "человек"),
            (2.0, "persons", "человека"),
            (5.0, "persons", "человек"),
            (11.0, "persons", "человек"),
            (12.0, "persons", "человек"),
            (21.0, "persons", "человек"),
            (22.0, "persons", "человека"),
            (112.0, "persons", "человек"),
            (0.0, "persons", "человек"),
            (-3.0, "persons", "человека"),
        ] {
            assert_eq!((counted(Lang::En, number, &person), counted(Lang::Ru, number, &person)), (en, ru), "{number}");
            assert_eq!(counted(Lang::Tg, number, &person), "нафар");
        }
    }

    #[test]
    fn days_are_words() {
        let day = |lang| super::day(lang, &Day::new("2026-11-04").expect("a day"));
        assert_eq!(day(Lang::En), "4\u{a0}November 2026");
        assert_eq!(day(Lang::Ru), "4\u{a0}ноября 2026\u{a0}г.");
        assert_eq!(day(Lang::Tg), "4\u{a0}ноябри соли 2026");
    }
}

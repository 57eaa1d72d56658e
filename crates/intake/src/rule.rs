//! The rules that a row can break: a name for programs, and for people what is wrong and what to do about it.
//!
//! No text of a rule holds anything of the row; where it stands is the business of the rejection.

mod en;
mod ru;
mod tg;

use std::fmt;

use serde::{Serialize, Serializer};

use crate::language::Language;

/// What is said about a rule in one language: the rule, what is wrong, what to do. Both are sentences.
type Texts = [(Rule, &'static str, &'static str); Rule::ALL.len()];

/// Writes the enum, the list of all rules and their names from one list.
macro_rules! rules {
    ($($(#[doc = $about:literal])+ $rule:ident = $id:literal,)+) => {
        /// The rules that a row can break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $about])+ $rule,)+
        }

        impl Rule {
            /// Every rule, in the order in which reports list them.
            pub const ALL: [Self; [$($id),+].len()] = [$(Self::$rule),+];

            /// The name of the rule in reports, lower snake case.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$rule => $id,)+
                }
            }
        }
    };
}

rules! {
    /// The row has more or fewer cells than the header.
    WrongNumberOfCells = "wrong_number_of_cells",
    /// The bytes are not UTF-8.
    NotUtf8 = "not_utf8",
    /// The bytes are no text in the encoding of the file.
    NotInEncoding = "not_in_encoding",
    /// Only a name or a number of a record stands in the row.
    LoneCell = "lone_cell",
    /// The row holds a NUL byte.
    NulByte = "nul_byte",
    /// A quote stands where it neither opens nor closes a cell and is not doubled.
    StrayQuote = "stray_quote",
    /// A quoted cell has no end.
    UnclosedQuote = "unclosed_quote",
    /// A cell in quotes holds whole rows of the file.
    SwallowedRows = "swallowed_rows",
    /// A cell is longer than a mebibyte.
    CellTooLarge = "cell_too_large",
    /// A row is longer than 16 mebibytes or has more than 16,384 cells.
    RowTooLarge = "row_too_large",
    /// A line of a JSON Lines file is not an object.
    NotAnObject = "not_an_object",
    /// An object of a JSON Lines file has a key that the mapping does not know.
    UnknownKey = "unknown_key",
    /// An object of a JSON Lines file has a key twice.
    RepeatedKey = "repeated_key",
    /// A value of a JSON Lines file is itself an object or a list.
    NestedValue = "nested_value",
    /// A cell of a workbook holds an error such as a division by nought.
    ErrorCell = "error_cell",
    /// A cell of a workbook holds a formula, and the file does not say what comes of it.
    FormulaWithoutValue = "formula_without_value",
    /// A cell of a workbook lies under a merged cell.
    MergedCells = "merged_cells",
    /// A word is neither a code of the column nor a word for not knowing.
    UnknownWord = "unknown_word",
    /// The cell is not a year from 1900 to 2099.
    NotAYear = "not_a_year",
    /// The cell is not a date of those years in a format that the mapping declares.
    NotADate = "not_a_date",
    /// The year or date has not come yet.
    InTheFuture = "in_the_future",
    /// The cell is not a number of completed years from 0 to 120.
    NotAnAge = "not_an_age",
    /// The cell is not a whole number from nought up.
    NotACount = "not_a_count",
    /// The number is larger than the mapping believes.
    AboveLargest = "above_largest",
    /// The cell is neither a word for yes nor one for no.
    NotYesOrNo = "not_yes_or_no",
    /// The cell cannot be a name.
    NotAName = "not_a_name",
    /// The cell cannot be the number of a document.
    NotADocument = "not_a_document",
    /// The cell holds a number of a document, but not one number that could be told from it.
    UnclearDocument = "unclear_document",
    /// A wrong encoding spoilt the letters of the cell, or it has signs that nobody puts there.
    DamagedText = "damaged_text",
    /// The cell is empty although the mapping needs it.
    Required = "required",
    /// The row does not say that the person consents.
    NoConsent = "no_consent",
    /// The mapping refuses rows with this word.
    RefusedByMapping = "refused_by_mapping",
    /// Two columns that say the same thing say different things.
    ColumnsDisagree = "columns_disagree",
    /// The birth date is later than the date at which the age is asked.
    BornTooLate = "born_too_late",
    /// The second date comes before the first.
    EndsBeforeStart = "ends_before_start",
    /// The parts do not add up to the total.
    PartsDoNotSum = "parts_do_not_sum",
    /// Two columns contradict each other.
    Contradiction = "contradiction",
    /// The region does not belong to the country beside it.
    RegionOutsideCountry = "region_outside_country",
    /// The cells of one journey list differently many places.
    UnevenPlaces = "uneven_places",
    /// A place has a country or region but nothing says what happened there.
    PlaceWithoutRole = "place_without_role",
    /// The row has no record id, by which a later export would replace it.
    RecordIdMissing = "record_id_missing",
    /// The record id stands in an earlier row of the file.
    RecordIdRepeated = "record_id_repeated",
}

impl Rule {
    /// What is wrong, as a sentence.
    pub fn title(self, language: Language) -> &'static str {
        texts(language)[self as usize].1
    }

    /// What to do about it, as a sentence.
    pub fn remedy(self, language: Language) -> &'static str {
        texts(language)[self as usize].2
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    /// The name of the rule.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

fn texts(language: Language) -> &'static Texts {
    match language {
        Language::En => &en::TEXTS,
        Language::Ru => &ru::TEXTS,
        Language::Tg => &tg::TEXTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sentence(text: &str) -> bool {
        text.chars().next().is_some_and(char::is_uppercase)
            && text.ends_with('.')
            && text.split(' ').count() >= 3
            && !text.contains("  ")
    }

    #[test]
    fn every_rule_says_what_is_wrong_and_what_to_do_in_three_languages() {
        for language in Language::ALL {
            for (place, rule) in Rule::ALL.into_iter().enumerate() {
                assert_eq!(texts(language)[place].0, rule, "the texts stand in the order of the rules");
                let (title, remedy) = (rule.title(language), rule.remedy(language));
                assert!(is_sentence(title), "{} {rule}: {title}", language.code());
                assert!(is_sentence(remedy), "{} {rule}: {remedy}", language.code());
                assert_ne!(title, remedy);
                let cyrillic = title.chars().any(|letter| ('\u{400}'..'\u{500}').contains(&letter));
                assert_eq!(cyrillic, language != Language::En, "{rule} is written in {}", language.code());
            }
        }
    }

    /// A remedy begins with what to do, so the first word is a verb of command; English ones are listed here.
    #[test]
    fn a_remedy_says_what_to_do() {
        let verbs = [
            "Give", "Save", "Export", "Put", "Close", "Shorten", "Write", "Leave", "Correct", "List", "Say", "Fill",
            "Load", "Add", "Open", "Unmerge",
        ];
        for rule in Rule::ALL {
            let remedy = rule.remedy(Language::En);
            assert!(verbs.iter().any(|verb| remedy.starts_with(verb)), "{rule}: {remedy}");
        }
    }

    #[test]
    fn no_two_texts_are_the_same() {
        let mut ids: Vec<_> = Rule::ALL.map(Rule::id).to_vec();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
        for language in Language::ALL {
            let mut titles: Vec<_> = Rule::ALL.map(|rule| rule.title(language)).to_vec();
            titles.sort_unstable();
            titles.dedup();
            assert_eq!(titles.len(), Rule::ALL.len(), "{}", language.code());
        }
    }

    /// Russian and Tajik share an alphabet; a text that was left in the other language would pass for its own.
    #[test]
    fn russian_and_tajik_texts_differ() {
        for rule in Rule::ALL {
            assert_ne!(rule.title(Language::Ru), rule.title(Language::Tg), "{rule}");
            assert_ne!(rule.remedy(Language::Ru), rule.remedy(Language::Tg), "{rule}");
            for text in [rule.title(Language::Ru), rule.remedy(Language::Ru)] {
                assert!(!text.contains(['ғ', 'ӣ', 'қ', 'ӯ', 'ҳ', 'ҷ']), "{rule}: {text}");
            }
            for text in [rule.title(Language::Tg), rule.remedy(Language::Tg)] {
                assert!(!text.contains(['щ', 'ы', 'ь', 'ц']), "{rule}: {text}");
            }
        }
    }
}

//! All codes of a dictionary as small numbers, so that a row is worked on without comparing or copying text.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, StringArray, UInt16Array, UInt32Array};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use panoh_dictionary::{Absence, Dictionary};

/// The number of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CodeId(u32);

/// Every code of the dictionary, once. A code that stands in several lists has one number.
#[derive(Debug)]
pub(crate) struct Codes {
    texts: Vec<Box<str>>,
    /// The beginning of each text, filled up with noughts: copies of one length are much quicker than of many.
    beginnings: Vec<[u8; BEGINNING]>,
    /// All texts, as the values of the columns that refer to them.
    values: Arc<StringArray>,
    ids: HashMap<Box<str>, CodeId>,
}

/// Most codes are at most this long.
const BEGINNING: usize = 16;

impl CodeId {
    /// The code for an empty cell; the absences have the first numbers in their order.
    pub(crate) const MISSING: Self = Self(0);
    /// The code for what somebody wrote not to know.
    pub(crate) const UNKNOWN: Self = Self(1);

    /// Whether it is one of the four ways of not knowing.
    pub(crate) fn is_absence(self) -> bool {
        (self.0 as usize) < Absence::ALL.len()
    }
}

impl From<Absence> for CodeId {
    fn from(absence: Absence) -> Self {
        Self(absence as u32)
    }
}

impl Codes {
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let values = Arc::new(StringArray::from_iter_values([""; 0]));
        let mut codes = Self { texts: Vec::new(), beginnings: Vec::new(), values, ids: HashMap::new() };
        let absences: [&str; 4] = Absence::ALL.map(Absence::code);
        let listed = dictionary.lists().iter().flat_map(|list| &list.codes).map(|code| code.code.as_str());
        for text in absences.into_iter().chain(listed) {
            if !codes.ids.contains_key(text) {
                codes.ids.insert(text.into(), CodeId(codes.texts.len() as u32));
                codes.texts.push(text.into());
                let bytes = text.bytes().chain(std::iter::repeat(0));
                let mut beginning = [0; BEGINNING];
                beginning.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
                codes.beginnings.push(beginning);
            }
        }
        codes.values = Arc::new(StringArray::from_iter_values(&codes.texts));
        codes
    }

    /// The number of a code; none when no list of the dictionary has it.
    pub(crate) fn id(&self, text: &str) -> Option<CodeId> {
        self.ids.get(text).copied()
    }

    /// The type of [`Codes::keyed`]: texts by their numbers.
    pub(crate) fn keyed_type(&self) -> DataType {
        let key = if self.are_few() { DataType::UInt16 } else { DataType::UInt32 };
        DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8))
    }

    /// A column of codes by their numbers: a row takes two bytes, four when there are very many codes, and all columns
    /// share the texts. Whoever stores it writes the texts out.
    pub(crate) fn keyed(&self, ids: impl Iterator<Item = CodeId>) -> Result<ArrayRef, ArrowError> {
        let texts = self.values.clone();
        Ok(if self.are_few() {
            let keys: Vec<u16> = ids.map(|CodeId(id)| id as u16).collect();
            Arc::new(DictionaryArray::try_new(UInt16Array::from(keys), texts)?)
        } else {
            let keys: Vec<u32> = ids.map(|CodeId(id)| id).collect();
            Arc::new(DictionaryArray::try_new(UInt32Array::from(keys), texts)?)
        })
    }

    /// Whether two bytes hold the number of every code.
    fn are_few(&self) -> bool {
        self.texts.len() <= 1 << 16
    }

    /// The texts of codes as a column.
    pub(crate) fn column(&self, ids: &[CodeId]) -> Result<StringArray, ArrowError> {
        let bytes: usize = ids.iter().map(|&id| self.text(id).len()).sum();
        let mut values = vec![0; bytes + BEGINNING];
        let mut offsets = Vec::with_capacity(ids.len() + 1);
        let mut end = 0;
        offsets.push(0);
        for &CodeId(id) in ids {
            let text = self.texts[id as usize].as_bytes();
            values[end..end + BEGINNING].copy_from_slice(&self.beginnings[id as usize]);
            if text.len() > BEGINNING {
                values[end..end + text.len()].copy_from_slice(text);
            }
            end += text.len();
            offsets.push(i32::try_from(end).map_err(|_| ArrowError::OffsetOverflowError(end))?);
        }
        values.truncate(end);
        StringArray::try_new(OffsetBuffer::new(ScalarBuffer::from(offsets)), values.into(), None)
    }

    /// The text of a code.
    pub(crate) fn text(&self, id: CodeId) -> &str {
        &self.texts[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};

    use super::*;

    #[test]
    fn absences_have_the_first_numbers() {
        let codes = Codes::new(&Dictionary::builtin().expect("the built-in dictionary is sound"));
        for absence in Absence::ALL {
            assert_eq!(codes.id(absence.code()), Some(CodeId::from(absence)));
            assert!(CodeId::from(absence).is_absence());
        }
        assert_eq!(CodeId::from(Absence::Missing), CodeId::MISSING);
        assert_eq!(CodeId::from(Absence::Unknown), CodeId::UNKNOWN);
        let tajikistan = codes.id("TJK").expect("a country");
        assert!(!tajikistan.is_absence());
        assert_eq!(codes.text(tajikistan), "TJK");
    }

    #[test]
    fn a_column_has_the_texts_of_its_codes() {
        let codes = Codes::new(&Dictionary::builtin().expect("the built-in dictionary is sound"));
        let lengths: Vec<usize> = codes.texts.iter().map(|text| text.len()).collect();
        assert!(lengths.iter().any(|&length| length > BEGINNING) && lengths.contains(&3), "short and long codes");
        let all: Vec<CodeId> = (0..codes.texts.len() as u32).chain([0, 0, 7]).map(CodeId).collect();
        let column = codes.column(&all).expect("a column");
        let texts: Vec<&str> = column.iter().map(|text| text.expect("a text")).collect();
        assert_eq!(texts, all.iter().map(|&id| codes.text(id)).collect::<Vec<_>>());
        assert_eq!(codes.column(&[]).expect("a column").iter().count(), 0);
        let keyed = codes.keyed(all.iter().copied()).expect("a column");
        assert_eq!(keyed.data_type(), &codes.keyed_type());
        let written_out = arrow::compute::cast(&keyed, &DataType::Utf8).expect("texts");
        assert_eq!(written_out.as_string::<i32>(), &column);
    }

    #[test]
    fn many_codes_have_longer_numbers() {
        let mut codes = Codes::new(&Dictionary::builtin().expect("the built-in dictionary is sound"));
        codes.texts = (0..70_000).map(|number| format!("code_{number}").into()).collect();
        codes.values = Arc::new(StringArray::from_iter_values(&codes.texts));
        let keyed = codes.keyed([7, 69_999].map(CodeId).into_iter()).expect("a column");
        assert_eq!(keyed.data_type(), &codes.keyed_type());
        let written_out = arrow::compute::cast(&keyed, &DataType::Utf8).expect("texts");
        assert_eq!(written_out.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["code_7", "code_69999"]);
    }
}

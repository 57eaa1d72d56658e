//! CSV as programs read it, and as Excel does.
//!
//! Excel reads a file by the settings of its machine. In Russian and Tajik ones lists are separated by semicolons and
//! fractions by a comma, and `12.5` becomes the twelfth of May; without a byte order mark Cyrillic letters are lost.

use std::borrow::Cow;
use std::io::Write;

use panoh_publication::guarded;

use crate::{Cells, FormatError, Sheet};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextOptions {
    /// Whether it begins with a byte order mark.
    pub byte_order_mark: bool,
    /// What stands between cells.
    pub separator: Separator,
    /// What stands before fractions.
    pub decimal: Decimal,
}

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tabulator.
    Tab,
}

/// What stands before fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decimal {
    /// `.`
    #[default]
    Point,
    /// `,`
    Comma,
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

impl Decimal {
    fn written(self, number: String) -> String {
        match self {
            Self::Point => number,
            Self::Comma => number.replace('.', ","),
        }
    }
}

/// What holds for every row stands in every row, because files are passed on without the page that they came from.
pub(crate) fn csv(sheet: &Sheet, options: TextOptions, out: &mut dyn Write) -> Result<(), FormatError> {
    if options.byte_order_mark {
        out.write_all(BYTE_ORDER_MARK)?;
    }
    let mut writer = csv::WriterBuilder::new().delimiter(options.separator.byte()).from_writer(out);
    let names = sheet.columns.iter().map(|column| column.name.as_str());
    writer.write_record(names.chain(sheet.about.iter().map(|about| about.name)))?;
    let about: Vec<Cow<str>> =
        sheet
            .about
            .iter()
            .map(|about| {
                if about.is_text { guarded(&about.value) } else { options.decimal.written(about.value.clone()).into() }
            })
            .collect();
    for row in 0..sheet.rows() {
        for column in &sheet.columns {
            writer.write_field(cell(&column.cells, row, options.decimal).as_bytes())?;
        }
        for text in &about {
            writer.write_field(text.as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.flush()?)
}

/// A cell as text. Numbers are never guarded: a negative one is a number.
pub(crate) fn cell(cells: &Cells, row: usize, decimal: Decimal) -> Cow<'_, str> {
    match cells {
        Cells::Words { .. } | Cells::Texts(_) => guarded(cells.text(row).unwrap_or_default()),
        Cells::Numbers(numbers) => decimal.written(numbers[row].to_string()).into(),
        Cells::Whole(numbers) => numbers[row].to_string().into(),
        Cells::Flags(flags) => if flags[row] { "true" } else { "false" }.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::sheet;

    fn written(options: TextOptions) -> String {
        let mut bytes = Vec::new();
        csv(&sheet(), options, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rows_carry_what_holds_for_all_of_them() {
        assert_eq!(
            written(TextOptions::default()),
            "year,gender,gender_label,value,quality,release,epsilon,citation\n\
             2019,woman,Зан,12.5,usable,trends-1,2.5,\"A, b\"\n\
             2020,man,'=Мард,-3,usable,trends-1,2.5,\"A, b\"\n"
        );
    }

    #[test]
    fn excel_gets_the_signs_of_its_machine() {
        let options = TextOptions { byte_order_mark: true, separator: Separator::Semicolon, decimal: Decimal::Comma };
        let text = written(options);
        assert!(
            text.starts_with("\u{feff}year;gender;") && text.contains(";12,5;usable;trends-1;2,5;A, b\n"),
            "{text}"
        );
    }
}

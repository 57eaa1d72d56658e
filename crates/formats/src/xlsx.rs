//! A workbook: the rows on the first sheet, what holds for all of them on the second.

use std::io::Write;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use crate::{Cells, FormatError, Sheet};

/// A workbook is made in memory, at about 300 bytes for each cell; larger tables are for the other formats.
const MOST_CELLS: usize = 1_200_000;

pub(crate) fn write(sheet: &Sheet, out: &mut (dyn Write + Send)) -> Result<(), FormatError> {
    if sheet.rows() * sheet.columns.len() > MOST_CELLS {
        return Err(FormatError::DoesNotFit("a workbook holds at most 1,200,000 cells here; take CSV or Parquet"));
    }
    let mut book = Workbook::new();
    let made = ExcelDateTime::parse_from_str(&sheet.day)?;
    book.set_properties(&DocProperties::new().set_title(&sheet.title).set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    rows(book.add_worksheet().set_name("figures")?, sheet, &bold)?;
    about(book.add_worksheet().set_name("about")?, sheet, &bold)?;
    let bytes = book.save_to_buffer()?;
    // A workbook takes thirty times the memory of its file, and the reader may be slow.
    drop(book);
    Ok(out.write_all(&bytes)?)
}

fn rows(page: &mut Worksheet, sheet: &Sheet, bold: &Format) -> Result<(), FormatError> {
    for (at, column) in (0..).zip(&sheet.columns) {
        page.write_string_with_format(0, at, &column.name, bold)?;
        for (below, row) in (1..).zip(0..sheet.rows()) {
            match &column.cells {
                Cells::Numbers(numbers) => page.write_number(below, at, numbers[row])?,
                Cells::Whole(numbers) => page.write_number(below, at, numbers[row] as f64)?,
                Cells::Flags(flags) => page.write_boolean(below, at, flags[row])?,
                Cells::Words { .. } | Cells::Texts(_) => {
                    page.write_string(below, at, column.cells.text(row).unwrap_or_default())?
                }
            };
        }
    }
    page.set_freeze_panes(1, 0)?;
    Ok(())
}

fn about(page: &mut Worksheet, sheet: &Sheet, bold: &Format) -> Result<(), FormatError> {
    page.write_string_with_format(0, 0, "title", bold)?;
    page.write_string(0, 1, &sheet.title)?;
    for (row, about) in (1..).zip(&sheet.about) {
        page.write_string_with_format(row, 0, about.name, bold)?;
        match about.value.parse::<f64>() {
            Ok(number) if !about.is_text => page.write_number(row, 1, number)?,
            _ => page.write_string(row, 1, &about.value)?,
        };
    }
    page.set_column_width(0, 18)?;
    page.set_column_width(1, 90)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;
    use crate::sheet::tests::sheet;

    #[test]
    fn a_workbook_has_numbers_and_texts_and_no_formula() {
        let (mut one, mut again) = (Vec::new(), Vec::new());
        write(&sheet(), &mut one).unwrap();
        write(&sheet(), &mut again).unwrap();
        assert_eq!(one, again, "the same sheet has the same bytes");
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(one)).unwrap();
        let figures = book.worksheet_range("figures").unwrap();
        assert_eq!(figures.get((2, 2)), Some(&Data::String("=Мард".to_owned())));
        assert_eq!(figures.get((2, 3)), Some(&Data::Float(-3.0)));
        let about = book.worksheet_range("about").unwrap();
        assert_eq!(about.get((2, 1)), Some(&Data::Float(2.5)));
    }

    #[test]
    fn a_workbook_that_takes_too_much_memory_is_not_begun() {
        let mut large = sheet();
        for column in &mut large.columns {
            column.cells = Cells::same("usable", MOST_CELLS / 5 + 1);
        }
        let mut out = Vec::new();
        assert!(matches!(write(&large, &mut out), Err(FormatError::DoesNotFit(_))));
        assert!(out.is_empty());
    }
}

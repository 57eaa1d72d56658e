//! Writes a sheet of figures as CSV, XLSX, Parquet, Arrow IPC or SDMX-CSV, and the files of a release as a ZIP archive.
//!
//! ```text
//! Sheet (columns, and what holds for every row) ─┬─► csv      what holds for every row stands in every row
//!                                                ├─► xlsx     … on a second sheet
//!                                                ├─► parquet  … in the metadata of the file
//!                                                ├─► arrow    … in the metadata of the schema
//!                                                └─► sdmx     … in attributes
//! ```
//!
//! All formats hold the same values: numbers are rounded before they get here. Equal sheets give equal bytes: no clock is
//! asked, and dates inside of files are that of the release.

mod archive;
mod columnar;
mod sdmx;
mod sheet;
mod text;
mod xlsx;

use std::io::Write;

pub use archive::archive;
pub use sheet::{About, Cells, Column, Role, Sheet};
pub use text::{Decimal, Separator, TextOptions};

/// A sheet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// Nobody reads any more, or there is no room.
    #[error("the file could not be written")]
    Write(#[from] std::io::Error),
    /// CSV.
    #[error("the CSV file could not be written")]
    Csv(#[from] csv::Error),
    /// Parquet or Arrow IPC.
    #[error("the file of columns could not be written")]
    Arrow(#[from] arrow::error::ArrowError),
    /// Parquet.
    #[error("the Parquet file could not be written")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// XLSX.
    #[error("the workbook could not be written")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// ZIP.
    #[error("the archive could not be written")]
    Zip(#[from] zip::result::ZipError),
    /// The format cannot hold the sheet.
    #[error("{0}")]
    DoesNotFit(&'static str),
}

/// Formats of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetFormat {
    /// Comma-separated values, or as the options say.
    Csv(TextOptions),
    /// A workbook of Excel.
    Xlsx,
    /// Apache Parquet.
    Parquet,
    /// The file format of Apache Arrow IPC, also called Feather version 2.
    Arrow,
    /// SDMX-CSV 2.1, for sheets whose columns have roles.
    Sdmx,
}

/// Writes a sheet.
pub fn write(sheet: &Sheet, format: SheetFormat, out: &mut (dyn Write + Send)) -> Result<(), FormatError> {
    match format {
        SheetFormat::Csv(options) => text::csv(sheet, options, out),
        SheetFormat::Xlsx => xlsx::write(sheet, out),
        SheetFormat::Parquet => columnar::parquet(sheet, out),
        SheetFormat::Arrow => columnar::arrow(sheet, out),
        SheetFormat::Sdmx => sdmx::write(sheet, out),
    }
}

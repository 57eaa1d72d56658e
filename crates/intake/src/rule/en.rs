//! The rules in English.

use super::{Rule, Texts};

pub(super) const TEXTS: Texts = [
    (
        Rule::WrongNumberOfCells,
        "The row has more or fewer cells than the header.",
        "Give the row as many cells as the header; put quotes around a cell that holds the separator.",
    ),
    (Rule::NotUtf8, "The bytes of the row are not UTF-8.", "Save the file as UTF-8."),
    (
        Rule::NotInEncoding,
        "The bytes of the row are no text in the encoding of the file.",
        "Save the file as UTF-8, or name its true encoding with --encoding.",
    ),
    (
        Rule::LoneCell,
        "Only this cell of the row is filled.",
        "Leave the row out when it is a signature, a note or a total below the table (`total_rows` names words for \
         totals), or fill it in.",
    ),
    (Rule::NulByte, "The row holds a NUL byte.", "Export the file again; it was damaged on the way."),
    (
        Rule::StrayQuote,
        "A quote stands inside a cell and is not doubled.",
        "Put quotes around the whole cell and double each quote inside it; check all lines of this row.",
    ),
    (
        Rule::UnclosedQuote,
        "A quoted cell has no end.",
        "Close the quote that opens a cell of this row; all lines from here to the end were taken as its text.",
    ),
    (
        Rule::SwallowedRows,
        "A cell in quotes holds whole rows of the file.",
        "Close the quote that opens the cell in its own line, or take it away where it is stray; if the lines are one text, \
         put blanks in the place of its line breaks.",
    ),
    (
        Rule::CellTooLarge,
        "A cell is longer than 1 MiB.",
        "Shorten the cell to 1 MiB, or close a quote that was left open.",
    ),
    (
        Rule::RowTooLarge,
        "The row is longer than 16 MiB or has more than 16,384 cells.",
        "Shorten the row, or close a quote that was left open.",
    ),
    (
        Rule::NotAnObject,
        "The line is not a JSON object.",
        "Write one JSON object on each line, with the columns as its keys.",
    ),
    (
        Rule::UnknownKey,
        "The object has a key that the mapping does not know.",
        "Add the key to the mapping, if only as dropped, or leave it out of the file.",
    ),
    (Rule::RepeatedKey, "The object has a key twice.", "Leave one of the two keys in the object."),
    (
        Rule::NestedValue,
        "A value is itself an object or a list.",
        "Write the value as text, number or truth value; put the parts of a list into one text.",
    ),
    (
        Rule::ErrorCell,
        "The cell holds an error of the spreadsheet.",
        "Correct the formula, or write the value in its place.",
    ),
    (
        Rule::FormulaWithoutValue,
        "The cell holds a formula, and the file does not say what comes of it.",
        "Open the workbook in a spreadsheet program, save it there, and load it again.",
    ),
    (
        Rule::MergedCells,
        "The cell lies under a merged cell, so that its own value is not seen.",
        "Unmerge the cells in the spreadsheet program and fill in each of them.",
    ),
    (
        Rule::UnknownWord,
        "The word is neither a code of the column nor a word for not knowing.",
        "Correct the word, or give it a code under `translate` in the source mapping.",
    ),
    (Rule::NotAYear, "The cell is not a year from 1900 to 2099.", "Write the year in four digits, from 1900 to 2099."),
    (
        Rule::NotADate,
        "The cell is not a date in a format of the mapping.",
        "Write a date of the years 1900 to 2099 in a format that the source mapping declares.",
    ),
    (
        Rule::InTheFuture,
        "The year or date has not come yet.",
        "Correct the year; if it is right, check the clock of this computer.",
    ),
    (
        Rule::NotAnAge,
        "The cell is not an age from 0 to 120.",
        "Write the age in completed years, from 0 to 120, or correct the birth date.",
    ),
    (
        Rule::NotACount,
        "The cell is not a whole number.",
        "Write a whole number from 0 up, in digits; declare signs between thousands in the source mapping.",
    ),
    (
        Rule::AboveLargest,
        "The number is larger than the mapping believes.",
        "Correct the number; if it is right, raise `largest` in the source mapping.",
    ),
    (
        Rule::NotYesOrNo,
        "The cell is neither a word for yes nor one for no.",
        "Write one of the words for yes or no of the source mapping.",
    ),
    (
        Rule::NotAName,
        "The cell cannot be a name.",
        "Write the name in letters; for a name that is not known leave the cell empty or declare the word in the source \
         mapping.",
    ),
    (
        Rule::NotADocument,
        "The cell cannot be the number of a document.",
        "Write the number of the document; where there is none leave the cell empty or declare the word in the source \
         mapping.",
    ),
    (
        Rule::UnclearDocument,
        "The cell holds several documents, words beside the number, or a number that a spreadsheet rounded.",
        "Write the number of one document alone and with all its digits; make the column text in the spreadsheet first.",
    ),
    (
        Rule::DamagedText,
        "A wrong encoding spoilt the letters of the cell, or it has signs that no such name or number has.",
        "Export the file again in the right encoding, or write the cell anew without these signs.",
    ),
    (
        Rule::Required,
        "The cell is empty although the mapping needs it.",
        "Fill in the cell; if it may be empty, remove `required` from the source mapping.",
    ),
    (
        Rule::NoConsent,
        "The row does not say that the person consents.",
        "Leave the row out, or ask the person and write down the consent.",
    ),
    (
        Rule::RefusedByMapping,
        "The mapping refuses rows with this word.",
        "Leave the row out; the source mapping gives the reason at this column.",
    ),
    (
        Rule::ColumnsDisagree,
        "Two columns for the same thing say different things.",
        "Correct one of the two columns, or empty the one that is wrong.",
    ),
    (
        Rule::BornTooLate,
        "The birth date is later than the registration.",
        "Correct the birth date or the date of registration.",
    ),
    (
        Rule::EndsBeforeStart,
        "The second date comes before the first.",
        "Correct one of the two dates that the source mapping names under `days`.",
    ),
    (
        Rule::PartsDoNotSum,
        "The parts do not add up to the total.",
        "Correct the parts or the total, or empty the number that is not known.",
    ),
    (
        Rule::Contradiction,
        "Two columns contradict each other.",
        "Correct one of the two columns that the source mapping names under `implies`.",
    ),
    (
        Rule::RegionOutsideCountry,
        "The region does not belong to the country.",
        "Correct the region or the country beside it.",
    ),
    (
        Rule::UnevenPlaces,
        "The columns of the journey list differently many places.",
        "List equally many places in each column of the journey.",
    ),
    (
        Rule::PlaceWithoutRole,
        "Nothing says what happened at the place.",
        "Say what happened at the place, or empty its country and region.",
    ),
    (
        Rule::RecordIdMissing,
        "The row has no record id.",
        "Give the row its record id; a later export finds and replaces the row by it.",
    ),
    (
        Rule::RecordIdRepeated,
        "The record id stands in an earlier row.",
        "Give each row a record id of its own, or leave out the row that is doubled.",
    ),
];

//! CSV files.

use super::Column;
use super::value::Seen;
use crate::arguments::Choices;
use std::path::Path;

/// The columns of a file with a header. An empty field is NULL.
pub(super) fn columns(path: &Path, delimiter: u8, choices: Choices) -> Result<Vec<Column>, String> {
    // The error of the crate has the line.
    let said = |error: csv::Error| error.to_string();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).from_path(path).map_err(said)?;
    let headers = reader.headers().map_err(said)?.clone();
    let mut seen: Vec<(Option<Seen>, bool)> = vec![(None, false); headers.len()];
    let mut record = csv::StringRecord::new();
    let mut has_rows = false;
    while reader.read_record(&mut record).map_err(said)? {
        has_rows = true;
        for ((seen, is_nullable), text) in seen.iter_mut().zip(&record) {
            match (text, seen.take()) {
                ("", before) => {
                    *is_nullable = true;
                    *seen = before;
                }
                (_, Some(Seen::Text)) => *seen = Some(Seen::Text),
                (text, None) => *seen = Some(Seen::of_text(text)),
                (text, Some(before)) => *seen = Some(before.and(Seen::of_text(text))),
            }
        }
    }
    let columns = headers.iter().zip(seen).map(|(header, (seen, is_nullable))| Column {
        // The mark that some programs put before the first header.
        name: header.trim_start_matches('\u{feff}').to_owned(),
        rust_type: seen.map(|seen| seen.rust_type(choices)),
        is_nullable: is_nullable || !has_rows,
    });
    Ok(columns.collect())
}

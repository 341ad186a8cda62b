//! Whether a row changes the one that is there, and to what.

use super::Live;
use super::upsert::IS_NEW;
use crate::ident::{Ident, list};

/// Whether the table has no row with the key of a row, where `live` is that row, or NULL.
pub(super) fn is_new(live: Live<'_>) -> String {
    format!("live.{} IS NULL AS {IS_NEW}", live.certain())
}

/// Whether the row `new` is not in the table alike, where `live` is the row with its key, or NULL. A row
/// that stays as it is does not differ.
pub(super) fn is_new_or_differs(live: Live<'_>) -> String {
    let certain = live.certain();
    match differs(live, "new") {
        Some(differs) => format!("live.{certain} IS NULL OR {differs}"),
        None => format!("live.{certain} IS NULL"),
    }
}

/// The positions of the columns that are updated.
fn updated(live: Live<'_>) -> Vec<usize> {
    let table = live.table;
    (0..table.columns().len()).filter(|position| table.updates(*position)).collect()
}

/// Whether the columns that are updated differ, of a row that is not older, or the row that is there was
/// deleted and is kept; `None` if that can be of no row, or rows that are there stay as they are.
///
/// The operator compares the images of rows: by it 1.0 is not 1.00, and json can be compared at
/// all. Without the casts the rows would be compared column by column, by another operator.
fn differs(live: Live<'_>, new: &str) -> Option<String> {
    if live.keeps_existing {
        return None;
    }
    let updated = updated(live);
    let name = |position: &usize| Ident::new(live.table.columns()[*position].name());
    let old = list(updated.iter().map(|position| format!("live.{}", name(position))));
    let merged = list(updated.iter().map(|position| live.merged_as_stored(*position, "live", new)));
    let differs = format!("ROW({old})::record OPERATOR(pg_catalog.*<>) ROW({merged})::record");
    let is_deleted = live.soft_delete().map(|deleted| format!("live.{deleted} IS NOT NULL"));
    let differs = match (updated.is_empty(), is_deleted) {
        (true, None) => return None,
        (true, Some(is_deleted)) => is_deleted,
        (false, None) => differs,
        (false, Some(is_deleted)) => format!("({differs} OR {is_deleted})"),
    };
    Some(match live.is_older(new) {
        Some(older) => format!("({differs} AND NOT {older})"),
        None => differs,
    })
}

/// What is done to the row that is there, with what is said of the load. Keys that are equal and differ in
/// their bytes (citext) stay.
pub(super) fn action(live: Live<'_>) -> String {
    let Some(differs) = differs(live, "excluded") else { return "NOTHING".to_owned() };
    let set = updated(live).into_iter().map(|position| {
        let name = Ident::new(live.table.columns()[position].name());
        format!("{name} = {}", live.merged(position, "live", "excluded"))
    });
    let stamped = live.table.stamped();
    let stamped = stamped.map(|(column, sql)| format!("{} = {sql}", Ident::new(column.name())));
    let set = list(set.chain(stamped));
    format!("UPDATE SET {set} WHERE {differs}")
}

//! Membership of publications.

use super::{Carried, Replacing, locked};
use crate::ident::{Ident, list};

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    for publication in &replacing.hanging.publications {
        let what = format!("publication {:?}", publication.name);
        let listed = publication.columns.as_deref().unwrap_or_default();
        if !carried.has_columns(replacing, &what, listed)
            || !carried.has_columns(replacing, &what, &publication.used)
        {
            continue;
        }
        if let Some(owner) = &publication.owner {
            carried.missing.push(format!("the ownership of {what}, which {owner:?} has"));
        }
        let (name, table) = (Ident::new(&publication.name), replacing.live_name());
        let mut sql = format!("ALTER PUBLICATION {name} ADD TABLE {table}");
        if let Some(columns) = &publication.columns {
            sql += &format!(" ({})", list(columns.iter().map(Ident::new)));
        }
        if let Some(filter) = &publication.filter {
            sql += &format!(" WHERE ({filter})");
        }
        carried.after.push(locked(sql));
    }
}

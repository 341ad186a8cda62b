//! Extended statistics: made before the load, so that ANALYZE fills them.

use super::{Carried, Replacing, comment_on, locked, unseen};
use crate::ident::{Ident, QualifiedName};

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    for statistics in &replacing.hanging.statistics {
        let live = statistics.qualified_name();
        let what = format!("statistics object {live}");
        if !carried.has_columns(replacing, &what, &statistics.columns) {
            continue;
        }
        if statistics.whole_row {
            carried.refused.push(format!("{what} uses the row as a whole"));
            continue;
        }
        if !statistics.may_create {
            carried.missing.push(format!("CREATE on schema {:?}", live.schema()));
        }
        let fresh = format!("pg_bulk_ingest_statistics_{}", statistics.oid);
        let fresh = QualifiedName::new(live.schema(), fresh);
        let (middle, table) = (&statistics.middle, replacing.fresh_name());
        carried.create.push(unseen(format!("CREATE STATISTICS {fresh}{middle} FROM {table}")));
        if let Some(target) = statistics.target {
            let sql = format!("ALTER STATISTICS {fresh} SET STATISTICS {target}");
            carried.create.push(unseen(sql));
        }
        if let Some(owner) = &statistics.owner {
            if !statistics.is_owner {
                carried.missing.push(format!("membership of role {owner:?}, who owns {what}"));
            }
            let sql = format!("ALTER STATISTICS {fresh} OWNER TO {}", Ident::new(owner));
            carried.before.push(unseen(sql));
        }
        let rename = format!("ALTER STATISTICS {fresh} RENAME TO {}", live.name_ident());
        carried.after.push(locked(rename));
        carried
            .after
            .extend(comment_on(&format!("STATISTICS {live}"), statistics.comment.as_ref()));
    }
}

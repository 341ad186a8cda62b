//! What a table has of its own: where and how it is stored, row-level security, labels.

use super::{Carried, Replacing, comment_on, locked, unseen};
use crate::ident::{Ident, Literal, list};

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    let table = &replacing.hanging.table;
    let (live, fresh) = (replacing.live_name(), replacing.fresh_name());
    if let Some(tablespace) = &table.tablespace {
        let name = Ident::new(&tablespace.name);
        carried.create.push(unseen(format!("ALTER TABLE {fresh} SET TABLESPACE {name}")));
        if !tablespace.may_create {
            carried.missing.push(format!("CREATE on tablespace {:?}", tablespace.name));
        }
    }
    let mut create = |what: String| {
        carried.create.push(unseen(format!("ALTER TABLE {fresh} {what}")));
    };
    if table.unlogged {
        create("SET UNLOGGED".to_owned());
    }
    let toast = table.toast_options.iter().map(|option| format!("toast.{option}"));
    let options = table.options.iter().cloned().chain(toast).collect::<Vec<_>>();
    if !options.is_empty() {
        create(format!("SET ({})", list(options.iter().map(|option| option_sql(option)))));
    }
    match &table.access_method {
        Some(method) if table.can_set_access_method => {
            create(format!("SET ACCESS METHOD {}", Ident::new(method)));
        }
        Some(method) => {
            let reason = "which only PostgreSQL 15 or later can give to a table";
            carried.refused.push(format!("its table access method {method:?}, {reason}"));
        }
        None => {}
    }
    for (flag, sql) in [
        (table.row_security, "ENABLE ROW LEVEL SECURITY"),
        (table.force_row_security, "FORCE ROW LEVEL SECURITY"),
    ] {
        carried.after.extend(flag.then(|| locked(format!("ALTER TABLE {live} {sql}"))));
    }
    // That by an index is set when the index has its name.
    for (identity, sql) in [('f', "FULL"), ('n', "NOTHING")] {
        let set = table.replica_identity == identity;
        let sql = || unseen(format!("ALTER TABLE {fresh} REPLICA IDENTITY {sql}"));
        carried.before.extend(set.then(sql));
    }
    carried.after.extend(comment_on(&format!("TYPE {live}"), table.type_comment.as_ref()));
    for label in &table.labels {
        let object = match &label.column {
            None => format!("TABLE {fresh}"),
            Some(column) if replacing.column(column).is_none() => continue,
            Some(column) => format!("COLUMN {fresh}.{}", Ident::new(column)),
        };
        let (provider, text) = (Ident::new(&label.provider), Literal(&label.label));
        let sql = format!("SECURITY LABEL FOR {provider} ON {object} IS {text}");
        carried.before.push(unseen(sql));
    }
    for grantor in table.grantors.iter().filter(|grantor| !grantor.is_member) {
        carried.missing.push(format!(
            "membership of role {:?}, who granted privileges on the table",
            grantor.role
        ));
    }
}

/// The name in `name=value`.
pub(super) fn option_name(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

/// `name=value` as SQL: `name = 'value'`.
pub(super) fn option_sql(option: &str) -> String {
    let (name, value) = option.split_once('=').unwrap_or((option, "true"));
    format!("{name} = {}", Literal(value))
}

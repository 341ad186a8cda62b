//! Keys, unique constraints and indexes.

use crate::catalog::{LiveIndex, LiveKey, LiveTable};
use crate::model::{Field, TableItem, literal};

/// Adds the keys and indexes of a table to the settings of its struct, or to what it cannot say.
pub(crate) fn add(live: &LiveTable, item: &mut TableItem) {
    for index in &live.indexes {
        if let Some(note) = unsayable(index) {
            item.notes.extend(note);
        } else if index.primary {
            primary_key(index, item);
        } else if index.unique {
            unique(index, item);
        } else {
            plain(index, item);
        }
    }
}

/// What is noted of an index that a struct cannot say; nothing is noted of what is noted elsewhere.
fn unsayable(index: &LiveIndex) -> Option<Option<String>> {
    let what = match (index.primary, index.constraint, index.unique) {
        (true, ..) => "primary key",
        (_, true, _) => "unique constraint",
        (.., true) => "unique index",
        _ => "index",
    };
    let over = format!("{what} {}: {}", index.name, index.form);
    let key_includes = index.primary && index.keys.iter().any(|key| key.included);
    if index.exclusion {
        // An exclusion constraint is among the constraints.
        return Some(index.constraint.then(|| format!("{over} WITHOUT OVERLAPS")));
    }
    let reason = if !index.valid {
        "it is invalid"
    } else if !index.immediate {
        "it is deferrable"
    } else if index.unique && !index.constraint {
        "it is no constraint, and `unique` would make it one"
    } else if key_includes {
        "it includes columns that are no part of the key"
    } else if index.unique && index.has_options {
        "it has storage parameters"
    } else {
        return None;
    };
    Some(Some(format!("{over} ({reason})")))
}

fn field<'i>(item: &'i TableItem, key: &LiveKey) -> Option<&'i Field> {
    let column = key.column.as_deref()?;
    item.fields.iter().find(|field| field.column == column)
}

fn idents(item: &TableItem, index: &LiveIndex, included: bool) -> Vec<String> {
    let keys = index.keys.iter().filter(|key| key.included == included);
    keys.filter_map(|key| field(item, key)).map(|field| field.ident.clone()).collect()
}

fn primary_key(index: &LiveIndex, item: &mut TableItem) {
    let key = idents(item, index, false);
    let in_order = item.fields.iter().map(|field| &field.ident).filter(|ident| key.contains(ident));
    if in_order.eq(key.iter()) {
        let fields = item.fields.iter_mut().filter(|field| key.contains(&field.ident));
        fields.for_each(|field| field.settings.insert(0, "primary_key".to_owned()));
    } else {
        item.settings.push(format!("primary_key({})", key.join(", ")));
    }
}

fn unique(index: &LiveIndex, item: &mut TableItem) {
    let keys = idents(item, index, false);
    let mut rest = include(item, index);
    if index.nulls_not_distinct {
        rest.push("nulls_not_distinct".to_owned());
    }
    add_setting("unique", index, keys, rest, None, item);
}

fn plain(index: &LiveIndex, item: &mut TableItem) {
    let (keys, rest) = if needs_sql(index) {
        (Vec::new(), vec![format!("sql = {}", literal(&format!("USING {}", index.form)))])
    } else {
        let mut rest = Vec::new();
        if index.method != "btree" {
            rest.push(format!("using = {}", literal(&index.method)));
        }
        rest.extend(include(item, index));
        rest.extend(index.predicate.as_ref().map(|sql| format!("where = {}", literal(sql))));
        let keys = index.keys.iter().filter(|key| !key.included);
        let is_plain = |key: &LiveKey| {
            key.expression.is_none() && operators(key).is_empty() && order(key).is_none()
        };
        if keys.clone().all(is_plain) {
            (idents(item, index, false), rest)
        } else {
            let keys: Vec<String> = keys.map(|key| written(item, key)).collect();
            rest.insert(0, format!("on({})", keys.join(", ")));
            (Vec::new(), rest)
        }
    };
    // On the field itself, where there is one.
    let only = match index.keys.as_slice() {
        [key] if !needs_sql(index) => field(item, key).map(|field| {
            let rest = rest.iter().filter(|part| !part.starts_with("on(")).cloned();
            let parts = operators(key).into_iter().chain(order(key).map(str::to_owned)).chain(rest);
            (field.ident.clone(), parts.collect())
        }),
        _ => None,
    };
    add_setting("index", index, keys, rest, only, item);
}

/// Adds `unique` or `index`, on the field if it is over one alone.
fn add_setting(
    what: &str,
    index: &LiveIndex,
    keys: Vec<String>,
    rest: Vec<String>,
    on_field: Option<(String, Vec<String>)>,
    item: &mut TableItem,
) {
    let on_field = on_field.or_else(|| match keys.as_slice() {
        [only] if !rest.iter().any(|part| part.starts_with("include(")) => {
            Some((only.clone(), rest.clone()))
        }
        _ => None,
    });
    let whole = format!("{what}({})", keys.into_iter().chain(rest).collect::<Vec<_>>().join(", "));
    let mut is_there = item.settings.contains(&whole);
    if let Some((ident, parts)) = on_field
        && let Some(field) = item.fields.iter_mut().find(|field| field.ident == ident)
    {
        let setting = match parts.as_slice() {
            [] => what.to_owned(),
            parts => format!("{what}({})", parts.join(", ")),
        };
        is_there |= field.settings.contains(&setting);
        let begins = |other: &String| other == what || other.starts_with(&format!("{what}("));
        if !is_there && !field.settings.iter().any(begins) {
            field.settings.push(setting);
            return;
        }
    }
    if is_there {
        item.notes
            .push(format!("index {}: {} (there is another that is equal)", index.name, index.form));
    } else {
        item.settings.push(whole);
    }
}

/// Whether an index is written as SQL, since the settings have no words for it.
fn needs_sql(index: &LiveIndex) -> bool {
    let columns: Vec<_> = index.keys.iter().filter_map(|key| key.column.as_deref()).collect();
    let is_twice = |at: usize| columns[..at].contains(&columns[at]);
    let has_twice = (0..columns.len()).any(is_twice);
    let of_nothing = |key: &LiveKey| key.column.is_none() && key.expression.is_none();
    index.has_options || has_twice || index.keys.iter().any(of_nothing)
}

fn include(item: &TableItem, index: &LiveIndex) -> Vec<String> {
    match idents(item, index, true).as_slice() {
        [] => Vec::new(),
        idents => vec![format!("include({})", idents.join(", "))],
    }
}

/// `field(opclass = "…") desc nulls last`
fn written(item: &TableItem, key: &LiveKey) -> String {
    let of = match (&key.expression, field(item, key)) {
        (Some(sql), _) => format!("expr = {}", literal(sql)),
        (None, Some(field)) => field.ident.clone(),
        (None, None) => String::new(),
    };
    let operators = match operators(key).as_slice() {
        [] => String::new(),
        settings => format!("({})", settings.join(", ")),
    };
    let order = order(key).map(|order| format!(" {order}")).unwrap_or_default();
    format!("{of}{operators}{order}")
}

fn operators(key: &LiveKey) -> Vec<String> {
    let collation = key.collation.as_ref().map(|sql| format!("collate = {}", literal(sql)));
    let class = key.operator_class.as_ref().map(|sql| format!("opclass = {}", literal(sql)));
    collation.into_iter().chain(class).collect()
}

fn order(key: &LiveKey) -> Option<&'static str> {
    match key.options & 3 {
        1 => Some("desc nulls last"),
        2 => Some("nulls first"),
        3 => Some("desc"),
        _ => None,
    }
}

//! How keys, unique constraints and indexes are written.

mod key;

pub(crate) use self::key::{FieldPath, Key, KeyOf, Order};

use self::key::{is_operator, is_order, path};
use crate::attr::{Form, Item, commas, split};
use crate::errors::Errors;
use crate::key::{Place, repeated, wrong_form, wrong_part};
use crate::name::unraw;
use crate::value::{self, ungroup};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::LitStr;

/// `primary_key(…)`, `unique(…)` or `index(…)`, on the struct or a field.
pub(crate) struct List {
    pub(crate) key: Ident,
    pub(crate) keys: Vec<Key>,
    pub(crate) include: Vec<FieldPath>,
    pub(crate) using: Option<LitStr>,
    pub(crate) predicate: Option<LitStr>,
    pub(crate) nulls_not_distinct: Option<Ident>,
    pub(crate) sql: Option<LitStr>,
}

/// What may be in a [`List`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    PrimaryKey,
    Unique,
    Index,
}

impl List {
    fn new(key: &Ident) -> Self {
        Self {
            key: key.clone(),
            keys: Vec::new(),
            include: Vec::new(),
            using: None,
            predicate: None,
            nulls_not_distinct: None,
            sql: None,
        }
    }

    /// That of the struct; `None` if an error was added.
    pub(crate) fn of_struct(item: &Item, what: What, errors: &mut Errors) -> Option<Self> {
        let Form::List(list) = &item.form else {
            wrong_form(item, Place::Struct, errors);
            return None;
        };
        let mut read = Self::new(&item.key);
        let (mut is_read, mut seen) = (true, Vec::new());
        for part in commas(list.stream()) {
            let part = ungroup(part);
            let trees: Vec<TokenTree> = part.clone().into_iter().collect();
            if let Some((field, [])) = path(&trees)
                && !(what == What::Unique && field.field == "nulls_not_distinct")
            {
                let of = KeyOf::Field(field);
                read.keys.push(Key { of, order: Order::default() });
                continue;
            }
            if what == What::Index
                && let [TokenTree::Ident(on), TokenTree::Group(keys)] = trees.as_slice()
                && on == "on"
                && keys.delimiter() == Delimiter::Parenthesis
            {
                if !read.keys.is_empty() || seen.iter().any(|key| key == "on") {
                    errors.on(on, "the keys are given already: keep them all in one `on(…)`");
                    is_read = false;
                }
                seen.push("on".to_owned());
                is_read &= read.read_keys(keys, errors);
                continue;
            }
            let setting = split(part.clone(), &mut Errors::default()).pop();
            is_read &= match setting.filter(|setting| is_setting(setting, what)) {
                Some(setting) => read.read_setting(&setting, &mut seen, errors),
                None => {
                    not_a_field(&part, &unraw(&item.key), what, errors);
                    false
                }
            };
        }
        is_read &= read.sql_is_alone(errors);
        is_read.then_some(read)
    }

    /// `index(using = "gin", desc)` or `unique(nulls_not_distinct)` on a field.
    pub(crate) fn of_field(item: &Item, what: What, errors: &mut Errors) -> Option<Self> {
        let mut read = Self::new(&item.key);
        let list = match &item.form {
            Form::Flag => TokenStream::new(),
            Form::List(list) if !list.stream().is_empty() => list.stream(),
            _ => {
                wrong_form(item, Place::Field, errors);
                return None;
            }
        };
        let mut order = Order::default();
        let (mut is_read, mut seen) = (true, Vec::new());
        for part in commas(list) {
            let part = ungroup(part);
            let trees: Vec<TokenTree> = part.clone().into_iter().collect();
            if what == What::Index
                && matches!(trees.first(), Some(TokenTree::Ident(word)) if is_order(word))
            {
                is_read &= order.read_words(&trees, errors);
                continue;
            }
            let setting = split(part.clone(), &mut Errors::default()).pop();
            is_read &= match setting {
                Some(setting) if what == What::Index && is_operator(&setting) => {
                    order.read_setting(&setting, errors)
                }
                Some(setting) if is_setting(&setting, what) && setting.key != "sql" => {
                    read.read_setting(&setting, &mut seen, errors)
                }
                _ => {
                    wrong_part(&item.key, part, Place::Field, errors);
                    false
                }
            };
        }
        let of = FieldPath { field: item.key.clone(), inner: Vec::new() };
        read.keys.push(Key { of: KeyOf::Field(of), order });
        is_read.then_some(read)
    }

    fn read_keys(&mut self, list: &Group, errors: &mut Errors) -> bool {
        let mut is_read = true;
        for part in commas(list.stream()) {
            match Key::read(&ungroup(part), errors) {
                Some(key) => self.keys.push(key),
                None => is_read = false,
            }
        }
        is_read
    }

    fn read_setting(&mut self, item: &Item, seen: &mut Vec<String>, errors: &mut Errors) -> bool {
        let key = unraw(&item.key);
        if seen.contains(&key) {
            repeated(item, errors);
            return false;
        }
        seen.push(key.clone());
        let text = |hint: &str, errors: &mut Errors| value::sql(item, hint, errors);
        match key.as_str() {
            "using" => {
                self.using = text("an access method: `using = \"gin\"`", errors);
                self.using.is_some()
            }
            "where" => {
                self.predicate = text("an SQL condition: `where = \"active\"`", errors);
                self.predicate.is_some()
            }
            "sql" => {
                let hint = "all that follows `ON table`: `sql = \"USING gin (tags)\"`";
                self.sql = text(hint, errors);
                self.sql.is_some()
            }
            "include" => self.read_include(item, errors),
            _ => {
                self.nulls_not_distinct = value::is_flag(item, errors).then(|| item.key.clone());
                self.nulls_not_distinct.is_some()
            }
        }
    }

    fn read_include(&mut self, item: &Item, errors: &mut Errors) -> bool {
        let Form::List(list) = &item.form else {
            errors.on(item, "`include` is written `include(field, …)`");
            return false;
        };
        let parts = commas(list.stream());
        if parts.is_empty() {
            errors.on(&item.key, "`include` lists no field: name one, or leave it out");
        }
        let mut is_read = !parts.is_empty();
        for part in parts {
            let trees: Vec<TokenTree> = ungroup(part.clone()).into_iter().collect();
            if let Some((field, [])) = path(&trees) {
                self.include.push(field);
            } else {
                errors.on(
                    part,
                    "`include(…)` lists fields of the struct by their Rust names, without quotes",
                );
                is_read = false;
            }
        }
        is_read
    }

    /// An index given as SQL has nothing else.
    fn sql_is_alone(&self, errors: &mut Errors) -> bool {
        let others = !self.keys.is_empty()
            || !self.include.is_empty()
            || self.using.is_some()
            || self.predicate.is_some();
        if let (Some(sql), true) = (&self.sql, others) {
            errors.on(
                sql,
                "`sql` is all that follows `ON table`, so nothing can be given beside it: write \
                 the whole index in it, or none of it",
            );
            return false;
        }
        true
    }
}

fn is_setting(item: &Item, what: What) -> bool {
    let known: &[&str] = match what {
        What::PrimaryKey => &[],
        What::Unique => &["include", "nulls_not_distinct"],
        What::Index => &["using", "include", "where", "sql"],
    };
    known.iter().any(|known| item.key == known)
}

fn not_a_field(part: &TokenStream, key: &str, what: What, errors: &mut Errors) {
    let more = match what {
        What::PrimaryKey => "",
        What::Unique => ", and then perhaps `include(field, …)` and `nulls_not_distinct`",
        What::Index => {
            ", and then perhaps `using = \"…\"`, `include(field, …)` and `where = \"…\"`; what is \
             ordered, or an expression, goes into `on(…)`: \
             `index(on(field desc nulls last, expr = \"lower(field)\"))`"
        }
    };
    errors.on(
        part,
        format_args!(
            "`{key}(…)` lists fields of the struct by their Rust names, without quotes{more}"
        ),
    );
}

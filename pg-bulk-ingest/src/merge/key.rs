//! Keys of columns that may be NULL, where two NULLs are equal.

use super::Live;
use crate::catalog::LiveColumn;
use crate::ident::Ident;

impl Live<'_> {
    /// Whether two rows have the same key, NULLs being equal. By records they can be sorted and joined, and
    /// by the rest found by the index.
    pub(super) fn equal_or_null(&self, one: &str, other: &str) -> String {
        let key = self.table.merge_key();
        let equal = |position: &usize| {
            let equal = self.equal_of(key, *position, one, other);
            let column = &self.table.columns()[*position];
            if !column.is_nullable() {
                return equal;
            }
            let name = Ident::new(column.name());
            format!(
                "ROW({one}.{name})::record OPERATOR(pg_catalog.=) ROW({other}.{name})::record \
                 AND ({equal} OR {one}.{name} IS NULL AND {other}.{name} IS NULL)"
            )
        };
        key.iter().map(equal).collect::<Vec<_>>().join(" AND ")
    }

    /// A column that is NULL in no row of the table, by which a row that was joined is told from none.
    pub(super) fn certain(&self) -> Ident {
        let columns = self.table.columns();
        let mut key = self.table.merge_key().iter().map(|position| &columns[*position]);
        if let Some(column) = key.find(|column| !column.is_nullable()) {
            return Ident::new(column.name());
        }
        let is_sent =
            |column: &&&LiveColumn| self.table.sent().any(|sent| sent.name() == column.name);
        let all = self.live.shape.columns.iter();
        let all = all.filter(|column| column.not_null && column.can_select).collect::<Vec<_>>();
        let certain = all.iter().find(is_sent).or(all.first());
        Ident::new(certain.map_or("ctid", |column| &column.name))
    }

    /// What is read of a row of the table that is looked for alone.
    pub(super) fn columns_to_read(&self, sent: &str, more: Vec<Ident>) -> String {
        let mut names =
            self.table.sent().map(|column| Ident::new(column.name())).collect::<Vec<_>>();
        let is_sent = names.len();
        let own = std::iter::once(self.certain()).chain(self.soft_delete());
        for name in own.chain(self.numbered()).chain(more) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let more = names.into_iter().skip(is_sent);
        std::iter::once(sent.to_owned())
            .chain(more.map(|name| name.to_string()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

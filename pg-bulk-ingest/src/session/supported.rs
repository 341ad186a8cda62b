//! Whether the server, and the session, have what an ingest needs.

use super::refusal::unsupported;
use crate::catalog::Server;
use crate::definition::{Column, Filling, Index, Table};
use crate::error::Error;

/// Whether the server has what the catalog's queries ask for.
pub(super) fn check_supported(version: u32) -> Result<(), Error> {
    if version >= 100_000 {
        return Ok(());
    }
    let (major, minor) = (version / 10_000, version / 100 % 100);
    Err(unsupported(format!(
        "the server is PostgreSQL {major}.{minor}, and PostgreSQL 10 or later is needed"
    )))
}

/// Whether the server is of a version that has what the definition asks for.
pub(super) fn check_version(server: &Server, definition: &Table) -> Result<(), Error> {
    let version = server.version / 10_000;
    let of_columns = definition.columns().iter().filter_map(Column::filling);
    let of_columns = of_columns.filter_map(Filling::needs);
    let of_partitions = definition.partitioning().into_iter().flat_map(|by| by.needs(definition));
    let needs = definition.indexes().iter().flat_map(Index::needs).chain(of_columns);
    let mut needs = needs.chain(of_partitions);
    needs.find(|(_, first)| version < *first).map_or(Ok(()), |(what, first)| {
        let reason = format!(
            "{what} needs PostgreSQL {first} or later, and the server is PostgreSQL {version}"
        );
        Err(unsupported(reason))
    })
}

/// Whether the session is one in which rows can be written, and arrive as they are.
pub(super) fn check_server(server: &Server) -> Result<(), Error> {
    if server.in_recovery {
        return Err(unsupported(
            "the server is a standby (it is in recovery), and rows are written to the primary",
        ));
    }
    if server.read_only {
        return Err(unsupported("transactions of this session are read-only"));
    }
    if server.client_encoding != "UTF8" {
        let encoding = &server.client_encoding;
        return Err(unsupported(format!(
            "the session's client_encoding is {encoding}, and text is sent in UTF8"
        )));
    }
    // varchar(10) would be cut in the middle of what is text to everybody else.
    if server.server_encoding == "SQL_ASCII" {
        let database = &server.database;
        return Err(unsupported(format!(
            "the encoding of database {database:?} is SQL_ASCII, in which the server counts bytes \
             instead of characters, and takes text as it comes"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Server, check_server, check_supported, check_version};
    use crate::definition::{Index, IndexKey, Table};

    fn server() -> Result<Server, serde_json::Error> {
        serde_json::from_str(
            r#"{"version": 0, "in_transaction": false, "process": 1, "in_recovery": false, "has_citus": false, "has_timescale": false, "engine": null, "role": "", "database": "", "read_only": false,
                "client_encoding": "UTF8", "server_encoding": "UTF8", "lock_timeout": "0", "deadlock_timeout": 1000, "create": true, "temp": true}"#,
        )
    }

    #[test]
    fn a_server_that_is_too_old_is_named_with_what_is_needed() {
        for (version, named) in
            [(90_624, "PostgreSQL 9.6"), (90_200, "PostgreSQL 9.2"), (80_410, "PostgreSQL 8.4")]
        {
            let refused = check_supported(version).err().map(|error| error.to_string());
            let expected = format!(
                "cannot start the ingest: the server is {named}, and PostgreSQL 10 or later is needed"
            );
            assert_eq!(refused, Some(expected));
        }
        assert!(check_supported(100_000).is_ok());
    }

    #[test]
    fn a_standby_is_named_as_such_rather_than_as_read_only() -> Result<(), serde_json::Error> {
        let standby = Server { in_recovery: true, read_only: true, ..server()? };
        let refused = check_server(&standby).err().map(|error| error.to_string());
        let expected = "cannot start the ingest: the server is a standby (it is in recovery), and \
                        rows are written to the primary";
        assert_eq!(refused.as_deref(), Some(expected));
        Ok(())
    }

    #[test]
    fn an_index_needs_a_server_that_has_its_like() -> Result<(), serde_json::Error> {
        const PLAIN: Index = Index::new(&[IndexKey::column(0)]);
        const NULLS: &[Index] = &[PLAIN, PLAIN.unique().nulls_not_distinct()];
        const INCLUDE: &[Index] = &[PLAIN.including(&[1])];
        const GIST: &[Index] = &[PLAIN.using("gist").including(&[1])];
        const SPGIST: &[Index] = &[PLAIN.using("spgist").including(&[1])];
        let mut server = server()?;
        for (indexes, what, first) in [
            (NULLS, "a unique constraint with `nulls_not_distinct`", 15),
            (INCLUDE, "an index with `include`", 11),
            (GIST, "an index of gist with `include`", 12),
            (SPGIST, "an index of spgist with `include`", 14),
        ] {
            let table = Table::new("public", "t", &[], &[], indexes);
            server.version = first * 10_000 - 9_978;
            let refused = check_version(&server, &table).map_err(|error| error.to_string());
            let last = first - 1;
            let expected = format!(
                "cannot start the ingest: {what} needs PostgreSQL {first} or later, and the \
                 server is PostgreSQL {last}"
            );
            assert_eq!(refused, Err(expected));
            server.version = first * 10_000;
            assert!(check_version(&server, &table).is_ok());
        }
        Ok(())
    }
}

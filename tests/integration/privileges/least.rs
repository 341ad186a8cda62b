//! The least that a role needs for each way of loading: with it the load passes, and without any one
//! of it the load is refused before its first row is asked for, by a message that names it.

use super::Row;
use pg_bulk_ingest::{Batch, Delete, Error, ErrorKind, IngestTable, Upsert, Watermarks, ingest};
use std::convert::Infallible;
use tests::Database;
use tokio_postgres::Client;

/// The same table with a column more and an index: changed in place.
#[derive(IngestTable)]
#[ingest(schema = "s", table = "t")]
struct Wider {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(index)]
    more: Option<i32>,
}

/// The same table with a key of another type: rebuilt.
#[derive(IngestTable)]
#[ingest(schema = "s", table = "t")]
struct Rebuilt {
    #[ingest(primary_key)]
    id: i64,
}

#[derive(Debug, Clone, Copy)]
enum Load {
    Append,
    /// Appends, and stores a high watermark.
    Store,
    /// The same, where the high watermark is computed from the rows.
    StoreAfter,
    /// Appends, and stores a high watermark in a table.
    StoreInTable,
    Merge,
    /// Merges, and leaves the rows that are there.
    Keep,
    InPlace,
    Rebuild,
    Delete,
    Several,
}

/// What is there, what is granted, and what is lacking without it; of the last, nothing for what
/// changes how it is done and not whether it is.
type Case = (&'static str, Load, &'static [(&'static str, &'static str)]);

// Made by an ingest, so that it may be rebuilt.
const TABLE: &str = "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);
    COMMENT ON TABLE s.t IS '{\"pg-bulk-ingest\": {}}';
    INSERT INTO s.t VALUES (1); GRANT ALL ON s.t TO {role}";
const STATE: &str = "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);
    INSERT INTO s.t VALUES (1); CREATE SCHEMA ops; CREATE TABLE ops.state (table_schema text,
    table_name text, source text, high_watermark json, batch bigint, rows bigint,
    committed_at timestamptz)";
const BARE: &str = "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);
    INSERT INTO s.t VALUES (1)";

const USAGE: (&str, &str) = ("GRANT USAGE ON SCHEMA s TO {role}", r#"USAGE on schema "s""#);
const CREATE: (&str, &str) = ("GRANT CREATE ON SCHEMA s TO {role}", r#"CREATE on schema "s""#);
const TEMPORARY: (&str, &str) =
    ("GRANT TEMPORARY ON DATABASE {database} TO {role}", r#"TEMPORARY on database "{database}""#);
const SELECT: (&str, &str) = ("GRANT SELECT ON s.t TO {role}", "SELECT on the table");
const INSERT: (&str, &str) = ("GRANT INSERT ON s.t TO {role}", "INSERT on the table");
// A table that is all key has nothing to update.
const UPDATE: (&str, &str) = ("GRANT UPDATE ON s.t TO {role}", "");
const OWNER: &str = "ALTER TABLE s.t OWNER TO {role}";
const BOTH: &str = r#"CREATE and USAGE on schema "s""#;

const CASES: &[Case] = &[
    // A new table, in a schema that is there, and in one that is not.
    ("CREATE SCHEMA s", Load::Append, &[(USAGE.0, BOTH), (CREATE.0, BOTH)]),
    ("CREATE SCHEMA s", Load::Merge, &[(USAGE.0, BOTH), (CREATE.0, BOTH), TEMPORARY]),
    (
        "SELECT",
        Load::Append,
        &[("GRANT CREATE ON DATABASE {database} TO {role}", r#"CREATE on database "{database}""#)],
    ),
    (BARE, Load::Append, &[USAGE, INSERT]),
    (
        STATE,
        Load::StoreInTable,
        &[
            USAGE,
            INSERT,
            (
                "GRANT USAGE ON SCHEMA ops TO {role}",
                r#"USAGE on schema "ops", for the high watermarks"#,
            ),
            (
                "GRANT SELECT ON ops.state TO {role}",
                r#"SELECT on the table "ops"."state", for the high watermarks"#,
            ),
            (
                "GRANT INSERT ON ops.state TO {role}",
                r#"INSERT on the table "ops"."state", for the high watermarks"#,
            ),
            (
                "GRANT UPDATE ON ops.state TO {role}",
                r#"UPDATE on the table "ops"."state", for the high watermarks"#,
            ),
        ],
    ),
    (
        "CREATE SCHEMA s; CREATE SCHEMA ops; CREATE TABLE s.t (id int PRIMARY KEY);
        GRANT USAGE ON SCHEMA s TO {role}; GRANT INSERT ON s.t TO {role};
        GRANT USAGE ON SCHEMA ops TO {role}",
        Load::StoreInTable,
        &[(
            "GRANT CREATE ON SCHEMA ops TO {role}",
            r#"CREATE on schema "ops", for the high watermarks"#,
        )],
    ),
    (
        TABLE,
        Load::Store,
        &[USAGE, (OWNER, r#"the ownership of the table, which "{admin}" has, to comment on it"#)],
    ),
    (
        TABLE,
        Load::StoreAfter,
        &[USAGE, (OWNER, r#"the ownership of the table, which "{admin}" has, to comment on it"#)],
    ),
    (BARE, Load::Merge, &[USAGE, INSERT, SELECT, UPDATE, TEMPORARY]),
    (BARE, Load::Keep, &[USAGE, INSERT, SELECT, TEMPORARY]),
    (
        TABLE,
        Load::InPlace,
        &[
            USAGE,
            CREATE,
            TEMPORARY,
            (OWNER, r#"the ownership of the table, which "{admin}" has, to change it"#),
        ],
    ),
    (
        TABLE,
        Load::Rebuild,
        &[
            USAGE,
            CREATE,
            TEMPORARY,
            (OWNER, r#"the ownership of the table, which "{admin}" has, to change it"#),
        ],
    ),
    (
        TABLE,
        Load::Delete,
        &[USAGE, CREATE, (OWNER, r#"the ownership of the table, which "{admin}" has"#)],
    ),
    // Without CREATE all goes over one connection.
    (BARE, Load::Several, &[USAGE, INSERT, SELECT, UPDATE, TEMPORARY, (CREATE.0, "")]),
    // A member of the owner, who has to be able to own the table that takes its place.
    (
        "CREATE ROLE {role}_2; CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);
         INSERT INTO s.t VALUES (1); ALTER TABLE s.t OWNER TO {role}_2; GRANT {role}_2 TO {role};
         GRANT USAGE, CREATE ON SCHEMA s TO {role}",
        Load::Delete,
        &[("GRANT CREATE ON SCHEMA s TO {role}_2", r#"{role}_2: CREATE on schema "s""#)],
    ),
];

impl Load {
    async fn run(self, client: &mut Client, database: &Database) -> (Result<(), Error>, bool) {
        let mut pulled = false;
        let mut pull = |id: i32| {
            pulled = true;
            id
        };
        let done = match self {
            Self::Append => {
                let ingest = ingest::<Row>(client).upsert(Upsert::Off);
                let rows = (2..4).map(|id| Row { id: pull(id) });
                ingest.batches(|_| [Batch::new(rows)]).await.map(|_| ())
            }
            Self::Store => {
                let ingest = ingest::<Row>(client).upsert(Upsert::Off);
                let rows = (2..4).map(|id| Row { id: pull(id) });
                let batch = Batch::new(rows).high_watermark(1);
                ingest.batches(|_| [batch]).await.map(|_| ())
            }
            Self::StoreAfter => {
                let ingest = ingest::<Row>(client).upsert(Upsert::Off);
                let rows = (2..4).map(|id| Row { id: pull(id) });
                let batch = Batch::new(rows).high_watermark_after(|| 1);
                ingest.batches(|_| [batch]).await.map(|_| ())
            }
            Self::StoreInTable => {
                let ingest = ingest::<Row>(client).upsert(Upsert::Off);
                let ingest = ingest.watermarks(Watermarks::table("ops", "state"));
                let rows = (2..4).map(|id| Row { id: pull(id) });
                let batch = Batch::new(rows).high_watermark(1);
                ingest.batches(|_| [batch]).await.map(|_| ())
            }
            Self::Merge => {
                let rows = (2..4).map(|id| Row { id: pull(id) });
                ingest::<Row>(client).batches(|_| [Batch::new(rows)]).await.map(|_| ())
            }
            Self::Keep => {
                let ingest = ingest::<Row>(client).upsert(Upsert::KeepExisting);
                let rows = (2..4).map(|id| Row { id: pull(id) });
                ingest.batches(|_| [Batch::new(rows)]).await.map(|_| ())
            }
            Self::InPlace => {
                let rows = (2..4).map(|id| Wider { id: pull(id), more: None });
                ingest::<Wider>(client).batches(|_| [Batch::new(rows)]).await.map(|_| ())
            }
            Self::Rebuild => {
                let rows = (2..4).map(|id| Rebuilt { id: i64::from(pull(id)) });
                ingest::<Rebuilt>(client).batches(|_| [Batch::new(rows)]).await.map(|_| ())
            }
            Self::Delete => {
                let ingest = ingest::<Row>(client).upsert(Upsert::Off).delete(Delete::All);
                let rows = (2..4).map(|id| Row { id: pull(id) });
                ingest.batches(|_| [Batch::new(rows)]).await.map(|_| ())
            }
            Self::Several => {
                let further = || async { Ok::<_, Infallible>(database.connect_as("r").await) };
                let rows = (2..200_000).map(|id| Row { id: pull(id) });
                let ingest = ingest::<Row>(client).connections(2, further);
                ingest.batches(|_| [Batch::new(rows)]).await.map(|_| ())
            }
        };
        (done, pulled)
    }
}

/// A database in which a role has all of this but one.
async fn granted(fixture: &str, least: &[(&str, &str)], without: Option<usize>) -> Database {
    let database = Database::new().await;
    let name = database.name();
    database.execute(&format!("REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")).await;
    drop(database.connect_as("r").await);
    database.execute(&filled(&database, fixture)).await;
    for (position, (grant, _)) in least.iter().enumerate() {
        if without != Some(position) {
            database.execute(&filled(&database, grant)).await;
        }
    }
    database
}

fn filled(database: &Database, text: &str) -> String {
    text.replace("{role}", &database.role("r")).replace("{database}", database.name())
}

#[tokio::test]
async fn the_least_is_enough_and_each_of_it_is_needed() {
    for (fixture, load, least) in CASES {
        let database = granted(fixture, least, None).await;
        let mut client = database.connect_as("r").await;
        let (done, pulled) = load.run(&mut client, &database).await;
        assert!(pulled && done.is_ok(), "{load:?}: {done:?}");
        let loaded = "SELECT count(*) >= 2 FROM s.t WHERE id > 1";
        assert_eq!(database.row(loaded).await, "t", "{load:?}");
        for (position, (grant, missing)) in least.iter().enumerate() {
            let database = granted(fixture, least, Some(position)).await;
            let before = tests::snapshot(&database).await;
            let mut client = database.connect_as("r").await;
            let (done, pulled) = load.run(&mut client, &database).await;
            if missing.is_empty() {
                assert!(pulled && done.is_ok(), "{load:?} without {grant}: {done:?}");
                continue;
            }
            let error = done.unwrap_err();
            assert!(!pulled, "{load:?} without {grant}: a row was asked for");
            let ErrorKind::InsufficientPrivilege { role, missing: found } = error.kind() else {
                panic!("{load:?} without {grant}: {error:?}");
            };
            let admin = database.row("SELECT current_user").await;
            let expected = filled(&database, missing).replace("{admin}", &admin);
            let own = database.role("r");
            let (of, expected) = expected.split_once(": ").unwrap_or((&own, &expected));
            assert_eq!((role.as_str(), found.as_str()), (of, expected), "{load:?} without {grant}");
            tests::assert_same(&before, &tests::snapshot(&database).await, grant);
        }
    }
}

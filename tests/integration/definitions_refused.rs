//! What PostgreSQL does not take of a definition is refused before the first row is asked for, by an
//! error that says where in the definition it is.

use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, RowOf};
use std::iter;
use tests::{Database, ingest};
use tokio_postgres::error::SqlState;

/// What is checked of the error.
struct Refused {
    column: Option<&'static str>,
    /// What the statement contains.
    statement: &'static str,
    code: &'static str,
    /// What the server says.
    said: &'static str,
}

/// Loads a row, which is not to be asked for, into a table that does not exist or is as `live` says.
async fn check<T: IngestTable + RowOf<T> + Default>(live: &str, expected: Refused) {
    let Refused { column, statement, code, said } = expected;
    let database = Database::new().await;
    database.execute(live).await;
    let mut client = database.connect().await;
    let mut is_asked_for = false;
    let rows = iter::once_with(|| {
        is_asked_for = true;
        T::default()
    });
    let error = ingest::<T>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap_err();
    assert!(!is_asked_for, "{error}");
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error:#?}");
    assert_eq!(error.column(), column, "{error}");
    assert_eq!(error.code().map(SqlState::code), Some(code), "{error}");
    assert!(error.statement().is_some_and(|sql| sql.contains(statement)), "{error}");
    let text = error.to_string();
    assert!(text.contains(statement) && text.contains(said) && !text.contains('\n'), "{text}");
    // Nothing is left, and the client is usable.
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(database.row(tables).await, if live.is_empty() { "0" } else { "1" });
    client.batch_execute("SELECT 1").await.unwrap();
}

/// What a struct with a mistake is, and how it is refused: as a new table, and as one that exists.
macro_rules! refused {
    ($name:ident, { $($item:tt)* }, $expected:expr) => {
        #[tokio::test]
        async fn $name() {
            #[derive(IngestTable, Default)]
            $($item)*
            check::<T>("", $expected).await;
            check::<T>("CREATE TABLE t (id integer NOT NULL)", $expected).await;
        }
    };
}

refused!(
    a_misspelt_type,
    {
        #[ingest(table = "t")]
        struct T {
            id: i32,
            #[ingest(column = "the name", sql_type = "varchr(5)")]
            name: String,
            other: Option<i64>,
        }
    },
    Refused {
        column: Some("the name"),
        statement: r#""the name" varchr(5) NOT NULL"#,
        code: "42704",
        said: r#"type "varchr" does not exist"#,
    }
);

refused!(
    a_type_with_more_behind_it,
    {
        #[ingest(table = "t")]
        struct T {
            id: i32,
            ü: i32,
            #[ingest(sql_type = "varchar NOT")]
            name: Option<String>,
            other: Option<i64>,
        }
    },
    Refused {
        column: Some("name"),
        statement: r#""name" varchar NOT"#,
        code: "42601",
        said: r#"syntax error at or near ",""#,
    }
);

refused!(
    a_bad_default,
    {
        #[ingest(table = "t")]
        struct T {
            id: i32,
            #[ingest(default = "nextt()")]
            number: i32,
        }
    },
    Refused {
        column: Some("number"),
        statement: r#""number" integer NOT NULL DEFAULT nextt()"#,
        code: "42883",
        said: "function nextt() does not exist",
    }
);

// PostgreSQL says no position of it.
refused!(
    a_default_of_another_type,
    {
        #[ingest(table = "t")]
        struct T {
            id: i32,
            first: i32,
            #[ingest(default = "now()")]
            number: i32,
        }
    },
    Refused {
        column: Some("number"),
        statement: r#""number" integer NOT NULL DEFAULT now()"#,
        code: "42804",
        said: "default expression is of type timestamp with time zone",
    }
);

// Its text could be a value, if it were not the definition's.
refused!(
    a_default_that_is_no_value_of_the_type,
    {
        #[ingest(table = "t")]
        struct T {
            id: i32,
            #[ingest(default = "'x1y'")]
            number: i32,
        }
    },
    Refused {
        column: Some("number"),
        statement: r#""number" integer NOT NULL DEFAULT 'x1y'"#,
        code: "22P02",
        said: r#": "x1y""#,
    }
);

refused!(
    a_collation_that_does_not_exist,
    {
        #[ingest(table = "t")]
        struct T {
            id: i32,
            #[ingest(collate = "klingon")]
            name: String,
        }
    },
    Refused {
        column: Some("name"),
        statement: r#""name" text COLLATE klingon NOT NULL"#,
        code: "42704",
        said: r#"collation "klingon" for encoding "UTF8" does not exist"#,
    }
);

refused!(
    a_misspelt_index_expression,
    {
        #[ingest(table = "t", index(id), index(on(expr = "lowr(name)")))]
        struct T {
            id: i32,
            name: String,
        }
    },
    Refused {
        column: None,
        statement: r#"CREATE INDEX ON "#,
        code: "42883",
        said: "function lowr(text) does not exist",
    }
);

refused!(
    an_operator_class_that_does_not_exist,
    {
        #[ingest(table = "t")]
        struct T {
            id: i32,
            #[ingest(index(using = "gin", opclass = "gin_trgm"))]
            name: String,
        }
    },
    Refused {
        column: Some("name"),
        statement: r#"USING "gin" ("name" gin_trgm)"#,
        code: "42704",
        said: r#"operator class "gin_trgm" does not exist for access method "gin""#,
    }
);

refused!(
    a_method_that_does_not_index_the_type,
    {
        #[ingest(table = "t")]
        struct T {
            #[ingest(primary_key)]
            id: i32,
            #[ingest(index(using = "gist"))]
            number: i32,
        }
    },
    Refused {
        column: Some("number"),
        statement: r#"USING "gist" ("number")"#,
        code: "42704",
        said: "data type integer has no default operator class for access method",
    }
);

refused!(
    a_predicate_with_a_syntax_error,
    {
        #[ingest(table = "t", index(id, where = "id > > 0"))]
        struct T {
            id: i32,
        }
    },
    Refused {
        column: Some("id"),
        statement: "WHERE (id > > 0)",
        code: "42601",
        said: r#"syntax error at or near ">""#,
    }
);

//! Rows that one constraint refuses are found by one query.

use super::all;
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, NoWatermark, Rejects, SetAside, Upsert};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(Clone, IngestTable)]
#[ingest(table = "part")]
struct Part {
    #[ingest(primary_key)]
    id: i32,
    item: Option<i32>,
    colour: Option<String>,
    size: Option<i32>,
}

fn part(id: i32, item: i32, size: i32) -> Part {
    let some = |value| Some(value).filter(|value| *value >= 0);
    Part { id, item: some(item), colour: Some("red".to_owned()), size: some(size) }
}

const TABLES: &str = "
    CREATE TABLE item (id int, colour text, PRIMARY KEY (id, colour));
    INSERT INTO item VALUES (1, 'red'), (2, 'red');
    CREATE TABLE part (id int PRIMARY KEY, item int, colour text, size int NOT NULL CHECK (size < 900),
        FOREIGN KEY (item, colour) REFERENCES item);
    CREATE SEQUENCE statements;
    CREATE FUNCTION tally() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval('statements'); RETURN NULL; END $$;
    CREATE TRIGGER tally BEFORE INSERT ON part FOR EACH STATEMENT EXECUTE PROCEDURE tally();";

/// Ingests them, and returns the numbers of the rows that are set aside, in order.
async fn load(client: &mut Client, rows: &[Part], upsert: Upsert) -> Vec<u64> {
    let set_aside = SetAside { into: Rejects::table(), ..all() };
    let ingest = ingest::<Part>(client).upsert(upsert).set_aside(set_aside);
    let batch = |_: Option<NoWatermark>| Batch::new(rows);
    let report = ingest.batches(batch).await.unwrap();
    let mut rows = report.rejects().iter().map(|rejected| rejected.row).collect::<Vec<_>>();
    rows.sort_unstable();
    rows
}

#[tokio::test]
async fn hundreds_take_a_few_merges() {
    for upsert in [Upsert::IfPrimaryKey, Upsert::KeepExisting, Upsert::Off] {
        let database = Database::new().await;
        database.execute(TABLES).await;
        let mut client = database.connect().await;
        let mut rows = Vec::new();
        for id in 1..=1_000 {
            rows.push(match id % 10 {
                0 => part(id, 1, -1),
                3 => part(id, 1, 900),
                5 => part(id, 3, 1),
                // The encoder refuses it, so that those after it have other numbers than they are sent with.
                7 if id < 100 => Part { colour: Some("\0".to_owned()), ..part(id, 1, 1) },
                8 => part(id, -1, 1),
                _ => part(id, 2, 1),
            });
        }
        let expected =
            (1..=1_000).filter(|id| [0, 3, 5].contains(&(id % 10)) || id % 10 == 7 && *id < 100);
        assert_eq!(
            load(&mut client, &rows, upsert).await,
            expected.collect::<Vec<u64>>(),
            "{upsert:?}"
        );
        assert_eq!(database.row("SELECT count(*) FROM part").await, "690");
        let statements = database.row("SELECT last_value FROM statements").await;
        assert!(statements.parse::<u32>().unwrap() <= 15, "{upsert:?}: {statements}");
        let kept = "SELECT sqlstate, column_name, count(*), min(row_number), count(DISTINCT row ->> 'id'),
            bool_and((row ->> 'id')::int8 = row_number) FROM part_rejected GROUP BY 1, 2 ORDER BY 1, 2";
        let of_code = [
            "23502|size|100|10|100|t",
            "23503|∅|100|5|100|t",
            "23514|size|100|3|100|t",
            "∅|colour|10|7|0|∅",
        ];
        assert_eq!(database.rows(kept).await, of_code);
    }
}

#[tokio::test]
async fn over_budget_nothing_is_kept_of_them() {
    let database = Database::new().await;
    database.execute(TABLES).await;
    let mut client = database.connect().await;
    let rows = (1..=100).map(|id| part(id, 1, 900)).collect::<Vec<_>>();
    for at_most in [0, 50, 99] {
        let set_aside = SetAside { at_most, into: Rejects::table(), ..all() };
        let ingest = ingest::<Part>(&mut client).set_aside(set_aside);
        let error = ingest.batches(|_: Option<NoWatermark>| Batch::new(&rows)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TooManyRejected { .. }), "{error}");
        assert_eq!(error.row(), Some(at_most + 1));
    }
    assert_eq!(
        database.row("SELECT count(*), to_regclass('part_rejected') FROM part").await,
        "0|∅"
    );
    // Without a budget the first of them is the error's.
    let error =
        ingest::<Part>(&mut client).batches(|_: Option<NoWatermark>| Batch::new(&rows)).await;
    let error = error.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(1), Some("size")));
}

/// What is not written is not refused, and what becomes another row by then is not judged before.
#[tokio::test]
async fn only_rows_that_are_written_as_they_came() {
    let database = Database::new().await;
    database.execute(TABLES).await;
    database
        .execute(
            "INSERT INTO part VALUES (1, 1, 'red', 50), (2, 1, 'red', 5);
            ALTER TABLE part ADD CHECK (size < 40) NOT VALID",
        )
        .await;
    let mut client = database.connect().await;
    // The first is there alike, and of the last two only the second counts.
    let rows = [part(1, 1, 50), part(3, 1, 50), part(4, 1, 50), part(4, 1, 5)];
    assert_eq!(load(&mut client, &rows, Upsert::IfPrimaryKey).await, [2]);
    assert_eq!(
        database.row("SELECT string_agg(id || ' ' || size, ',' ORDER BY id) FROM part").await,
        "1 50,2 5,4 5"
    );
    // A trigger mends some of them.
    database
        .execute(
            "CREATE FUNCTION mend() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.size = 50 THEN NEW.size = 6; END IF; RETURN NEW; END $$;
            CREATE TRIGGER mend BEFORE INSERT ON part FOR EACH ROW EXECUTE PROCEDURE mend()",
        )
        .await;
    let rows = [part(11, 1, 50), part(12, 1, 60), part(13, 1, 50), part(14, 1, 70)];
    assert_eq!(load(&mut client, &rows, Upsert::IfPrimaryKey).await, [2, 4]);
    assert_eq!(database.row("SELECT count(*) FROM part WHERE size = 6").await, "2");
}

#[tokio::test]
async fn what_no_query_tells_is_looked_for_row_by_row() {
    let database = Database::new().await;
    database.execute(TABLES).await;
    database
        .execute(
            "ALTER TABLE part ADD weight int NOT NULL DEFAULT 1, ADD CHECK (size * weight < 40),
                ADD CONSTRAINT divided CHECK (100 / (size - 3) > 2 OR size > 30);
            CREATE TABLE other (id int CONSTRAINT named CHECK (id < 10));
            ALTER TABLE part ADD CONSTRAINT named CHECK (id < 1000);
            CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO other VALUES (NEW.size); RETURN NULL; END $$;
            CREATE TRIGGER copy AFTER INSERT ON part FOR EACH ROW WHEN (NEW.size > 9) EXECUTE PROCEDURE copy()",
        )
        .await;
    let mut client = database.connect().await;
    // Of a column that does not come; a division by zero; a constraint of this name of another table.
    let rows = [
        part(1, 1, 50),
        part(2, 1, 3),
        part(3, 1, 4),
        part(4, 1, 35),
        part(5, 1, 5),
        part(6, 1, 60),
    ];
    assert_eq!(load(&mut client, &rows, Upsert::IfPrimaryKey).await, [1, 2, 4, 6]);
    assert_eq!(database.row("SELECT string_agg(id::text, ',') FROM part").await, "3,5");
}

/// A row that a policy hides is there to be referred to.
#[tokio::test]
async fn a_row_that_is_hidden_is_referred_to() {
    let database = Database::new().await;
    let role = database.role("r");
    database
        .execute(&format!(
            "{TABLES}; ALTER TABLE item ENABLE ROW LEVEL SECURITY; CREATE ROLE {role} LOGIN;
            CREATE POLICY first ON item USING (id = 1);
            GRANT SELECT ON item TO {role}; GRANT SELECT, INSERT, UPDATE ON part TO {role};
            GRANT USAGE ON SEQUENCE statements TO {role}; GRANT CREATE ON SCHEMA public TO {role}"
        ))
        .await;
    let mut client = database.connect_as("r").await;
    let rows = [part(1, 1, 1), part(2, 2, 1), part(3, 3, 1), part(4, 2, 1), part(5, 4, 1)];
    assert_eq!(load(&mut client, &rows, Upsert::IfPrimaryKey).await, [3, 5]);
    assert_eq!(database.row("SELECT count(*) FROM part").await, "3");
}

#[tokio::test]
async fn in_a_partitioned_table() {
    if tests::version() < 11 {
        return;
    }
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE part (id int PRIMARY KEY, item int, colour text, size int NOT NULL CHECK (size < 900))
                PARTITION BY RANGE (id);
            CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (50);
            CREATE TABLE part2 PARTITION OF part (CONSTRAINT own CHECK (item < 8)) FOR VALUES FROM (50) TO (100)",
        )
        .await;
    let mut client = database.connect().await;
    let rows = [
        part(1, 1, 900),
        part(2, 9, 1),
        part(51, 1, 901),
        part(52, 9, 1),
        part(53, 1, -1),
        part(54, 1, 1),
    ];
    assert_eq!(load(&mut client, &rows, Upsert::IfPrimaryKey).await, [1, 3, 4, 5]);
    assert_eq!(
        database.row("SELECT string_agg(id::text, ',' ORDER BY id) FROM part").await,
        "2,54"
    );
}

/// Of rows that exclude each other the first is loaded.
#[tokio::test]
async fn one_that_is_refused_because_of_another_of_its_batch() {
    let distinct = |id, size| part(id, 1, size);
    for (constraint, upsert, rows, expected) in [
        ("", Upsert::Off, [distinct(1, 1), distinct(2, 2), distinct(1, 3), distinct(2, 4)], [3, 4]),
        (
            "ALTER TABLE part ADD UNIQUE (size)",
            Upsert::IfPrimaryKey,
            [distinct(1, 1), distinct(2, 1), distinct(3, 2), distinct(4, 1)],
            [2, 4],
        ),
        (
            "ALTER TABLE part ADD EXCLUDE USING btree (size WITH =)",
            Upsert::KeepExisting,
            [distinct(1, 1), distinct(2, 1), distinct(3, 2), distinct(4, 1)],
            [2, 4],
        ),
    ] {
        let database = Database::new().await;
        database.execute(&format!("{TABLES}; {constraint}")).await;
        let mut client = database.connect().await;
        assert_eq!(load(&mut client, &rows, upsert).await, expected, "{constraint} {upsert:?}");
        assert_eq!(database.row("SELECT count(*) FROM part").await, "2");
    }
}

/// One is alone refused, but for another reason than all were at first.
#[tokio::test]
async fn of_two_reasons_the_last_row_has_the_other() {
    let database = Database::new().await;
    database.execute(TABLES).await;
    let mut client = database.connect().await;
    let rows = [part(3, -1, 1), part(3, -1, 1), part(17, -1, 900)];
    assert_eq!(load(&mut client, &rows, Upsert::Off).await, [2, 3]);
}

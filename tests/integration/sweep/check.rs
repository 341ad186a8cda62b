//! What has to hold after a fault.

use super::scenario::Scenario;
use super::source::Source;
use pg_bulk_ingest::{Error, ErrorKind, Outcome};
use tests::keeps_in_table;
use tokio_postgres::Client;

/// What there is, as text: the rows and comments of all tables, and the catalog's word on all that
/// depends on them, without the ids that PostgreSQL gives. Partitions are not looked at but for their
/// rows: those that were made for a batch stay if it fails.
const LOOK: &str = r#"
    CREATE SCHEMA look;
    CREATE FUNCTION look.state() RETURNS text LANGUAGE plpgsql AS $look$
    DECLARE
        said text := '';
        one text;
        found record;
    BEGIN
        FOR found IN
            SELECT c.oid::regclass AS name, c.relkind, c.relowner::regrole AS owner, c.relacl,
                c.relpersistence, obj_description(c.oid, 'pg_class') AS comment
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'look', 'harness')
                AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
                AND c.relname NOT LIKE 'pg\_bulk\_ingest\_%'
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'e' AND d.objid = c.oid)
                AND NOT c.relispartition
            ORDER BY c.oid::regclass::text
        LOOP
            said := said || format(E'%s %s %s %s %s %s\n', found.name, found.relkind, found.owner,
                found.relacl, found.relpersistence, found.comment);
            IF found.relkind IN ('r', 'p') THEN
                -- when a high watermark was stored, or a row set aside, differs each time
                EXECUTE format('SELECT string_agg(left(j, 30) || md5(j), E''\n'' ORDER BY j)
                    FROM (SELECT (to_jsonb(t) - ''committed_at'' - %L::text[])::text FROM %s t) rows (j)',
                    CASE WHEN found.name::text LIKE '%\_rejected' THEN '{at,batch}' ELSE '{}' END,
                    found.name) INTO one;
                said := said || coalesce(one, 'no rows') || E'\n';
            END IF;
        END LOOP;
        SELECT string_agg(line, E'\n' ORDER BY line) INTO one FROM (
            SELECT pg_get_indexdef(c.oid) FROM pg_class c
            WHERE c.relnamespace = to_regnamespace('shop') AND c.relkind IN ('i', 'I')
                AND NOT c.relispartition
            UNION ALL
            SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = to_regnamespace('shop')
                AND conrelid::regclass::text NOT LIKE '%pg\_bulk\_ingest\_%'
                AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = conrelid AND c.relispartition)
            UNION ALL
            SELECT attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
                || attnotnull || coalesce(attacl::text, '')
            FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = to_regnamespace('shop') AND attnum > 0 AND NOT attisdropped
                AND relname NOT LIKE 'pg\_bulk\_ingest\_%' AND NOT relispartition
            UNION ALL
            SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
            WHERE relnamespace = to_regnamespace('shop') AND NOT tgisinternal
            UNION ALL
            SELECT definition FROM pg_views WHERE schemaname = 'shop'
        ) AS hanging (line);
        RETURN said || coalesce(one, '');
    END $look$;"#;

/// Tables of further connections: after a fault, which may be theirs, the next run drops them.
const PARTS: &str = "SELECT relname FROM pg_class WHERE relname LIKE 'pg\\_bulk\\_ingest\\_%'";

/// Locks and prepared transactions that somebody left.
const ORPHANS: &str = "
    SELECT l.locktype || ' ' || l.mode || ' ' || coalesce(l.relation::regclass::text, '') || ' '
        || coalesce(a.query, '')
    FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
    WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
    UNION ALL
    SELECT gid FROM pg_prepared_xacts WHERE database = current_database()";

/// What there was, and is to be, after each number of batches.
#[derive(Debug)]
pub(super) struct States {
    scenario: &'static Scenario,
    whole: Vec<String>,
    comments: Vec<String>,
    visible: Vec<String>,
}

/// Makes what there is before the scenario.
pub(super) async fn reset(admin: &Client, scenario: &Scenario) {
    let empty = "SET client_min_messages = warning; DROP SCHEMA IF EXISTS shop CASCADE;
        CREATE SCHEMA shop;";
    let none = if keeps_in_table() { "TRUNCATE harness.high_watermarks;" } else { "" };
    admin.batch_execute(&format!("{empty} {none} {}", scenario.before)).await.unwrap();
}

async fn state(admin: &Client) -> String {
    // How often one was stored differs where an ingest deletes what was there, and is run again.
    let stored = "SELECT look.state() || E'\n' || (SELECT coalesce(string_agg(
            table_name || source || coalesce(high_watermark::text, ''), ',' ORDER BY table_name), '')
        FROM harness.high_watermarks)";
    let state = if keeps_in_table() { stored } else { "SELECT look.state()" };
    tests::rows(admin, state).await.remove(0)
}

/// The comments on tables, but for what is recorded there of changes.
async fn comments(admin: &Client) -> String {
    let comments = "SELECT string_agg(CASE WHEN comment LIKE '{%'
            THEN (comment::jsonb #- '{pg-bulk-ingest,made}')::text ELSE comment END,
            ', ' ORDER BY relname)
        FROM pg_class CROSS JOIN LATERAL obj_description(oid, 'pg_class') comment
        WHERE relnamespace = to_regnamespace('shop') AND relkind IN ('r', 'p')
        AND relname NOT LIKE 'pg\\_bulk\\_ingest\\_%'";
    tests::rows(admin, comments).await.remove(0)
}

/// What a reader sees; nothing if there is no table.
pub(super) async fn visible(client: &Client, scenario: &Scenario) -> String {
    match client.simple_query(scenario.visible).await {
        Ok(messages) => {
            let row = messages.iter().find_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => {
                    let columns = (0..row.len()).map(|i| row.get(i).unwrap_or("∅"));
                    Some(columns.collect::<Vec<_>>().join("|"))
                }
                _ => None,
            });
            row.unwrap_or_default()
        }
        Err(error) => {
            // No table, no schema; or it was dropped when its name had been looked up.
            let code = error.code().map(tokio_postgres::error::SqlState::code);
            let is_gone = matches!(code, Some("42P01" | "3F000" | "XX000"));
            assert!(is_gone, "{}: {error:?}", scenario.name);
            "no table".to_owned()
        }
    }
}

impl States {
    /// Runs the scenario without faults.
    pub(super) async fn of(scenario: &'static Scenario, url: &str, admin: &Client) -> Self {
        admin.batch_execute(LOOK).await.unwrap();
        let mut states =
            Self { scenario, whole: Vec::new(), comments: Vec::new(), visible: Vec::new() };
        reset(admin, scenario).await;
        states.remember(admin).await;
        let first = if scenario.is_visible_by_batch { 1 } else { scenario.batches };
        for batches in first..=scenario.batches {
            reset(admin, scenario).await;
            let mut client = tests::connect(url).await;
            (scenario.run)(&mut client, Source::new(batches, url)).await.unwrap();
            drop(client);
            states.remember(admin).await;
        }
        states
    }

    async fn remember(&mut self, admin: &Client) {
        self.whole.push(state(admin).await);
        self.comments.push(comments(admin).await);
        self.visible.push(visible(admin, self.scenario).await);
    }

    /// Whether a reader may see this: whole batches (I3).
    pub(super) fn may_be_seen(&self, seen: &str) -> bool {
        self.visible.iter().any(|visible| visible == seen)
    }

    /// I1, I2, I6 and I7 after a run: how many batches are there, and whether they may be.
    pub(super) async fn check(&self, admin: &Client, ran: &Ran) -> Result<(), String> {
        let now = state(admin).await;
        let all = self.whole.len() - 1;
        let expected = match ran {
            Ran::Ended(Ok(())) => Some(all),
            // That of a writer is in no batch.
            Ran::Ended(Err(error))
                if matches!(error.kind(), ErrorKind::Source) && error.batch().is_none() =>
            {
                None
            }
            Ran::Ended(Err(error)) => {
                let outcome = error.resolve(admin).await.map_err(|error| format!("{error:?}"))?;
                let committed = match outcome {
                    Outcome::RolledBack => 0,
                    Outcome::Committed => 1,
                    Outcome::InProgress => return Err("the session is gone, its commit not".into()),
                };
                if self.scenario.is_visible_by_batch {
                    let before = error.batch().map_or(0, |batch| batch - 1);
                    Some(usize::try_from(before).unwrap() + committed)
                } else {
                    Some(committed)
                }
            }
            Ran::Interrupted => None,
        };
        let is_whole = match expected {
            Some(expected) => self.whole.get(expected) == Some(&now),
            None => self.whole.contains(&now),
        };
        // What is changed in place is committed step by step: then the rows and comments count.
        let is_migrating = self.scenario.migrates_before && expected.unwrap_or(0) == 0 && {
            let rows = [self.comments[0].as_str(), self.visible[0].as_str()];
            rows == [comments(admin).await.as_str(), visible(admin, self.scenario).await.as_str()]
        };
        if is_whole || is_migrating {
            return Ok(());
        }
        let found = self.whole.iter().position(|state| *state == now);
        Err(format!("state {expected:?} expected, {found:?} found: {now}"))
    }

    /// I4 and I5: running again gives what it always gives, and leaves nothing behind.
    pub(super) async fn converge(
        &self,
        admin: &Client,
        mut client: Client,
        url: &str,
    ) -> Result<(), String> {
        let source = Source::new(self.scenario.batches, url);
        let ran = (self.scenario.run)(&mut client, source).await;
        ran.map_err(|error| format!("running again failed: {error:?}"))?;
        let now = state(admin).await;
        if self.whole.last() != Some(&now) {
            return Err(format!("running again did not converge: {now}"));
        }
        let mut orphans = tests::rows(admin, PARTS).await;
        orphans.extend(tests::rows(admin, ORPHANS).await);
        if !orphans.is_empty() {
            return Err(format!("left behind: {orphans:?}"));
        }
        Ok(())
    }
}

/// How a run ended.
#[derive(Debug)]
pub(super) enum Ran {
    Ended(Result<(), Error>),
    /// Its future was dropped, or a panic went through it.
    Interrupted,
}

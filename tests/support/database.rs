//! A database of one test.

use crate::SERVER;
use crate::stores::{IN_COMMENT, IN_TABLE, keeps_in_table, without_named};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, mpsc};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// What every test's database has: made once, and cloned for each.
const TEMPLATE: &str = "
    CREATE EXTENSION citext;
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
    CREATE DOMAIN short_text AS varchar(8);
    CREATE DOMAIN filled_text AS text NOT NULL;
    CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
";

/// What a session has that is unlike every other: what PostgreSQL prints, reads and casts by it is
/// not what the library expects, unless it says so.
const ODD: &str = "
    SET DateStyle = 'German, DMY'; SET IntervalStyle = sql_standard; SET TimeZone = 'Asia/Kathmandu';
    SET extra_float_digits = -5; SET bytea_output = escape; SET quote_all_identifiers = on;
    SET array_nulls = off; SET xmloption = document; SET standard_conforming_strings = off;
    SET escape_string_warning = off; SET backslash_quote = off; SET transform_null_equals = on;
    SET check_function_bodies = off; SET constraint_exclusion = on; SET synchronize_seqscans = off;
    SET default_transaction_deferrable = on; SET timezone_abbreviations = 'India';
    SET plan_cache_mode = force_generic_plan; SET default_statistics_target = 1;
    SET client_min_messages = error; SET password_encryption = md5; SET search_path = public, pg_catalog;
";

/// A database of one test. It is dropped with the value.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// A new database, the same for every test.
    pub async fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let prefix = format!("ingest_test_{}", std::process::id());
        let name = format!("{prefix}_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        if SERVER.is_ours() {
            create(&name, &template(&prefix).await).await;
            return Self { name };
        }
        // A template would be left behind on a server that is not the tests' own.
        create(&name, "template0").await;
        let database = Self { name };
        database.execute(&made_once()).await;
        database
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        SERVER.url(&self.name)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A new connection, whose settings are the odd ones if the environment has `ODD_SETTINGS`.
    pub async fn connect(&self) -> Client {
        let client = connect(&self.url()).await;
        set_odd(&client).await;
        client
    }

    /// A new connection of a role that is made for it, of this name, unique in the server.
    pub async fn connect_as(&self, role: &str) -> Client {
        let role = self.role(role);
        let admin = connect(&self.url()).await;
        let exists = format!("SELECT 1 FROM pg_roles WHERE rolname = '{role}'");
        if rows(&admin, &exists).await.is_empty() {
            admin.batch_execute(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
        }
        let mut config = config(&self.url());
        let (client, connection) = config.user(&role).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        set_odd(&client).await;
        client
    }

    /// The name of a role made for this database.
    #[must_use]
    pub fn role(&self, role: &str) -> String {
        format!("{}_{role}", self.name)
    }

    /// Runs statements on a connection of their own.
    pub async fn execute(&self, sql: &str) {
        let client = connect(&self.url()).await;
        client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    }

    /// Runs a query on a connection of its own: rows of text, columns joined by `|`.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        rows(&connect(&self.url()).await, sql).await
    }

    /// The same where one row is expected.
    pub async fn row(&self, sql: &str) -> String {
        let mut rows = self.rows(sql).await;
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.remove(0)
    }
}

impl Drop for Database {
    /// Hundreds of databases are gigabytes, so none is left for the end. The next test does not
    /// wait for it, unless the server stays when the tests are over.
    fn drop(&mut self) {
        let (done, is_done) = mpsc::channel();
        let sent = DROPPED.send((self.name.clone(), done));
        if sent.is_ok() && !SERVER.is_ours() {
            let _ = is_done.recv();
        }
    }
}

/// Makes in a database that is not one of these what every one of these has for the tests' own use.
pub async fn prepare(client: &Client) {
    client.batch_execute(harness()).await.unwrap();
}

fn harness() -> &'static str {
    if keeps_in_table() { IN_TABLE } else { IN_COMMENT }
}

fn made_once() -> String {
    format!("{TEMPLATE}{}", harness())
}

/// Drops the databases whose names it is sent, one after another, and says when each is gone.
static DROPPED: LazyLock<mpsc::Sender<(String, mpsc::Sender<()>)>> = LazyLock::new(|| {
    let (sender, receiver) = mpsc::channel::<(String, mpsc::Sender<()>)>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for (name, done) in receiver {
            runtime.block_on(drop_database(&name));
            let _ = done.send(());
        }
    });
    sender
});

/// Ends the sessions of a database and drops it, if the server can: not with a prepared
/// transaction, nor if a test has stopped the server.
async fn drop_database(name: &str) {
    let url = SERVER.url("postgres");
    let Ok((client, connection)) = tokio_postgres::connect(&url, NoTls).await else { return };
    tokio::spawn(connection);
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let _ = client.batch_execute(&end).await;
    let _ = client.batch_execute(&format!("DROP DATABASE {name}")).await;
}

async fn create(name: &str, template: &str) {
    let admin = connect(&SERVER.url("postgres")).await;
    admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
}

async fn template(prefix: &str) -> String {
    static TEMPLATE_NAME: OnceCell<String> = OnceCell::const_new();
    let create = async {
        let name = format!("{prefix}_template");
        create(&name, "template0").await;
        // The connection has to be gone before the template can be cloned.
        let (client, connection) =
            tokio_postgres::connect(&SERVER.url(&name), NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&made_once()).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        let admin = connect(&SERVER.url("postgres")).await;
        let sql = format!("SELECT 1 FROM pg_stat_activity WHERE datname = '{name}'");
        while !rows(&admin, &sql).await.is_empty() {
            tokio::task::yield_now().await;
        }
        name
    };
    TEMPLATE_NAME.get_or_init(|| create).await.clone()
}

/// Gives a session the odd settings, those that its server has, if they are asked for.
async fn set_odd(client: &Client) {
    if std::env::var_os("ODD_SETTINGS").is_none() {
        return;
    }
    let known = "SELECT name FROM pg_catalog.pg_settings";
    let known = rows(client, known).await;
    let names = ODD.split(';').map(str::trim);
    let is_known = |set: &&str| {
        set.split_ascii_whitespace().nth(1).is_some_and(|name| known.iter().any(|one| one == name))
    };
    let set = names.filter(is_known).collect::<Vec<_>>().join(";");
    client.batch_execute(&set).await.unwrap_or_else(|error| panic!("{error:?}: {set}"));
}

/// A connection to a database by its URL.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What a URL says.
pub(crate) fn config(url: &str) -> tokio_postgres::Config {
    url.parse().unwrap()
}

/// Runs a query: rows of text, columns joined by `|`, NULL as `∅`.
///
/// Of a table's comment it leaves out what was made of the table, and where its high watermarks are, which
/// most tests do not mean.
pub async fn rows(client: &Client, sql: &str) -> Vec<String> {
    let messages = client.simple_query(sql).await;
    let messages = messages.unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    let row = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => {
            let columns = (0..row.len()).map(|i| left(row.get(i).unwrap_or("∅")));
            Some(columns.collect::<Vec<_>>().join("|"))
        }
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}

fn left(text: &str) -> String {
    without_named(&without_made(text))
}

/// A comment without what it says that was made of its table; `∅` if it says nothing else.
fn without_made(text: &str) -> String {
    let Some((before, rest)) = text.split_once(r#""made": {"#) else { return text.to_owned() };
    let Some((_, after)) = rest.split_once('}') else { return text.to_owned() };
    let before = before.trim_end();
    let rest = match after.strip_prefix(", ") {
        Some(after) => format!("{before}{after}"),
        None => format!("{}{after}", before.strip_suffix(',').unwrap_or(before)),
    };
    if rest == r#"{"pg-bulk-ingest": {}}"# { "∅".to_owned() } else { rest }
}

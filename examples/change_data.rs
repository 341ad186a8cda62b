//! Change data: what happens to a table of one database, as PostgreSQL's logical decoding tells it, is applied
//! to a table of another. The program that applies it is killed by SIGKILL again and again while others
//! write, and goes on where it was. In the end both tables are equal.
//!
//! `cargo run --example change_data` starts a throw-away server, as it needs one with `wal_level = logical`.

mod scratch {
    pub(crate) mod client;
}
mod replication {
    pub(crate) mod pgoutput;
}

use anyhow::{Context, ensure};
use local_postgres::LocalPostgres;
use pg_bulk_ingest::{Change, IngestTable, ingest};
use replication::pgoutput::{self, Message, Tuple};
use scratch::client::connect;
use std::process::{Child, Command};
use std::time::Duration;
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "accounts")]
struct Account {
    #[ingest(primary_key)]
    id: i64,
    owner: String,
    balance: Option<i64>,
}

impl Account {
    fn of(tuple: &Tuple<'_>) -> anyhow::Result<Self> {
        let [Some(id), Some(owner), balance] = tuple.as_slice() else {
            anyhow::bail!("the columns are not those of an account");
        };
        let balance = balance.map(str::parse).transpose()?;
        Ok(Self { id: id.parse()?, owner: (*owner).to_owned(), balance })
    }
}

fn key(tuple: &Tuple<'_>) -> anyhow::Result<i64> {
    Ok(tuple.first().copied().flatten().context("a key is NULL")?.parse()?)
}

/// The transactions that ended after this position of the log: their changes, in order, and where the last
/// of them ended. A look leaves the slot as it is.
async fn read(
    source: &Client,
    after: Option<i64>,
) -> anyhow::Result<(Vec<Change<'static, Account>>, Option<i64>)> {
    let sql = "SELECT data FROM pg_logical_slot_peek_binary_changes(\
        'copy', NULL, 2000, 'proto_version', '1', 'publication_names', 'copy')";
    let (mut changes, mut transaction, mut end) = (Vec::new(), Vec::new(), None);
    for row in source.query(sql, &[]).await? {
        match pgoutput::read(row.get(0))? {
            Message::Insert(row) => transaction.push(Change::Put(Account::of(&row)?)),
            Message::Update(before, row) => {
                let before = before.as_ref().map(key).transpose()?;
                transaction.extend(before.map(Change::Delete));
                transaction.push(Change::Put(Account::of(&row)?));
            }
            Message::Delete(row) => transaction.push(Change::Delete(key(&row)?)),
            Message::Commit(position) if after.is_none_or(|after| position > after) => {
                changes.append(&mut transaction);
                end = Some(position);
            }
            // It was applied before.
            Message::Commit(_) => transaction.clear(),
            Message::Other => {}
        }
    }
    Ok((changes, end))
}

/// Applies what there is, batch by batch. The high watermark is committed with the changes; only then the slot
/// is let go on, so that nothing is lost, and what is read again is known by its position.
async fn apply(source: &Client, target: &mut Client) -> anyhow::Result<()> {
    let mut session = ingest::<Account>(target).start::<i64>().await?;
    loop {
        let (changes, end) = read(source, session.high_watermark().copied()).await?;
        let Some(end) = end else { break };
        let mut batch = session.batch().await?;
        batch.write_all(changes).await?;
        batch.commit(end).await?;
        let end = format!("{:X}/{:X}", end >> 32, end & 0xffff_ffff);
        let advance = format!("SELECT pg_replication_slot_advance('copy', '{end}')");
        source.batch_execute(&advance).await?;
    }
    session.finish().await?;
    Ok(())
}

/// One transaction of those who use the accounts.
async fn work(source: &Client, n: i64) -> anyhow::Result<()> {
    let sql = format!(
        "BEGIN;
         INSERT INTO accounts SELECT id, 'owner ' || id, id FROM generate_series({n}, {n} + 9) AS id
             ON CONFLICT DO NOTHING;
         UPDATE accounts SET balance = nullif(balance, {n}) + {n} WHERE id % 7 = {n} % 7;
         DELETE FROM accounts WHERE id % 11 = {n} % 11;
         UPDATE accounts SET id = id + 100000 WHERE id = {n} - 3;
         COMMIT"
    );
    Ok(source.batch_execute(&sql).await?)
}

/// This program again, which applies what there is until it is killed.
fn spawn(url: &str) -> anyhow::Result<Child> {
    Ok(Command::new(std::env::current_exe()?).args(["apply", url]).spawn()?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = |server: &str, database: &str| format!("{server}{database}");
    if let Some(server) = std::env::args().nth(2) {
        let source = connect(&url(&server, "source")).await?;
        let mut target = connect(&url(&server, "target")).await?;
        loop {
            apply(&source, &mut target).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let server = LocalPostgres::builder().setting("wal_level", "logical").start()?;
    let admin = connect(&server.default_url()).await?;
    admin.batch_execute("CREATE DATABASE source").await?;
    admin.batch_execute("CREATE DATABASE target").await?;
    let server_url = server.url("");
    let source = connect(&url(&server_url, "source")).await?;
    source
        .batch_execute(
            "CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, balance bigint);
             CREATE PUBLICATION copy FOR TABLE accounts",
        )
        .await?;
    source.batch_execute("SELECT pg_create_logical_replication_slot('copy', 'pgoutput')").await?;

    let mut kills = 0;
    for round in 0..8 {
        let mut child = spawn(&server_url)?;
        for n in 0..40 {
            work(&source, round * 200 + n * 5).await?;
        }
        child.kill()?;
        child.wait()?;
        kills += 1;
    }
    println!("killed {kills} times");
    let mut target = connect(&url(&server_url, "target")).await?;
    // The session of one that was killed holds the slot until the server notices.
    while source
        .query_one("SELECT active FROM pg_replication_slots WHERE slot_name = 'copy'", &[])
        .await?
        .get(0)
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    apply(&source, &mut target).await?;

    let all = "SELECT count(*), md5(string_agg(a::text, ' ' ORDER BY id)) FROM accounts AS a";
    let [ours, theirs] = [source.query_one(all, &[]).await?, target.query_one(all, &[]).await?];
    let text = |row: &tokio_postgres::Row| (row.get::<_, i64>(0), row.get::<_, String>(1));
    println!("source: {:?}\ntarget: {:?}", text(&ours), text(&theirs));
    ensure!(text(&ours) == text(&theirs), "the tables differ");
    Ok(())
}

//! The only code that sends messages to the server. An answer is waited for as long as the session's timeout
//! allows; what is late is given up.
//!
//! A message is sent when its future is polled first. Futures that are joined are sent in their order, in one
//! round trip.

use crate::deadline::{answer, answer_at_once, answer_attempt};
use crate::error::Failure;
use bytes::Bytes;
use futures_util::{FutureExt, Sink, SinkExt, TryStreamExt};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{
    Client, CopyInSink, GenericClient, IsolationLevel, Row, SimpleQueryMessage, SimpleQueryStream,
    Statement, ToStatement, Transaction,
};

/// Runs statements, and returns what the server answers to each.
pub(crate) async fn query<C: GenericClient + Sync>(
    on: &C,
    sql: &str,
) -> Result<Vec<SimpleQueryMessage>, Failure> {
    answer(on.simple_query(sql)).await
}

/// Runs a query that the server answers at once, whatever other sessions do.
pub(crate) async fn query_at_once<C: GenericClient + Sync>(
    on: &C,
    sql: &str,
) -> Result<Vec<SimpleQueryMessage>, Failure> {
    answer_at_once(on.simple_query(sql)).await
}

/// Runs an attempt to take a lock, and returns what the server answers. If it is late, the caller says what was
/// waited for.
pub(crate) async fn attempt<C: GenericClient + Sync>(
    on: &C,
    sql: &str,
) -> Result<Vec<SimpleQueryMessage>, Failure> {
    answer_attempt(on.simple_query(sql)).await
}

/// Runs a query on a connection from which the session's own is looked at. Whoever looks stops when the session's
/// answer is there.
pub(crate) async fn look(
    client: &Client,
    sql: &str,
) -> Result<Vec<SimpleQueryMessage>, tokio_postgres::Error> {
    client.simple_query(sql).await
}

/// Runs statements.
pub(crate) async fn execute<C: GenericClient + Sync>(on: &C, sql: &str) -> Result<(), Failure> {
    answer(on.batch_execute(sql)).await
}

/// Sends statements without waiting for the answer: the connection's task does the rest.
pub(crate) fn send(client: &Client, sql: &str) {
    let _ = client.batch_execute(sql).now_or_never();
}

/// Prepares a statement.
pub(crate) async fn prepare<C: GenericClient + Sync>(
    on: &C,
    sql: &str,
) -> Result<Statement, Failure> {
    answer(on.prepare(sql)).await
}

/// Runs a statement with parameters. Returns the number of rows that it affected.
pub(crate) async fn execute_with<C, S>(
    on: &C,
    statement: &S,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<u64, Failure>
where
    C: GenericClient + Sync,
    S: ToStatement + ?Sized + Sync + Send,
{
    answer(on.execute(statement, parameters)).await
}

/// Runs a statement with parameters of these types, without a name that a pooler would have to know. Returns its
/// rows.
pub(crate) async fn query_typed<C: GenericClient + Sync>(
    on: &C,
    sql: &str,
    parameters: &[(&(dyn ToSql + Sync), Type)],
) -> Result<Vec<Row>, Failure> {
    answer(on.query_typed(sql, parameters)).await
}

/// Begins a transaction, or a savepoint in one.
pub(crate) async fn begin<C: GenericClient + Send>(on: &mut C) -> Result<Transaction<'_>, Failure> {
    answer_at_once(on.transaction()).await
}

/// Commits a transaction, or releases a savepoint.
pub(crate) async fn commit(transaction: Transaction<'_>) -> Result<(), Failure> {
    answer(transaction.commit()).await
}

/// Rolls a transaction, or a savepoint, back.
pub(crate) async fn roll_back(transaction: Transaction<'_>) -> Result<(), Failure> {
    answer_at_once(transaction.rollback()).await
}

/// Begins a transaction in which each statement sees what was committed before it began, whatever the session's
/// default is.
pub(crate) async fn begin_read_committed(client: &mut Client) -> Result<Transaction<'_>, Failure> {
    let builder = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
    answer_at_once(builder.start()).await
}

/// The messages of a `COPY` into a table. Dropped before its end, the `COPY` fails.
pub(crate) struct CopySink(Pin<Box<CopyInSink<Bytes>>>);

/// Begins a `COPY` into a table.
pub(crate) async fn copy_in(client: &Client, statement: &Statement) -> Result<CopySink, Failure> {
    Ok(CopySink(Box::pin(answer(client.copy_in(statement)).await?)))
}

impl CopySink {
    /// Sends a message once the connection takes it.
    pub(crate) async fn feed(&mut self, message: Bytes) -> Result<(), Failure> {
        answer(self.0.feed(message)).await
    }

    /// Whether the connection takes a message.
    pub(crate) fn poll_ready(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), tokio_postgres::Error>> {
        self.0.as_mut().poll_ready(cx)
    }

    /// Whether the server has answered to the end of the `COPY`.
    pub(crate) fn poll_finish(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<u64, tokio_postgres::Error>> {
        self.0.as_mut().poll_finish(cx)
    }

    /// Ends the `COPY`, and waits for the server's answer.
    pub(crate) async fn finish(&mut self) -> Result<(), Failure> {
        answer(self.0.as_mut().finish()).await.map(|_| ())
    }
}

/// The answer to statements that were sent, message by message.
pub(crate) struct Answer(Pin<Box<SimpleQueryStream>>);

/// Sends statements. The future is done when they are sent, and before they are answered.
pub(crate) async fn ask(client: &Client, sql: &str) -> Result<Answer, Failure> {
    Ok(Answer(Box::pin(answer(client.simple_query_raw(sql)).await?)))
}

impl Answer {
    /// Receives the next message; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<SimpleQueryMessage>, Failure> {
        answer(self.0.try_next()).await
    }

    /// Waits for the last message.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        while self.next().await?.is_some() {}
        Ok(())
    }
}

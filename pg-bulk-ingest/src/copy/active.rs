//! A `COPY` in progress.

use super::chunk::{Chunk, Pool, Span};
use crate::conn::{self, CopySink};
use crate::encode::{HEADER, TRAILER};
use crate::error::Failure;
use bytes::Bytes;
use std::task::{Context, Poll, ready};
use tokio_postgres::{Client, Statement};

/// A `COPY` in progress. Dropped before its end, it fails.
pub(super) struct Active {
    pub(super) table: usize,
    sink: CopySink,
    /// The rows that went into it.
    spans: Vec<Span>,
    pub(super) bytes: u64,
    /// Whether all of it was sent, and only the server's answer is missing.
    ended: bool,
}

impl Active {
    pub(super) async fn begin(
        client: &Client,
        statement: &Statement,
        table: usize,
    ) -> Result<Self, Failure> {
        let mut sink = conn::copy_in(client, statement).await?;
        sink.feed(Bytes::from_static(HEADER)).await?;
        Ok(Self { table, sink, spans: Vec::new(), bytes: 0, ended: false })
    }

    /// Whether it takes a chunk: `false` once it has ended, and the server has answered.
    pub(super) fn poll_ready(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<bool, tokio_postgres::Error>> {
        if self.ended {
            ready!(self.sink.poll_finish(cx))?;
            return Poll::Ready(Ok(false));
        }
        ready!(self.sink.poll_ready(cx))?;
        Poll::Ready(Ok(true))
    }

    /// Sends a chunk.
    pub(super) async fn feed(&mut self, chunk: Chunk, pool: &Pool) -> Result<(), Failure> {
        let Chunk { data, spans } = chunk;
        self.bytes += data.len() as u64;
        for span in spans {
            match self.spans.last_mut() {
                Some(last) if last.before + last.rows == span.before => last.rows += span.rows,
                _ => self.spans.push(span),
            }
        }
        for message in pool.messages(data) {
            self.sink.feed(message).await?;
        }
        Ok(())
    }

    /// Sends the end, without waiting for the answer.
    pub(super) async fn end(&mut self) -> Result<(), Failure> {
        if !self.ended {
            self.sink.feed(Bytes::from_static(TRAILER)).await?;
            self.ended = true;
        }
        Ok(())
    }

    /// Waits for the server's answer.
    pub(super) async fn finish(&mut self) -> Result<(), Failure> {
        self.sink.finish().await
    }

    /// The number, in its table, of the row in this line.
    pub(super) fn row(&self, line: u64) -> u64 {
        row(&self.spans, line)
    }
}

fn row(spans: &[Span], line: u64) -> u64 {
    let mut left = line;
    for span in spans {
        if left <= span.rows {
            return span.before + left;
        }
        left -= span.rows;
    }
    // A line beyond what was sent cannot be; if it were, it would follow the last.
    spans.last().map_or(0, |last| last.before + last.rows) + left
}

#[cfg(test)]
mod tests {
    use super::{Span, row};

    #[test]
    fn lines_are_counted_through_the_rows_that_went_into_the_copy() {
        let spans = [Span { before: 10, rows: 5 }, Span { before: 100, rows: 2 }];
        let rows = [1, 5, 6, 7].map(|line| row(&spans, line));
        assert_eq!(rows, [11, 15, 101, 102]);
    }
}

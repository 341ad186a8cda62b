//! Ways of getting rows into a table.

use crate::data::{N, W};
use crate::hand_written::Encode;
use bytes::Bytes;
use futures_util::SinkExt;
use postgres_types::{Json, Type};
use std::pin::{Pin, pin};
use tokio::runtime::Handle;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::{Client, NoTls};

/// What a binary `COPY` begins and ends with.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: &[u8] = &[0xff, 0xff];

const CHUNK: usize = 64 * 1024;

/// A new connection.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The rows as chunks of a binary `COPY`, encoded beforehand.
pub(crate) fn encoded<R: Encode>(rows: &[R]) -> Vec<Bytes> {
    let mut chunks = Vec::new();
    let mut chunk = HEADER.to_vec();
    for row in rows {
        row.encode(&mut chunk);
        if chunk.len() >= CHUNK {
            chunks.push(std::mem::take(&mut chunk).into());
        }
    }
    chunk.extend_from_slice(TRAILER);
    chunks.push(chunk.into());
    chunks
}

/// Copies chunks that were encoded beforehand.
pub(crate) async fn copy_encoded(client: &Client, into: &str, chunks: &[Bytes]) {
    let sink = client.copy_in(&format!("COPY {into} FROM STDIN BINARY")).await.unwrap();
    let mut sink = pin!(sink);
    for chunk in chunks {
        sink.feed(chunk.clone()).await.unwrap();
    }
    sink.finish().await.unwrap();
}

/// Copies rows that are encoded by hand on the way.
pub(crate) async fn copy_hand_written<R: Encode>(client: &Client, into: &str, rows: &[R]) {
    let sink = client.copy_in(&format!("COPY {into} FROM STDIN BINARY")).await.unwrap();
    let mut sink = pin!(sink);
    let mut buffer = Vec::with_capacity(CHUNK + 4096);
    buffer.extend_from_slice(HEADER);
    for row in rows {
        row.encode(&mut buffer);
        if buffer.len() >= CHUNK {
            let next = Vec::with_capacity(CHUNK + 4096);
            sink.feed(Bytes::from(std::mem::replace(&mut buffer, next))).await.unwrap();
        }
    }
    buffer.extend_from_slice(TRAILER);
    sink.feed(Bytes::from(buffer)).await.unwrap();
    sink.finish().await.unwrap();
}

/// Copies rows that are encoded by hand, half of them on each connection, each on a thread of its own.
pub(crate) fn copy_halves_hand_written<R: Encode + Sync>(
    clients: [&Client; 2],
    into: &str,
    rows: &[R],
) {
    let runtime = Handle::current();
    let (first, second) = rows.split_at(rows.len() / 2);
    std::thread::scope(|scope| {
        for (client, half) in clients.into_iter().zip([first, second]) {
            let runtime = &runtime;
            scope.spawn(move || runtime.block_on(copy_hand_written(client, into, half)));
        }
    });
}

/// A row as `BinaryCopyInWriter` takes it.
pub(crate) trait Write {
    /// The types of its columns.
    const TYPES: &'static [Type];

    /// Writes the row.
    async fn write(
        &self,
        writer: Pin<&mut BinaryCopyInWriter>,
    ) -> Result<(), tokio_postgres::Error>;
}

impl Write for N {
    const TYPES: &'static [Type] = &[Type::INT8, Type::TIMESTAMPTZ, Type::FLOAT8, Type::INT4];

    async fn write(
        &self,
        writer: Pin<&mut BinaryCopyInWriter>,
    ) -> Result<(), tokio_postgres::Error> {
        writer.write(&[&self.id, &self.ts, &self.value, &self.sensor]).await
    }
}

impl Write for W {
    const TYPES: &'static [Type] = &[
        Type::INT8,
        Type::INT4,
        Type::TEXT,
        Type::TEXT,
        Type::FLOAT8,
        Type::BOOL,
        Type::TIMESTAMPTZ,
        Type::DATE,
        Type::UUID,
        Type::JSONB,
        Type::TEXT_ARRAY,
    ];

    async fn write(
        &self,
        writer: Pin<&mut BinaryCopyInWriter>,
    ) -> Result<(), tokio_postgres::Error> {
        writer
            .write(&[
                &self.id,
                &self.tenant,
                &self.name,
                &self.description,
                &self.amount,
                &self.active,
                &self.created,
                &self.day,
                &self.reference,
                &Json(&self.payload),
                &self.tags,
            ])
            .await
    }
}

/// Copies rows by tokio-postgres' own writer.
pub(crate) async fn copy_written<R: Write>(client: &Client, into: &str, rows: &[R]) {
    let sink = client.copy_in(&format!("COPY {into} FROM STDIN BINARY")).await.unwrap();
    let mut writer = pin!(BinaryCopyInWriter::new(sink, R::TYPES));
    for row in rows {
        row.write(writer.as_mut()).await.unwrap();
    }
    writer.finish().await.unwrap();
}

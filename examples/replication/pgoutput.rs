//! The messages of PostgreSQL's logical decoding, by its output plugin `pgoutput`.
//!
//! Source of the format: PostgreSQL documentation, "Logical Replication Message Formats".

use anyhow::{Context, bail};

/// A row that was written, or the key of one that was deleted: the text of each column, `None` for NULL.
pub(crate) type Tuple<'m> = Vec<Option<&'m str>>;

/// A message, as far as it is of use here.
#[derive(Debug)]
pub(crate) enum Message<'m> {
    Insert(Tuple<'m>),
    /// The key before, if it has changed, and the row.
    Update(Option<Tuple<'m>>, Tuple<'m>),
    Delete(Tuple<'m>),
    /// The transaction ends before this position of the log.
    Commit(i64),
    Other,
}

/// Reads a message.
pub(crate) fn read(message: &[u8]) -> anyhow::Result<Message<'_>> {
    let mut left = Left(message);
    Ok(match left.byte()? {
        b'C' => {
            left.take(1 + 8)?;
            Message::Commit(i64::from_be_bytes(left.take(8)?.try_into()?))
        }
        b'I' => {
            left.take(4 + 1)?;
            Message::Insert(left.tuple()?)
        }
        b'U' => {
            left.take(4)?;
            let before = match left.byte()? {
                b'K' | b'O' => {
                    let key = left.tuple()?;
                    left.take(1)?;
                    Some(key)
                }
                _ => None,
            };
            Message::Update(before, left.tuple()?)
        }
        b'D' => {
            left.take(4 + 1)?;
            Message::Delete(left.tuple()?)
        }
        b'B' | b'R' | b'Y' | b'O' => Message::Other,
        other => bail!("message {:?} is not understood", char::from(other)),
    })
}

/// What is left of a message.
struct Left<'m>(&'m [u8]);

impl<'m> Left<'m> {
    fn take(&mut self, count: usize) -> anyhow::Result<&'m [u8]> {
        let (taken, left) = self.0.split_at_checked(count).context("the message is too short")?;
        self.0 = left;
        Ok(taken)
    }

    fn byte(&mut self) -> anyhow::Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn tuple(&mut self) -> anyhow::Result<Tuple<'m>> {
        let columns = u16::from_be_bytes(self.take(2)?.try_into()?);
        let mut tuple = Vec::new();
        for _ in 0..columns {
            tuple.push(match self.byte()? {
                b'n' => None,
                b't' => {
                    let length = u32::from_be_bytes(self.take(4)?.try_into()?);
                    Some(std::str::from_utf8(self.take(usize::try_from(length)?)?)?)
                }
                // A long value that an update left as it was.
                _ => bail!("a value was not sent: set REPLICA IDENTITY FULL on the table"),
            });
        }
        Ok(tuple)
    }
}

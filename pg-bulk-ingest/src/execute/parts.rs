//! Messages of several parts, and which of them failed.

use crate::conn;
use crate::error::{Error, Failure};
use tokio_postgres::error::{DbError, ErrorPosition};
use tokio_postgres::{SimpleQueryMessage, Transaction};

/// Where a message of several parts failed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failed {
    /// The part, counted from 0.
    pub(crate) part: usize,
    /// The byte in it, where the server says one.
    pub(crate) at: Option<usize>,
}

/// Runs queries in one round trip. With an error comes where they failed. Of the parts, each but the
/// last is one query.
pub(crate) async fn query_parts(
    transaction: &Transaction<'_>,
    parts: &[String],
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, (Error, Failed)> {
    let parts = parts.iter().map(String::as_str).collect::<Vec<_>>();
    tracing::debug!(sql = parts.join(SEPARATOR), "query");
    send(transaction, &parts, action).await
}

/// Between the parts of a message.
const SEPARATOR: &str = ";\n";

/// Sends the parts as one message, and receives what the server answers.
pub(super) async fn send(
    transaction: &Transaction<'_>,
    parts: &[&str],
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, (Error, Failed)> {
    let sql = parts.join(SEPARATOR);
    let failed = |error: Failure, completed| {
        let position = match error.db_error().and_then(DbError::position) {
            Some(ErrorPosition::Original(position)) => byte_at(&sql, *position),
            _ => None,
        };
        let failed = match position.and_then(|byte| part_at(parts, byte)) {
            Some((part, at)) => Failed { part, at: Some(at) },
            None => Failed { part: completed, at: None },
        };
        (Error::server(error, action), failed)
    };
    let asked = conn::ask(transaction.client(), &sql).await;
    let mut asked = asked.map_err(|error| failed(error, 0))?;
    let (mut completed, mut received) = (0, Vec::new());
    loop {
        match asked.next().await {
            Ok(Some(message)) => {
                completed += usize::from(matches!(message, SimpleQueryMessage::CommandComplete(_)));
                received.push(message);
            }
            Ok(None) => return Ok(received),
            Err(error) => return Err(failed(error, completed)),
        }
    }
}

/// The byte at which a text has its character of this number, counted from 1; its end, if that is
/// right behind it.
fn byte_at(text: &str, number: u32) -> Option<usize> {
    let ends = std::iter::once(text.len());
    text.char_indices().map(|(byte, _)| byte).chain(ends).nth(number.checked_sub(1)? as usize)
}

/// The part of a message that has this byte of it, or ends there, and where in it.
fn part_at(parts: &[&str], byte: usize) -> Option<(usize, usize)> {
    let mut begin = 0;
    for (number, part) in parts.iter().enumerate() {
        if byte < begin + part.len() + SEPARATOR.len() {
            return Some((number, byte.checked_sub(begin)?.min(part.len())));
        }
        begin += part.len() + SEPARATOR.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{byte_at, part_at};

    #[test]
    fn a_position_counts_characters_from_1() {
        assert_eq!(byte_at("aäb", 0), None);
        assert_eq!(byte_at("aäb", 1), Some(0));
        assert_eq!(byte_at("aäb", 3), Some(3));
        // Right behind the end, where the input ends too early.
        assert_eq!(byte_at("aäb", 4), Some(4));
        assert_eq!(byte_at("aäb", 5), None);
    }

    #[test]
    fn a_byte_of_the_message_is_of_the_part_that_has_it() {
        // "ab;\ncde"
        let parts = ["ab", "cde"];
        assert_eq!(part_at(&parts, 0), Some((0, 0)));
        assert_eq!(part_at(&parts, 3), Some((0, 2)));
        assert_eq!(part_at(&parts, 4), Some((1, 0)));
        assert_eq!(part_at(&parts, 7), Some((1, 3)));
        assert_eq!(part_at(&parts, 9), None);
        assert_eq!(part_at(&[], 0), None);
    }
}

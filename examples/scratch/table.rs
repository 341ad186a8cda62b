//! The answer of a query, as text.

use tokio_postgres::{Client, Error, SimpleQueryMessage};

/// Prints the rows that a query returns, under the names of their columns.
pub(crate) async fn print(client: &Client, sql: &str) -> Result<(), Error> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for message in client.simple_query(sql).await? {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                lines.push(columns.iter().map(|column| column.name().to_owned()).collect());
            }
            SimpleQueryMessage::Row(row) => {
                let cells = (0..row.len()).map(|i| row.get(i).unwrap_or("NULL").to_owned());
                lines.push(cells.collect());
            }
            _ => {}
        }
    }
    let mut widths = vec![0; lines.first().map_or(0, Vec::len)];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    println!();
    Ok(())
}

//! Memory above that of the rows.

use crate::contender::connect;
use crate::data::{W, wide};
use crate::figure::count;
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use pg_bulk_ingest::{Batch, ingest};
use std::fs;
use tokio_postgres::Client;

pub(crate) async fn run(url: &str, settings: &Settings) {
    println!("memory above the rows, MiB: the peak of the process less what it had before");
    let mut client = connect(url).await;
    let rows = wide(settings.rows);
    // What a first ingest leaves: the runtime's threads, the allocator's arenas.
    load(&mut client, &rows[..rows.len().min(1_000)]).await;
    for part in [rows.len() / 10, rows.len()] {
        let before = resident("VmRSS:");
        // The peak begins anew: proc(5), "clear_refs".
        fs::write("/proc/self/clear_refs", "5").unwrap();
        load(&mut client, &rows[..part]).await;
        let above = resident("VmHWM:").saturating_sub(before);
        println!("{:>10} rows of W {:>8}.{}", part, above / 1024, above % 1024 * 10 / 1024);
        let above = f64::from(u32::try_from(above).unwrap_or(u32::MAX)) / 1024.0;
        settings.target(format!("memory above {} rows of W, MiB", count(part)), AtMost(8.0), above);
    }
    println!();
}

async fn load(client: &mut Client, rows: &[W]) {
    client.batch_execute(&format!("DROP TABLE IF EXISTS w; {}", W::create("w"))).await.unwrap();
    let ingest = ingest::<W>(client);
    ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
    client.batch_execute("DROP TABLE w").await.unwrap();
}

/// KiB.
fn resident(which: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(which)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

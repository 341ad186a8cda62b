//! What can happen next.

use pg_bulk_ingest::{Delete, Upsert, Visibility};
use tests::{Dice, Direction, version};

/// The definitions of the one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Definition {
    Keyed,
    /// With an index more.
    Indexed,
    Unkeyed,
    /// Values are joined when rows are merged.
    Joined,
    /// Of rows with equal keys the one with the greatest value stays.
    Newest,
    /// Rows are merged on a unique constraint, and the server gives them their primary key.
    Aimed,
    /// Partitioned, with the key of the others.
    Partitioned,
}

#[derive(Debug, Clone)]
pub(super) struct BatchOf {
    /// Rows, and without a value the ids of those to delete.
    pub(super) rows: Vec<(i32, Option<&'static str>)>,
    pub(super) high_watermark: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Cut(Direction, usize),
    HalfClose(Direction, usize),
    Terminate(usize),
    /// The server is stopped at once.
    Crash(usize),
    RowError(usize),
    RowPanic(usize),
    /// The future is dropped when it was polled so often.
    Drop(usize),
}

#[derive(Debug, Clone)]
pub(super) struct IngestOf {
    pub(super) definition: Definition,
    pub(super) upsert: Upsert,
    pub(super) delete: Delete,
    pub(super) visibility: Visibility,
    pub(super) batches: Vec<BatchOf>,
    pub(super) fault: Option<Fault>,
    pub(super) small_merges: bool,
    /// Whether rows that the server refuses of a table that is there are set aside.
    pub(super) sets_aside: bool,
    /// Whether an inserter collects the rows: each batch but the last has [`WRITTEN`].
    pub(super) is_written: bool,
}

/// How many rows are in a batch of an inserter.
pub(super) const WRITTEN: usize = 3;

/// How new the deletes are where the newest change counts.
pub(super) const DELETED_AT: &str = "b";

#[derive(Debug, Clone)]
pub(super) enum Step {
    Ingest(IngestOf),
    /// Somebody else inserts a row.
    Insert(i32),
    /// Somebody else comments on the table.
    Comment,
    /// Somebody else grants or revokes.
    Grant(bool),
    DropTable,
    /// The server is stopped in order, and started.
    Restart,
}

/// The last is too long for its column.
const VALUES: [&str; 8] = ["", "a", "b", "c", "é", "long", "longest", "far too long"];

impl Step {
    pub(super) fn any(dice: &mut Dice) -> Self {
        match dice.below(20) {
            0 | 1 => Self::Insert(100 + i32::try_from(dice.below(4)).unwrap()),
            2 => Self::Comment,
            3 => Self::Grant(dice.once_in(2)),
            4 => Self::DropTable,
            5 if dice.once_in(3) => Self::Restart,
            _ => Self::Ingest(IngestOf::any(dice)),
        }
    }
}

impl IngestOf {
    fn any(dice: &mut Dice) -> Self {
        // Mostly the same definition, so that there is a table to go on with.
        let definition = match dice.below(16) {
            0 => Definition::Indexed,
            1 | 2 => Definition::Unkeyed,
            3 | 4 => Definition::Joined,
            5 | 6 => Definition::Newest,
            7 | 8 => Definition::Aimed,
            // Keys of partitioned tables begin with 11, and NOT NULL by checks with 12.
            9..=11 if version() >= 12 => Definition::Partitioned,
            _ => Definition::Keyed,
        };
        let sets_aside = dice.once_in(3);
        let batches = dice.below(4);
        let batches = (0..batches).map(|_| BatchOf::any(dice, definition, sets_aside)).collect();
        let ingest = Self {
            definition,
            upsert: match dice.below(8) {
                0 | 1 => Upsert::Off,
                2 if definition != Definition::Unkeyed => Upsert::KeepExisting,
                _ => Upsert::IfPrimaryKey,
            },
            delete: dice.pick(&[
                Delete::Off,
                Delete::Off,
                Delete::Off,
                Delete::BeforeFirstBatch,
                Delete::All,
                Delete::Missing,
            ]),
            visibility: dice.pick(&[Visibility::AfterEachBatch, Visibility::AfterLastBatch]),
            batches,
            fault: (!dice.once_in(3)).then(|| Fault::any(dice)),
            small_merges: !dice.once_in(3),
            sets_aside,
            is_written: false,
        };
        if dice.once_in(4) { ingest.written() } else { ingest }
    }

    /// The rows by an inserter, which adds batches to what is there.
    fn written(self) -> Self {
        let high_watermark = self.batches.iter().find_map(|batch| batch.high_watermark);
        let rows = self.batches.iter().flat_map(|batch| &batch.rows).copied().collect::<Vec<_>>();
        let batches = rows
            .chunks(WRITTEN)
            .map(|rows| BatchOf { rows: rows.to_vec(), high_watermark })
            .collect();
        let (delete, visibility) = (Delete::Off, Visibility::AfterEachBatch);
        Self { delete, visibility, batches, is_written: true, ..self }
    }
}

impl BatchOf {
    fn any(dice: &mut Dice, definition: Definition, sets_aside: bool) -> Self {
        let row = |dice: &mut Dice| {
            let id = i32::try_from(dice.below(30)).unwrap();
            if definition != Definition::Unkeyed && dice.once_in(6) {
                return (id, None);
            }
            let is_bad = dice.once_in(if sets_aside { 8 } else { 60 });
            let value = if is_bad { VALUES[7] } else { dice.pick(&VALUES[..7]) };
            (id, Some(value))
        };
        let rows = dice.below(8);
        let rows = (0..rows).map(|_| row(dice)).collect();
        let high_watermark = dice.once_in(3).then(|| i64::try_from(dice.below(100)).unwrap());
        Self { rows, high_watermark }
    }
}

impl Fault {
    fn any(dice: &mut Dice) -> Self {
        let direction = dice.pick(&[Direction::ToServer, Direction::ToClient]);
        match dice.below(16) {
            0..=3 => Self::Cut(direction, dice.up_to(50)),
            4 | 5 => Self::HalfClose(direction, dice.up_to(50)),
            6 | 7 => Self::Terminate(dice.up_to(40)),
            8 => Self::Crash(dice.up_to(40)),
            9 | 10 => Self::RowError(dice.up_to(12)),
            11 | 12 => Self::RowPanic(dice.up_to(12)),
            _ => Self::Drop(dice.up_to(40)),
        }
    }
}

//! Batches that deal unique values out anew, against a model.

use pg_bulk_ingest::{Batch, IngestTable};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Database, Dice, ingest};

#[derive(IngestTable, Debug, Clone, Copy)]
#[ingest(table = "t")]
struct Two {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(unique)]
    first: Option<i32>,
    #[ingest(unique)]
    second: Option<i32>,
}

/// Whatever a batch makes of the values: if they are unique afterwards it passes, and if they are not it is
/// a violation.
#[tokio::test]
async fn the_outcome_alone_decides() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Two>(&mut client).start::<i32>().await.unwrap();
    let mut dice = Dice::new(7);
    let mut random = |below: i32| {
        let below = u64::try_from(below).unwrap();
        i32::try_from(dice.below(below)).unwrap()
    };
    let all = (0..9).map(|id| Two { id, first: Some(id), second: Some(id) });
    let mut table = all.map(|row| (row.id, row)).collect::<BTreeMap<_, _>>();
    let all = table.clone().into_values();
    session.ingest(Batch::new(all).high_watermark(-1)).await.unwrap();
    let (mut passed, mut refused) = (0, 0);
    for watermark in 0..60 {
        // Values that are dealt out anew, and now and then one too many.
        let ids = (0..9).filter(|_| random(4) > 0).collect::<Vec<_>>();
        let deal = |value: fn(&Two) -> Option<i32>, dealt: &mut dyn FnMut(i32) -> i32| {
            let mut values = ids.iter().map(|id| table.get(id).and_then(value)).collect::<Vec<_>>();
            for at in (1..values.len()).rev() {
                values.swap(at, usize::try_from(dealt(i32::try_from(at).unwrap() + 1)).unwrap());
            }
            if dealt(3) == 0
                && let Some(any) = values.first_mut()
            {
                *any = Some(dealt(12)).filter(|value| *value < 11);
            }
            values
        };
        let (first, second) =
            (deal(|row| row.first, &mut random), deal(|row| row.second, &mut random));
        let rows = ids.iter().zip(first).zip(second);
        let rows = rows.map(|((&id, first), second)| Two { id, first, second }).collect::<Vec<_>>();
        let mut after = table.clone();
        after.extend(rows.iter().map(|row| (row.id, *row)));
        let is_unique = |value: fn(&Two) -> Option<i32>| {
            let mut seen = BTreeSet::new();
            after.values().filter_map(value).all(|value| seen.insert(value))
        };
        let is_unique = is_unique(|row| row.first) && is_unique(|row| row.second);
        match session.ingest(Batch::new(rows.clone()).high_watermark(watermark)).await {
            Ok(()) => {
                assert!(is_unique, "{table:?} {rows:?}");
                table = after;
                passed += 1;
            }
            Err(error) => {
                assert!(!is_unique, "{table:?} {rows:?}: {error}");
                assert_eq!(error.code().unwrap().code(), "23505");
                refused += 1;
            }
        }
    }
    session.finish().await.unwrap();
    assert!(passed > 10 && refused > 10, "{passed} {refused}");
    let stored = database.rows("SELECT id, first, second FROM t ORDER BY id").await;
    let value =
        |value: Option<i32>| value.map_or_else(|| "∅".to_owned(), |value| value.to_string());
    let line = |row: &Two| format!("{}|{}|{}", row.id, value(row.first), value(row.second));
    assert_eq!(stored, table.values().map(line).collect::<Vec<_>>());
}

//! Lists of every form, as arrays.

use crate::{array, batch};
use arrow_array::builder::{Int32Builder, ListBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeListArray, Int8Array, Int32Array, LargeListArray,
    ListArray, ListViewArray, NullArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, NoWatermark, ingest};
use pg_bulk_ingest_arrow::arrow_rows;
use std::sync::Arc;
use tests::Database;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    value: Option<Vec<Option<i32>>>,
}

/// What is in the table, in the order in which it came.
async fn loaded(value: ArrayRef) -> Vec<String> {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = arrow_rows::<Row>([batch([("value", value)])]);
    let batches = |_: Option<NoWatermark>| [Batch::new(rows)];
    ingest::<Row>(&mut client).batches(batches).await.unwrap();
    database.rows("SELECT array_dims(value), value FROM t ORDER BY ctid").await
}

/// Why a list is refused.
async fn refused(value: ArrayRef) -> String {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = arrow_rows::<Row>([batch([("value", value)])]);
    let batches = |_: Option<NoWatermark>| [Batch::new(rows)];
    let error = ingest::<Row>(&mut client).batches(batches).await.unwrap_err();
    let ErrorKind::Value { reason, .. } = error.kind() else { panic!("{error:?}") };
    reason.clone()
}

fn list() -> ListArray {
    ListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(1), None, Some(3)]),
        None,
        Some(vec![]),
        Some(vec![Some(4)]),
    ])
}

const LIST: [&str; 4] = ["[1:3]|{1,NULL,3}", "∅|∅", "∅|{}", "[1:1]|{4}"];

#[tokio::test]
async fn lists_are_arrays() {
    assert_eq!(loaded(array(list())).await, LIST);
    let large = arrow_cast::cast(
        &list(),
        &DataType::LargeList(Arc::new(Field::new_list_field(DataType::Int32, true))),
    );
    let large = large.unwrap();
    assert!(large.as_any().is::<LargeListArray>());
    assert_eq!(loaded(large).await, LIST);
    assert_eq!(loaded(array(ListViewArray::from(list()))).await, LIST);
    assert_eq!(loaded(array(list()).slice(1, 3)).await, LIST[1..]);
    let fixed = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(
        [Some(vec![Some(1), None]), None, Some(vec![Some(3), Some(4)])],
        2,
    );
    assert_eq!(loaded(array(fixed)).await, ["[1:2]|{1,NULL}", "∅|∅", "[1:2]|{3,4}"]);
}

#[tokio::test]
async fn lists_of_what_is_encoded_are_arrays() {
    let keys = Int8Array::from(vec![Some(3), Some(1), None]);
    let of_lists: DictionaryArray<Int8Type> = DictionaryArray::new(keys, array(list()));
    assert_eq!(loaded(array(of_lists)).await, [LIST[3], LIST[1], LIST[1]]);

    let values: DictionaryArray<Int8Type> =
        DictionaryArray::new(Int8Array::from(vec![0, 0, 1]), array(Int32Array::from(vec![7, 8])));
    let item = Arc::new(Field::new_list_field(values.data_type().clone(), false));
    let of_dictionary =
        ListArray::new(item, OffsetBuffer::from_lengths([2, 1]), array(values), None);
    assert_eq!(loaded(array(of_dictionary)).await, ["[1:2]|{7,7}", "[1:1]|{8}"]);

    let item = Arc::new(Field::new_list_field(DataType::Null, true));
    let lengths = OffsetBuffer::from_lengths([2]);
    let of_null = ListArray::new(item, lengths, array(NullArray::new(2)), None);
    assert_eq!(loaded(array(of_null)).await, ["[1:2]|{NULL,NULL}"]);
}

type Nested = ListBuilder<ListBuilder<Int32Builder>>;

/// Appends a list of lists.
fn append(lists: &mut Nested, list: &[Option<&[i32]>]) {
    for inner in list {
        for value in inner.iter().copied().flatten() {
            lists.values().values().append_value(*value);
        }
        lists.values().append(inner.is_some());
    }
    lists.append(true);
}

#[tokio::test]
async fn lists_of_lists_are_arrays_of_more_dimensions() {
    let mut lists = Nested::new(ListBuilder::new(Int32Builder::new()));
    append(&mut lists, &[Some(&[1, 2]), Some(&[3, 4])]);
    append(&mut lists, &[]);
    append(&mut lists, &[Some(&[]), Some(&[])]);
    lists.append(false);
    append(&mut lists, &[Some(&[5])]);
    let expected = ["[1:2][1:2]|{{1,2},{3,4}}", "∅|{}", "∅|{}", "∅|∅", "[1:1][1:1]|{{5}}"];
    assert_eq!(loaded(array(lists.finish())).await, expected);
}

#[tokio::test]
async fn lists_that_are_no_arrays_are_refused() {
    let mut lists = Nested::new(ListBuilder::new(Int32Builder::new()));
    append(&mut lists, &[Some(&[1]), Some(&[3, 4])]);
    let reason = refused(array(lists.finish())).await;
    assert!(reason.starts_with("is ragged: it has a sub-array of length 2"), "{reason}");
    assert!(reason.ends_with("(row 1 of record batch 1)"), "{reason}");

    append(&mut lists, &[Some(&[1]), None]);
    let reason = refused(array(lists.finish())).await;
    assert!(reason.starts_with("has NULL in the place of a whole sub-array"), "{reason}");

    append(&mut lists, &[None, Some(&[1])]);
    let reason = refused(array(lists.finish())).await;
    assert!(reason.starts_with("has NULL in the place of a whole sub-array"), "{reason}");
}

#[test]
fn an_array_has_up_to_six_dimensions() {
    let mut lists: ArrayRef = array(Int32Array::from(vec![1]));
    for dimensions in 1..=7 {
        let item = Arc::new(Field::new_list_field(lists.data_type().clone(), true));
        lists = array(ListArray::new(item, OffsetBuffer::from_lengths([1]), lists, None));
        assert_eq!(lists.as_list::<i32>().len(), 1);
        let first = arrow_rows::<Row>([batch([("value", Arc::clone(&lists))])]).next().unwrap();
        assert_eq!(first.is_ok(), dimensions <= 6, "{dimensions}");
    }
}

//! Which partitions a table lacks.

use super::bound::Bound;
use super::division::{By, Division, Slot};
use super::period::{self, Unit};
use crate::catalog::FoundPartitions;
use crate::ident::{Literal, QualifiedName};
use std::collections::BTreeSet;

/// A partition that a table lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) name: String,
    /// `FOR VALUES …`.
    pub(crate) values: String,
    /// The condition that its rows meet, over its column.
    pub(crate) condition: String,
}

/// The names that partitions for these slots may get.
pub(crate) fn candidates(
    table: &QualifiedName,
    division: Division,
    slots: &BTreeSet<Slot>,
) -> Vec<String> {
    slots.iter().flat_map(|slot| table.partition_names(&suffix(division, slot))).collect()
}

/// The partitions that are missing for these slots; the reason, if what is there
/// is not understood.
pub(crate) fn missing(
    table: &QualifiedName,
    column: &str,
    division: Division,
    slots: &BTreeSet<Slot>,
    found: &FoundPartitions,
) -> Result<Vec<Missing>, String> {
    let unit = match division.by {
        By::Period { unit, .. } => Some(unit),
        By::Value(_) => None,
    };
    let mut bounds = Vec::with_capacity(found.partitions.len());
    for partition in &found.partitions {
        let bound = Bound::read(&partition.bound, unit, found.has_escapes);
        let reason = || {
            format!(
                "the bounds of its partition {:?} are not understood: {}",
                partition.name, partition.bound
            )
        };
        bounds.push(bound.ok_or_else(reason)?);
    }
    let mut taken = found.taken.clone();
    let mut missing = Vec::new();
    for slot in slots {
        for (values, condition) in uncovered(division, slot, column, &bounds) {
            let suffix = suffix(division, slot);
            let mut names = table.partition_names(&suffix);
            let name = names.find(|name| !taken.contains(name)).unwrap_or_default();
            taken.push(name.clone());
            missing.push(Missing { name, values, condition });
        }
    }
    Ok(missing)
}

fn suffix(division: Division, slot: &Slot) -> String {
    match (division.by, slot) {
        (By::Period { unit, period, .. }, Slot::Period(number)) => {
            unit.suffix(*number, period).unwrap_or_default()
        }
        (_, Slot::Value(Some(value))) => value.clone(),
        (_, Slot::Value(None) | Slot::Period(_)) => "null".to_owned(),
    }
}

/// What of a slot no partition covers: as `FOR VALUES …`, and as a condition over the column.
fn uncovered(
    division: Division,
    slot: &Slot,
    column: &str,
    bounds: &[Bound],
) -> Vec<(String, String)> {
    match (division.by, slot) {
        (By::Period { unit, period, .. }, Slot::Period(number)) => {
            let from = unit.start(*number, period);
            let to = number.checked_add(1).and_then(|next| unit.start(next, period));
            // What is near the end of its type's values has no such bound.
            let whole = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX));
            let gaps = gaps(whole, bounds).into_iter();
            gaps.filter_map(|gap| range(unit, gap, column)).collect()
        }
        (By::Value(_), Slot::Value(value)) => {
            let covers = |bound: &Bound| match bound {
                Bound::List(values) => values.contains(value),
                Bound::Range(..) | Bound::Default => false,
            };
            if bounds.iter().any(covers) {
                return Vec::new();
            }
            vec![match value {
                Some(value) => {
                    let value = Literal(value);
                    (format!("FOR VALUES IN ({value})"), format!("{column} = {value}"))
                }
                None => ("FOR VALUES IN (NULL)".to_owned(), format!("{column} IS NULL")),
            }]
        }
        (By::Period { .. }, Slot::Value(_)) | (By::Value(_), Slot::Period(_)) => Vec::new(),
    }
}

/// What of a range is in no partition.
fn gaps((from, to): (i64, i64), bounds: &[Bound]) -> Vec<(i64, i64)> {
    let ranges = bounds.iter().filter_map(|bound| match bound {
        Bound::Range(from, to) => Some((*from, *to)),
        Bound::List(_) | Bound::Default => None,
    });
    let mut ranges = ranges.filter(|range| range.0 < to && range.1 > from).collect::<Vec<_>>();
    ranges.sort_unstable();
    let (mut gaps, mut begin) = (Vec::new(), from);
    for (start, end) in ranges {
        if start > begin {
            gaps.push((begin, start));
        }
        begin = begin.max(end);
    }
    if begin < to {
        gaps.push((begin, to));
    }
    gaps
}

fn range(unit: Unit, (from, to): (i64, i64), column: &str) -> Option<(String, String)> {
    let (first, end) = (unit.literal(from)?, unit.literal(to)?);
    // It is of values that the type does not have.
    if first == period::MOST || end == period::LEAST {
        return None;
    }
    let least = (first != period::LEAST).then(|| format!("{column} >= {first}"));
    let most = (end != period::MOST).then(|| format!("{column} < {end}"));
    let conditions = least.into_iter().chain(most).collect::<Vec<_>>();
    let condition = if conditions.is_empty() {
        format!("{column} IS NOT NULL")
    } else {
        conditions.join(" AND ")
    };
    Some((format!("FOR VALUES FROM ({first}) TO ({end})"), condition))
}

#[cfg(test)]
mod tests {
    use super::{Bound, Division, Slot, gaps, missing};
    use crate::catalog::{FoundPartition, FoundPartitions};
    use crate::definition::{Kind, Period};
    use crate::ident::QualifiedName;
    use crate::partition::division::By;
    use crate::partition::period::Unit;

    fn monthly(ahead: u32) -> Division {
        let by = By::Period { unit: Unit::Day, period: Period::Months(1), ahead };
        Division { field: 0, column: 0, by }
    }

    fn found(bounds: &[&str], taken: &[&str]) -> FoundPartitions {
        let partition = |bound: &&str| FoundPartition {
            schema: "s".into(),
            name: "p".into(),
            bound: (*bound).into(),
        };
        FoundPartitions {
            partitions: bounds.iter().map(partition).collect(),
            taken: taken.iter().map(|name| (*name).to_owned()).collect(),
            has_escapes: false,
            is_owner: true,
            may_create: true,
            owner: "o".into(),
        }
    }

    fn lacks(division: Division, slots: &[Slot], found: &FoundPartitions) -> Vec<(String, String)> {
        let table = QualifiedName::new("s", "t");
        let slots = division.with_ahead(&slots.iter().cloned().collect());
        let missing = missing(&table, "\"day\"", division, &slots, found).unwrap();
        missing.into_iter().map(|missing| (missing.name, missing.values)).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn what_is_covered_by_any_partition_is_not_missing() {
        let january = Slot::Period(0);
        let year = found(&["FOR VALUES FROM ('2000-01-01') TO ('2001-01-01')", "DEFAULT"], &[]);
        assert_eq!(lacks(monthly(2), std::slice::from_ref(&january), &year), []);
        let expected = [
            ("t_2000_01", "FOR VALUES FROM ('2000-01-01') TO ('2000-02-01')"),
            ("t_2000_02", "FOR VALUES FROM ('2000-02-01') TO ('2000-03-01')"),
        ];
        assert_eq!(lacks(monthly(1), &[january], &found(&[], &[])), owned(&expected));
    }

    #[test]
    fn a_partition_is_as_wide_as_there_is_room() {
        let week = found(&["FOR VALUES FROM ('2000-01-10') TO ('2000-01-17')"], &["t_2000_01"]);
        let expected = [
            ("t_2000_01_1", "FOR VALUES FROM ('2000-01-01') TO ('2000-01-10')"),
            ("t_2000_01_2", "FOR VALUES FROM ('2000-01-17') TO ('2000-02-01')"),
        ];
        assert_eq!(lacks(monthly(0), &[Slot::Period(0)], &week), owned(&expected));
    }

    #[test]
    fn a_value_is_listed_once() {
        let division = Division { field: 0, column: 0, by: By::Value(Kind::Text) };
        let some = found(&["FOR VALUES IN ('a', 'b')"], &[]);
        let slots = ["a", "it's"].map(|value| Slot::Value(Some(value.to_owned())));
        assert_eq!(
            lacks(division, &slots, &some),
            owned(&[("t_it's", "FOR VALUES IN (E'it''s')")])
        );
        let null = [Slot::Value(None)];
        assert_eq!(lacks(division, &null, &some), owned(&[("t_null", "FOR VALUES IN (NULL)")]));
    }

    #[test]
    fn gaps_are_between_ranges() {
        let bounds = [Bound::Range(2, 4), Bound::Range(8, 20), Bound::Default, Bound::Range(-5, 0)];
        assert_eq!(gaps((0, 10), &bounds), [(0, 2), (4, 8)]);
        assert_eq!(gaps((2, 4), &bounds), []);
        assert_eq!(gaps((i64::MIN, i64::MAX), &[]), [(i64::MIN, i64::MAX)]);
    }
}

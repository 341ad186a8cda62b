//! What a version is to the table that it is of.

use super::{Draft, Published};
use crate::catalog::{FoundVersion, FoundVersions};
use crate::ident::QualifiedName;
use crate::{partition, watermark};

/// The first version that has views which check what their readers may read.
const SECURITY_INVOKER: u32 = 150_000;

/// What there is of a version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing, or the table that an ingest began to fill.
    Open {
        is_begun: bool,
        /// The versions that were published.
        published: Vec<Published>,
    },
    /// It is published.
    Published,
}

/// Returns what there is of a version; the reason, if it cannot be filled and published.
pub(crate) fn standing(
    draft: &Draft,
    found: &FoundVersions,
    server: u32,
) -> Result<Standing, String> {
    let partitions = partitions(found)?;
    let is_label = |value: &Option<String>| value.as_deref() == Some(&*draft.label);
    if partitions.iter().any(|(_, values)| values.iter().any(is_label)) {
        return Ok(Standing::Published);
    }
    let begun = found.draft.as_ref();
    if begun.is_some_and(|begun| !begun.is_draft || begun.is_partition) {
        return Err(format!(
            "the version would be filled as {}, which is there and is no version that an ingest began: \
             rename or drop it, or take another label",
            draft.name()
        ));
    }
    if let Some(view) = &found.view
        && (view.kind != 'v' || watermark::version(view.comment.as_deref()).is_none())
    {
        return Err(format!(
            "its newest version is shown by the view {}, and there is another relation of that name, \
             which no ingest made: rename it",
            draft.view()
        ));
    }
    if found.checks_rows && server < SECURITY_INVOKER && found.view.is_none() {
        return Err(format!(
            "row level security is on, and the view {} of its newest version would let readers pass it \
             before PostgreSQL 15",
            draft.view()
        ));
    }
    let published = of_partitions(partitions);
    Ok(Standing::Open { is_begun: begun.is_some(), published })
}

/// Returns the versions that were published; the reason, if what is there is not understood.
pub(crate) fn published(found: &FoundVersions) -> Result<Vec<Published>, String> {
    partitions(found).map(of_partitions)
}

/// A partition with the values that it is for.
type Listed<'a> = (&'a FoundVersion, Vec<Option<String>>);

fn partitions(found: &FoundVersions) -> Result<Vec<Listed<'_>>, String> {
    let listed = |partition| values(partition, found.has_escapes).map(|values| (partition, values));
    found.partitions.iter().map(listed).collect()
}

fn values(partition: &FoundVersion, has_escapes: bool) -> Result<Vec<Option<String>>, String> {
    let FoundVersion { schema, name, bound, .. } = partition;
    let name = QualifiedName::new(&**schema, &**name);
    if bound == partition::DEFAULT {
        return Err(format!(
            "it has the default partition {name}: a version could not be attached without moving rows"
        ));
    }
    partition::listed(bound, has_escapes)
        .ok_or_else(|| format!("the bounds of its partition {name} are not understood: {bound}"))
}

/// Those that ingests published, of one label each.
fn of_partitions(partitions: Vec<Listed<'_>>) -> Vec<Published> {
    let version = |(partition, values): Listed<'_>| {
        let number = watermark::version(partition.comment.as_deref())?;
        let [Some(label)] = <[_; 1]>::try_from(values).ok()? else { return None };
        let name = QualifiedName::new(&*partition.schema, &*partition.name);
        Some(Published { name, label, number })
    };
    partitions.into_iter().filter_map(version).collect()
}

#[cfg(test)]
mod tests {
    use super::{Standing, standing};
    use crate::catalog::{FoundDraft, FoundVersion, FoundVersions};
    use crate::ident::QualifiedName;
    use crate::options::Versions;
    use crate::version::Draft;

    fn draft() -> Draft {
        Draft {
            table: QualifiedName::new("s", "t"),
            oid: 7,
            column: "v".to_owned(),
            label: "b".to_owned(),
            versions: Versions::all(),
        }
    }

    fn found(partitions: &[(&str, Option<&str>)]) -> FoundVersions {
        let partition = |(bound, comment): &(&str, Option<&str>)| FoundVersion {
            schema: "s".to_owned(),
            name: "t_a".to_owned(),
            bound: (*bound).to_owned(),
            comment: comment.map(str::to_owned),
        };
        FoundVersions {
            transaction: 1,
            partitions: partitions.iter().map(partition).collect(),
            has_escapes: false,
            draft: None,
            view: None,
            columns: Vec::new(),
            checks_rows: false,
            is_owner: true,
            may_create: true,
            owner: "o".to_owned(),
        }
    }

    #[test]
    fn only_what_an_ingest_published_is_a_version() {
        let comment = r#"{"pg-bulk-ingest": {"version": 3}}"#;
        let found = found(&[
            ("FOR VALUES IN ('a')", Some(comment)),
            ("FOR VALUES IN ('x')", None),
            ("FOR VALUES IN ('y', 'z')", Some(comment)),
        ]);
        let Ok(Standing::Open { is_begun: false, published }) = standing(&draft(), &found, 150_000)
        else {
            panic!()
        };
        assert_eq!(published.len(), 1);
        assert_eq!((&*published[0].label, published[0].number), ("a", 3));
    }

    #[test]
    fn a_label_that_any_partition_has_is_published() {
        let found = found(&[("FOR VALUES IN ('a', 'b')", None)]);
        assert_eq!(standing(&draft(), &found, 150_000), Ok(Standing::Published));
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let refused =
            |found: &FoundVersions, version| standing(&draft(), found, version).unwrap_err();
        let by_default = found(&[("DEFAULT", None)]);
        assert!(refused(&by_default, 150_000).contains(r#"default partition "s"."t_a""#));
        let mut other = found(&[]);
        other.draft =
            Some(FoundDraft { oid: 1, is_partition: false, is_draft: false, comment: None });
        assert!(refused(&other, 150_000).contains(r#""s"."t_b""#));
        let mut secured = found(&[]);
        secured.checks_rows = true;
        assert!(refused(&secured, 140_000).contains("row level security"));
        assert!(standing(&draft(), &secured, 150_000).is_ok());
    }
}

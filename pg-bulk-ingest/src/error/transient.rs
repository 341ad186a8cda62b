//! Whether an error may be gone when the same is tried again.

use super::ErrorKind;
use tokio_postgres::error::SqlState;

/// Whether the same ingest may succeed when it is run again unchanged. Where the server answered,
/// its SQLSTATE decides.
pub(super) fn is_transient(kind: &ErrorKind, code: Option<&SqlState>) -> bool {
    match kind {
        ErrorKind::Connection
        | ErrorKind::Timeout { .. }
        | ErrorKind::Locked { .. }
        | ErrorKind::Overlap { .. }
        | ErrorKind::ConcurrentIngest { .. } => true,
        ErrorKind::WorkerConnect => code.is_none_or(is_transient_code),
        ErrorKind::Server | ErrorKind::Source | ErrorKind::Hook => {
            code.is_some_and(is_transient_code)
        }
        ErrorKind::CommitUnknown { .. }
        | ErrorKind::InTransaction
        | ErrorKind::Value { .. }
        | ErrorKind::OutOfOrder { .. }
        | ErrorKind::TooManyRejected { .. }
        | ErrorKind::VersionExists { .. }
        | ErrorKind::Fuse { .. }
        | ErrorKind::TransactionEnded
        | ErrorKind::SchemaMismatch { .. }
        | ErrorKind::CannotMigrate { .. }
        | ErrorKind::DependentObjects { .. }
        | ErrorKind::View { .. }
        | ErrorKind::UniqueCycle { .. }
        | ErrorKind::InsufficientPrivilege { .. }
        | ErrorKind::Unsupported { .. }
        | ErrorKind::Definition { .. }
        | ErrorKind::Watermark { .. }
        | ErrorKind::WatermarkSerialize
        | ErrorKind::WatermarkTable { .. }
        | ErrorKind::UnreadableComment { .. }
        | ErrorKind::RunEnded
        | ErrorKind::Poisoned => false,
    }
}

/// By PostgreSQL's documentation, appendix "PostgreSQL Error Codes".
fn is_transient_code(code: &SqlState) -> bool {
    let class = code.code().get(..2);
    match class {
        // Connection exceptions, but for a protocol that is not understood.
        Some("08") => *code != SqlState::PROTOCOL_VIOLATION,
        // Insufficient resources: connections, memory, disk. Not a limit that was configured.
        Some("53") => *code != SqlState::CONFIGURATION_LIMIT_EXCEEDED,
        _ => [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::OBJECT_IN_USE,
            SqlState::QUERY_CANCELED,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
        ]
        .contains(code),
    }
}

#[cfg(test)]
mod tests {
    use super::is_transient;
    use crate::error::ErrorKind;
    use std::time::Duration;
    use tokio_postgres::error::SqlState;

    #[test]
    fn the_servers_code_decides() {
        for (code, expected) in [
            ("40001", true),
            ("40P01", true),
            ("55P03", true),
            ("57014", true),
            ("57P01", true),
            ("57P03", true),
            ("53300", true),
            ("53100", true),
            ("08006", true),
            ("08P01", false),
            ("53400", false),
            // A reader of the standby's own data is told so for ever.
            ("25006", false),
            ("23505", false),
            ("22P02", false),
            ("42P01", false),
            ("XX000", false),
        ] {
            let code = SqlState::from_code(code);
            for kind in
                [ErrorKind::Server, ErrorKind::Hook, ErrorKind::Source, ErrorKind::WorkerConnect]
            {
                assert_eq!(is_transient(&kind, Some(&code)), expected, "{code:?} {kind:?}");
            }
        }
    }

    #[test]
    fn without_a_code_the_kind_decides() {
        let timeout = ErrorKind::Timeout { after: Duration::from_secs(1), wait: None };
        for (kind, expected) in [
            (ErrorKind::Connection, true),
            (ErrorKind::WorkerConnect, true),
            (timeout, true),
            (ErrorKind::Locked { holders: Vec::new(), reason: String::new() }, true),
            (ErrorKind::ConcurrentIngest { change: String::new() }, true),
            // Whether to run it again is known once it is known what was committed.
            (ErrorKind::CommitUnknown { transaction: 7 }, false),
            (ErrorKind::Server, false),
            (ErrorKind::Source, false),
            (ErrorKind::Hook, false),
            (ErrorKind::InTransaction, false),
            (ErrorKind::Poisoned, false),
            (ErrorKind::CannotMigrate { reasons: Vec::new() }, false),
        ] {
            assert_eq!(is_transient(&kind, None), expected, "{kind:?}");
        }
    }
}

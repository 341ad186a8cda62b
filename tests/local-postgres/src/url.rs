use crate::Error;

/// The database by which to reach a server that always has it.
pub(crate) const MAINTENANCE_DATABASE: &str = "postgres";

/// The URL of a database of a server on this machine.
pub(crate) fn local(port: u16, database: &str) -> String {
    format!("postgresql://postgres@127.0.0.1:{port}/{}", encode(database))
}

/// The URL of a server, cut where its database is.
#[derive(Debug)]
pub(crate) struct ServerUrl {
    url: String,
    database: std::ops::Range<usize>,
}

impl ServerUrl {
    pub(crate) fn parse(url: String) -> Result<Self, Error> {
        let after_scheme = ["postgresql://", "postgres://"]
            .iter()
            .find_map(|scheme| url.starts_with(scheme).then_some(scheme.len()))
            .ok_or(Error::DatabaseUrl)?;
        let find = |from: usize, what: &[char]| {
            url.get(from..).and_then(|rest| rest.find(what)).map_or(url.len(), |at| from + at)
        };
        let start = find(after_scheme, &['/', '?']);
        let end = find(start, &['?']);
        let database = start..end;
        Ok(Self { url, database })
    }

    /// As it was given.
    pub(crate) fn given(&self) -> &str {
        &self.url
    }

    /// The same server, another database.
    pub(crate) fn with_database(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.replace_range(self.database.clone(), &format!("/{}", encode(database)));
        url
    }
}

/// Percent-encodes all but the characters that are safe everywhere in a URL.
fn encode(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{ServerUrl, local};
    use crate::Error;

    #[test]
    fn the_database_of_a_url_is_replaced() -> Result<(), Error> {
        for (given, expected) in [
            ("postgres://h", "postgres://h/a%20b"),
            ("postgresql://u:p@h:1/old", "postgresql://u:p@h:1/a%20b"),
            ("postgresql://h?sslmode=require", "postgresql://h/a%20b?sslmode=require"),
            ("postgresql://%2Frun/x?a=/b", "postgresql://%2Frun/a%20b?a=/b"),
            ("postgresql://h1:1,h2:2/x?a=1", "postgresql://h1:1,h2:2/a%20b?a=1"),
        ] {
            assert_eq!(ServerUrl::parse(given.to_owned())?.with_database("a b"), expected);
        }
        Ok(())
    }

    #[test]
    fn what_is_not_a_url_of_postgresql_is_refused() {
        for given in ["host=localhost", "mysql://h/x", "/run/postgresql"] {
            assert!(ServerUrl::parse(given.to_owned()).is_err(), "{given}");
        }
    }

    #[test]
    fn any_name_of_a_database_fits_into_a_url() {
        assert_eq!(local(5432, "a/é?"), "postgresql://postgres@127.0.0.1:5432/a%2F%C3%A9%3F");
    }
}

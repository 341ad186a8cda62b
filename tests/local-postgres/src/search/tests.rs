use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{Environment, Found, PROGRAMS, search};
use crate::Error;
use crate::folder::random;

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// A file system with nothing in it.
struct Root(PathBuf);

impl Root {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("search-{:x}", random()));
        fs::create_dir(&path)?;
        Ok(Self(fs::canonicalize(path)?))
    }

    fn environment(&self) -> Environment {
        Environment { root: self.0.clone(), ..Environment::default() }
    }

    fn install(&self, folder: &str) -> io::Result<PathBuf> {
        let folder = self.0.join(folder);
        fs::create_dir_all(&folder)?;
        for program in PROGRAMS {
            fs::write(folder.join(program), "")?;
        }
        Ok(folder)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn found(environment: &Environment) -> Result<Option<PathBuf>, Error> {
    Ok(match search(environment)? {
        Found::Programs(folder) => Some(folder),
        Found::Running(_) | Found::Nothing => None,
    })
}

#[test]
fn nothing_is_found_where_nothing_is() -> TestResult {
    let root = Root::new()?;
    assert_eq!(search(&root.environment())?, Found::Nothing);
    Ok(())
}

#[test]
fn each_place_comes_before_the_next() -> TestResult {
    let root = Root::new()?;
    let mut environment = root.environment();

    let installed = root.install("usr/lib/postgresql/15/bin")?;
    assert_eq!(found(&environment)?, Some(installed));

    let on_path = root.install("path/bin")?;
    environment.path = vec![root.0.join("empty"), on_path.clone()];
    assert_eq!(found(&environment)?, Some(on_path));

    let pg_config = root.install("config/bin")?;
    environment.pg_config = Some(pg_config.clone());
    assert_eq!(found(&environment)?, Some(pg_config));

    let pg_bin = root.install("given/bin")?;
    environment.pg_bin = Some(pg_bin.clone());
    assert_eq!(found(&environment)?, Some(pg_bin));

    environment.database_url = Some("postgresql://h".to_owned());
    assert_eq!(search(&environment)?, Found::Running("postgresql://h".to_owned()));
    Ok(())
}

#[test]
fn a_link_on_path_leads_to_the_folder_of_all_programs() -> TestResult {
    let root = Root::new()?;
    let real = root.install("real/bin")?;
    let links = root.0.join("links");
    fs::create_dir(&links)?;
    symlink(real.join("postgres"), links.join("postgres"))?;
    let environment = Environment { path: vec![links], ..root.environment() };
    assert_eq!(found(&environment)?, Some(real));
    Ok(())
}

#[test]
fn the_newest_of_the_installed_versions_is_taken() -> TestResult {
    for (folders, newest) in [
        (["9.6", "10", "9.5"].map(|v| format!("usr/lib/postgresql/{v}/bin")), 1),
        (["13", "9.6", "14"].map(|v| format!("usr/pgsql-{v}/bin")), 2),
        (["18", "9", "17"].map(|v| format!("opt/homebrew/opt/postgresql@{v}/bin")), 0),
    ] {
        let root = Root::new()?;
        for folder in &folders {
            root.install(folder)?;
        }
        assert_eq!(found(&root.environment())?, Some(root.0.join(&folders[newest])));
    }
    Ok(())
}

#[test]
fn a_folder_without_all_programs_is_passed_over() -> TestResult {
    let root = Root::new()?;
    let older = root.install("usr/lib/postgresql/15/bin")?;
    let newer = root.install("usr/lib/postgresql/16/bin")?;
    fs::remove_file(newer.join("initdb"))?;
    assert_eq!(found(&root.environment())?, Some(older));
    Ok(())
}

#[test]
fn a_wrong_pg_bin_is_an_error_though_there_is_another_server() -> TestResult {
    let root = Root::new()?;
    root.install("usr/lib/postgresql/15/bin")?;
    let environment =
        Environment { pg_bin: Some(Path::new("/nowhere").to_owned()), ..root.environment() };
    let message = search(&environment).err().map(|error| error.to_string());
    let expected = "PG_BIN names /nowhere, which has no initdb";
    assert!(message.is_some_and(|message| message.starts_with(expected)));
    Ok(())
}

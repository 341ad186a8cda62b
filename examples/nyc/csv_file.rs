//! CSV files, gzipped or not.

use flate2::read::GzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The folder of the extract that comes with the examples.
pub(crate) fn extract() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

/// The file of a table in a folder: `NAME.csv.gz` if it is there, otherwise `NAME.csv`.
pub(crate) fn in_folder(folder: &Path, name: &str) -> PathBuf {
    let gzipped = folder.join(format!("{name}.csv.gz"));
    if gzipped.exists() { gzipped } else { folder.join(format!("{name}.csv")) }
}

/// The rows of a file, read as they are asked for. The bar is moved by the bytes of the file.
pub(crate) fn rows<R: DeserializeOwned + Send>(
    path: &Path,
    bar: &ProgressBar,
) -> io::Result<impl Iterator<Item = csv::Result<R>> + Send + use<R>> {
    let file = File::open(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    bar.inc_length(file.metadata()?.len());
    let file = bar.wrap_read(file);
    let text: Box<dyn Read + Send> = match path.extension() {
        Some(extension) if extension == "gz" => Box::new(GzDecoder::new(file)),
        _ => Box::new(file),
    };
    Ok(csv::Reader::from_reader(text).into_deserialize())
}

/// A bar that is as long as the files whose rows it goes with.
pub(crate) fn progress_bar() -> ProgressBar {
    let template = "{wide_bar} {bytes}/{total_bytes}, {msg}, {elapsed}";
    ProgressBar::new(0).with_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    )
}

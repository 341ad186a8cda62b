use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::Error;

/// A process that outlives ours, to stop the server and to remove its folder however we end.
///
/// It reads a pipe of which only we have the other end, on which we write the id of the process
/// that it would have to end. When the pipe is closed, we have ended.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
}

/// `$1` is the folder. A zombie has ended, though it may stay where nobody reaps orphans.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
folder=$1 process=
while read -r line; do process=$line; done

runs() { kill -s 0 "$process" && ! grep -q '^State:[[:space:]]*Z' "/proc/$process/status"; }
if [ -n "$process" ]; then
    kill -s QUIT "$process"
    tries=100
    while runs && [ $tries -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
    if runs; then kill -s KILL "$process"; fi
fi

tries=100
rm -rf "$folder"
while [ -e "$folder" ] && [ $tries -gt 0 ]; do sleep 0.1; rm -rf "$folder"; tries=$((tries - 1)); done
"#;

impl Watchdog {
    /// From now on the folder is removed when we end.
    pub(crate) fn guard(folder: &Path) -> Result<Self, Error> {
        // A process group of its own, since Ctrl-C ends all of ours; and none of our pipes, since
        // whoever reads them waits for the last process that has them.
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "local-postgres-watchdog"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()
            .map_err(Error::io("start /bin/sh, which is to clean up"))?;
        Ok(Self { shell })
    }

    /// Tells which process uses the folder; `None`: none any longer.
    pub(crate) fn user_is(&mut self, pid: Option<u32>) -> Result<(), Error> {
        let line = pid.map_or_else(|| "\n".to_owned(), |pid| format!("{pid}\n"));
        let pipe = self.shell.stdin.as_mut();
        pipe.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
            .and_then(|pipe| pipe.write_all(line.as_bytes()))
            .map_err(Error::io("write to the process that is to clean up"))
    }
}

impl Drop for Watchdog {
    /// Has it clean up, and waits for that.
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

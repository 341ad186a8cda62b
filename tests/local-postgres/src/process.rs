use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::Error;

const POLL: Duration = Duration::from_millis(5);

/// Asks again and again until there is an answer; `None` when there was none for so long.
pub(crate) fn poll<T>(
    patience: Duration,
    mut probe: impl FnMut() -> Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = probe()? {
            return Ok(Some(answer));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

/// Sends a signal by its name without SIG.
pub(crate) fn signal(pid: u32, name: &str) -> Result<(), Error> {
    // The shell's own `kill`: minimal systems have no such program.
    let action = || format!("send SIG{name} to process {pid}");
    let output = Command::new("/bin/sh")
        .args(["-c", r#"kill -s "$1" "$2""#, "sh", name, &pid.to_string()])
        .output()
        .map_err(Error::io(action()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Program {
        program: "kill".to_owned(),
        message: String::from_utf8_lossy(output.stderr.trim_ascii()).into_owned(),
    })
}

/// The live children of a process.
pub(crate) fn children(parent: u32) -> Result<Vec<u32>, Error> {
    let children = all()?.into_iter().filter(|process| process.parent == parent);
    Ok(children.map(|process| process.pid).collect())
}

/// Those of `pids` that are alive.
pub(crate) fn alive(pids: &[u32]) -> Result<Vec<u32>, Error> {
    let alive = all()?.into_iter().map(|process| process.pid);
    Ok(alive.filter(|pid| pids.contains(pid)).collect())
}

struct Process {
    pid: u32,
    parent: u32,
}

/// All processes except zombies, which may stay for ever where nobody reaps orphans.
fn all() -> Result<Vec<Process>, Error> {
    if !Path::new("/proc/self/stat").exists() {
        return from_ps();
    }
    let entries = fs::read_dir("/proc").map_err(Error::io("list the processes"))?;
    Ok(entries
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter_map(|stat| from_stat(&stat))
        .collect())
}

/// `pid (name) state parent …`, where the name may hold anything.
fn from_stat(stat: &str) -> Option<Process> {
    let (pid, _) = stat.split_once(" (")?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut rest = rest.split(' ');
    let state = rest.next()?;
    process(pid, rest.next()?, state)
}

/// For systems without /proc.
fn from_ps() -> Result<Vec<Process>, Error> {
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=", "-o", "ppid=", "-o", "state="])
        .output()
        .map_err(Error::io("list the processes with ps"))?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let parse = |line: &str| {
        let mut fields = line.split_whitespace();
        process(fields.next()?, fields.next()?, fields.next()?)
    };
    Ok(lines.lines().filter_map(parse).collect())
}

fn process(pid: &str, parent: &str, state: &str) -> Option<Process> {
    if state.starts_with(['Z', 'X']) {
        return None;
    }
    Some(Process { pid: pid.parse().ok()?, parent: parent.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::{children, from_stat};
    use std::process::{Command, Stdio};

    #[test]
    fn a_child_is_listed_until_it_has_ended() -> Result<(), Box<dyn std::error::Error>> {
        let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn()?;
        assert!(children(std::process::id())?.contains(&cat.id()));
        cat.wait()?;
        assert!(!children(std::process::id())?.contains(&cat.id()));
        Ok(())
    }

    #[test]
    fn a_name_may_look_like_the_rest_of_the_line() {
        let parent = |stat| from_stat(stat).map(|process| (process.pid, process.parent));
        assert_eq!(parent("12 (a) S 3 ) S 7 12 12 0"), Some((12, 7)));
        assert_eq!(parent("12 (a) Z 7 12 12 0"), None);
    }
}

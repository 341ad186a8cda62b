//! Each test has a server of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use local_postgres::{Builder, Error, LocalPostgres, StopMode};

type TestResult = Result<(), Box<dyn std::error::Error>>;

fn own() -> Builder {
    LocalPostgres::builder().ignore_database_url()
}

/// Whether it is so within a while.
fn becomes(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[test]
fn a_server_answers_by_tcp_and_by_its_socket() -> TestResult {
    let server = own().start()?;
    let version: u32 = server.psql("postgres", "SHOW server_version_num")?.trim().parse()?;
    assert_eq!(version / 10_000, server.version()?);
    assert!(server.url("postgres").starts_with("postgresql://postgres@127.0.0.1:"));

    let socket = server.socket_dir()?.join(format!(".s.PGSQL.{}", server.port()?));
    assert!(socket.exists());
    assert!(server.bin_dir()?.join("pg_ctl").is_file());
    assert!(server.data_dir()?.join("PG_VERSION").is_file());
    assert!(fs::read_to_string(server.log_file()?)?.contains("ready to accept connections"));
    Ok(())
}

#[test]
fn settings_take_effect_and_may_have_any_value() -> TestResult {
    let server =
        own().setting("max_connections", "42").setting("cluster_name", r"it's a \ test").start()?;
    let show = |name: &str| server.psql("postgres", &format!("SHOW {name}"));
    assert_eq!(show("max_connections")?, "42\n");
    assert_eq!(show("cluster_name")?, "it's a \\ test\n");
    assert_eq!(show("fsync")?, "off\n");
    assert_eq!(show("synchronous_commit")?, "on\n");
    assert_eq!(show("server_encoding")?, "UTF8\n");

    server.psql("postgres", "ALTER SYSTEM SET max_connections = 43")?;
    server.restart(StopMode::Fast)?;
    assert_eq!(show("max_connections")?, "43\n");
    Ok(())
}

#[test]
fn a_durable_server_has_the_defaults_of_postgresql() -> TestResult {
    let server = own().durable().start()?;
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let query = format!("SELECT setting = boot_val FROM pg_settings WHERE name = '{name}'");
        assert_eq!(server.psql("postgres", &query)?, "t\n", "{name}");
    }
    Ok(())
}

#[test]
fn a_wrong_setting_fails_with_the_servers_log() {
    let result = own().setting("no_such_setting", "1").start();
    let message = result.err().map(|error| error.to_string());
    assert!(message.is_some_and(|message| message.contains("no_such_setting")));
}

#[test]
fn a_database_can_be_created_from_a_template() -> TestResult {
    let server = own().start()?;
    server.create_database("the \"template\"", None)?;
    server.psql("the \"template\"", "CREATE TABLE t AS SELECT 7 AS a")?;
    server.create_database("a/copy?", Some("the \"template\""))?;
    assert_eq!(server.psql("a/copy?", "TABLE t")?, "7\n");

    let again = server.create_database("a/copy?", None);
    assert!(matches!(again, Err(Error::Program { message, .. }) if message.contains("exists")));
    Ok(())
}

#[test]
fn what_is_committed_survives_every_end_of_the_server() -> TestResult {
    let server = own().start()?;
    let url = server.url("postgres");
    server.psql("postgres", "CREATE TABLE t (a int)")?;
    let insert_and_count = |a: u32| {
        server.psql("postgres", &format!("INSERT INTO t VALUES ({a})"))?;
        server.psql("postgres", "SELECT count(*) FROM t")
    };
    assert_eq!(insert_and_count(1)?, "1\n");
    let modes = [StopMode::Smart, StopMode::Fast, StopMode::Immediate];
    for (count, mode) in (2..).zip(modes) {
        server.stop(mode)?;
        assert!(!listens(server.port()?), "{mode:?}");
        server.start_again()?;
        assert_eq!(insert_and_count(count)?, format!("{count}\n"), "{mode:?}");
    }
    server.kill9()?;
    assert!(!listens(server.port()?));
    server.start_again()?;
    assert_eq!(insert_and_count(5)?, "5\n");
    assert_eq!(server.url("postgres"), url);
    Ok(())
}

#[test]
fn a_server_is_killed_while_it_works() -> TestResult {
    let server = own().start()?;
    server.psql("postgres", "CREATE TABLE t (a int)")?;
    thread::scope(|scope| {
        let endless = "INSERT INTO t VALUES (1); SELECT pg_sleep(3600)";
        let client = scope.spawn(|| server.psql("postgres", endless));
        let sleeps = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        assert!(becomes(|| server.psql("postgres", sleeps).is_ok_and(|count| count == "1\n")));
        server.kill9()?;
        assert!(client.join().is_ok_and(|result| result.is_err()));
        server.start_again()
    })?;
    // The client sent both statements at once, which makes them one transaction.
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM t")?, "0\n");
    Ok(())
}

#[test]
fn starting_twice_or_stopping_twice_is_refused() -> TestResult {
    let server = own().start()?;
    assert!(matches!(server.start_again(), Err(Error::AlreadyRunning)));
    server.stop(StopMode::Fast)?;
    assert!(matches!(server.stop(StopMode::Fast), Err(Error::NotRunning)));
    assert!(matches!(server.kill9(), Err(Error::NotRunning)));
    Ok(())
}

#[test]
fn a_taken_port_is_reported_and_the_server_starts_once_it_is_free() -> TestResult {
    let server = own().start()?;
    let port = server.port()?;
    server.stop(StopMode::Fast)?;
    let taker = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    assert!(matches!(server.start_again(), Err(Error::PortInUse { port: taken }) if taken == port));
    drop(taker);
    server.start_again()?;
    Ok(())
}

#[test]
fn drop_ends_the_server_and_removes_its_folder() -> TestResult {
    type End = fn(&LocalPostgres) -> Result<(), Error>;
    let ends: [End; 3] = [|_| Ok(()), |s| s.stop(StopMode::Fast), LocalPostgres::kill9];
    for end in ends {
        let server = own().start()?;
        let (folder, port) = (server.socket_dir()?.to_owned(), server.port()?);
        end(&server)?;
        drop(server);
        assert!(!folder.exists());
        assert!(!listens(port));
    }
    Ok(())
}

/// Set in a process that plays the other part of its test.
const CHILD: &str = "LOCAL_POSTGRES_TEST_CHILD";

/// This program, to run one test in its other part.
fn child(test: &str) -> Result<Command, std::io::Error> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    Ok(command)
}

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

#[test]
fn the_server_of_database_url_is_used_but_never_stopped() -> TestResult {
    if is_child() {
        return use_the_server_of_database_url();
    }
    let server = own().start()?;
    let status = child("the_server_of_database_url_is_used_but_never_stopped")?
        .env("DATABASE_URL", server.url("postgres"))
        .status()?;
    assert!(status.success());
    assert_eq!(server.psql("created", "SELECT 1")?, "1\n");
    Ok(())
}

fn use_the_server_of_database_url() -> TestResult {
    let server = LocalPostgres::start()?;
    assert!(!server.is_ours());
    assert!(server.version()? >= 10);
    server.create_database("created", None)?;
    assert_eq!(server.psql("created", "SELECT current_database()")?, "created\n");
    let refused = server.stop(StopMode::Fast).err().map(|error| error.to_string());
    assert!(refused.is_some_and(|message| message.contains("unset DATABASE_URL")));
    assert!(matches!(server.kill9(), Err(Error::NotOurs { .. })));
    Ok(())
}

#[test]
fn nothing_is_left_of_an_owner_that_is_killed() -> TestResult {
    if is_child() {
        return wait_to_be_killed();
    }
    let mut owner = child("nothing_is_left_of_an_owner_that_is_killed")?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = owner.stdout.take().ok_or("no stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    let mut value = |name: &str| -> Result<String, Box<dyn std::error::Error>> {
        for line in lines.by_ref() {
            if let Some(value) = line?.strip_prefix(name) {
                return Ok(value.to_owned());
            }
        }
        Err(format!("the owner ended without {name}").into())
    };
    let folder = PathBuf::from(value("folder=")?);
    let port = value("port=")?.parse()?;
    assert!(folder.exists() && listens(port));

    owner.kill()?;
    owner.wait()?;
    // Neither the server nor the watchdog holds the pipe open: it has an end.
    assert!(lines.all(|line| line.is_ok()));
    assert!(becomes(|| !folder.exists()), "{} is left", folder.display());
    assert!(!listens(port));
    Ok(())
}

fn wait_to_be_killed() -> TestResult {
    let server = own().start()?;
    let folder: &Path = server.socket_dir()?;
    println!("\nfolder={}\nport={}", folder.display(), server.port()?);
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

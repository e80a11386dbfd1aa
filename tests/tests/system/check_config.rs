//! What `check-config` finds, and that it touches nothing.

/// What is found of database servers, and of what the operator has written into files.
mod databases;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use undersign_server::web::assets::CLIENT;
use undersign_test_clusters::TestDatabase;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};

/// A machine that `init` has set up for both sides, filled in so that nothing is wrong with it.
struct Machine {
    _place: TempDir,
    directory: PathBuf,
}

impl Machine {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let directory = place.path().join("undersign");
        let mut init = Command::new(program("undersign-server"));
        init.args(["init", "--host", "petitions.example", "--mail-host", "mail.example", "--dir"]).arg(&directory);
        assert!(init.stdout(Stdio::null()).status().expect("init").success());
        let client = place.path().join("client");
        fs::create_dir(&client).expect("a folder");
        for name in CLIENT {
            fs::write(client.join(name), "").expect("written");
        }
        let machine = Self { _place: place, directory };
        machine.change("organisers = []", "organisers = [\"s8JZXf8g1BTti-2_BH5FMkyeqK_LJhHFrDyiQCrr0Io\"]");
        let client_dir = format!("client_dir = \"{}\"", client.display());
        machine.change("# client_dir = \"/usr/local/share/undersign-client\"", &client_dir);
        machine
    }

    fn config(&self) -> PathBuf {
        self.directory.join("undersign.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.config()).expect("a configuration")
    }

    fn change(&self, what: &str, with: &str) {
        let text = self.text();
        assert!(text.contains(what), "{what}: {text}");
        fs::write(self.config(), text.replace(what, with)).expect("written");
    }

    /// What is said: whether it can be used, and the lines.
    fn check(&self) -> (bool, Vec<String>) {
        check(&self.config())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

fn check(config: &Path) -> (bool, Vec<String>) {
    let mut program = Command::new(program("undersign-server"));
    let output = program.args(["check-config", "--config"]).arg(config).output().expect("the program");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// One finding alone, of a kind and with these words.
fn finds(machine: &Machine, kind: &str, words: &str) {
    let (usable, said) = machine.check();
    let is_finding = |line: &&String| line.starts_with("error: ") || line.starts_with("warning: ");
    let found: Vec<_> = said.iter().filter(is_finding).collect();
    assert_eq!(found.len(), 1, "{words}: {said:?}");
    assert!(found[0].starts_with(&format!("{kind}: ")) && found[0].contains(words), "{words}: {said:?}");
    assert_eq!(usable, kind == "warning", "{words}: {said:?}");
}

fn everything(directory: &Path) -> BTreeMap<PathBuf, (u32, i64, i64, u64)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("a folder") {
        let path = entry.expect("an entry").path();
        let metadata = path.symlink_metadata().expect("metadata");
        all.insert(path.clone(), (metadata.mode(), metadata.mtime(), metadata.mtime_nsec(), metadata.len()));
        if metadata.is_dir() {
            all.extend(everything(&path));
        }
    }
    all
}

#[test]
fn what_init_has_made_and_a_person_has_filled_in_is_right_and_is_not_touched() {
    let machine = Machine::new();
    let before = everything(&machine.directory);
    let (usable, said) = machine.check();
    assert!(usable && said.len() == 1 && said[0].ends_with("can be used"), "{said:?}");
    assert_eq!(everything(&machine.directory), before);
}

#[test]
fn what_others_can_read_is_found() {
    for (name, mode) in [
        ("identified/keys", 0o750),
        ("identified/keys/tag.key", 0o640),
        ("anonymous/keys/host-log.key", 0o604),
        ("identified/undersign.db", 0o644),
    ] {
        let machine = Machine::new();
        let path = machine.path(name);
        if name.ends_with(".db") {
            fs::write(&path, "rows").expect("written");
        }
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("chmod");
        finds(&machine, "error", &format!("{} can be read by others", path.display()));
    }
}

#[test]
fn two_names_of_one_database_are_found() {
    let machine = Machine::new();
    let (own, other) = (machine.path("identified/undersign.db"), machine.path("anonymous/undersign.db"));
    // By a link, before there is a file and after; and by a second name of the file.
    symlink(machine.path("identified"), machine.path("same")).expect("a link");
    let text = machine.text();
    machine.change("anonymous/undersign.db", "same/undersign.db");
    finds(&machine, "error", "have one database");
    fs::write(machine.config(), text).expect("written");
    fs::write(&own, "rows").expect("written");
    fs::set_permissions(&own, Permissions::from_mode(0o600)).expect("chmod");
    symlink(&own, &other).expect("a link");
    finds(&machine, "error", "have one database");
    fs::remove_file(&other).expect("removed");
    fs::hard_link(&own, &other).expect("a link");
    finds(&machine, "error", "have one database");
}

#[test]
fn keys_in_common_are_found_by_whatever_name() {
    let machine = Machine::new();
    let (own, other) = (machine.path("identified/keys"), machine.path("anonymous/keys"));
    let text = machine.text();
    machine.change("anonymous/keys", "identified/keys/anonymous");
    finds(&machine, "error", "one is in the other");
    fs::write(machine.config(), text).expect("written");
    fs::copy(own.join("statement.key"), other.join("logs-old.key")).expect("copied");
    finds(&machine, "error", "are one secret");
    fs::remove_dir_all(&other).expect("removed");
    symlink(&own, &other).expect("a link");
    finds(&machine, "error", "folders of keys are one");
}

#[test]
fn folders_and_files_that_are_named_have_to_be_there() {
    let machine = Machine::new();
    machine.change("sqlite:", "mysql:");
    let (usable, said) = machine.check();
    assert!(
        !usable && said.iter().filter(|line| line.contains("is neither of the form sqlite:PATH")).count() == 2,
        "{said:?}"
    );
    let machine = Machine::new();
    machine.change("/anonymous/undersign.db", "/elsewhere/undersign.db");
    finds(&machine, "error", "elsewhere is missing");
    let machine = Machine::new();
    machine.change("client\"", "no-client\"");
    finds(&machine, "error", "undersign_client.js");
    let machine = Machine::new();
    machine.change("# username = \"undersign\"", "username = \"undersign\"");
    machine.change("# password_file", "password_file");
    finds(&machine, "error", "smtp-password cannot be read");
}

#[test]
fn names_that_harm_signers_or_lead_nowhere_are_found() {
    for (what, with, kind, words) in [
        ("link_origin = \"https://mail.example\"\n", "", "warning", "link_origin is missing"),
        ("https://mail.example", "https://petitions.example", "warning", "link_origin is the host"),
        ("https://mail.example", "http://mail.example", "error", "link_origin is not https"),
        ("client_dir", "# client_dir", "warning", "client_dir is missing"),
        ("listen = \"127.0.0.1", "listen = \"0.0.0.0", "warning", "is not an address of this machine alone"),
        ("trusted_proxies = [\"127.0.0.1\", \"::1\"]", "", "warning", "trusted_proxies is empty"),
    ] {
        let machine = Machine::new();
        let text = machine.text();
        // Where both sides have a line, the first one is changed.
        assert!(text.contains(what), "{what}");
        fs::write(machine.config(), text.replacen(what, with, 1)).expect("written");
        finds(&machine, kind, words);
    }
    let machine = Machine::new();
    let text = machine.text();
    fs::write(machine.config(), text.replacen("\"s8JZXf8g1BTti-2_BH5FMkyeqK_LJhHFrDyiQCrr0Io\"", "", 1))
        .expect("written");
    let (usable, said) = machine.check();
    assert!(!usable && said.iter().any(|line| line.contains("organisers differ")), "{said:?}");
}

#[test]
fn a_side_alone_has_to_know_where_the_other_is() {
    let machine = Machine::new();
    let text = machine.text();
    let (identified, anonymous) = text.split_once("# The side that sees tokens").expect("two sides");
    fs::write(machine.config(), format!("# The side{anonymous}")).expect("written");
    finds(&machine, "error", "anonymous.issuer_url is missing");
    fs::write(machine.config(), identified).expect("written");
    finds(&machine, "error", "identified.origin_url is missing");
}

#[tokio::test]
async fn the_clock_is_compared_with_the_other_side_s() {
    let machine = Machine::new();
    let text = machine.text();
    let (identified, _) = text.split_once("# The side that sees tokens").expect("two sides");
    let with = |url: &str| {
        let url =
            format!("database = \"sqlite:{}", "").replace("database", &format!("origin_url = \"{url}\"\ndatabase"));
        fs::write(machine.config(), identified.replacen("database = \"sqlite:", &url, 1)).expect("written");
    };
    let server = TestServer::start(Options { apart: true, ..Options::default() }).await;
    with(&server.origin().to_string());
    let (usable, said) = machine.check();
    assert!(usable && said.len() == 1, "{said:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answers = tokio::spawn(async move {
        for date in ["Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", ""] {
            let (mut stream, _) = listener.accept().await.expect("a question");
            let _ = stream.read(&mut [0; 4_096]).await;
            let answer = format!("HTTP/1.1 200 OK\r\n{date}Content-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("sent");
        }
    });
    with(&url);
    let machine = std::sync::Arc::new(machine);
    for (kind, words) in [("error", "differ by"), ("warning", "has no date"), ("warning", "does not answer")] {
        let machine = std::sync::Arc::clone(&machine);
        tokio::task::spawn_blocking(move || finds(&machine, kind, words)).await.expect("no panic");
    }
    answers.await.expect("no panic");
}

#[test]
fn a_clock_behind_the_program_is_found() {
    let machine = Machine::new();
    let copy = machine.path("undersign-server");
    fs::copy(program("undersign-server"), &copy).expect("copied");
    let later = Command::new("touch").args(["-d", "2099-01-01T00:00:00Z"]).arg(&copy).status();
    assert!(later.expect("touch").success());
    let output =
        Command::new(&copy).args(["check-config", "--config"]).arg(machine.config()).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success() && said.contains("written at 2099-01-01T00:00:00Z"), "{said}");
}

/// The program, as somebody to whom the rights of files apply: to root they do not, unless it gives that up.
fn check_without_privileges(machine: &Machine) -> (bool, Vec<String>) {
    let program = program("undersign-server").display().to_string();
    let own = [program.as_str(), "check-config", "--config"];
    let setpriv = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
    let words = if is_root(machine) { [&setpriv[..], &own].concat() } else { own.to_vec() };
    let output = Command::new(words[0]).args(&words[1..]).arg(machine.config()).output().expect("the program");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.success(), said.lines().map(str::to_owned).collect())
}

fn is_root(machine: &Machine) -> bool {
    fs::metadata(&machine.directory).expect("metadata").uid() == 0
}

#[test]
fn folders_that_this_user_cannot_write_in_are_found() {
    for name in ["identified", "identified/keys", "anonymous", "anonymous/keys"] {
        let machine = Machine::new();
        let (usable, said) = check_without_privileges(&machine);
        assert!(usable && said.len() == 1, "the control: {said:?}");
        let folder = machine.path(name);
        fs::set_permissions(&folder, Permissions::from_mode(0o500)).expect("chmod");
        let (usable, said) = check_without_privileges(&machine);
        let words = format!("error: this user cannot write in the folder {}", folder.display());
        assert!(!usable && said.iter().filter(|line| line.contains(&words)).count() == 1, "{said:?}");
        assert_eq!(said.iter().filter(|line| line.starts_with("error: ")).count(), 1, "{said:?}");
        // So that it can be removed.
        fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("chmod");
    }
}

/// Root gives a file away; who is not root can only name one that is root's.
#[test]
fn files_of_another_user_are_found() {
    for (name, folder) in [
        ("identified/keys/tag.key", "identified/keys"),
        ("anonymous/keys/host-log.key", "anonymous/keys"),
        ("identified/undersign.db", "identified"),
    ] {
        let machine = Machine::new();
        let path = machine.path(name);
        if is_root(&machine) {
            if name.ends_with(".db") {
                fs::write(&path, "rows").expect("written");
                fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("chmod");
            }
            chown(&path, Some(65_534), None).expect("chown");
        } else {
            let _ = fs::remove_file(&path);
            symlink("/etc/passwd", &path).expect("a link");
        }
        let (usable, said) = machine.check();
        let words =
            format!("warning: {} belongs to another user than {}", path.display(), machine.path(folder).display());
        assert!(said.iter().any(|line| line.starts_with(&words)), "{said:?}");
        // It is a warning. That others can read root's file is an error of its own.
        assert_eq!(usable, is_root(&machine), "{said:?}");
    }
}

use super::*;

/// Two clusters, set as docs/operators.md says but for `fsync`, which nothing that is thrown away needs.
#[test]
fn two_clusters_are_found_to_be_set_right_and_whatever_is_set_wrong_is_found() {
    let machine = Machine::new();
    let databases = ["identified", "anonymous"].map(TestDatabase::new);
    for (side, database) in ["identified", "anonymous"].iter().zip(&databases) {
        let file = format!("sqlite:{}", machine.path(&format!("{side}/undersign.db")).display());
        machine.change(&file, &database.url());
    }
    let found = || machine.check().1.into_iter().filter(|line| !line.contains("fsync = off")).collect::<Vec<_>>();
    let all = machine.check().1;
    assert_eq!(all.iter().filter(|line| line.contains("fsync = off and must have on")).count(), 2, "{all:?}");
    assert_eq!(found(), Vec::<String>::new());
    for (role_sets, words) in [
        ("log_statement = 'mod'", "log_statement = mod and must have none"),
        ("log_min_error_statement = 'error'", "log_min_error_statement = error"),
        ("log_error_verbosity = 'default'", "log_error_verbosity = default"),
        ("wal_recycle = on", "wal_recycle = on and must have off"),
    ] {
        databases[0].execute(&format!("ALTER ROLE undersign IN DATABASE {} SET {role_sets}", databases[0].name()));
        let lines = found();
        assert!(lines.len() == 1 && lines[0].starts_with("error: identified.database"), "{lines:?}");
        assert!(lines[0].contains(words), "{lines:?}");
        databases[0].execute(&format!("ALTER ROLE undersign IN DATABASE {} RESET ALL", databases[0].name()));
    }
    databases[1].execute("REVOKE EXECUTE ON FUNCTION pg_switch_wal() FROM undersign");
    let lines = found();
    assert!(lines.len() == 1 && lines[0].contains("anonymous.database: the role may not remove"), "{lines:?}");
    databases[1].execute("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO undersign");

    machine.change("[identified]\n", "processes = 5\n\n[identified]\n");
    assert_eq!(found(), Vec::<String>::new());
    machine.change("mails_per_address = 5", "mails_per_address = 4");
    let lines = found();
    assert!(lines.len() == 1 && lines[0].starts_with("warning: identified.limits.mails_per_address"), "{lines:?}");
}

#[test]
fn several_processes_on_sqlite_are_refused_by_check_and_server() {
    let machine = Machine::new();
    machine.change("[identified]\n", "processes = 2\n\n[identified]\n");
    for command in ["serve", "check-config"] {
        let mut refusing = Command::new(program("undersign-server"));
        let output = refusing.args([command, "--config"]).arg(machine.config()).output().expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("must be PostgreSQL's"), "{said}");
    }
}

#[test]
fn two_databases_of_one_cluster_are_refused_by_check_and_server() {
    let machine = Machine::new();
    let databases = [TestDatabase::new("identified"), TestDatabase::new("identified")];
    for (side, database) in ["identified", "anonymous"].iter().zip(&databases) {
        let file = format!("sqlite:{}", machine.path(&format!("{side}/undersign.db")).display());
        machine.change(&file, &database.url());
    }
    let (usable, lines) = machine.check();
    assert!(!usable && lines.iter().any(|line| line.contains("in one cluster")), "{lines:?}");
    // One that starts all the same would never end.
    let mut serve = Command::new("timeout");
    serve.arg("60").arg(program("undersign-server")).args(["serve", "--config"]).arg(machine.config());
    let output = serve.output().expect("the program");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the two sides must share nothing"), "{said}");
}

#[test]
fn a_password_in_a_url_a_way_that_is_not_verified_and_a_server_that_is_away_are_found() {
    let machine = Machine::new();
    let file = format!("sqlite:{}", machine.path("identified/undersign.db").display());
    // Nothing listens there: .invalid has no addresses.
    machine.change(&file, "postgres://undersign:secret@db.invalid/undersign?sslmode=require");
    let (usable, lines) = machine.check();
    assert!(!usable && !lines.concat().contains("secret"), "{lines:?}");
    for words in ["holds a password", "add sslmode=verify-full", "identified.database cannot be reached"] {
        assert!(lines.iter().any(|line| line.starts_with("error: ") && line.contains(words)), "{words}: {lines:?}");
    }
}

#[test]
fn what_the_operator_has_written_into_files_is_looked_at() {
    let machine = Machine::new();
    let announcement = machine.path("announcement.toml");
    assert!(machine.text().contains(&announcement.display().to_string()), "init names it");
    fs::write(&announcement, "[banner]\nen = \"We move at noon\"\n").expect("written");
    assert!(machine.check().1.iter().all(|line| !line.contains("announcement")), "a banner alone is no finding");
    fs::write(&announcement, "read_only = true\n").expect("written");
    finds(&machine, "warning", "signing and withdrawing are paused");
    fs::write(&announcement, "read_only = maybe\n").expect("written");
    finds(&machine, "error", "announcement.toml: line 1");

    let list = |text: &str| {
        let machine = Machine::new();
        fs::write(machine.path("refused-domains.txt"), text).expect("written");
        machine.change("# refused_domains", "refused_domains");
        machine
    };
    finds(&list("trash.example\nduck.com\n"), "error", "line 2: duck.com is a service of private aliases");
    assert!(list("trash.example\n").check().0);

    let machine = Machine::new();
    fs::write(machine.config(), machine.text().replacen("# organiser_limits", "organiser_limits", 1)).expect("written");
    finds(&machine, "error", "organiser_limits differ");
    let machine = Machine::new();
    let about = "\n[anonymous.pages]\nabout = { en = \"/nowhere\" }\n";
    fs::write(machine.config(), machine.text() + about).expect("written");
    finds(&machine, "error", "/nowhere cannot be read");
}

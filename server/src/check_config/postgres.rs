use super::{Finding, Place, Severity};
use crate::storage::{MOST_CONNECTIONS, PostgresAddress, PostgresServer};

/// What a server must be set to, how bad another value is, and why.
type Wanted = (&'static str, &'static str, Severity, &'static str);

const LOGS: &str = "its log would keep what was done, in order, with times";
const KEEPS_WAL: &str = "old write-ahead logs, which tell the order of arrival, would be kept";
const LOSES: &str = "what was acknowledged could be lost";

const SETTINGS: [Wanted; 18] = [
    ("fsync", "on", Severity::Error, LOSES),
    ("full_page_writes", "on", Severity::Error, LOSES),
    ("wal_recycle", "off", Severity::Error, KEEPS_WAL),
    ("wal_keep_size", "0", Severity::Error, KEEPS_WAL),
    (
        "archive_mode",
        "off",
        Severity::Warning,
        "whatever is archived tells the order of arrival: keep none for longer than a day",
    ),
    ("track_commit_timestamp", "off", Severity::Error, "the time of each transaction would be kept"),
    ("log_statement", "none", Severity::Error, LOGS),
    ("log_duration", "off", Severity::Error, LOGS),
    ("log_min_duration_statement", "-1", Severity::Error, LOGS),
    ("log_min_duration_sample", "-1", Severity::Error, LOGS),
    ("log_transaction_sample_rate", "0", Severity::Error, LOGS),
    ("log_parameter_max_length_on_error", "0", Severity::Error, LOGS),
    ("log_min_error_statement", "panic", Severity::Error, "its log would keep statements that failed"),
    ("log_error_verbosity", "terse", Severity::Error, "its log could keep keys of rows"),
    ("log_lock_waits", "off", Severity::Error, LOGS),
    ("log_connections", "off", Severity::Error, LOGS),
    ("log_disconnections", "off", Severity::Error, LOGS),
    ("log_replication_commands", "off", Severity::Warning, LOGS),
];

/// Whether the servers of PostgreSQL's keep what they must and nothing else, and are two.
pub async fn check(places: &[Place<'_>], processes: u32) -> Vec<Finding> {
    let (mut findings, mut clusters) = (Vec::new(), Vec::new());
    for place in places {
        let Some(address) = PostgresAddress::of(place.url) else { continue };
        let name = place.name();
        if address.has_password {
            findings.push(Finding::PasswordInUrl(name));
        }
        if !address.is_local && !address.verifies {
            findings.push(Finding::DatabaseNotVerified(name));
        }
        match PostgresServer::look_at(place.url).await {
            Ok(server) => {
                findings.extend(of_server(name, &server));
                findings.extend(connections(name, &server, processes));
                clusters.push(server.system_identifier);
            }
            Err(error) => {
                let reason = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
                findings.push(Finding::DatabaseAway { database: name, reason });
            }
        }
    }
    if let [one, other] = clusters.as_slice()
        && one == other
    {
        findings.push(Finding::SameCluster);
    }
    findings
}

/// Beside those of the processes, a backup and an operator need some.
fn connections(database: &'static str, server: &PostgresServer, processes: u32) -> Option<Finding> {
    let is = server.settings.get("max_connections").map_or("0", String::as_str);
    let wanted = processes * MOST_CONNECTIONS + 10;
    let is_enough = is.parse::<u32>().is_ok_and(|most| most >= wanted);
    (!is_enough).then(|| Finding::TooFewConnections { database, is: is.to_owned(), processes, wanted })
}

fn of_server(database: &'static str, server: &PostgresServer) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (setting, wanted, severity, reason) in SETTINGS {
        let is = server.settings.get(setting).map_or("unknown", String::as_str);
        if is != wanted {
            let is = is.to_owned();
            findings.push(Finding::DatabaseSetting { database, setting, is, wanted, severity, reason });
        }
    }
    if server.slots > 0 {
        findings.push(Finding::ReplicationSlots(database));
    }
    if !server.removes_wal {
        findings.push(Finding::WalNotRemoved(database));
    }
    findings
}

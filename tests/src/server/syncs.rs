use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::TestServer;
use crate::programs::{is_proving, on_postgres};

/// What a server does last before something is durable, and for how many microseconds that is held up before it begins: time to kill the
/// server in. On PostgreSQL it is another process that syncs; ours sends it something, and answers.
fn moments() -> (&'static str, u32) {
    if on_postgres() { ("sendto,writev", 3_000) } else { ("fdatasync,fsync", 10_000) }
}

/// The syncs at which a server is killed, one a round: every one in the long tier, else every one of the first few, and then every
/// fourth. Of PostgreSQL there are more, what is sent, and some of those do.
pub fn kills(first: usize) -> impl Iterator<Item = usize> {
    let sync = move |round: usize| match (on_postgres(), is_proving()) {
        (false, true) => round,
        (false, false) => round.min(first) + 4 * round.saturating_sub(first),
        (true, true) => 5 * round,
        (true, false) => 25 * round,
    };
    let rounds = match (kills_come_to_an_end(), is_proving()) {
        (true, _) => usize::MAX,
        (false, true) => 40,
        (false, false) => 5,
    };
    (1..=rounds).map(sync)
}

/// Whether a server that has nothing to do stops doing what it is killed at: on PostgreSQL it asks at every tick.
pub fn kills_come_to_an_end() -> bool {
    !on_postgres()
}

/// Kills the server at a certain sync.
pub struct Trap {
    watcher: JoinHandle<bool>,
    disarmed: Arc<AtomicBool>,
}

impl TestServer {
    /// Kills what still runs and starts again under strace, which notes every fsync and fdatasync as it begins and holds it up a
    /// little. (`inject=…:signal=SIGKILL:when=N` counts the calls of each thread apart, and every connection to SQLite is a thread.)
    pub async fn restart_watched(&mut self) {
        self.watch();
        self.restart().await;
    }

    fn watch(&mut self) {
        self.watched += 1;
        let trace = self.trace();
        let (calls, delay) = moments();
        // -D: the server stays our child, and is what is killed.
        self.set_wrapper(&["strace", "-D", "-f", "-qq", "-s", "0", "-e", "signal=none", "-e"]);
        let [traced, held] = [format!("trace={calls}"), format!("inject={calls}:delay_enter={delay}")];
        let output = trace.display().to_string();
        self.options.wrapper.extend([traced, "-e".to_owned(), held, "-o".to_owned(), output]);
    }

    /// Starts a server that was killed again under strace, and kills it at the `number`th sync of its life, if it comes to that. Does not
    /// wait until it answers.
    pub fn start_and_kill_at_sync(&mut self, number: usize) -> Trap {
        self.watch();
        let process = self.spawn(None);
        self.processes.push(process);
        self.kill_at_sync(number)
    }

    /// How many syncs the server has begun since it was started.
    pub fn syncs(&self) -> usize {
        count(&self.trace())
    }

    /// Kills the server, as `kill -9` does, when it begins the `number`th sync from now, whichever thread begins it.
    pub fn kill_at_sync(&self, number: usize) -> Trap {
        let (trace, last) = (self.trace(), self.syncs() + number);
        let [process] = self.processes.as_slice() else { panic!("one process") };
        let process = Pid::from_child(process);
        let disarmed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&disarmed);
        let watcher = thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                if count(&trace) >= last {
                    return kill_process(process, Signal::KILL).is_ok();
                }
                thread::sleep(Duration::from_millis(1));
            }
            false
        });
        Trap { watcher, disarmed }
    }

    fn trace(&self) -> PathBuf {
        self.path().join(format!("syncs-{}", self.watched))
    }
}

impl Trap {
    /// Whether it has killed the server.
    pub fn has_sprung(&self) -> bool {
        self.watcher.is_finished()
    }

    /// Takes it away; says whether it has killed the server.
    pub fn disarm(self) -> bool {
        self.disarmed.store(true, Ordering::Relaxed);
        self.watcher.join().expect("the watcher does not panic")
    }
}

/// A line for each call that begins; that it has ended may stand on a line of its own (`<... fsync resumed>`).
fn count(trace: &Path) -> usize {
    let trace = fs::read_to_string(trace).unwrap_or_default();
    ["sync(", "sendto(", "writev("].into_iter().map(|call| trace.matches(call).count()).sum()
}

use std::process::Child;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Ends a process. One that has processes of its own is told to end, and they with it; then there is no waiting for whoever does not
/// listen.
pub fn end(process: &mut Option<Child>) {
    if let Some(mut process) = process.take() {
        let _ = kill_process(Pid::from_child(&process), Signal::TERM);
        for _ in 0..100 {
            if matches!(process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = process.kill();
        let _ = process.wait();
    }
}

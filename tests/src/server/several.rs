use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use undersign_client_lib::endpoints::Base;

use super::TestServer;
use crate::documents::block;

impl TestServer {
    /// Starts all processes at once, and haproxy in front of them as docs/operators.md configures it.
    pub(super) async fn start_several(&mut self) {
        self.processes = self.ports.iter().map(|port| self.spawn_at(*port)).collect();
        for number in 0..self.ports.len() {
            self.wait_for_process(number).await;
        }
        if self.front.is_none() {
            let file = self.path().join("haproxy.cfg");
            fs::write(&file, self.front_config()).expect("written");
            let program = ["/usr/sbin/haproxy", "/usr/bin/haproxy"].into_iter().find(|path| Path::new(path).exists());
            let mut command = Command::new(program.unwrap_or("haproxy"));
            command.arg("-db").arg("-f").arg(file).stdin(Stdio::null());
            let output = fs::File::create(self.path().join("haproxy.log")).expect("a file for the output");
            command.stdout(output.try_clone().expect("a file")).stderr(output);
            self.front = Some(command.spawn().expect("haproxy starts: `cargo xtask setup` installs it"));
        }
        let origin = self.origin();
        self.wait_for_success(&format!("{origin}/v1/petitions")).await;
    }

    /// Kills one of several processes, as `kill -9` does.
    pub fn kill_process(&mut self, number: usize) {
        let process = &mut self.processes[number];
        let _ = process.kill();
        let _ = process.wait();
    }

    /// Starts one that was killed again, and waits until it answers.
    pub async fn start_process(&mut self, number: usize) {
        self.processes[number] = self.spawn_at(self.ports[number]);
        self.wait_for_process(number).await;
    }

    /// Stops one of several processes without ending it: it has everything in memory and does nothing.
    pub fn stop_process(&self, number: usize) {
        kill_process(Pid::from_child(&self.processes[number]), Signal::STOP).expect("it is there");
    }

    /// Lets it go on.
    pub fn continue_process(&self, number: usize) {
        kill_process(Pid::from_child(&self.processes[number]), Signal::CONT).expect("it is there");
    }

    /// Where one of several processes answers, past haproxy.
    pub fn process(&self, number: usize) -> Base {
        format!("http://127.0.0.1:{}", self.ports[number]).parse().expect("a base")
    }

    pub(super) fn end_front(&mut self) {
        if let Some(mut front) = self.front.take() {
            let _ = front.kill();
            let _ = front.wait();
        }
    }

    fn spawn_at(&self, port: u16) -> std::process::Child {
        self.spawn_with(Some(format!("--listen=127.0.0.1:{port}")))
    }

    async fn wait_for_process(&self, number: usize) {
        self.wait_for_success(&format!("{}/v1/petitions", self.process(number))).await;
    }

    async fn wait_for_success(&self, url: &str) {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        for _ in 0..1_500 {
            if client.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let haproxy = fs::read_to_string(self.path().join("haproxy.log")).unwrap_or_default();
        panic!("{url} does not answer: {}{haproxy}", self.output());
    }

    /// The page's own, with this test's ports.
    fn front_config(&self) -> String {
        let mut config = block("docs/operators.md", "haproxy");
        let ports = [self.anonymous_port].into_iter().chain(self.ports.iter().copied());
        for (written, port) in ["127.0.0.1:8081", "127.0.0.1:18081", "127.0.0.1:18082"].into_iter().zip(ports) {
            assert_eq!(config.matches(written).count(), 1, "{written}");
            config = config.replace(written, &format!("127.0.0.1:{port}"));
        }
        config
    }
}

use super::TestServer;

impl TestServer {
    /// Kills the identified side's process alone, as `kill -9` does. The sides must run apart.
    pub fn kill_identified(&mut self) {
        let [identified, _] = self.processes.as_mut_slice() else { panic!("two processes") };
        let _ = identified.kill();
        let _ = identified.wait();
    }

    /// Starts the identified side's process again and waits until it answers.
    pub async fn start_identified(&mut self) {
        let process = self.spawn(Some("identified"));
        self.processes[0] = process;
        self.wait_until_ready().await;
    }
}

//! Jobs over several connections at once, each waiting for its answer before the next: a closed loop.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;

use crate::clock::Moment;

/// What jobs came to.
pub struct Load<O> {
    /// Results, in no order.
    pub outputs: Vec<O>,
    /// From the first job's beginning to the last one's end.
    pub elapsed: Duration,
    /// How long each job took, shortest first.
    latencies: Vec<Duration>,
}

impl<O> Load<O> {
    /// Jobs a second.
    pub fn rate(&self) -> f64 {
        self.outputs.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The time that this part of the jobs did not exceed, in ms.
    pub fn percentile(&self, part: f64) -> f64 {
        let index = ((self.latencies.len() as f64 * part) as usize).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).map_or(0.0, Duration::as_secs_f64) * 1e3
    }
}

/// Does every job once. Each context (a connection, or several) does one job at a time; the first failure ends it all.
pub async fn run<C, J, O, F, Step>(contexts: Vec<C>, jobs: Vec<J>, step: Step) -> Result<Load<O>>
where
    C: Send + 'static,
    J: Send + 'static,
    O: Send + 'static,
    F: Future<Output = Result<(C, O)>> + Send,
    Step: Fn(C, J) -> F + Clone + Send + 'static,
{
    let jobs = Arc::new(Mutex::new(jobs.into_iter()));
    let mut workers = JoinSet::new();
    let started = Moment::now();
    for mut context in contexts {
        let (jobs, step) = (Arc::clone(&jobs), step.clone());
        workers.spawn(async move {
            let mut done = Vec::new();
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(job) = job else { return anyhow::Ok(done) };
                let begun = Moment::now();
                let (back, output) = step(context, job).await?;
                context = back;
                done.push((output, begun.elapsed()));
            }
        });
    }
    let (mut outputs, mut latencies) = (Vec::new(), Vec::new());
    while let Some(worker) = workers.join_next().await {
        for (output, latency) in worker?? {
            outputs.push(output);
            latencies.push(latency);
        }
    }
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    Ok(Load { outputs, elapsed, latencies })
}

/// Work on all cores, before or after what is measured.
pub fn on_all_cores<J: Send, O: Send>(jobs: Vec<J>, work: impl Fn(J) -> Result<O> + Sync) -> Result<Vec<O>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (jobs, work) = (&Mutex::new(jobs.into_iter()), &work);
    std::thread::scope(|scope| {
        let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
        let run = move || std::iter::from_fn(next).map(work).collect::<Result<Vec<O>>>();
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let mut all = Vec::new();
        for thread in running {
            all.extend(thread.join().map_err(|_| anyhow::anyhow!("a thread has ended early"))??);
        }
        Ok(all)
    })
}

//! What arrives within about a millisecond is done together: one transaction, and so one fsync, for many callers. Each is answered only
//! after the commit that all of them share. Nothing of a caller outlives its answer, and no order of arrival is kept.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// How long the first waits for others.
const WINDOW: Duration = Duration::from_millis(1);
/// Most that is done at once: a statement with a few values for each stays below the limits of both engines.
const MOST: usize = 256;
/// Most that waits: at a commit a millisecond, for less than a tenth of a second.
const QUEUE: usize = 16 * MOST;

/// Work that is done for many at once.
pub trait Together: Send + Sync + 'static {
    /// What one caller brings.
    type Item: Send + Sync + 'static;
    /// What one caller gets: an item that is refused is answered so, and the others stand.
    type Answer: Send + 'static;
    /// Why nothing was done for anyone.
    type Error: Send + 'static;

    /// Does the work for all, in one transaction that is committed when this returns. As many answers as items, in their order.
    fn together(&self, items: &[Self::Item]) -> impl Future<Output = Result<Vec<Self::Answer>, Self::Error>> + Send;
}

/// Why a caller has no answer. Nothing is known of its item: it may be sent again.
#[derive(Debug, thiserror::Error)]
pub enum GatherError<E> {
    /// Too many wait already.
    #[error("too many wait")]
    Full,
    /// The work failed for all; one of the callers is told why.
    #[error(transparent)]
    Failed(E),
    /// The work failed for all, and another caller is told why.
    #[error("what is done together has failed")]
    FailedTogether,
}

type Waiting<W> = (<W as Together>::Item, Reply<W>);
type Reply<W> = oneshot::Sender<Result<<W as Together>::Answer, GatherError<<W as Together>::Error>>>;

/// Where callers meet.
pub struct Gather<W: Together> {
    queue: mpsc::Sender<Waiting<W>>,
}

impl<W: Together> Gather<W> {
    /// Begins to do what comes, until the last caller is gone.
    pub fn start(work: W) -> Self {
        let (queue, mut coming) = mpsc::channel::<Waiting<W>>(QUEUE);
        let work = Arc::new(work);
        tokio::spawn(async move {
            let mut waiting = Vec::new();
            while coming.recv_many(&mut waiting, 1).await > 0 {
                tokio::time::sleep(WINDOW).await;
                while waiting.len() < MOST
                    && let Ok(more) = coming.try_recv()
                {
                    waiting.push(more);
                }
                let (items, replies): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
                let work = Arc::clone(&work);
                // A task of its own: if the work panics, these callers have no answer, and the next are done all the same.
                if let Ok(done) = tokio::spawn(async move { work.together(&items).await }).await {
                    answer::<W>(done, replies);
                }
            }
        });
        Self { queue }
    }

    /// Brings one item, and waits until it is done. Whoever stops waiting has its item done all the same.
    pub async fn add(&self, item: W::Item) -> Result<W::Answer, GatherError<W::Error>> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send((item, reply)).map_err(|_| GatherError::Full)?;
        answer.await.unwrap_or(Err(GatherError::FailedTogether))
    }
}

/// Tells each caller its own answer, or all of them that there is none.
fn answer<W: Together>(done: Result<Vec<W::Answer>, W::Error>, replies: Vec<Reply<W>>) {
    // Whoever is gone is not told.
    match done {
        Ok(answers) => {
            for (reply, answer) in replies.into_iter().zip(answers) {
                let _ = reply.send(Ok(answer));
            }
        }
        Err(error) => {
            let mut error = Some(error);
            for reply in replies {
                let why = error.take().map_or(GatherError::FailedTogether, GatherError::Failed);
                if let Err(Err(GatherError::Failed(untold))) = reply.send(Err(why)) {
                    error = Some(untold);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Poll;

    use tokio::sync::Semaphore;

    use super::*;

    /// Doubles numbers, refuses odd ones, fails as a whole where a 0 is among them, panics at a 13. Counts how often it was called.
    #[derive(Clone)]
    struct Doubling {
        calls: Arc<AtomicUsize>,
        may_go_on: Arc<Semaphore>,
    }

    impl Together for Doubling {
        type Item = u32;
        type Answer = Option<u32>;
        type Error = &'static str;

        async fn together(&self, items: &[u32]) -> Result<Vec<Option<u32>>, &'static str> {
            let _turn = self.may_go_on.acquire().await.map_err(|_| "closed")?;
            self.calls.fetch_add(1, Ordering::Relaxed);
            if items.contains(&0) {
                return Err("a zero");
            }
            assert!(!items.contains(&13), "thirteen");
            Ok(items.iter().map(|item| (item % 2 == 0).then_some(item * 2)).collect())
        }
    }

    fn doubling(permits: usize) -> (Doubling, Gather<Doubling>) {
        let work = Doubling { calls: Arc::default(), may_go_on: Arc::new(Semaphore::new(permits)) };
        (work.clone(), Gather::start(work))
    }

    #[tokio::test]
    async fn what_comes_together_is_done_at_once_and_each_gets_its_own_answer() {
        let (work, gather) = doubling(1);
        let (two, three, four) = tokio::join!(gather.add(2), gather.add(3), gather.add(4));
        assert_eq!([two, three, four].map(|answer| answer.expect("done")), [Some(4), None, Some(8)]);
        assert_eq!(work.calls.load(Ordering::Relaxed), 1);
        assert_eq!(gather.add(6).await.expect("done"), Some(12));
        assert_eq!(work.calls.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn where_it_fails_for_all_one_is_told_why_and_the_next_are_done() {
        let (_, gather) = doubling(1);
        let (two, zero) = tokio::join!(gather.add(2), gather.add(0));
        assert!(matches!(two, Err(GatherError::Failed("a zero"))));
        assert!(matches!(zero, Err(GatherError::FailedTogether)));
        assert_eq!(gather.add(2).await.expect("done"), Some(4));
    }

    #[tokio::test]
    async fn where_it_panics_these_have_no_answer_and_the_next_are_done() {
        let (_, gather) = doubling(1);
        let (two, thirteen) = tokio::join!(gather.add(2), gather.add(13));
        assert!(matches!((two, thirteen), (Err(GatherError::FailedTogether), Err(GatherError::FailedTogether))));
        assert_eq!(gather.add(2).await.expect("done"), Some(4));
    }

    #[tokio::test]
    async fn beyond_the_queue_callers_are_refused_at_once_and_nobody_is_forgotten() {
        let (work, gather) = doubling(0);
        let mut waiting: Vec<_> = (0..QUEUE + 5).map(|_| Box::pin(gather.add(2))).collect();
        // On this one thread nothing is taken from the queue meanwhile.
        let refused = std::future::poll_fn(|context| {
            let before = waiting.len();
            waiting.retain_mut(|caller| match caller.as_mut().poll(context) {
                Poll::Ready(answer) => {
                    assert!(matches!(answer, Err(GatherError::Full)));
                    false
                }
                Poll::Pending => true,
            });
            Poll::Ready(before - waiting.len())
        })
        .await;
        assert_eq!(refused, 5);
        work.may_go_on.add_permits(1);
        for caller in waiting {
            assert_eq!(caller.await.expect("done"), Some(4));
        }
    }
}

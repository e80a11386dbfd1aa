use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use undersign_protocol::email_verification::RequestDigest;

/// Most requests that wait for a confirmation at once, in all processes together.
const MAX_WAITS: usize = 4_096;

/// Token requests that wait until their digest is confirmed: one for each digest. In memory; a lost wait is asked again.
pub(super) struct Waits {
    most: usize,
    waiting: Mutex<HashMap<RequestDigest, Arc<Notify>>>,
}

/// A place among those who wait; given back when dropped.
pub(super) struct Wait<'a> {
    waits: &'a Waits,
    digest: RequestDigest,
    notify: Arc<Notify>,
}

impl Waits {
    /// None yet.
    pub(super) fn new(processes: NonZeroU32) -> Self {
        Self { most: MAX_WAITS / processes.get() as usize, waiting: Mutex::default() }
    }

    /// Takes a place, or `None` where this digest waits already or all places are taken.
    pub(super) fn enter(&self, digest: RequestDigest) -> Option<Wait<'_>> {
        let mut waiting = self.lock();
        if waiting.len() >= self.most {
            return None;
        }
        let Entry::Vacant(place) = waiting.entry(digest) else { return None };
        let notify = Arc::clone(place.insert(Arc::default()));
        Some(Wait { waits: self, digest, notify })
    }

    /// Wakes whoever waits for this digest.
    pub(super) fn confirmed(&self, digest: &RequestDigest) {
        if let Some(notify) = self.lock().get(digest) {
            // A permit is kept for a waiter that is between its look at the database and its sleep.
            notify.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RequestDigest, Arc<Notify>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wait<'_> {
    /// Sleeps until the digest is confirmed.
    pub(super) async fn confirmed(&self) {
        self.notify.notified().await;
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.waits.lock().remove(&self.digest);
    }
}

//! What the handles, their futures and the task that drives the loop have in common.

use crate::client_loop::ClientLoop;
use crate::error::{Code, Error};
use crate::resp::Reply;
use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, oneshot};

/// The most messages that wait for a subscriber.
pub(super) const MAX_MESSAGES: usize = 10_000;

pub(super) type Outcome = Result<Reply, Error>;

pub(super) struct Shared {
    state: Mutex<State>,
    /// Wakes the task: something was submitted, or the last handle is gone.
    pub submitted: Notify,
}

struct State {
    /// `None`: the task has ended.
    client: Option<ClientLoop>,
    waiters: HashMap<u64, Waiter>,
    next_tag: u64,
    has_handles: bool,
}

/// Who gets the outcomes of a tag.
enum Waiter {
    Request(oneshot::Sender<Outcome>),
    Subscription(Messages),
}

/// The messages for a subscriber, and how many it has not taken.
struct Messages {
    sender: UnboundedSender<Outcome>,
    untaken: Arc<AtomicUsize>,
}

impl Shared {
    pub(super) fn new(client: ClientLoop) -> Shared {
        let state = State { client: Some(client), waiters: HashMap::new(), next_tag: 0, has_handles: true };
        Shared { state: Mutex::new(state), submitted: Notify::new() }
    }

    /// A panic leaves the lock only when the task has one, and then the task ends.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins something that has one outcome, and awaits that.
    pub(super) async fn outcome(self: &Arc<Shared>, begin: impl FnOnce(&mut ClientLoop, u64) -> Result<(), Error>) -> Outcome {
        let (sender, receiver) = oneshot::channel();
        let mut submission = self.begin(Waiter::Request(sender), begin)?;
        let outcome = receiver.await.unwrap_or_else(|_| Err(ended()));
        submission.has_ended = true;
        outcome
    }

    /// Begins a subscription.
    pub(super) fn subscribe(
        self: &Arc<Shared>,
        request: &[u8],
        sender: UnboundedSender<Outcome>,
        untaken: Arc<AtomicUsize>,
    ) -> Result<Submission, Error> {
        self.begin(Waiter::Subscription(Messages { sender, untaken }), |client, tag| client.subscribe(request, tag))
    }

    fn begin(
        self: &Arc<Shared>,
        waiter: Waiter,
        begin: impl FnOnce(&mut ClientLoop, u64) -> Result<(), Error>,
    ) -> Result<Submission, Error> {
        let mut state = self.state();
        let tag = state.next_tag;
        begin(state.client()?, tag)?;
        state.next_tag += 1;
        state.waiters.insert(tag, waiter);
        drop(state);
        self.submitted.notify_one();
        Ok(Submission { shared: self.clone(), tag, has_ended: false })
    }

    /// Sends what was submitted, and hands out what has arrived. Returns how long nothing is to be done unless the descriptor of the loop becomes
    /// readable; `None`: there is nothing more to do at all.
    pub(super) fn process(&self) -> Result<Option<Option<Duration>>, Error> {
        let mut state = self.state();
        if !state.has_handles {
            return Ok(None);
        }
        state.client()?.process()?;
        while let Some((tag, outcome)) = state.client()?.next() {
            state.hand_out(tag, outcome)?;
        }
        Ok(Some(state.client()?.timeout()))
    }

    /// Ends the task when nobody can submit any more.
    pub(super) fn release(&self) {
        self.state().has_handles = false;
        self.submitted.notify_one();
    }

    /// Ends the loop, and what waits for it.
    pub(super) fn close(&self) {
        let mut state = self.state();
        let (client, waiters) = (state.client.take(), std::mem::take(&mut state.waiters));
        drop(state);
        drop((client, waiters));
    }
}

impl State {
    fn client(&mut self) -> Result<&mut ClientLoop, Error> {
        let client = self.client.as_mut().ok_or_else(ended)?;
        client.check_process()?;
        Ok(client)
    }

    fn hand_out(&mut self, tag: u64, outcome: Outcome) -> Result<(), Error> {
        match self.waiters.remove(&tag) {
            // The receiver is gone if the future is being dropped.
            Some(Waiter::Request(sender)) => _ = sender.send(outcome),
            Some(Waiter::Subscription(messages)) => {
                let is_full = messages.untaken.fetch_add(1, Relaxed) >= MAX_MESSAGES;
                let _ = messages.sender.send(if is_full { Err(too_slow()) } else { outcome });
                match is_full {
                    true => _ = self.client()?.cancel(tag),
                    false => _ = self.waiters.insert(tag, Waiter::Subscription(messages)),
                }
            }
            None => {}
        }
        Ok(())
    }
}

/// Something that was begun. Dropping it ends it.
pub(super) struct Submission {
    shared: Arc<Shared>,
    tag: u64,
    has_ended: bool,
}

impl Submission {
    /// Changes a subscription.
    pub(super) fn change(&self, request: &[u8]) -> Result<(), Error> {
        let mut state = self.shared.state();
        if !state.waiters.contains_key(&self.tag) {
            return Err(ended());
        }
        state.client()?.subscribe(request, self.tag)?;
        drop(state);
        self.shared.submitted.notify_one();
        Ok(())
    }
}

impl Drop for Submission {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let mut state = self.shared.state();
        // In a forked child nothing is to be ended.
        if state.waiters.remove(&self.tag).is_some()
            && let Ok(client) = state.client()
        {
            client.cancel(self.tag);
        }
    }
}

/// The error of what nobody drives any more.
pub(super) fn ended() -> Error {
    Error::new(Code::Io, "the task of the handle has ended with its runtime; open a handle in the runtime that uses it").maybe_executed()
}

fn too_slow() -> Error {
    Error::new(
        Code::Io,
        format!("the subscription has ended: {MAX_MESSAGES} messages were not taken; take them faster, or use several subscriptions"),
    )
}

//! Messages of channels, as a stream.

use crate::async_cluster::handle::Handle;
use crate::async_cluster::shared::{Outcome, Submission, ended};
use crate::error::Error;
use crate::query::{ArgWriter, ToArgs};
use crate::resp::{Reply, Value, pack};
use futures_core::Stream;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Messages of channels, in the order in which they arrive. [`AsyncCluster::subscribe`](crate::AsyncCluster::subscribe) makes one; dropping it ends it.
///
/// A lost connection is made again: [`Subscription::next`] returns an error, and then the messages that are published after that. If 10,000
/// messages have not been taken, the subscription ends with an error.
pub struct Subscription {
    submission: Submission,
    receiver: UnboundedReceiver<Outcome>,
    untaken: Arc<AtomicUsize>,
    /// Messages that came before a confirmation.
    early: VecDeque<Outcome>,
    /// Keeps the loop running.
    _handle: Arc<Handle>,
}

pub(super) async fn begin(handle: Arc<Handle>, request: Vec<u8>, channels: usize) -> Result<Subscription, Error> {
    let (sender, receiver) = unbounded_channel();
    let untaken = Arc::new(AtomicUsize::new(0));
    let submission = handle.shared.subscribe(&request, sender, untaken.clone())?;
    let mut subscription = Subscription { submission, receiver, untaken, early: VecDeque::new(), _handle: handle };
    subscription.await_confirmations(channels).await?;
    Ok(subscription)
}

impl Subscription {
    /// Returns the next message as the server sent it, such as `["message", channel, text]`, which [`Reply::convert`](crate::ReplyData::convert)
    /// turns into a tuple; `None` after the end. Dropping the future loses no message.
    pub async fn next(&mut self) -> Option<Result<Reply, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Adds or removes channels. `args` is a command of the SUBSCRIBE family. Completes when the servers have confirmed it.
    ///
    /// # Errors
    ///
    /// It is another command, a server cannot be reached, or the subscription has ended.
    pub fn change(&mut self, args: impl ToArgs) -> impl Future<Output = Result<(), Error>> + Send {
        let args = ArgWriter::of(&args);
        let slices = args.slices();
        let (request, channels) = (pack(&slices), channel_count(&slices));
        async move {
            self.submission.change(&request)?;
            self.await_confirmations(channels).await
        }
    }

    async fn await_confirmations(&mut self, mut missing: usize) -> Result<(), Error> {
        while missing > 0 {
            let outcome = poll_fn(|context| self.receiver.poll_recv(context)).await.ok_or_else(ended)?;
            self.untaken.fetch_sub(1, Relaxed);
            match outcome {
                Ok(reply) if is_confirmation(&reply) => missing -= 1,
                Ok(reply) => match reply.error(0) {
                    Some(error) => return Err(error),
                    None => self.early.push_back(Ok(reply)),
                },
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        loop {
            if let Some(outcome) = self.early.pop_front() {
                return Poll::Ready(Some(outcome));
            }
            let Some(outcome) = std::task::ready!(self.receiver.poll_recv(context)) else { return Poll::Ready(None) };
            self.untaken.fetch_sub(1, Relaxed);
            // Confirmations come again with a connection.
            if !outcome.as_ref().is_ok_and(is_confirmation) {
                return Poll::Ready(Some(outcome));
            }
        }
    }
}

impl Stream for Subscription {
    type Item = Result<Reply, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        self.get_mut().poll(context)
    }
}

/// The number of confirmations of a command: one per channel, and one if it names none.
pub(super) fn channel_count(command: &[&[u8]]) -> usize {
    command.len().saturating_sub(1).max(1)
}

fn is_confirmation(reply: &Reply) -> bool {
    let kind = match reply.root() {
        Value::Array(mut values) | Value::Push(mut values) => values.next(),
        _ => None,
    };
    matches!(kind, Some(Value::String(kind)) if kind.ends_with(b"subscribe"))
}

//! Sessions and subscriptions of a loop, by their tags.

use crate::client_loop::client_loop::{ClientLoop, Done, Source, caught, check_syntax, in_use};
use crate::client_loop::subscription::{Subscription, check_command};
use crate::error::{Code, Error};
use crate::resp::{Args, Commands};
use crate::transport::clock::{Time, exact_now};

impl ClientLoop {
    /// Begins a subscription, or changes the one with this tag. [`ClientLoop::next`] returns each confirmation and each message with the tag.
    ///
    /// # Errors
    ///
    /// The request has other commands than SUBSCRIBE, UNSUBSCRIBE and their kind, or the tag is that of a request.
    pub fn subscribe(&mut self, request: &[u8], tag: u64) -> Result<(), Error> {
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        let mut count = 0;
        while commands.next(&mut args)?.is_some() {
            check_command(&args)?;
            count += 1;
        }
        if count == 0 {
            return Err(Error::new(Code::Request, "an empty request; a command such as SUBSCRIBE is required"));
        }
        self.run_in_session(request, tag, false)
    }

    /// Begins a session, or runs commands in the one with this tag: one client with state, such as MULTI, WATCH and SUBSCRIBE.
    ///
    /// The commands of all calls run in the order of the calls, and so do their replies arrive. Messages of subscriptions come between them. If a
    /// command blocks, those after it wait. [`ClientLoop::cancel`] ends the session, also while a command runs.
    ///
    /// # Errors
    ///
    /// The request is not RESP, or the tag is that of a request.
    pub fn run_session(&mut self, request: &[u8], tag: u64) -> Result<(), Error> {
        check_syntax(request)?;
        self.run_in_session(request, tag, true)
    }

    fn run_in_session(&mut self, request: &[u8], tag: u64, may_block: bool) -> Result<(), Error> {
        if self.requests.contains(tag) {
            return Err(in_use(tag));
        }
        let number = *self.subscription_by_tag.entry(tag).or_insert(self.next_subscription);
        if number == self.next_subscription {
            self.next_subscription += 1;
        }
        let cluster = &self.handles.current().cluster;
        let subscription = self.subscriptions.entry(number).or_insert_with(|| Subscription::new(tag, cluster.clone(), may_block));
        subscription.add(request);
        self.advance(number, exact_now());
        Ok(())
    }

    /// Makes a thread do what a subscription has to do.
    pub(super) fn advance(&mut self, number: u64, now: Time) {
        let Some(subscription) = self.subscriptions.get_mut(&number) else { return };
        let Some(work) = subscription.take_work(&self.epoll, now) else { return };
        let results = self.results.clone();
        let threads = if subscription.may_block { &self.blocked } else { &self.workers };
        let outcome = threads.run(Box::new(move || results.push(Done::Subscription(number, caught(|| Ok(work()))))));
        if let Err(error) = outcome {
            self.end_subscription(number, error);
        }
    }

    /// The session of a subscription is lost. The subscription begins again when it is changed.
    pub(super) fn end_subscription(&mut self, number: u64, error: Error) {
        if let Some(subscription) = self.subscriptions.get_mut(&number) {
            subscription.begin_again();
            self.ready.push_back((Source::Subscription(number), Err(error)));
        }
    }
}

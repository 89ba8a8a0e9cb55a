//! The order of subscriptions and publications of different clients: what is published after a SUBSCRIBE was read is sent when the subscription is
//! made. Only publications wait, and only for subscriptions that were read before them.

use smallvec::SmallVec;

/// The servers that a subscription is made on, or to which a publication goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Servers {
    All,
    Some(SmallVec<[usize; 2]>),
}

/// What is published, or subscribed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topic {
    pub servers: Servers,
    /// Notifications about keys, which every write may cause.
    pub has_key_events: bool,
    /// Messages of PUBLISH.
    pub has_messages: bool,
}

/// Subscriptions that are being made. Their numbers are in the order of their arrival.
#[derive(Default)]
pub(super) struct Subscribing {
    next: u64,
    active: Vec<(u64, Topic)>,
}

impl Subscribing {
    /// The number of what arrives now.
    pub(super) fn arrive(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(super) fn begin(&mut self, topic: Topic) -> u64 {
        let number = self.arrive();
        self.active.push((number, topic));
        number
    }

    pub(super) fn end(&mut self, number: u64) {
        self.active.retain(|(active, _)| *active != number);
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether a publication that arrived with this number has to wait.
    pub(super) fn precede(&self, number: u64, publication: &Topic) -> bool {
        self.active.iter().any(|(active, topic)| *active < number && topic.concerns(publication))
    }
}

impl Topic {
    /// Anything on any server.
    pub(super) fn any() -> Topic {
        Topic { servers: Servers::All, has_key_events: true, has_messages: true }
    }

    pub(super) fn messages(servers: Servers) -> Topic {
        Topic { servers, has_key_events: false, has_messages: true }
    }

    pub(super) fn key_events() -> Topic {
        Topic { servers: Servers::All, has_key_events: true, has_messages: false }
    }

    /// Both together.
    pub(super) fn and(self, other: Topic) -> Topic {
        let servers = match (self.servers, other.servers) {
            (Servers::Some(mut one), Servers::Some(other)) => {
                one.extend(other);
                Servers::Some(one)
            }
            _ => Servers::All,
        };
        Topic {
            servers,
            has_key_events: self.has_key_events || other.has_key_events,
            has_messages: self.has_messages || other.has_messages,
        }
    }

    fn concerns(&self, publication: &Topic) -> bool {
        let is_same_kind = (self.has_messages && publication.has_messages) || (self.has_key_events && publication.has_key_events);
        let shares_server = match (&self.servers, &publication.servers) {
            (Servers::Some(one), Servers::Some(other)) => one.iter().any(|server| other.contains(server)),
            _ => true,
        };
        is_same_kind && shares_server
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(server: usize) -> Topic {
        Topic::messages(Servers::Some(SmallVec::from_slice(&[server])))
    }

    #[test]
    fn a_publication_waits_for_earlier_subscriptions_on_its_server() {
        let mut subscribing = Subscribing::default();
        let before = subscribing.arrive();
        let first = subscribing.begin(on(1));
        let between = subscribing.arrive();
        let second = subscribing.begin(on(2).and(Topic::key_events()));
        let after = subscribing.arrive();
        assert!(!subscribing.precede(before, &on(1)) && subscribing.precede(between, &on(1)));
        assert!(!subscribing.precede(between, &on(2)) && subscribing.precede(after, &on(2)));
        assert!(!subscribing.precede(between, &Topic::key_events()) && subscribing.precede(after, &Topic::key_events()));
        subscribing.end(first);
        // Key events come from all servers, so the second subscription holds the publications on all of them.
        assert!(subscribing.precede(after, &on(1)));
        subscribing.end(second);
        assert!(subscribing.is_empty());
    }
}

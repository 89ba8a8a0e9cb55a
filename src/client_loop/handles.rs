//! The handles of a loop: the one that it was opened on, and handles that were derived from that one and share its connections.

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::event_loop::EventLoop;

/// Handles by number. The first one is that of the loop.
pub(super) struct Handles {
    handles: Vec<LoopHandle>,
    /// The number of the handle that requests are for.
    current: usize,
}

pub(super) struct LoopHandle {
    pub cluster: Cluster,
    /// Its number in the event loop.
    pub number: usize,
    is_free: bool,
}

impl Handles {
    pub(super) fn new(cluster: Cluster, events: &mut EventLoop) -> Handles {
        let number = events.handle(&cluster);
        Handles { handles: vec![LoopHandle { cluster, number, is_free: false }], current: 0 }
    }

    /// Adds a handle and returns its number.
    pub(super) fn add(&mut self, cluster: &Cluster, events: &mut EventLoop) -> Result<usize, Error> {
        if !self.handles[0].cluster.shares_connections(cluster) {
            return Err(Error::new(Code::Request, "the handle was not derived from that of the loop; open a loop on it"));
        }
        let handle = LoopHandle { cluster: cluster.clone(), number: events.handle(cluster), is_free: false };
        let place = self.handles.iter().position(|other| other.is_free).unwrap_or(self.handles.len());
        match self.handles.get_mut(place) {
            Some(free) => *free = handle,
            None => self.handles.push(handle),
        }
        Ok(place)
    }

    /// Removes a handle. That of the loop stays.
    pub(super) fn remove(&mut self, handle: usize, events: &mut EventLoop) {
        if handle == 0 || self.handles.get(handle).is_none_or(|known| known.is_free) {
            return;
        }
        if self.current == handle {
            self.current = 0;
        }
        let (cluster, number) = (self.handles[0].cluster.clone(), self.handles[0].number);
        let removed = std::mem::replace(&mut self.handles[handle], LoopHandle { cluster, number, is_free: true });
        if !self.handles.iter().any(|other| other.number == removed.number) {
            events.forget(removed.number);
        }
    }

    /// Makes requests be for a handle.
    #[inline]
    pub(super) fn select(&mut self, handle: usize) -> Result<(), Error> {
        if self.handles.get(handle).is_none_or(|known| known.is_free) {
            return Err(Error::new(Code::Request, format!("the loop has no handle {handle}; add one")));
        }
        self.current = handle;
        Ok(())
    }

    /// The handle that requests are for.
    #[inline]
    pub(super) fn current(&self) -> &LoopHandle {
        &self.handles[self.current]
    }
}

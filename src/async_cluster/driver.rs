//! The task that drives the loop while there are handles.

use crate::async_cluster::shared::Shared;
use crate::error::{Code, Error};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::future::poll_fn;
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::sleep;

/// Starts the task. `fd` is a copy of the descriptor of the loop.
pub(super) fn start(shared: Arc<Shared>, fd: OwnedFd) -> Result<(), Error> {
    let runtime = Handle::try_current().map_err(|error| Error::new(Code::Argument, format!("AsyncCluster::open: {error}")))?;
    // Its successor is unsafe, for types that change or close their descriptor. This one owns its descriptor, and older tokio has no other function.
    #[allow(deprecated)]
    let fd = AsyncFd::with_interest(fd, Interest::READABLE).map_err(|error| Error::new(Code::Io, format!("loop: {error}")))?;
    let task = Task { shared, fd };
    // The task ends with its handles, or with the runtime.
    drop(runtime.spawn(task.run()));
    Ok(())
}

struct Task {
    shared: Arc<Shared>,
    fd: AsyncFd<OwnedFd>,
}

impl Drop for Task {
    /// Also if the runtime drops the task: nothing waits for it then.
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Task {
    async fn run(self) {
        // The error is one of epoll itself. What waits gets that of an ended task.
        while let Ok(Some(timeout)) = self.shared.process() {
            if timeout != Some(Duration::ZERO) && !self.is_readable() {
                self.wait(timeout).await;
            }
            // Tasks that are ready submit their requests first: these are sent together then.
            yield_now().await;
        }
    }

    /// Whether the loop has events now. The runtime tells only of those that come after others were taken.
    fn is_readable(&self) -> bool {
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut [PollFd::new(self.fd.get_ref(), PollFlags::IN)], Some(&zero)).is_ok_and(|count| count > 0)
    }

    async fn wait(&self, timeout: Option<Duration>) {
        let mut submitted = pin!(self.shared.submitted.notified());
        let mut time = pin!(timeout.map(sleep));
        poll_fn(|context| {
            let is_due = time.as_mut().as_pin_mut().is_some_and(|time| time.poll(context).is_ready());
            let is_submitted = submitted.as_mut().poll(context).is_ready();
            let is_readable = self.fd.poll_read_ready(context).map_ok(|mut guard| guard.clear_ready()).is_ready();
            if is_due || is_submitted || is_readable { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

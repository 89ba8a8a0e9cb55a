//! What keeps the loop running: the handles and the subscriptions share one.

use crate::async_cluster::shared::Shared;
use crate::cluster::Cluster;
use std::sync::Arc;

/// Ends the task of the loop when it is dropped.
pub(super) struct Handle {
    pub cluster: Cluster,
    pub shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.release();
    }
}

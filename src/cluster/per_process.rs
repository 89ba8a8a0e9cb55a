//! What a handle owns: its configuration, and in each process connections of that process alone.

use crate::config::Config;
use crate::topology::Process;
use arc_swap::ArcSwapOption;
use std::ops::Deref;
use std::sync::Arc;

pub(crate) struct PerProcess {
    pub config: Arc<Config>,
    /// What belongs to the process that made the handle.
    first: Process,
    /// What belongs to a child of it, or to a child of that.
    forked: ArcSwapOption<Process>,
}

/// What belongs to this process.
pub(crate) enum CurrentProcess<'c> {
    First(&'c Process),
    Forked(Arc<Process>),
}

impl Deref for CurrentProcess<'_> {
    type Target = Process;

    #[inline]
    fn deref(&self) -> &Process {
        match self {
            CurrentProcess::First(process) => process,
            CurrentProcess::Forked(process) => process,
        }
    }
}

impl PerProcess {
    pub(crate) fn new(config: Config) -> PerProcess {
        let config = Arc::new(config);
        let first = Process::new(&config);
        PerProcess { config, first, forked: ArcSwapOption::empty() }
    }

    /// What belongs to this process, if it is the one that made the handle, as it nearly always is.
    #[inline]
    pub(crate) fn first(&self) -> Option<&Process> {
        self.first.is_current().then_some(&self.first)
    }

    #[inline]
    pub(crate) fn process(&self) -> CurrentProcess<'_> {
        if self.first.is_current() { CurrentProcess::First(&self.first) } else { CurrentProcess::Forked(self.forked()) }
    }

    /// In a child the first caller makes what the child owns, and lets go of what came over from the parent. There is no lock in this:
    /// one that another thread held at the fork would never open.
    #[cold]
    fn forked(&self) -> Arc<Process> {
        loop {
            let known = self.forked.load_full();
            match &known {
                Some(process) if process.is_current() => return process.clone(),
                _ => {}
            }
            let fresh = Arc::new(Process::new(&self.config));
            let before = self.forked.compare_and_swap(&known, Some(fresh.clone()));
            let is_first = match (&*before, &known) {
                (Some(before), Some(known)) => Arc::ptr_eq(before, known),
                (None, None) => true,
                _ => false,
            };
            if is_first {
                known.as_deref().unwrap_or(&self.first).abandon();
                return fresh;
            }
        }
    }
}

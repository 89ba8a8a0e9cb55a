//! Events for an operator, such as a server that becomes unavailable. Nothing is reported until the program asks for it.
//!
//! The function of the program is called on the thread that makes a call, while the library holds no lock. Threads of the library itself, and
//! programs that cannot be called back, keep events until the program takes them.

use arc_swap::ArcSwapOption;
use std::cell::Cell;
use std::fmt::Display;
use std::sync::Arc;

/// So many events are kept, the newest ones.
const MAX_KEPT: usize = 256;

/// How important an event is. The numbers are those of the C ABI and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum LogLevel {
    /// Nothing is wrong, or not any more.
    Info = 0,
    /// Something has failed, and the library deals with it.
    Warning = 1,
    /// Data may be lost, or a server does not do what Redis does.
    Error = 2,
}

impl LogLevel {
    /// Its name in lower case: `info`, `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            LogLevel::Info => "info",
            LogLevel::Warning => "warning",
            LogLevel::Error => "error",
        }
    }
}

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogKind {
    /// After several failures in a row calls to the server fail at once.
    BreakerOpened,
    /// It replies again.
    BreakerClosed,
    /// Another server is the master of a node now.
    MasterChanged,
    /// The master of a node says that it is a replica. It is not used.
    MasterRefused,
    /// A master was restarted without its data.
    EmptyMaster,
    /// A name, or the path of a socket, leads to another server than before.
    AddressChanged,
    /// A replica cannot serve reads now.
    ReplicaUnavailable,
    /// It serves reads again.
    ReplicaAvailable,
    /// A server sent bytes that are no reply to a command. The connection is closed.
    UnexpectedBytes,
    /// The files of TLS have changed. New connections use what they have now.
    TlsReloaded,
    /// They have changed and cannot be used. New connections use what they had before.
    TlsReloadFailed,
}

impl LogKind {
    /// The name of the kind, such as `breaker_opened`, which never changes.
    pub fn name(self) -> &'static str {
        self.description().0
    }

    /// How important events of this kind are.
    pub fn level(self) -> LogLevel {
        self.description().1
    }

    fn description(self) -> (&'static str, LogLevel) {
        match self {
            LogKind::BreakerOpened => ("breaker_opened", LogLevel::Warning),
            LogKind::BreakerClosed => ("breaker_closed", LogLevel::Info),
            LogKind::MasterChanged => ("master_changed", LogLevel::Warning),
            LogKind::MasterRefused => ("master_refused", LogLevel::Warning),
            LogKind::EmptyMaster => ("empty_master", LogLevel::Error),
            LogKind::AddressChanged => ("address_changed", LogLevel::Info),
            LogKind::ReplicaUnavailable => ("replica_unavailable", LogLevel::Warning),
            LogKind::ReplicaAvailable => ("replica_available", LogLevel::Info),
            LogKind::UnexpectedBytes => ("unexpected_bytes", LogLevel::Error),
            LogKind::TlsReloaded => ("tls_reloaded", LogLevel::Info),
            LogKind::TlsReloadFailed => ("tls_reload_failed", LogLevel::Error),
        }
    }
}

/// An event. It contains no passwords, keys or values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEvent {
    /// What has happened.
    pub kind: LogKind,
    /// Host and port of the server, or the path of its socket. Empty if the event concerns no single server.
    pub server: String,
    /// What has happened, as a sentence for people. Its wording may change between releases.
    pub message: String,
}

type Function = Box<dyn Fn(&LogEvent) + Send + Sync>;

/// Who gets the events.
enum Receiver {
    Function(Function),
    /// A program that calls [`take_log`].
    Taker,
}

/// Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static RECEIVER: ArcSwapOption<Receiver> = ArcSwapOption::const_empty();
/// Events that the program has not taken; `None`: there are none.
static KEPT: ArcSwapOption<Vec<Arc<LogEvent>>> = ArcSwapOption::const_empty();

/// What the calling thread is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    /// One of the program, in a call of the library.
    Caller,
    /// The same, while the function of the program runs on it.
    Receiver,
    /// One of the library.
    Library,
}

thread_local! {
    static THREAD: Cell<Thread> = const { Cell::new(Thread::Caller) };
}

/// Sets the function that gets the events of all handles of the process, in place of the one before. Without one nothing is reported.
///
/// It is called on the thread of the call that has noticed the event, before that call returns, and on several threads at once if their calls notice
/// something at once. It must not panic. It may use the library; events that such calls notice are not reported. A call on another thread may
/// still run the function before after this returns.
pub fn set_log(log: impl Fn(&LogEvent) + Send + Sync + 'static) {
    receive(Some(Receiver::Function(Box::new(log))));
}

/// Ends [`set_log`].
pub fn clear_log() {
    receive(None);
}

/// Keeps events for [`take_log`], or ends that: for programs that cannot be called back.
pub(crate) fn keep_log(keep: bool) {
    receive(keep.then_some(Receiver::Taker));
}

fn receive(receiver: Option<Receiver>) {
    RECEIVER.store(receiver.map(Arc::new));
    KEPT.store(None);
}

/// Whether [`take_log`] has something to take.
pub(crate) fn has_kept_log() -> bool {
    KEPT.load().is_some()
}

/// The events since the last call.
pub(crate) fn take_log() -> Vec<Arc<LogEvent>> {
    KEPT.swap(None).as_deref().cloned().unwrap_or_default()
}

/// Marks the calling thread as one of the library: events that it notices are kept for [`deliver_kept_log`].
pub(crate) fn keep_on_this_thread() {
    THREAD.set(Thread::Library);
}

/// Reports what threads of the library have noticed, on the thread of the caller.
pub(crate) fn deliver_kept_log() {
    if has_kept_log()
        && let Some(receiver) = RECEIVER.load_full()
        && let Receiver::Function(function) = &*receiver
    {
        take_log().iter().for_each(|event| call(function, event));
    }
}

/// Reports an event, if the program receives events.
#[cold]
pub(crate) fn log(kind: LogKind, server: impl Display, message: impl FnOnce() -> String) {
    let thread = THREAD.get();
    let Some(receiver) = RECEIVER.load_full().filter(|_| thread != Thread::Receiver) else { return };
    let event = LogEvent { kind, server: server.to_string(), message: message() };
    match &*receiver {
        Receiver::Function(function) if thread == Thread::Caller => call(function, &event),
        _ => keep(event),
    }
}

fn call(function: &Function, event: &LogEvent) {
    let before = THREAD.replace(Thread::Receiver);
    function(event);
    THREAD.set(before);
}

fn keep(event: LogEvent) {
    let event = Arc::new(event);
    KEPT.rcu(|kept| {
        let kept = kept.as_deref().map_or(&[][..], Vec::as_slice);
        let newest = &kept[(kept.len() + 1).saturating_sub(MAX_KEPT)..];
        Some(Arc::new(newest.iter().cloned().chain([event.clone()]).collect::<Vec<_>>()))
    });
}

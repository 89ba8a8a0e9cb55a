//! Events for the program's log.

use crate::ffi::panic::contain;
use crate::log::{LogEvent, LogLevel, clear_log, set_log};
use libc::c_char;
use std::ffi::{CString, c_void};

/// How important an event is. Values never change; a later release may add some at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Importance {
    /// Nothing is wrong, or not any more.
    REDISCLUSTER_LOG_INFO = 0,
    /// Something has failed, and the library deals with it.
    REDISCLUSTER_LOG_WARNING = 1,
    /// Data may be lost, or a server does not do what Redis does.
    REDISCLUSTER_LOG_ERROR = 2,
}

impl From<LogLevel> for Importance {
    fn from(level: LogLevel) -> Importance {
        match level {
            LogLevel::Info => Importance::REDISCLUSTER_LOG_INFO,
            LogLevel::Warning => Importance::REDISCLUSTER_LOG_WARNING,
            LogLevel::Error => Importance::REDISCLUSTER_LOG_ERROR,
        }
    }
}

/// An event. It contains no passwords, keys or values. The texts are UTF-8, NUL-terminated and never NULL.
///
/// Lifetime: it is valid until the function that received it returns; a later release may add fields at the end.
#[repr(C)]
pub struct LogRecord {
    /// How important it is.
    pub level: Importance,
    /// What has happened: `breaker_opened` (calls to the server fail at once), `breaker_closed`, `master_changed` (another server is the master of a
    /// node), `master_refused` (it says that it is a replica), `empty_master` (it was restarted without its data), `address_changed` (a name leads to
    /// another server), `replica_unavailable`, `replica_available`, `unexpected_bytes` (a server sent what is no reply), `tls_reloaded` (files of
    /// TLS have changed), `tls_reload_failed` or another one in a later release.
    pub kind: *const c_char,
    /// Host and port of the server, or the path of its socket. Empty if the event concerns no single server.
    pub server: *const c_char,
    /// What has happened, as a sentence for people. Its wording may change between releases.
    pub message: *const c_char,
}

/// A function that receives events. `context` is that of `rediscluster_set_log`.
///
/// Threads: it runs on the thread of the call that has noticed the event, before that call returns; on several threads at once if their calls
/// notice something at once. What the threads of a `rediscluster_loop` notice is reported by `rediscluster_loop_process`.
/// It may call this library; events that such calls notice are not reported. It must return: no exception and no longjmp may leave it.
pub type LogFunction = Option<unsafe extern "C" fn(context: *mut c_void, event: *const LogRecord)>;

/// Sets the function that receives the events of all handles of this process, in place of the one before. NULL: events are not reported, which
/// is the case at first.
///
/// `context` is passed to the function and not used otherwise. Calls on other threads may still run the function before, with its context, after
/// this returns. A forked child inherits function and context. Thread safe.
///
/// # Safety
/// `function` must be NULL or be callable with `context` from any thread that calls this library, until such calls are over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_set_log(function: LogFunction, context: *mut c_void) {
    contain(|| match function {
        None => clear_log(),
        Some(function) => {
            let receiver = Receiver { function, context };
            set_log(move |event| receiver.call(event));
        }
    });
}

struct Receiver {
    function: unsafe extern "C" fn(context: *mut c_void, event: *const LogRecord),
    context: *mut c_void,
}

// SAFETY: the caller of `rediscluster_set_log` promises that the function may be called with the context from any thread.
unsafe impl Send for Receiver {}
// SAFETY: likewise, from several at once.
unsafe impl Sync for Receiver {}

impl Receiver {
    fn call(&self, event: &LogEvent) {
        let text = |text: &str| CString::new(text.replace('\0', "\\0")).unwrap_or_default();
        let (kind, server, message) = (text(event.kind.name()), text(&event.server), text(&event.message));
        let record =
            LogRecord { level: event.kind.level().into(), kind: kind.as_ptr(), server: server.as_ptr(), message: message.as_ptr() };
        // SAFETY: the function may be called as the caller of `rediscluster_set_log` promises; the record lives until it returns.
        unsafe { (self.function)(self.context, &record) };
    }
}

//! CLIENT REPLY: whether the client gets replies.

use crate::error::Error;
use crate::resp::Reply;
use crate::session::dispatch::Dispatcher;
use crate::session::reply_mode::ReplyMode;
use crate::session::session::{Outcome, Session};
use crate::session::state_command::state_command;
use crate::session::subscriptions::SubscriptionKind;

impl Session {
    /// CLIENT REPLY. `None`: no reply.
    pub(super) fn set_reply_mode(&mut self, word: &[u8]) -> Option<Outcome> {
        match word.to_ascii_uppercase().as_slice() {
            b"ON" => {
                self.reply_mode = ReplyMode::On;
                Some(Ok(Reply::status(b"OK")))
            }
            b"OFF" => {
                self.reply_mode = ReplyMode::Off;
                None
            }
            b"SKIP" => {
                if self.reply_mode == ReplyMode::On {
                    self.reply_mode = ReplyMode::SkipNext;
                }
                None
            }
            _ => Some(Ok(Reply::error(b"ERR syntax error"))),
        }
    }

    /// Whether the client gets the reply to the command that has ended.
    pub(super) fn wants_reply(&mut self) -> bool {
        let mode = self.reply_mode;
        if mode == ReplyMode::SkipNext {
            self.reply_mode = ReplyMode::On;
        }
        mode == ReplyMode::On
    }
}

impl<'r> Dispatcher<'_, 'r> {
    /// Before a command: whether its reply is to be dropped, as [`Dispatcher::drop_muted`] then does.
    pub(crate) fn prepare_reply(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        let is_wanted = self.session.wants_reply() || always_has_reply(args);
        match (is_wanted, self.muted_from) {
            (true, Some(_)) => self.drop_muted(),
            (false, None) => {
                self.flush()?;
                self.muted_from = Some(self.replies.parts());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Executes the collected commands, and drops the replies that the client does not want.
    pub(crate) fn drop_muted(&mut self) -> Result<(), Error> {
        self.flush()?;
        if let Some(parts) = self.muted_from.take() {
            self.replies.truncate(parts);
        }
        Ok(())
    }
}

/// Confirmations of subscriptions are sent in any case, like messages.
fn always_has_reply(args: &[&[u8]]) -> bool {
    match state_command(args) {
        Some("reset") => true,
        Some("client|reply") => args.get(2).is_some_and(|word| word.eq_ignore_ascii_case(b"ON")),
        Some(name) => SubscriptionKind::from_command(name).is_some(),
        None => false,
    }
}

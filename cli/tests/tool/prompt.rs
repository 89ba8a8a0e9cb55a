//! The interactive prompt of `exec`, in a terminal that python3 opens.

use crate::support::{Server, config, ports};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Reads what to type as a JSON list of texts and expected outputs. After each text it waits for the output, and after a line for the
/// next prompt too: until then the terminal is not in raw mode, in which alone Ctrl-D reaches the program as a character.
const TERMINAL: &str = r#"
import json, os, pty, select, signal, sys, time
signal.alarm(120)
steps = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'xterm'
    os.execv(sys.argv[1], sys.argv[1:])
output, seen = b'', 0
def wait(text):
    global output, seen
    deadline = time.time() + 60
    while text.encode() not in output[seen:]:
        if time.time() > deadline: sys.exit('%r is not in %r' % (text, output[seen:]))
        if select.select([terminal], [], [], 1)[0]:
            try: output += os.read(terminal, 65536)
            except OSError: sys.exit('ended, and %r is not in %r' % (text, output[seen:]))
    seen = output.index(text.encode(), seen) + len(text.encode())
wait('rediscluster> ')
for typed, expected in steps:
    os.write(terminal, typed.encode())
    if expected:
        wait(expected)
        if typed.endswith('\r'): wait('rediscluster> ')
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"#;

fn type_at_prompt(config: &str, state: &Path, steps: &[(&str, &str)]) {
    let mut terminal = Command::new("python3");
    terminal.args(["-c", TERMINAL, env!("CARGO_BIN_EXE_rediscluster"), "exec", "--config", config]).env("XDG_STATE_HOME", state);
    let mut child = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("python3 runs");
    let input = serde_json::to_vec(steps).expect("JSON");
    child.stdin.take().expect("a pipe").write_all(&input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn commands_are_completed_hinted_and_remembered() {
    let servers = Server::start_many(2);
    let config = config(&ports(&servers), &[]);
    let state = tempfile::tempdir().expect("a folder");
    let steps = [
        ("MSET a 1 b 2\r", "OK"),
        // An error does not end it.
        ("INCRBY a x\r", "(error) ERR value is not an integer"),
        // The arguments that are missing.
        ("setrange", "key offset value"),
        ("\x03", "rediscluster> "),
        // The only name that begins so.
        ("getra\t a 0 0\r", "\"1\""),
        ("AUTH secret\r", "(error)"),
        ("MULTI\r", "OK"),
        ("INCR a\r", "QUEUED"),
        ("EXEC\r", "1) (integer) 2"),
        ("quit\r", ""),
    ];
    type_at_prompt(&config, state.path(), &steps);
    let history = std::fs::read_to_string(state.path().join("rediscluster/history")).expect("a file");
    assert!(history.contains("MSET a 1 b 2") && history.contains("getrange a 0 0") && !history.contains("secret"), "{history}");
    // A history that cannot be written does not end the prompt.
    type_at_prompt(&config, &state.path().join("rediscluster/history"), &[("GET b\r", "\"2\""), ("GET b\r", "\"2\""), ("quit\r", "")]);
    // The arrow goes back to the last run: quit, EXEC, INCR a.
    type_at_prompt(&config, state.path(), &[("\x1b[A\x1b[A\x1b[A\r", "(integer) 3"), ("\x04", "")]);
}

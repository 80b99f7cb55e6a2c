import Glibc

/// A shell that, once its standard input ends, ends every process working beneath a directory and removes that
/// directory.
///
/// PostgreSQL's processes work in their data directory, so a server is found here whoever started or restarted it,
/// and no other server ever is. Being a process of its own, the sweeper outlives a test process that was killed.
enum Sweeper {
  /// Starts a sweeper that waits for the end of `input`.
  static func start(for directory: String, input: Int32) throws(TestFailure) -> pid_t {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    return try spawn(
      ["/bin/sh", "-c", script, "sweeper", directory], in: "/", environment: ChildProcess.environment,
      descriptors: [input, null, null])
  }

  /// Sweeps now.
  static func sweep(_ directory: String) throws(TestFailure) {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    let processID = try start(for: directory, input: null)
    waitpid(processID, nil, 0)
  }

  /// SIGQUIT is the immediate shutdown of PostgreSQL; what is still there after 5 s is killed. A child that is
  /// just being started counts too: it works in the directory of its parent.
  private static let script = """
    trap '' INT TERM HUP
    cat >/dev/null
    attempt=0
    while [ $attempt -lt 120 ]; do
      pids=$(find /proc/[0-9]*/cwd -maxdepth 0 \\( -lname "$1" -o -lname "$1/*" \\) 2>/dev/null | cut -d/ -f3)
      [ -n "$pids" ] || break
      if [ $attempt -lt 100 ]; then kill -QUIT $pids; else kill -KILL $pids; fi
      attempt=$((attempt + 1))
      sleep 0.05
    done
    rm -rf "$1"
    """
}

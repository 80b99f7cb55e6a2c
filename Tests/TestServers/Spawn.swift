import Glibc

/// Starts a program in a process group of its own, with default signals, the three descriptors as standard input,
/// output and error, and exactly the given environment.
///
/// `env -C` changes the directory and becomes the program: Swift's Glibc lacks the GNU extensions of `posix_spawn`.
/// A program that cannot be run is exit code 126 or 127.
func spawn(
  _ command: [String], in directory: String, environment: [String: String], descriptors: [Int32]
) throws(TestFailure) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for (target, descriptor) in descriptors.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
  }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  setDefaults(&attributes)

  var processID: pid_t = 0
  let failure = withCStrings(["env", "-C", directory] + command) { arguments in
    withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
      posix_spawn(&processID, "/usr/bin/env", &actions, &attributes, arguments, variables)
    }
  }
  guard failure == 0 else { throw TestFailure("cannot run /usr/bin/env: errno \(failure)") }
  return processID
}

/// Neither the test runner's signal mask nor the signals it ignores reach the program.
private func setDefaults(_ attributes: inout posix_spawnattr_t) {
  var all = sigset_t()
  sigfillset(&all)
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers)
}

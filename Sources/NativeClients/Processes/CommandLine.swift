import Glibc
import PlatformKit

/// What is really executed for a call: the program itself, or `setpriv` that becomes it as another user.
struct CommandLine {
  let executable: String
  let arguments: [String]
  let environment: [String: String]

  init(of call: ProcessCall) throws(ProcessFailure) {
    try checkText(of: call)
    var environment = call.environment
    if let user = call.runAs, environment["HOME"] == nil { environment["HOME"] = user.home }
    self.environment = environment
    if let user = call.runAs, user.uid != geteuid() {
      try checkRoot(for: user, call)
      executable = setpriv
      arguments = setprivOptions(for: user) + ["--", call.executable] + call.arguments
    } else {
      executable = call.executable
      arguments = call.arguments
    }
  }
}

/// From util-linux; unlike `su` and `runuser` it executes in its own place, so signals reach the program.
private let setpriv = "/usr/bin/setpriv"

private func setprivOptions(for user: OSUser) -> [String] {
  ["--reuid=\(user.uid)", "--regid=\(user.gid)", "--init-groups", "--inh-caps=-all"]
}

private func checkText(of call: ProcessCall) throws(ProcessFailure) {
  let texts = [call.executable] + call.arguments + call.environment.flatMap { [$0.key, $0.value] }
  if texts.contains(where: { $0.utf8.contains(0) }) {
    throw notStarted(call, "an argument or a variable holds a NUL character")
  }
  guard call.executable.hasPrefix("/") else { throw notStarted(call, "its path is not absolute") }
  // `setpriv` would start and fail with an exit code that could be the program's own.
  guard access(call.executable, X_OK) == 0 else {
    throw notStarted(call, errno == ENOENT ? "there is no such program" : "it is not executable")
  }
}

private func checkRoot(for user: OSUser, _ call: ProcessCall) throws(ProcessFailure) {
  guard geteuid() == 0 else {
    throw notStarted(call, "it has to run as \(user.name), which only \(user.name) and root can do")
  }
  guard access(setpriv, X_OK) == 0 else {
    throw notStarted(call, "\(setpriv) (package util-linux) is missing, which runs it as \(user.name)")
  }
}

private func notStarted(_ call: ProcessCall, _ why: String) -> ProcessFailure {
  ProcessFailure(executable: call.executable, reason: .notStarted(why))
}

import Glibc
import TestServers
import Testing

@Suite struct ChildProcessTests {
  @Test func returnsOutputsAndStatus() throws {
    let outcome = try ChildProcess.run(["/bin/sh", "-c", "cat; echo no >&2; exit 3"], stdin: "yes")
    #expect(outcome == (3, "yes", "no\n"))
  }

  @Test func handsOnTheGivenEnvironmentOnly() throws {
    let outcome = try ChildProcess.run(["/usr/bin/env"], environment: ["A": "1"])
    #expect(outcome.stdout == "A=1\n")
  }

  @Test func namesTheSignalThatEndedIt() throws {
    #expect(try ChildProcess.run(["/bin/sh", "-c", "kill -TERM $$"]).status == 128 + SIGTERM)
  }

  @Test func killsWhatTakesTooLong() throws {
    #expect(throws: TestFailure.self) { try ChildProcess.run(["/bin/sleep", "60"], timeoutSeconds: 0) }
  }

  @Test func interruptsAsATerminalDoes() throws {
    let script = "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.05; done"
    let process = try ChildProcess(["/bin/sh", "-c", script], in: "/tmp", environment: ["PATH": "/bin"])
    try process.waitForOutput("ready")
    process.interrupt()
    #expect(try process.wait(timeoutSeconds: 10) == (9, "ready\ninterrupted\n", ""))
  }

  @Test func removesADirectoryWithWhatRunsInIt() throws {
    let directory = try TemporaryDirectory()
    try directory.write("text", to: "a/b")
    let process = try ChildProcess(["/bin/sleep", "60"], in: directory.path + "/a", environment: [:])
    try directory.remove()
    #expect(try process.wait(timeoutSeconds: 10).status == 128 + SIGQUIT)
    #expect(access(directory.path, F_OK) != 0)
  }
}

@preconcurrency import Glibc
import NativeClients
import PlatformKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct ProcessTests {
  let runner = ChildProcessRunner()

  func shell(_ script: String) -> ProcessCall { ProcessCall("/bin/sh", ["-c", script]) }

  func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func exits() async throws {
    let result = try await runner.run(shell("echo out; echo err >&2; exit 7"))
    #expect(result.exit == .code(7))
    #expect(text(result.standardOutput) == "out\n" && text(result.standardError) == "err\n")
    #expect(try await runner.run(shell("kill -9 $$")).exit == .signal(9))
  }

  @Test func environmentIsExactlyWhatWasGiven() async throws {
    var call = ProcessCall("/usr/bin/env", environment: ["A": "1", "B": "é\n2"], workingDirectory: "/usr")
    let lines = text(try await runner.run(call).standardOutput)
    #expect(lines == "A=1\nB=é\n2\n" || lines == "B=é\n2\nA=1\n")
    call = ProcessCall("/bin/pwd", workingDirectory: "/usr")
    #expect(text(try await runner.run(call).standardOutput) == "/usr\n")
  }

  @Test func standardInputIsWhole() async throws {
    var call = ProcessCall("/usr/bin/wc", ["-c"])
    #expect(text(try await runner.run(call).standardOutput) == "0\n")
    call.standardInput = [UInt8](repeating: 65, count: 3_000_000)
    #expect(text(try await runner.run(call).standardOutput) == "3000000\n")
    call = ProcessCall("/bin/true", standardInput: call.standardInput)
    #expect(try await runner.run(call).succeeded)
  }

  @Test func outputIsCapped() async throws {
    var call = shell("head -c 500000 /dev/zero; echo fine >&2")
    call.outputLimitBytes = 1000
    let result = try await runner.run(call)
    #expect(result.succeeded && result.truncated)
    #expect(result.standardOutput.count == 1000 && text(result.standardError) == "fine\n")
  }

  @Test func timeoutEndsTheWholeGroup() async throws {
    var call = shell("trap '' TERM; sleep 41.5 & wait; sleep 41.5")
    call.timeout = .milliseconds(300)
    call.safeStop = .init(.terminate, grace: .milliseconds(200))
    await #expect { try await runner.run(call) } throws: {
      ($0 as? ProcessFailure)?.reason == .timedOut(after: .milliseconds(300))
    }
    #expect(try await runner.run(ProcessCall("/usr/bin/pgrep", ["-f", "^sleep 41.5"])).exit == .code(1))
  }

  @Test func cancellationNeedsASafeStop() async throws {
    let task = Task { try await runner.run(shell("sleep 0.5; echo done")) }
    try await Task.sleep(for: .milliseconds(100))
    task.cancel()
    #expect(text(try await task.value.standardOutput) == "done\n")

    var call = shell("trap 'exit 3' INT; while :; do sleep 0.05; done")
    call.safeStop = .init(.interrupt, grace: .seconds(20))
    let stoppable = Task { [call] in try await runner.run(call) }
    try await Task.sleep(for: .milliseconds(200))
    let cancelled = ContinuousClock.now
    stoppable.cancel()
    await #expect { try await stoppable.value } throws: { ($0 as? ProcessFailure)?.reason == .cancelled }
    #expect(ContinuousClock.now - cancelled < .seconds(10))
  }

  @Test func aDaemonLeftBehindDoesNotHoldUpTheResult() async throws {
    let started = ContinuousClock.now
    let result = try await runner.run(shell("setsid sleep 40 & echo started"))
    #expect(text(result.standardOutput) == "started\n")
    #expect(ContinuousClock.now - started < .seconds(30))
  }

  @Test func whatCannotStartIsSaid() async throws {
    for (call, words) in [
      (ProcessCall("/nosuch/program"), "there is no such program"), (ProcessCall("true"), "not absolute"),
      (ProcessCall("/etc/passwd"), "not executable"), (ProcessCall("/bin/echo", ["a\0b"]), "NUL"),
      (ProcessCall("/bin/true", workingDirectory: "/nosuch"), "working directory"),
    ] {
      await #expect { try await runner.run(call) } throws: { "\($0)".contains(words) }
    }
  }

  @Test(.enabled(if: geteuid() == 0)) func runsAsAnotherUser() async throws {
    let postgres = try #require(try await LocalFiles().user(named: "postgres"))
    var call = ProcessCall("/bin/sh", ["-c", "id -un; id -Gn; echo $HOME; cat"], standardInput: [65])
    call.runAs = postgres
    let lines = text(try await runner.run(call).standardOutput).split(separator: "\n")
    #expect(lines.first == "postgres" && lines[2] == postgres.home[...] && lines.last == "A")
    #expect(!lines[1].contains("root"))
    let nobody = try #require(try await LocalFiles().user(named: "nobody"))
    call = ProcessCall("/bin/cat", ["/etc/shadow"], runAs: nobody)
    #expect(try await runner.run(call).exit == .code(1))
  }
}

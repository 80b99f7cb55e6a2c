import Glibc
import TestServers
import Testing

/// Bad input through the built program: the right code and position, exit code 1, quickly, in little memory.
@Suite struct HostileSpecsTests {
  @Test(arguments: HostileText.all) func badTextIsRefused(_ hostile: HostileText) throws {
    let repository = try ServerRepository(specs: hostile.text)
    expectBoring(try repository.measured("validate"), hostile.words)
    expectBoring(try repository.measured("plan"), hostile.words)
  }

  @Test func theFormOfAFileDoesntMatter() throws {
    let repository = try ServerRepository(
      specs: "\u{FEFF}" + HostileText.sound.replacing("\n", with: "\r\n"))
    let outcome = try repository.measured("validate")
    expectBoring(outcome, ["The specs are sound"], status: 0)
  }

  @Test func scalarsAreWhatTheirAuthorWrote() throws {
    let repository = try ServerRepository(
      specs: HostileText.sound.replacing(
        "engine: postgres", with: "engine: postgres\nlabels: { a: no, b: 010, c: 22:30, d: 15.10 }"))
    let explained = try repository.run("explain", "instance/orders")
    #expect(explained.status == 0, "\(explained)")
    for text in ["no", "010", "22:30", "15.10"] {
      #expect(explained.stdout.contains(text), "\(explained.stdout)")
    }
  }

  @Test func aHundredMegabytesAreRefusedUnread() throws {
    let repository = try ServerRepository(specs: HostileText.sound)
    _ = try ChildProcess.check(["/usr/bin/truncate", "-s", "100M", "\(repository.path)/specs/big.yaml"])
    expectBoring(try repository.measured("validate"), ["specs/big.yaml: error[YAML002]"])
    // Written out, and no hole.
    _ = try ChildProcess.check([
      "/bin/sh", "-c", "yes 'a: [b, c]' | head -c 100000000 >\"$1\"", "sh",
      "\(repository.path)/specs/big.yaml",
    ])
    expectBoring(try repository.measured("plan"), ["specs/big.yaml: error[YAML002]"])
  }

  @Test func whatIsNoFileIsNotRead() throws {
    let repository = try ServerRepository(specs: HostileText.sound)
    let specs = "\(repository.path)/specs"
    _ = try ChildProcess.check(["/usr/bin/mkfifo", "\(specs)/fifo.yaml"])
    expectBoring(try repository.measured("validate"), ["specs/fifo.yaml: error[YAML016]", "named pipe"])
    _ = try ChildProcess.check(["/bin/rm", "\(specs)/fifo.yaml"])
    _ = try ChildProcess.check(["/bin/ln", "-s", "/etc/passwd", "\(specs)/link.yaml"])
    expectBoring(
      try repository.measured("validate"), ["specs/link.yaml: error[YAML017]", "leads out of the tree"])
    _ = try ChildProcess.check(["/bin/rm", "\(specs)/link.yaml"])
    _ = try ChildProcess.check(["/bin/ln", "-s", "/dev/zero", "\(specs)/device.yaml"])
    expectBoring(try repository.measured("validate"), ["specs/device.yaml: error[YAML017]"])
  }

  @Test func nothingNeverMeansRemoveAll() throws {
    let repository = try ServerRepository(specs: "# nothing\n")
    for command in ["validate", "plan", "drift"] {
      expectBoring(try repository.measured(command), ["never means: remove all"])
    }
    expectBoring(try repository.measured("apply", "--yes"), ["never means: remove all"])
    _ = try ChildProcess.check(["/bin/rm", "\(repository.path)/specs/all.yaml"])
    expectBoring(
      try repository.measured("plan"), ["error[YAML018]", "an empty directory never means: remove all"])
    _ = try ChildProcess.check(["/bin/rmdir", "\(repository.path)/specs"])
    expectBoring(try repository.measured("plan"), ["error[YAML001]"])
    expectBoring(try repository.measured("plan", "-f", "/nonexistent"), ["/nonexistent: error[YAML001]"])
  }

  @Test(.enabled(if: geteuid() == 0)) func anUnreadableFileIsTold() throws {
    var repository = try ServerRepository(specs: HostileText.sound)
    _ = try ChildProcess.check(["/bin/chmod", "0", "\(repository.path)/specs/all.yaml"])
    repository.runAs = "postgres"
    let outcome = try repository.run("validate")
    #expect(outcome.status == 1)
    #expect(
      outcome.stderr.contains("specs/all.yaml: error[YAML001]: the file can't be read: Permission denied"))
  }

  @Test func fiveThousandErrorsAreToldAtOnce() throws {
    let roles = (0..<5000).map { "  role_\($0): { lgin: true }\n" }.joined()
    let repository = try ServerRepository(specs: "kind: Access\nname: a\nroles:\n" + roles)
    let outcome = try repository.measured("validate")
    expectBoring(outcome, ["specs/all.yaml:4:", "error[SPEC003]: `lgin`", "did you mean `login`?"])
    #expect(outcome.outcome.stderr.contains("5000 errors"), "\(outcome.outcome.stderr.suffix(300))")
  }

  /// Whatever becomes of the specs, the program answers; it is never ended by a signal.
  @Test func mutatedSpecsNeverCrashIt() throws {
    let repository = try ServerRepository(specs: HostileText.sound)
    var random = Xorshift(state: 0x1234_5678_9abc_def1)
    let seed = Array(HostileText.rich.utf8)
    // Files, not processes, are cheap: fifty damaged files a run.
    for round in 0..<10 {
      let files = (0..<50).map { _ in mutated(seed, &random) }
      for (index, bytes) in files.enumerated() {
        try write(bytes, to: "\(repository.path)/specs/\(round)-\(index).yaml")
      }
      let outcome = try repository.measured("validate")
      #expect(
        [0, 1].contains(outcome.outcome.status), "round \(round): \(outcome.outcome.stderr.suffix(2000))")
      #expect(outcome.peakMegabytes < 200)
      #expect(!outcome.outcome.stderr.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
      _ = try ChildProcess.check(["/bin/sh", "-c", "rm \"$1\"/specs/[0-9]*.yaml", "sh", repository.path])
    }
  }

  private func mutated(_ seed: [UInt8], _ random: inout Xorshift) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2:
        bytes.insert(Array(":-{}[]&*!|>'\"\n #,?%@\t".utf8).randomElement(using: &random) ?? 0, at: place)
      case 3: bytes.replaceSubrange(place..<min(place + 30, bytes.count), with: [])
      default:
        let from = Int.random(in: 0..<bytes.count, using: &random)
        bytes.insert(contentsOf: bytes[from..<min(from + 40, bytes.count)], at: place)
      }
    }
    return bytes
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    defer { close(descriptor) }
    guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw TestFailure("\(path): errno \(errno)")
    }
  }
}

/// The same numbers in every run.
private struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

@preconcurrency import Glibc
import NativeClients
import PlatformKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct FileTests {
  let files = LocalFiles()
  let writer = LocalFilesWriter()

  func inDirectory(_ body: (String) async throws -> Void) async throws {
    let path = "/tmp/holdfast-files-\(hexadecimal(randomBytes(4)))"
    try await writer.makeDirectory(path, mode: 0o755, owner: nil)
    do { try await body(path) } catch {
      try? await writer.removeTree(path)
      throw error
    }
    try await writer.removeTree(path)
    #expect(try await files.status(of: path) == nil)
  }

  @Test func manyMakeOneDirectory() async throws {
    try await inDirectory { directory async throws in
      for round in 0..<20 {
        try await withThrowingTaskGroup { group in
          for _ in 0..<8 {
            group.addTask { try await writer.makeDirectory("\(directory)/\(round)/x/y", mode: 0o700, owner: nil) }
          }
          try await group.waitForAll()
        }
        #expect(try await files.list("\(directory)/\(round)/x") == ["y"])
      }
    }
  }

  @Test func writesWhole() async throws {
    try await inDirectory { directory async throws in
      let path = "\(directory)/a"
      #expect(try await files.read(path, limitBytes: 10) == nil)
      try await writer.write([1, 2], to: path, mode: 0o640, owner: nil)
      try await writer.write([3], to: path, mode: 0o600, owner: nil)
      #expect(try await files.read(path, limitBytes: 1) == [3])
      #expect(try await files.status(of: path)?.mode == 0o600)
      #expect(try await files.list(directory) == ["a"])
      await #expect { try await files.read(path, limitBytes: 0) } throws: {
        "\($0)".contains("larger than 0")
      }
      if let owner = try await files.user(named: "postgres"), geteuid() == 0 {
        try await writer.write([4], to: path, mode: 0o600, owner: owner)
        try await writer.makeDirectory("\(directory)/x/y", mode: 0o700, owner: owner)
        for made in ["a", "x", "x/y"] {
          #expect(try await files.status(of: "\(directory)/\(made)")?.ownerUID == owner.uid)
        }
      }
    }
  }

  @Test func linksAreRefusedAndNotFollowed() async throws {
    try await inDirectory { directory async throws in
      try await writer.makeDirectory("\(directory)/outside", mode: 0o755, owner: nil)
      try await writer.write([1], to: "\(directory)/outside/kept", mode: 0o600, owner: nil)
      try await writer.makeDirectory("\(directory)/tree/deep", mode: 0o755, owner: nil)
      try await writer.write([1], to: "\(directory)/tree/deep/file", mode: 0o600, owner: nil)
      #expect(symlink("\(directory)/outside", "\(directory)/tree/link") == 0)
      #expect(symlink("\(directory)/outside/kept", "\(directory)/filelink") == 0)
      await #expect {
        try await writer.write([2], to: "\(directory)/filelink", mode: 0o600, owner: nil)
      } throws: {
        "\($0)".contains("symbolic link")
      }
      try await writer.removeTree("\(directory)/tree")
      try await writer.removeTree("\(directory)/tree")
      #expect(try await files.read("\(directory)/outside/kept", limitBytes: 10) == [1])
      #expect(try await files.list(directory) == ["filelink", "outside"])
    }
  }

  @Test func moveRefusesATarget() async throws {
    try await inDirectory { directory async throws in
      try await writer.write([1], to: "\(directory)/a", mode: 0o600, owner: nil)
      try await writer.write([2], to: "\(directory)/b", mode: 0o600, owner: nil)
      await #expect { try await writer.move("\(directory)/a", to: "\(directory)/b") } throws: {
        ($0 as? FileFailure)?.code == EEXIST
      }
      try await writer.move("\(directory)/a", to: "\(directory)/c")
      #expect(try await files.list(directory) == ["b", "c"])
    }
  }

  @Test func oddFilesAreRefusedAtOnce() async throws {
    try await inDirectory { directory async throws in
      #expect(mkfifo("\(directory)/fifo", 0o600) == 0)
      for path in ["\(directory)/fifo", directory] {
        await #expect { try await files.read(path, limitBytes: 10) } throws: {
          "\($0)".contains("not a regular file")
        }
      }
      #expect(try await files.status(of: "\(directory)/fifo")?.kind == .other)
      #expect(try await !files.isEmptyDirectory(directory))
      #expect(try await files.list("\(directory)/none") == nil)
      await #expect(throws: FileFailure.self) { try await files.status(of: "\(directory)\0/x") }
    }
  }

  @Test func lockKeepsOthersOut() async throws {
    try await inDirectory { directory async throws in
      let path = "\(directory)/lock"
      #expect(try await files.lockHolder(path, owner: nil) == nil)
      let held = try #require(try await writer.lock(path, owner: nil))
      #expect(try await writer.lock(path, owner: nil) == nil)
      #expect(try await files.lockHolder(path, owner: nil)?.hasPrefix("process \(getpid()) of ") == true)
      let other = ProcessCall("/usr/bin/flock", ["-n", path, "/bin/true"])
      #expect(try await ChildProcessRunner().run(other).exit == .code(1))
      await held.release()
      #expect(try await ChildProcessRunner().run(other).exit == .code(0))
      #expect(try await files.lockHolder(path, owner: nil) == nil)

      let script = "touch '\(directory)/held'; while [ ! -e '\(directory)/enough' ]; do sleep 0.05; done"
      let holder = Task {
        try await ChildProcessRunner().run(ProcessCall("/usr/bin/flock", [path, "/bin/sh", "-c", script]))
      }
      while try await files.status(of: "\(directory)/held") == nil { try await Task.sleep(for: .milliseconds(20)) }
      #expect(try await writer.lock(path, owner: nil) == nil)
      try await writer.write([], to: "\(directory)/enough", mode: 0o600, owner: nil)
      #expect(try await holder.value.exit == .code(0))
      #expect(try await writer.lock(path, owner: nil) != nil)
    }
  }

  @Test func aProgramKeepsTheLockThatItHolds() async throws {
    try await inDirectory { directory async throws in
      let path = "\(directory)/lock"
      let held = try #require(try await writer.lock(path, owner: nil))
      let script = "cat; touch '\(directory)/held'; while [ ! -e '\(directory)/enough' ]; do sleep 0.05; done"
      let program = Task {
        try await ChildProcessRunner().run(ProcessCall("/bin/sh", ["-c", script]), holding: held)
      }
      while try await files.status(of: "\(directory)/held") == nil { try await Task.sleep(for: .milliseconds(20)) }
      // As a kill does it: our own descriptor goes, the program's stays.
      await held.release()
      #expect(try await writer.lock(path, owner: nil) == nil)
      try await writer.write([], to: "\(directory)/enough", mode: 0o600, owner: nil)
      #expect(try await program.value.standardOutput.isEmpty)
      #expect(try await writer.lock(path, owner: nil) != nil)
    }
  }

  @Test func aLockIsItsOwners() async throws {
    guard geteuid() == 0, let owner = try await files.user(named: "postgres") else { return }
    try await inDirectory { directory async throws in
      let place = "\(directory)/own"
      try await writer.makeDirectory(place, mode: 0o711, owner: owner)
      let held = try await writer.lock("\(place)/lock", owner: owner)
      #expect(held != nil)
      #expect(try await files.status(of: "\(place)/lock")?.ownerUID == owner.uid)
      #expect(geteuid() == 0 && access("/etc/shadow", R_OK) == 0)
    }
  }

  @Test func aFileIsReadWithTheRightsOfItsOwner() async throws {
    guard geteuid() == 0, let owner = try await files.user(named: "postgres") else { return }
    try await inDirectory { directory async throws in
      let place = "\(directory)/own"
      try await writer.makeDirectory(place, mode: 0o700, owner: owner)
      try await writer.makeDirectory("\(directory)/root", mode: 0o700, owner: nil)
      try await writer.write([1], to: "\(directory)/root/secret", mode: 0o644, owner: nil)
      try await writer.write([2], to: "\(place)/mine", mode: 0o600, owner: owner)
      try await writer.write([3], to: "\(place)/root", mode: 0o600, owner: nil)
      try await writer.write([4], to: "\(place)/public", mode: 0o644, owner: nil)
      #expect(symlink("\(directory)/root/secret", "\(place)/link") == 0)
      #expect(symlink("\(directory)/root", "\(place)/way") == 0)
      #expect(link("\(place)/public", "\(place)/second") == 0)
      #expect(try await files.read("\(place)/mine", of: owner, limitBytes: 10) == [2])
      #expect(try await files.read("\(place)/none", of: owner, limitBytes: 10) == nil)
      for (name, words) in [
        ("link", "symbolic link"), ("way/secret", "may not read"), ("root", "may not read"),
        ("second", "belongs to"),
      ] {
        await #expect { try await files.read("\(place)/\(name)", of: owner, limitBytes: 10) } throws: {
          "\($0)".contains(words)
        }
      }
      // Root is root again.
      #expect(try await files.read("\(directory)/root/secret", limitBytes: 10) == [1])
    }
  }

  @Test func hostFacts() async throws {
    let user = try await files.currentUser()
    #expect(user.uid == geteuid())
    #expect(try await files.user(named: "no-such-user") == nil)
    #expect(await files.hostNames().first?.isEmpty == false)
    #expect(try await files.freeSpace(at: "/tmp") > 0)
    await #expect(throws: FileFailure.self) { try await files.isPortFree(5432, address: "192.0.2.1") }
  }
}

import Glibc
import TestServers
import Testing

@Suite struct HoldfastBinaryTests {
  @Test func runsWhatWasBuilt() throws {
    let directory = try TemporaryDirectory()
    #expect(try HoldfastBinary().run(["--version"], in: directory.path).status == 0)
  }

  @Test(.enabled(if: geteuid() == 0)) func runsAsAnotherUser() throws {
    let directory = try TemporaryDirectory(owner: .ofServers)
    #expect(try HoldfastBinary().run(["--version"], in: directory.path, runAs: "postgres").status == 0)
  }
}

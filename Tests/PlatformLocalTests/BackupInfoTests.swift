import Model
import Testing

@testable import PlatformLocal

struct BackupInfoTests {
  private static let good = """
    [{"archive":[{"database":{"id":1,"repo-key":1},"id":"15-1","max":null,"min":null},{"database":{"id":2,"repo-key":1},\
    "id":"15-2","max":"000000010000000000000003","min":"000000010000000000000001"}],"backup":[\
    {"archive":{"start":"0000000100000000000000AA","stop":"0000000100000000000000AB"},"database":{"id":1,"repo-key":1},\
    "error":false,"label":"20261101-000000F","timestamp":{"start":1,"stop":2},"type":"full"},\
    {"archive":{"start":"000000010000000000000002","stop":"000000010000000000000003"},"database":{"id":2,"repo-key":1},\
    "error":false,"label":"20261122-141456F","timestamp":{"start":1795356896,"stop":1795356899},"type":"full"},\
    {"archive":{"start":"000000010000000000000004","stop":"000000010000000000000004"},"database":{"id":2,"repo-key":1},\
    "error":true,"label":"20261122-141456F_20261122-151456I","timestamp":{"start":1795356996,"stop":1795356999},"type":"incr"}],\
    "cipher":"aes-256-cbc","db":[{"id":1,"repo-key":1,"system-id":7710999131740289111,"version":"15"},\
    {"id":2,"repo-key":1,"system-id":7710999131740289330,"version":"15"}],"name":"main",\
    "repo":[{"cipher":"aes-256-cbc","key":1,"status":{"code":0,"message":"ok"}}],\
    "status":{"code":0,"lock":{"backup":{"held":false}},"message":"ok"}}]
    """

  @Test func readsTheBackupsOfTheLastCluster() {
    let info = BackupInfo(output: Array(Self.good.utf8), stanza: "main")
    #expect(info.stanza == .ready)
    #expect(info.systemIdentifier == "7710999131740289330")
    #expect(info.archive == "15-2")
    #expect(info.entries.map(\.backup.label) == ["20261122-141456F", "20261122-141456F_20261122-151456I"])
    #expect(info.entries[0].backup.finished == Timestamp(seconds: 1_795_356_899))
    #expect(info.entries[0].archiveStart == "000000010000000000000002")
    #expect(info.entries.map(\.backup.hasError) == [false, true])
  }

  @Test(arguments: [(1, true), (3, true), (2, false)])
  func codesThatAreNoErrors(code: Int, isAbsent: Bool) {
    let text =
      #"[{"name":"main","status":{"code":\#(code),"message":"m"},"repo":[{"status":{"code":\#(code),"message":"m"}}]}]"#
    #expect(BackupInfo(output: Array(text.utf8), stanza: "main").stanza == (isAbsent ? .absent : .ready))
  }

  /// A wrong passphrase: exit code 0, and whatever the wrong key made of the file inside a message.
  @Test func wrongKeyGivesBytesThatAreNoText() {
    var bytes = Array(
      #"[{"name":"main","status":{"code":99,"message":"other"},"repo":[{"status":{"code":99,"message":"[FormatError] unable to load info file"#
        .utf8)
    bytes += [0x3c, 0xc3, 0x99, 0x4b, 0xba, 0x94, 0x01, 0x1b] + Array(#"\nHINT: x"}}]}]"#.utf8)
    let info = BackupInfo(output: bytes, stanza: "main")
    guard case .unreadable(let message) = info.stanza else {
      Issue.record("\(info.stanza)")
      return
    }
    #expect(message.contains("unable to load info file"))
    #expect(message.contains("code 99"))
    #expect(!message.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{FFFD}" })
  }

  @Test(arguments: ["", "[]", "not json", "[{}]"])
  func otherOutput(text: String) {
    let stanza = BackupInfo(output: Array(text.utf8), stanza: "main").stanza
    #expect(text == "[]" ? stanza == .absent : stanza != .absent && stanza != .ready)
  }
}

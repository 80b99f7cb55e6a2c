import Testing

@testable import PlatformLocal

struct ConfigurationTextTests {
  @Test(arguments: [
    ("work_mem = '64MB'", "work_mem", "64MB"),
    ("WORK_MEM 64MB # why", "work_mem", "64MB"),
    ("work_mem=64MB", "work_mem", "64MB"),
    ("  a.b = 'it''s \\'so\\' \\\\ \\n'  # x", "a.b", "it's 'so' \\ \n"),
    ("archive_command = ''", "archive_command", ""),
    ("include_if_exists = 'holdfast.conf'", "include_if_exists", "holdfast.conf"),
  ])
  func readsOneSetting(line: String, name: String, value: String) {
    #expect(ConfigurationText.settings(in: line) == [name: value])
  }

  @Test(arguments: ["", "# work_mem = 1", "   ", "work_mem", "work_mem = 'open"])
  func readsNothing(line: String) {
    #expect(ConfigurationText.settings(in: line).isEmpty)
  }

  @Test func lastEntryOfANameHolds() {
    #expect(ConfigurationText.settings(in: "a = 1\r\nb = 2\r\nA = 3\r\n") == ["a": "3", "b": "2"])
  }

  @Test(arguments: ["", "64MB", "it's", "back\\slash", "two\nlines", "%m [%p] 'q'", "\u{1b}[31m"])
  func whatIsWrittenIsRead(value: String) {
    #expect(ConfigurationText.settings(in: ConfigurationText.line("x", value)) == ["x": value])
  }

  @Test(arguments: [
    ("work_mem", true), ("pg_stat.x", true), ("a b", false), ("a\nb = 1", false), ("a.", false), ("", false),
    ("1a", false),
  ])
  func namesThatStandInAFile(name: String, isName: Bool) {
    #expect(ConfigurationText.isName(name) == isName)
  }
}

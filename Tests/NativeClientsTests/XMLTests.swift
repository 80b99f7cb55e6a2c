import NativeClients
import Testing
import XML

struct XMLTests {
  private func read(_ text: String, _ limits: XMLLimits = XMLLimits()) throws(XMLFailure) -> XMLElement {
    try ExpatReader(limits: limits).read(Array(text.utf8))
  }

  static let answer = """
    <?xml version="1.0"?>
    <!-- a comment --><?target data?>
    <DescribeResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Result a='b'>
      <Name>caf\u{e9} &amp; &lt;&#x41;&#10;\u{1F600}</Name><Empty/><Raw><![CDATA[<a>&b;]]></Raw>
      <List><member>1</member><member>2</member></List></Result></DescribeResponse>
    """

  @Test func anAnswerIsATree() throws {
    let root = try read(XMLTests.answer)
    #expect(root.name == "DescribeResponse")
    let result = try #require(root["Result"])
    #expect(result.text("Name") == "caf\u{e9} & <A\n\u{1F600}")
    #expect(result.text("Empty") == "" && result.text("Missing") == nil)
    #expect(result.text("Raw") == "<a>&b;")
    #expect(result.list("List").map(\.text) == ["1", "2"])
  }

  @Test func noHalfDocumentIsEverRead() throws {
    let bytes = Array(XMLTests.answer.utf8)
    for count in 0..<bytes.count {
      #expect(throws: XMLFailure.self, "cut at \(count)") { try ExpatReader().read(Array(bytes[..<count])) }
    }
  }

  @Test(arguments: [
    ("<!DOCTYPE a [<!ENTITY b \"b\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>", "document type"),
    ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "document type"),
    ("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "document type"),
    ("<!DOCTYPE html><html></html>", "document type"), ("<a>&b;</a>", "undefined entity"),
    ("<a></b>", "mismatched"), ("<a/><b/>", "junk"), ("", "no element"), ("hello", "syntax"), ("<a>\0</a>", "invalid"),
    ("<a>\u{1b}[31m</a>", "invalid"), ("<a>&#0;</a>", "invalid"), ("<a b=1/>", "invalid"),
    ("<a><b></a></b>", "mismatched"),
    ("<a>\u{ffff}</a>", "invalid"),
  ])
  func isRefused(_ text: String, _ words: String) {
    let failure = #expect(throws: XMLFailure.self) { try read(text) }
    #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    #expect(failure?.line == 1)
  }

  @Test func theLineIsTold() {
    #expect(throws: XMLFailure(message: "mismatched tag", line: 3)) { try read("<a>\n<b>\n</c>") }
  }

  @Test(arguments: [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf]] as [[UInt8]])
  func onlyUTF8IsRead(_ bytes: [UInt8]) {
    let start = Array("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>".utf8)
    #expect(throws: XMLFailure.self) { try ExpatReader().read(start + bytes + Array("</a>".utf8)) }
  }

  @Test func utf16IsRefused() {
    let bytes = "<a>b</a>".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    #expect(throws: XMLFailure.self) { try ExpatReader().read([0xff, 0xfe] + bytes) }
  }

  @Test func nestingEndsAt64() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    #expect(try read(nested(64)).name == "a")
    for depth in [65, 1_000_000] {
      let failure = #expect(throws: XMLFailure.self) { try read(nested(depth)) }
      #expect(failure?.message == "elements are nested deeper than 64")
    }
  }

  @Test func elementsAndTextAreCounted() throws {
    let limits = XMLLimits(elements: 4, textBytes: 4)
    #expect(try read("<a><b/><b/><b>12\u{e9}</b></a>", limits).children.count == 3)
    #expect(throws: XMLFailure(message: "there are more than 4 elements", line: 1)) {
      try read("<a><b/><b/><b/><b/></a>", limits)
    }
    #expect(throws: XMLFailure(message: "its text is larger than 4 bytes", line: 1)) {
      try read("<a><b>12</b><b>345</b></a>", limits)
    }
  }

  /// One long name, and an answer of a size that happens, in a time that no one notices.
  @Test(.timeLimit(.minutes(1))) func sizeIsNoTrouble() throws {
    let name = String(repeating: "n", count: 8 << 20)
    #expect(try read("<\(name)/>").name == name)
    let entry = "<member><ParameterName>work_mem</ParameterName>\n<ParameterValue>4096</ParameterValue></member>\n"
    let root = try read("<a>" + String(repeating: entry, count: 50_000) + "</a>")
    #expect(root.children.count == 50_000 && root.children.last?.text("ParameterValue") == "4096")
  }
}

import Foundation
import HTTP
import Model
import NativeClients
import SQL
import Testing

@testable import AWSWire

/// The signature suite of AWS, as it stands in `Tests/Oracles/aws/sigv4`.
@Suite struct SignatureSuiteTests {
  @Test(arguments: SuiteCase.all) func signs(_ suiteCase: SuiteCase) throws {
    let request = try suiteCase.request()
    let token = try suiteCase.signedToken()
    let credentials = AWSCredentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      sessionToken: token.map(Secret.init), source: "the suite")
    let scope = Signer.Scope(service: "service", region: "us-east-1")
    let signer = Signer(hashing: LibcryptoHashing())

    let signed = signer.sign(request, for: scope, with: credentials, at: suiteMoment)
    let canonical = CanonicalRequest(signed, bodyHash: signer.hash(signed.body))
    #expect(try canonical.text == suiteCase.text("creq"))
    #expect(try signer.stringToSign(canonical, scope, suiteMoment) == suiteCase.text("sts"))
    #expect(try signed.headers.first { $0.name == "authorization" }?.value == suiteCase.text("authz"))
    #expect(signed.headers.first { $0.name == "x-amz-date" }?.value == "20150830T123600Z")
  }

  @Test func isWhole() { #expect(SuiteCase.all.count == 34) }

  @Test func signingTwiceIsSigningOnce() throws {
    let signer = Signer(hashing: LibcryptoHashing())
    let scope = Signer.Scope(service: "rds", region: "eu-west-1")
    let credentials = AWSCredentials(
      accessKeyID: "A", secretAccessKey: Secret("S"), sessionToken: Secret("T"), source: "the test")
    let request = HTTPRequest(
      method: "POST", url: HTTPURL(scheme: .https, host: "rds.eu-west-1.amazonaws.com"), body: Array("a=b".utf8),
      isSafeToRepeat: true)
    let once = signer.sign(request, for: scope, with: credentials, at: suiteMoment)
    let twice = signer.sign(once, for: scope, with: credentials, at: suiteMoment)
    #expect(once.headers == twice.headers)
  }

  @Test func saysNothingOfSecrets() {
    let credentials = AWSCredentials(
      accessKeyID: "A", secretAccessKey: Secret("hush-1"), sessionToken: Secret("hush-2"), source: "the test")
    var call = AWSCall.rds("ModifyDBInstance")
    call.fields.set("MasterUserPassword", secret: Secret("hush-3"))
    for text in ["\(credentials)", String(reflecting: credentials), "\(call)", String(reflecting: call)] {
      #expect(!text.contains("hush"))
    }
    var dumped = ""
    dump(call, to: &dumped)
    dump(credentials, to: &dumped)
    #expect(!dumped.contains("hush"))
  }
}

/// 2015-08-30 12:36:00 UTC
private let suiteMoment = Timestamp(seconds: 1_440_938_160)

struct SuiteCase: Sendable, CustomTestStringConvertible {
  let directory: URL

  var testDescription: String { directory.lastPathComponent }

  static let all: [SuiteCase] = {
    let root = oracles.appending(path: "aws/sigv4")
    let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".creq") }.sorted().map {
      SuiteCase(directory: root.appending(path: $0).deletingLastPathComponent())
    }
  }()

  func text(_ kind: String) throws -> String {
    let file = directory.appending(path: "\(directory.lastPathComponent).\(kind)")
    return try String(contentsOf: file, encoding: .utf8).replacing("\r\n", with: "\n")
  }

  /// The token, where it takes part in the signature.
  func signedToken() throws -> String? {
    guard try text("creq").contains("x-amz-security-token:") else { return nil }
    return try text("sreq").split(separator: "\n").first { $0.hasPrefix("X-Amz-Security-Token:") }
      .map { String($0.dropFirst("X-Amz-Security-Token:".count)) }
  }

  func request() throws -> HTTPRequest {
    let parts = try text("req").split(separator: "\n\n", maxSplits: 1)
    var lines = parts[0].split(separator: "\n").map(String.init)
    let words = lines.removeFirst().split(separator: " ")
    let target = words[1..<(words.count - 1)].joined(separator: " ").split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var headers: [HTTPHeader] = []
    for line in lines {
      if line.hasPrefix(" ") {
        headers[headers.count - 1].value += line  // goes on with the line before
      } else {
        let header = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        headers.append(HTTPHeader(String(header[0]), String(header[1])))
      }
    }
    let url = HTTPURL(
      scheme: .https, host: "example.amazonaws.com", path: String(target[0]),
      query: target.count > 1 ? String(target[1]) : nil)
    return HTTPRequest(
      method: String(words[0]), url: url, headers: headers, body: parts.count > 1 ? Array(parts[1].utf8) : [],
      isSafeToRepeat: true)
  }
}

import AWSWire
import Foundation
import HTTP
import Model
import NativeClients
import SQL
import TestServers
import Testing

/// Random requests, signed as botocore signs them.
@Suite struct BotocoreSignatureTests {
  private static let count = 500

  @Test func signsAsBotocoreDoes() async throws {
    let lines = try await offThePool {
      try ChildProcess.check(
        [
          try pythonWithAWS(), pythonScripts.appending(path: "botocore_signatures.py").path, "20261122",
          "\(Self.count)",
        ])
    }
    let cases = try lines.split(separator: "\n").map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
    #expect(cases.count == Self.count)
    let signer = Signer(hashing: LibcryptoHashing())
    for each in cases {
      let signed = signer.sign(
        try each.request(), for: Signer.Scope(service: each.service, region: each.region), with: each.credentials,
        at: Timestamp(seconds: each.now))
      #expect(signed.headers.first { $0.name == "authorization" }?.value == each.authorization, "\(each.url)")
      #expect(try each.databaseTokenOfOurs(signer) == each.databaseToken, "\(each.databaseURL)")
    }
  }
}

private struct Case: Decodable {
  var method, url, body, service, region, key, secret, authorization, databaseURL, databaseToken: String
  var headers: [String: String]
  var token: String?
  var now: Int

  var credentials: AWSCredentials {
    AWSCredentials(
      accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map(Secret.init), source: "the test")
  }

  func request() throws -> HTTPRequest {
    HTTPRequest(
      method: method, url: try address(url),
      headers: headers.sorted { $0.key < $1.key }.map { HTTPHeader($0.key, $0.value) },
      body: Array(try #require(Data(base64Encoded: body))), isSafeToRepeat: true)
  }

  func databaseTokenOfOurs(_ signer: Signer) throws -> String {
    let url = try address(databaseURL)
    let user = try #require(url.query?.split(separator: "DBUser=").last?.removingPercentEncoding)
    return signer.databaseToken(
      host: url.host, port: try #require(url.port), user: user, region: region, credentials: credentials,
      now: Timestamp(seconds: now)
    ).reveal()
  }

  private func address(_ text: String) throws -> HTTPURL {
    let parts = try #require(URLComponents(string: text))
    return HTTPURL(
      scheme: .https, host: try #require(parts.host), port: parts.port, path: parts.percentEncodedPath,
      query: parts.percentEncodedQuery)
  }
}

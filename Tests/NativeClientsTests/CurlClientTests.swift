import HTTP
import NativeClients
import Synchronization
import TestServers
import Testing

private func get(
  _ server: ScriptedHTTPServer, _ path: String = "/", limits: HTTPLimits = HTTPLimits(), isSafeToRepeat: Bool = true
) -> HTTPRequest {
  HTTPRequest(
    method: "GET", url: HTTPURL(scheme: .http, host: "127.0.0.1", port: server.port, path: path), limits: limits,
    isSafeToRepeat: isSafeToRepeat)
}

private func failure(_ client: CurlClient, _ request: HTTPRequest) async throws -> HTTPFailure {
  do {
    let answer = try await client.send(request)
    throw TestFailure("answered \(answer.status) with \(answer.body.count) bytes")
  } catch let failure as HTTPFailure {
    return failure
  }
}

@Suite(.timeLimit(.minutes(1)))
struct CurlClientTests {
  let client = CurlClient()

  @Test func theRequestIsWhatItSaysAndNothingMore() async throws {
    let server = try ScriptedHTTPServer(.receive, .answer("200 OK", headers: ["X-One: a", "x-one:  b "], body: "hé"))
    let request = HTTPRequest(
      method: "POST",
      url: HTTPURL(scheme: .http, host: "127.0.0.1", port: server.port, path: "/a/../b%2Fc", query: "z=1&a"),
      headers: [
        HTTPHeader("X-Empty", ""), HTTPHeader("Content-Type", "text/plain"), HTTPHeader("Host", "other.example"),
      ],
      body: Array("a=b\0c".utf8), isSafeToRepeat: true)
    let answer = try await client.send(request)
    #expect(answer.status == 200 && answer.body == Array("hé".utf8))
    #expect(
      answer.headers == [HTTPHeader("x-one", "a"), HTTPHeader("x-one", "b"), HTTPHeader("content-length", "3")])
    let received = try #require(server.received.first)
    #expect(received.body == Array("a=b\0c".utf8))
    let lines = received.head.split(separator: "\r\n").map(String.init)
    #expect(lines.first == "POST /a/../b%2Fc?z=1&a HTTP/1.1")
    #expect(
      lines.dropFirst().sorted() == [
        "Accept-Encoding: gzip", "Content-Length: 5", "Host: other.example", "content-type: text/plain", "x-empty:",
      ])
  }

  @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "POST"])
  func methodsGoOutAsNamed(_ method: String) async throws {
    let server = try ScriptedHTTPServer(.receive, .text("HTTP/1.1 204 No Content\r\n\r\n"))
    var request = get(server)
    request.method = method
    #expect(try await client.send(request).status == 204)
    #expect(server.received.first?.head.hasPrefix("\(method) / HTTP/1.1\r\n") == true)
  }

  @Test func aLargeBodyIsNotHeldBackByExpect() async throws {
    let server = try ScriptedHTTPServer(.receive, .answer("200 OK"))
    var request = get(server)
    request.method = "POST"
    request.body = [UInt8](repeating: 65, count: 3 << 20)
    #expect(try await client.send(request).status == 200)
    #expect(server.received.first?.body.count == 3 << 20)
    #expect(server.received.first?.head.contains("Expect") == false)
  }

  @Test func connectionsAreUsedAgainAndWritesOpenTheirOwn() async throws {
    let answers = (0..<10).flatMap { _ in [ScriptedHTTPServer.Move.receive, .answer("200 OK")] }
    let server = try ScriptedHTTPServer([answers])
    for _ in 0..<5 { _ = try await client.send(get(server)) }
    #expect(server.connections == 1)
    _ = try await client.send(get(server, isSafeToRepeat: false))
    #expect(server.connections == 2)
  }

  /// curl would send it again on a new connection, without a word.
  @Test func aWriteIsNeverSentTwiceByTheTransport() async throws {
    let server = try ScriptedHTTPServer([[.receive, .answer("200 OK"), .receive], [.receive]])
    _ = try await client.send(get(server))
    let failure = try await failure(client, get(server, "/write", isSafeToRepeat: false))
    #expect(failure.kind == .connectionLost && failure.mayHaveActed)
    #expect(server.received.filter { $0.head.hasPrefix("GET /write ") }.count == 1)
  }

  @Test func aRedirectIsAnAnswer() async throws {
    let elsewhere = try ScriptedHTTPServer(.receive, .answer("200 OK"))
    let server = try ScriptedHTTPServer(
      .receive, .answer("307 Temporary Redirect", headers: ["Location: http://127.0.0.1:\(elsewhere.port)/"]))
    let answer = try await client.send(get(server))
    #expect(answer.status == 307 && elsewhere.connections == 0)
  }

  @Test func cookiesAreForgotten() async throws {
    let server = try ScriptedHTTPServer(
      .receive, .answer("200 OK", headers: ["Set-Cookie: a=b"]), .receive, .answer("200 OK"))
    for _ in 0..<2 { _ = try await client.send(get(server)) }
    #expect(server.received.count == 2)
    #expect(server.received.allSatisfy { !$0.head.lowercased().contains("cookie") })
  }

  @Test func anInformationalAnswerIsPassedOver() async throws {
    let server = try ScriptedHTTPServer(
      .receive, .text("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"), .answer("200 OK", body: "x"))
    let answer = try await client.send(get(server))
    #expect(answer.status == 200 && answer.headers.map(\.name) == ["content-length"])
  }

  @Test func gzipIsRead() async throws {
    let gzip = try gzipped("echo hello | gzip -c")
    let server = try ScriptedHTTPServer(
      .receive, .text("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n"),
      .send(gzip))
    #expect(try await client.send(get(server)).body == Array("hello\n".utf8))
  }

  @Test func requestsToAHostWaitForASlot() async throws {
    let narrow = CurlClient(width: 3)
    let server = try ScriptedHTTPServer([
      (0..<40).flatMap { _ in [ScriptedHTTPServer.Move.receive, .pause(milliseconds: 20), .answer("200 OK")] }
    ])
    try await withThrowingTaskGroup(of: Int.self) { group in
      // Each alone fits its total; all in a row would not.
      let limits = HTTPLimits(totalSeconds: 5)
      for _ in 0..<30 { group.addTask { try await narrow.send(get(server, limits: limits)).status } }
      for try await status in group { #expect(status == 200) }
    }
    #expect(server.received.count == 30 && server.mostConnections <= 3)
  }

  @Test func cancellationEndsATransferAndAWait() async throws {
    let narrow = CurlClient(width: 1)
    let server = try ScriptedHTTPServer(.receive, .hold)
    // Nothing else ends it, however long a busy machine takes.
    let limits = HTTPLimits(totalSeconds: 600, stallSeconds: 600)
    let running = Task { try await narrow.send(get(server, limits: limits)) }
    while server.received.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    let waiting = Task { try await narrow.send(get(server)) }
    try await Task.sleep(for: .milliseconds(20))
    waiting.cancel()
    let ofWait = await #expect(throws: HTTPFailure.self) { try await waiting.value }
    #expect(ofWait?.kind == .cancelled && ofWait?.mayHaveActed == false)
    running.cancel()
    let ofRun = await #expect(throws: HTTPFailure.self) { try await running.value }
    #expect(ofRun?.kind == .cancelled && ofRun?.mayHaveActed == true)
    let late = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await narrow.send(get(server))
    }
    late.cancel()
    let ofLate = await #expect(throws: HTTPFailure.self) { try await late.value }
    #expect(ofLate?.kind == .cancelled && ofLate?.mayHaveActed == false)
    #expect(server.connections == 1)
  }

  @Test(arguments: [
    ("http", "example.com", false), ("http", "10.0.0.1", false), ("http", "169.254.1.1", false),
    ("http", "127.0.0.1.example.com", false), ("http", "localhost.example.com", false), ("http", "127.1", false),
    ("http", "2001:db8::1", false), ("http", "::ffff:127.0.0.1", false), ("https", "10.0.0.1/a", true),
    ("https", "a@b.example", true), ("https", "", true), ("https", "a b", true), ("https", "a\r\nX: y", true),
    ("https", "caf\u{e9}.example", true), ("https", "::1%lo", true),
  ])
  func neverLeavesTheMachineUnencryptedNorForSomeOtherHost(_ scheme: String, _ host: String, _ isInvalid: Bool)
    async throws
  {
    let url = HTTPURL(scheme: scheme == "http" ? .http : .https, host: host)
    let failure = try await failure(client, HTTPRequest(method: "GET", url: url, isSafeToRepeat: true))
    #expect(failure.kind == (isInvalid ? .invalidRequest : .plainTextRefused))
    #expect(!failure.mayHaveActed && !failure.message.contains("\r"))
  }

  @Test(
    arguments: [
      { $0.url.path = "a" }, { $0.url.path = "/a b" }, { $0.url.path = "/a?b" }, { $0.url.path = "/\r\nX: y" },
      { $0.url.query = "a#b" }, { $0.url.query = "\u{e9}" }, { $0.url.port = 0 }, { $0.url.port = 65_536 },
      { $0.method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET" }, { $0.method = "" },
      { $0.headers = [HTTPHeader("x", "a\r\nY: b")] }, { $0.headers = [HTTPHeader("x", "a\0")] },
      { $0.headers = [HTTPHeader("x: y", "a")] }, { $0.headers = [HTTPHeader("x", "a\u{1b}[0m")] },
      { $0.headers = [HTTPHeader("Transfer-Encoding", "chunked")] },
      { $0.headers = [HTTPHeader("Content-Length", "7")] },
    ] as [@Sendable (inout HTTPRequest) -> Void])
  func whatWouldBeReadOtherwiseIsNotSent(_ spoil: @Sendable (inout HTTPRequest) -> Void) async throws {
    let server = try ScriptedHTTPServer(.receive, .answer("200 OK"))
    var request = get(server)
    spoil(&request)
    let failure = try await failure(client, request)
    #expect(failure.kind == .invalidRequest && !failure.mayHaveActed && server.connections == 0)
  }
}

/// What a shell command writes, as bytes.
func gzipped(_ command: String) throws -> [UInt8] {
  let text = try ChildProcess.check(["/bin/sh", "-c", "(\(command)) | od -An -v -tu1"])
  return text.split { $0 == " " || $0 == "\n" }.compactMap { UInt8($0) }
}

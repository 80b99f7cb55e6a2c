import HTTP
import NativeClients
import TestServers
import Testing

private func request(
  _ server: ScriptedHTTPServer, limits: HTTPLimits = HTTPLimits(totalSeconds: 30)
) -> HTTPRequest {
  HTTPRequest(
    method: "POST", url: HTTPURL(scheme: .http, host: "127.0.0.1", port: server.port, path: "/secret-path"),
    headers: [HTTPHeader("authorization", "secret-header")], body: Array("secret-body".utf8), limits: limits,
    isSafeToRepeat: false)
}

private func failure(_ client: CurlClient, _ request: HTTPRequest) async throws -> HTTPFailure {
  do {
    let answer = try await client.send(request)
    throw TestFailure("answered \(answer.status) with \(answer.body.count) bytes")
  } catch let failure as HTTPFailure {
    #expect(failure.message.contains(request.url.origin))
    #expect(!failure.message.contains("secret"))
    #expect(!failure.message.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f })
    return failure
  }
}

/// Answers that are none.
@Suite(.timeLimit(.minutes(3)))
struct CurlFaultTests {
  typealias Move = ScriptedHTTPServer.Move
  let client = CurlClient()

  static let head = "HTTP/1.1 200 OK\r\n"
  static let answers: [(String, [Move], HTTPFailure.Kind)] = [
    ("nothing", [.receive], .connectionLost),
    ("a reset", [.receive, .reset], .connectionLost),
    ("a reset within", [.receive, .text(head + "Content-Length: 9\r\n\r\nabc"), .reset], .connectionLost),
    ("less than promised", [.receive, .text(head + "Content-Length: 9\r\n\r\nabc")], .connectionLost),
    (
      "chunks without end", [.receive, .text(head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")], .connectionLost
    ),
    ("half a head", [.receive, .text(head + "Content-Le")], .malformedAnswer),
    (
      "a chunk's length that is none", [.receive, .text(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")],
      .connectionLost
    ),
    ("no status line", [.receive, .text("hello\r\n\r\n")], .malformedAnswer),
    ("a line without colon", [.receive, .text(head + "oops\r\nContent-Length: 0\r\n\r\n")], .malformedAnswer),
    ("a continued line", [.receive, .text(head + "a: b\r\n c: d\r\nContent-Length: 0\r\n\r\n")], .malformedAnswer),
    ("a name with a space", [.receive, .text(head + "a b: c\r\nContent-Length: 0\r\n\r\n")], .malformedAnswer),
    ("ESC in a header", [.receive, .text(head + "a: \u{1b}[31m\r\nContent-Length: 0\r\n\r\n")], .malformedAnswer),
    ("NUL in a header", [.receive, .text(head + "a: \0\r\nContent-Length: 0\r\n\r\n")], .malformedAnswer),
    ("a status beyond three digits", [.receive, .text("HTTP/1.1 2000 OK\r\n\r\n")], .malformedAnswer),
    ("ESC in the status line", [.receive, .text("HTTP/\u{1b}[31m 200 OK\r\n\r\n")], .malformedAnswer),
    (
      "lengths that differ", [.receive, .text(head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc")],
      .malformedAnswer
    ),
    (
      "headers without end",
      [.receive, .text(head), .sendTimes(10_000, Array("a: \(String(repeating: "b", count: 60))\r\n".utf8))],
      .malformedAnswer
    ),
    (
      "gzip that is none", [.receive, .text(head + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")],
      .malformedAnswer
    ),
  ]

  @Test(arguments: answers.indices)
  func isAFailureOfItsKind(_ index: Int) async throws {
    let (name, moves, kind) = CurlFaultTests.answers[index]
    let server = try ScriptedHTTPServer([moves])
    let failure = try await failure(client, request(server))
    #expect(failure.kind == kind, "\(name): \(failure.message)")
    #expect(failure.mayHaveActed && server.received.count == 1, "\(name)")
  }

  @Test func bytesBeyondASCIIInAHeaderAreKeptReadable() async throws {
    let server = try ScriptedHTTPServer(
      .receive,
      .send(
        Array("HTTP/1.1 200 \u{1b}[31mOK\r\na: ".utf8) + [0xff, 0x41] + Array("\r\nContent-Length: 0\r\n\r\n".utf8)))
    #expect(try await client.send(request(server)).header("a") == "\u{fffd}A")
  }

  @Test(arguments: [false, true])
  func theBodyIsCapped(_ isPromised: Bool) async throws {
    let framing = isPromised ? "Content-Length: 2147483648\r\n\r\n" : "Connection: close\r\n\r\n"
    let chunk = [UInt8](repeating: 65, count: 1 << 16)
    let server = try ScriptedHTTPServer(.receive, .text(Self.head + framing), .sendTimes(1 << 15, chunk))
    let failure = try await failure(client, request(server, limits: HTTPLimits(totalSeconds: 30, bodyBytes: 1 << 20)))
    #expect(failure.kind == .tooLarge && failure.mayHaveActed)
    #expect(failure.message.contains("1048576 bytes"))
  }

  @Test func theBodyMayBeExactlyTheCap() async throws {
    let server = try ScriptedHTTPServer(.receive, .answer("200 OK", body: "12345"))
    #expect(try await client.send(request(server, limits: HTTPLimits(bodyBytes: 5))).body.count == 5)
    let other = try ScriptedHTTPServer(.receive, .answer("200 OK", body: "123456"))
    #expect(try await failure(client, request(other, limits: HTTPLimits(bodyBytes: 5))).kind == .tooLarge)
  }

  /// 100 MB of zeros are 100 KB.
  @Test func aGzipBombIsCountedAsItUnfolds() async throws {
    let bomb = try gzipped("head -c 100000000 /dev/zero | gzip -9c")
    let server = try ScriptedHTTPServer(
      .receive, .text(Self.head + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"), .send(bomb))
    #expect(try await failure(client, request(server)).kind == .tooLarge)
  }

  @Test func whoStallsIsLeft() async throws {
    let server = try ScriptedHTTPServer(.receive, .hold)
    let started = ContinuousClock.now
    let failure = try await failure(client, request(server, limits: HTTPLimits(totalSeconds: 120, stallSeconds: 2)))
    #expect(failure.kind == .timedOut && failure.mayHaveActed)
    #expect(ContinuousClock.now - started < .seconds(60))
  }

  @Test(arguments: [true, false])
  func aDribbleEndsWithTheTotal(_ isHead: Bool) async throws {
    let bytes = Array(repeating: UInt8(ascii: "a"), count: 900)
    let server = try ScriptedHTTPServer(
      .receive, .text(isHead ? Self.head : Self.head + "Content-Length: 1000\r\n\r\n"),
      .dribble(bytes, everyMilliseconds: 100))
    let started = ContinuousClock.now
    let failure = try await failure(client, request(server, limits: HTTPLimits(totalSeconds: 2, stallSeconds: 80)))
    #expect(failure.kind == .timedOut && failure.mayHaveActed)
    #expect(ContinuousClock.now - started < .seconds(45))
  }

  @Test func aSlowDribbleIsAStall() async throws {
    let server = try ScriptedHTTPServer(
      .receive, .text(Self.head + "Content-Length: 1000\r\n\r\n"),
      .dribble(Array(repeating: UInt8(ascii: "a"), count: 24), everyMilliseconds: 5_000))
    let started = ContinuousClock.now
    let failure = try await failure(client, request(server, limits: HTTPLimits(totalSeconds: 120, stallSeconds: 3)))
    #expect(failure.kind == .timedOut)
    #expect(ContinuousClock.now - started < .seconds(60))
  }

  @Test func anUnreachableServerHasNotActed() async throws {
    let port = try FreePort.next()
    var nowhere = request(try ScriptedHTTPServer(.hold))
    nowhere.url.port = port
    let refused = try await failure(client, nowhere)
    #expect(refused.kind == .connectionRefused && !refused.mayHaveActed)
    nowhere.url = HTTPURL(scheme: .https, host: "no-such-host.invalid")
    let unknown = try await failure(client, nowhere)
    #expect(unknown.kind == .nameNotFound && !unknown.mayHaveActed)
  }

  @Test func aProxyThatRefusesIsNamedAsTheCause() async throws {
    let proxy = try ScriptedHTTPServer(
      .receive, .answer("407 Proxy Authentication Required", headers: ["Proxy-Authenticate: Basic realm=x"]))
    let variables = [
      "https_proxy": "http://user:secret@127.0.0.1:\(proxy.port)", "no_proxy": "direct.invalid,.internal.invalid",
    ]
    let client = CurlClient(proxies: HTTPProxies(environment: variables))
    var call = request(proxy)
    call.url = HTTPURL(scheme: .https, host: "rds.invalid")
    let refused = try await failure(client, call)
    #expect(refused.kind == .proxy && !refused.mayHaveActed)
    #expect(refused.message.contains("407"))
    #expect(proxy.received.first?.head.hasPrefix("CONNECT rds.invalid:443 HTTP/1.1\r\n") == true)
    #expect(proxy.received.first?.head.contains("secret") == false && proxy.received.first?.body.isEmpty == true)

    for host in ["direct.invalid", "a.internal.invalid"] {
      call.url.host = host
      #expect(try await failure(client, call).kind == .nameNotFound)
    }
    let absent = CurlClient(proxies: HTTPProxies(environment: ["HTTPS_PROXY": "http://no-such-proxy.invalid:1"]))
    call.url.host = "rds.invalid"
    #expect(try await failure(absent, call).kind == .proxy)
    // Loopback needs none.
    let server = try ScriptedHTTPServer(.receive, .answer("200 OK"))
    #expect(try await client.send(request(server)).status == 200)
  }
}

@Suite(.timeLimit(.minutes(3)))
struct CurlTLSTests {
  private func request(_ port: Int, method: String = "GET") -> HTTPRequest {
    HTTPRequest(
      method: method, url: HTTPURL(scheme: .https, host: "localhost", port: port, path: "/a"), isSafeToRepeat: true)
  }

  @Test func onlyTheRightCertificateIsTrusted() async throws {
    let authority = try TestAuthority()
    let client = CurlClient(authorities: authority.certificate)
    for leaf in TestAuthority.Leaf.allCases {
      let server = try TLSServer(leaf: leaf, of: authority)
      if leaf == .localhost {
        let answer = try await client.send(request(server.port))
        #expect(String(decoding: answer.body, as: UTF8.self) == "HTTP/1.1 GET /a")
        // The system's authorities don't know it.
        let stranger = try await failure(CurlClient(), request(server.port))
        #expect(stranger.kind == .certificate && !stranger.mayHaveActed)
      } else {
        let failure = try await failure(client, request(server.port))
        #expect(failure.kind == .certificate && !failure.mayHaveActed, "\(leaf): \(failure.message)")
      }
    }
  }

  @Test func whoSpeaksNoTLSGetsNoRequest() async throws {
    let server = try ScriptedHTTPServer(.answer("200 OK"))
    let failure = try await failure(CurlClient(), request(server.port))
    #expect(failure.kind == .connectionLost && !failure.mayHaveActed)
    let missing = CurlClient(authorities: "/nonexistent/ca.pem")
    let authority = try TestAuthority()
    let real = try TLSServer(leaf: .localhost, of: authority)
    #expect(try await self.failureKind(missing, real.port) == .certificate)
  }

  @Test(.enabled(if: TLSServer.Program.node.isAvailable, "needs Node, for a server that speaks HTTP/2"))
  func http2IsSpokenOnOneConnection() async throws {
    let authority = try TestAuthority()
    let server = try TLSServer(.node, leaf: .localhost, of: authority)
    let client = CurlClient(authorities: authority.certificate)
    try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
      let call = request(server.port, method: "POST")
      for _ in 0..<40 { group.addTask { try await client.send(call) } }
      for try await answer in group {
        #expect(String(decoding: answer.body, as: UTF8.self) == "HTTP/2.0 POST /a")
        #expect(answer.header("x-sessions") == "1")
      }
    }
  }

  private func failureKind(_ client: CurlClient, _ port: Int) async throws -> HTTPFailure.Kind {
    try await failure(client, request(port)).kind
  }
}

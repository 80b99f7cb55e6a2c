import Glibc

/// A certificate authority of a test's own, with certificates for servers on loopback, made by `openssl`.
package struct TestAuthority {
  /// Whom a certificate is for and whether its time is over.
  package enum Leaf: String, CaseIterable, Sendable { case localhost, elsewhere, expired, stranger }

  package let directory: TemporaryDirectory

  package init() throws {
    directory = try TemporaryDirectory()
    _ = try ChildProcess.check(["/bin/sh", "-ec", TestAuthority.script], in: directory.path)
  }

  /// The PEM file to trust.
  package var certificate: String { "\(directory.path)/ca.pem" }

  package func chain(_ leaf: Leaf) -> String { "\(directory.path)/\(leaf.rawValue).pem" }
  package func key(_ leaf: Leaf) -> String { "\(directory.path)/\(leaf.rawValue).key" }

  private static let script = """
    key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
    authority() { openssl req -x509 $key -days 2 -subj /CN=$1 -keyout $1.key -out $1.pem; }
    leaf() { # name authority days host
      openssl req $key -subj /CN=$4 -addext "subjectAltName=DNS:$4" -keyout $1.key -out $1.csr
      openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days $3 -copy_extensions copy -out $1.pem
    }
    exec >openssl.txt 2>&1
    authority ca
    authority other
    leaf localhost ca 1 localhost
    leaf elsewhere ca 1 elsewhere.example
    leaf expired ca -1 localhost
    leaf stranger other 1 localhost
    """
}

/// An https server on loopback, of Python's or Node's own libraries.
package final class TLSServer {
  package enum Program {
    /// Speaks HTTP/1.1 and keeps connections.
    case python
    /// Speaks HTTP/2 where the client does.
    case node

    var path: String {
      switch self {
      case .python: "/usr/bin/python3"
      case .node: "/usr/bin/node"
      }
    }

    package var isAvailable: Bool { access(path, X_OK) == 0 }
  }

  package let port: Int
  private let process: ChildProcess

  /// - Parameter program: answers `GET` and `POST` of any path with its protocol, method and path.
  package init(_ program: Program = .python, leaf: TestAuthority.Leaf, of authority: TestAuthority) throws {
    let script = try authority.directory.write(program.script, to: "server-\(program)")
    process = try ChildProcess(
      [program.path, script, authority.chain(leaf), authority.key(leaf)], in: authority.directory.path,
      environment: ChildProcess.environment)
    try process.waitForOutput("listening\n")
    guard let port = process.stdout.split(separator: "\n").first.flatMap({ Int($0) }) else {
      throw TestFailure("the server named no port:\n\(process.stdout)\(process.stderr)")
    }
    self.port = port
  }
}

extension TLSServer.Program {
  fileprivate var script: String {
    switch self {
    case .python:
      """
      import http.server, ssl, sys
      class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do_GET(self):
          self.rfile.read(int(self.headers.get("content-length", 0)))
          body = ("HTTP/1.1 " + self.command + " " + self.path).encode()
          self.send_response(200)
          self.send_header("content-length", str(len(body)))
          self.end_headers()
          self.wfile.write(body)
        do_POST = do_GET
        def log_message(self, *arguments): pass
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain(sys.argv[1], sys.argv[2])
      server.socket = context.wrap_socket(server.socket, server_side=True)
      print(server.server_address[1], flush=True)
      print("listening", flush=True)
      server.serve_forever()
      """
    case .node:
      """
      const fs = require("fs"), http2 = require("http2")
      let sessions = 0
      const server = http2.createSecureServer(
        { cert: fs.readFileSync(process.argv[2]), key: fs.readFileSync(process.argv[3]), allowHTTP1: true })
      server.on("session", () => { sessions += 1 })
      server.on("request", (request, response) => {
        request.resume()
        request.on("end", () => {
          response.writeHead(200, { "x-sessions": String(sessions) })
          response.end("HTTP/" + request.httpVersion + " " + request.method + " " + request.url)
        })
      })
      server.listen(0, "127.0.0.1", () => { console.log(server.address().port); console.log("listening") })
      """
    }
  }
}

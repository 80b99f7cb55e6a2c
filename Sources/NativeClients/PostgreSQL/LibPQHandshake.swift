import CLibPQ
@preconcurrency import Glibc
import SQL

/// One attempt to connect; blocks its thread until it is done, timed out or abandoned.
///
/// Uses libpq's asynchronous connect for two things that the plain one lacks: the timeout is ours and holds for
/// all addresses together, and the SQLSTATE of a refusal can be had.
struct LibPQHandshake {
  private let endpoint: SQLEndpoint
  private let deadline: ContinuousClock.Instant

  init(_ endpoint: SQLEndpoint) {
    self.endpoint = endpoint
    deadline = .now + .seconds(max(1, endpoint.connectTimeoutSeconds))
  }

  func run(abandoned: () -> Bool) -> Result<NativeConnection, SQLFailure> {
    if abandoned() { return .failure(failure(.cancelled, "the connect was given up")) }
    guard let pointer = start() else { return .failure(failure(.cannotConnect, "out of memory")) }
    let native = NativeConnection(pointer)
    PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
    var polled = PGRES_POLLING_WRITING
    while polled != PGRES_POLLING_OK {
      if PQstatus(pointer) == CONNECTION_BAD || polled == PGRES_POLLING_FAILED {
        return .failure(refusal(native))
      }
      if abandoned() { return .failure(failure(.cancelled, "the connect was given up")) }
      if ContinuousClock.now >= deadline { return .failure(timeout) }
      if waitForSocket(pointer, toRead: polled == PGRES_POLLING_READING) {
        polled = PQconnectPoll(pointer)
      }
    }
    PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
    return .success(native)
  }

  private func start() -> OpaquePointer? {
    let parameters = libPQParameters(of: endpoint)
    let names = parameters.map { strdup($0.name) } + [nil]
    let values = parameters.map { strdup($0.value) } + [nil]
    defer { for copy in names + values { free(copy) } }
    return PQconnectStartParams(names.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
  }

  /// Waits for a tenth of a second at most, so that an abandoned attempt is noticed.
  private func waitForSocket(_ pointer: OpaquePointer, toRead: Bool) -> Bool {
    var descriptor = pollfd(
      fd: PQsocket(pointer), events: Int16(toRead ? POLLIN : POLLOUT), revents: 0)
    return poll(&descriptor, 1, 100) > 0
  }

  private func refusal(_ native: NativeConnection) -> SQLFailure {
    let parts = ConnectMessage(native.errorMessage)
    return SQLFailure(
      .cannotConnect, sqlState: parts.sqlState, message: parts.message, detail: parts.detail,
      hint: parts.hint, endpoint: endpoint.description)
  }

  private var timeout: SQLFailure {
    failure(
      .timedOut, "no answer within \(max(1, endpoint.connectTimeoutSeconds)) s",
      hint: "check the address, the port, and what filters packets on the way")
  }

  private func failure(_ kind: SQLFailure.Kind, _ message: String, hint: String? = nil) -> SQLFailure {
    SQLFailure(kind, message: message, hint: hint, endpoint: endpoint.description)
  }
}

import SQL

/// Sessions that are kept when their user closes them, for the looks that a run takes one after another: opening one takes
/// several round trips, and its first look the server's reading of its own catalogs. Of a server's connections these are
/// few: the ones used last.
package actor KeptSessions: SQLConnector {
  private let connector: any SQLConnector
  /// In the order in which they were closed.
  private var idle: [(endpoint: SQLEndpoint, session: any SQLConnection)] = []

  private static let most = 4

  package init(_ connector: any SQLConnector) { self.connector = connector }

  package func connect(to endpoint: SQLEndpoint) async throws(SQLFailure) -> any SQLConnection {
    while let last = idle.lastIndex(where: { $0.endpoint == endpoint }) {
      let session = idle.remove(at: last).session
      if await session.isUsable { return LentSession(session, endpoint, of: self) }
      await session.close()
    }
    return LentSession(try await connector.connect(to: endpoint), endpoint, of: self)
  }

  /// Ends the sessions with a server that nobody uses.
  ///
  /// - Parameter databases: where they may stay. No other can be renamed while a session is in it.
  package func end(with server: SQLEndpoint, besides databases: Set<String> = []) async {
    let isOver = { (endpoint: SQLEndpoint) in
      endpoint.host == server.host && endpoint.port == server.port && !databases.contains(endpoint.database)
    }
    let over = idle.filter { isOver($0.endpoint) }
    idle.removeAll { isOver($0.endpoint) }
    for (_, session) in over { await session.close() }
  }

  fileprivate func takeBack(_ session: any SQLConnection, _ endpoint: SQLEndpoint) async {
    guard await session.isUsable else { return await session.close() }
    idle.append((endpoint, session))
    if idle.count > Self.most { await idle.removeFirst().session.close() }
  }
}

/// A session until its user closes it.
private actor LentSession: SQLConnection {
  private let endpoint: SQLEndpoint
  private let owner: KeptSessions
  private var session: (any SQLConnection)?

  init(_ session: any SQLConnection, _ endpoint: SQLEndpoint, of owner: KeptSessions) {
    (self.session, self.endpoint, self.owner) = (session, endpoint, owner)
  }

  var serverVersion: Int { get async { await session?.serverVersion ?? 0 } }

  var isUsable: Bool { get async { await session?.isUsable ?? false } }

  func query(_ statement: SQLText) async throws(SQLFailure) -> SQLRows { try await lent().query(statement) }

  func script(_ statements: [SQLText]) async throws(SQLFailure) -> [SQLRows] { try await lent().script(statements) }

  func setPassword(role: String, password: Secret, protecting: Bool) async throws(SQLFailure) {
    try await lent().setPassword(role: role, password: password, protecting: protecting)
  }

  func takeNotices() async -> [String] { await session?.takeNotices() ?? [] }

  func close() async {
    guard let session else { return }
    self.session = nil
    _ = await session.takeNotices()
    await owner.takeBack(session, endpoint)
  }

  private func lent() throws(SQLFailure) -> any SQLConnection {
    guard let session else {
      throw SQLFailure(.connectionLost, message: "the connection is closed", endpoint: endpoint.description)
    }
    return session
  }
}

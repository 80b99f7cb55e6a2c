import Diagnostics

/// What a repository asks for, with every reference resolved and every template merged.
package struct Desired: Hashable, Sendable {
  package var instances: [DesiredInstance]
  package var journalDirectory: String?
  package var sources: SourceMap

  package init(instances: [DesiredInstance] = [], journalDirectory: String? = nil, sources: SourceMap = SourceMap()) {
    (self.instances, self.journalDirectory, self.sources) = (instances, journalDirectory, sources)
  }
}

/// Where each address's value was written. Stands beside the model, so that equal values stay equal.
package struct SourceMap: Hashable, Sendable {
  package var locations: [String: SourceLocation] = [:]
  /// Where the rest of an address is looked up too: `instance/orders/access` in `access/a` and `access/b`, the last
  /// one first. So the map grows with the documents, not with the instances that share them.
  package var links: [String: [String]] = [:]

  package init() {}

  /// The place of the address, or of the nearest one above it.
  package func location(of address: Address) -> SourceLocation? {
    var text = address.description[...]
    while true {
      if let location = locations[String(text)] ?? linkedLocation(of: text) { return location }
      guard let slash = text.lastIndex(of: "/") else { return nil }
      text = text[..<slash]
    }
  }

  /// Whether the specs speak of the address itself, or of something below it.
  package func mentions(_ address: Address) -> Bool {
    let text = address.description
    if locations[text] != nil || linkedLocation(of: text[...]) != nil { return true }
    let prefix = text + "/"
    return locations.keys.contains { $0.hasPrefix(prefix) }
      || links.keys.contains { $0.hasPrefix(prefix) || $0 == text }
  }

  package subscript(address: Address) -> SourceLocation? {
    get { locations[address.description] }
    set { locations[address.description] = newValue }
  }

  private func linkedLocation(of text: Substring) -> SourceLocation? {
    let parts = text.split(separator: "/", maxSplits: 3)
    guard parts.count == 4, let targets = links[parts[..<3].joined(separator: "/")] else { return nil }
    return targets.reversed().lazy.compactMap { locations["\($0)/\(parts[3])"] }.first
  }
}

package struct DesiredInstance: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, Codable, CaseIterable { case running, stopped, absent }

  package var name: String
  package var platform: DesiredPlatform
  package var version: VersionConstraint?
  /// `nil` where the spec doesn't say: it is unmanaged, and a missing instance is created running.
  package var state: State?
  package var local: LocalSettings?
  package var server: ServerSettings?
  package var managed: DesiredManaged?
  package var connect = ConnectSettings()
  /// Those of all sessions of all roles.
  package var settings: [String: String] = [:]
  package var databases: [String: DesiredDatabase] = [:]
  package var parameters = DesiredParameters()
  package var backup: DesiredBackup?
  package var access = DesiredAccess()
  package var labels: [String: String] = [:]
  package var protect = false
  package var renamedFrom: String?
  /// `fresh: true`: the author says that evidence of an earlier instance of this name is to be ignored.
  package var fresh = false
  /// Every database that lets its reader in is looked into, those too that no spec names. No spec says so: a reading of
  /// what is there does.
  package var readsAllDatabases = false
  /// How the specs write the names of things on servers, those of all instances. A server with another spelling of one of
  /// them can't be compared.
  package var spellings = Spellings()

  package init(name: String, platform: DesiredPlatform) { (self.name, self.platform) = (name, platform) }

  package var address: Address { Address.instance(name) }
}

package struct DesiredPlatform: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case local(hostname: String, runAs: String?)
    case server
    case aws(AWSAccount)
  }

  package var name: String
  package var kind: Kind

  package init(name: String, kind: Kind) { (self.name, self.kind) = (name, kind) }
}

package struct LocalSettings: Hashable, Sendable {
  package var port: Int
  package var dataDirectory: String
  package var locale: String?
  /// Where the socket goes; `nil` for a directory of Holdfast's own beside the data directory.
  package var socketDirectory: String?
  /// `nil` for no TCP at all.
  package var listenAddresses: String?
  /// Pins the cluster: an existing one with this identifier may be adopted.
  package var systemIdentifier: String?
  /// Where `initdb` and `pg_ctl` are; `nil` to look for the major version in the usual places.
  package var binaries: String?

  package init(port: Int, dataDirectory: String) { (self.port, self.dataDirectory) = (port, dataDirectory) }
}

package struct ServerSettings: Hashable, Sendable {
  package var systemIdentifier: String?
  package init() {}
}

package struct ConnectSettings: Hashable, Sendable {
  package enum TLSMode: String, Hashable, Sendable, CaseIterable {
    case disable, require
    case verifyCA = "verify-ca"
    case verifyFull = "verify-full"
  }

  package var host: String?
  package var port: Int?
  /// The maintenance database; `postgres` where the spec doesn't say.
  package var database: String?
  package var user: String?
  package var applyUser: String?
  package var tls: TLSMode?
  package var certificateAuthority: String?
  package var password: SecretRef?
  package var passfile: String?
  /// A token of the cloud's identity service is the password.
  package var iam = false

  package init() {}
}

package struct DesiredDatabase: Hashable, Sendable {
  package var owner: String?
  package var extensions: [String] = []
  package var schemas: [String: DesiredSchema] = [:]
  package var settings: [String: String] = [:]
  package var renamedFrom: String?

  package init() {}
}

package struct DesiredSchema: Hashable, Sendable {
  package var owner: String?

  package init(owner: String? = nil) { self.owner = owner }
}

package struct DesiredParameters: Hashable, Sendable {
  package enum Mode: String, Hashable, Sendable, CaseIterable { case authoritative, additive }

  package var mode = Mode.authoritative
  /// `nil` where the spec lists no `Parameters` document: then the layer is not managed at all.
  package var values: [String: DesiredParameter]?

  package init() {}
}

/// A value as its author wrote it. A list is joined only when the parameter is known to be one.
package struct DesiredParameter: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case scalar(String)
    case list([String])
  }

  package var value: Value
  /// The address of the document that set it.
  package var document: Address

  package init(value: Value, document: Address) { (self.value, self.document) = (value, document) }
}

package struct DesiredBackup: Hashable, Sendable {
  package struct Cadence: Hashable, Sendable {
    package var every: TimeSpan?
    package var maxAge: TimeSpan?
    package init(every: TimeSpan? = nil, maxAge: TimeSpan? = nil) { (self.every, self.maxAge) = (every, maxAge) }
  }

  package var policy: String
  package var configuration: BackupConfiguration
  package var cadences: [BackupKind: Cadence] = [:]

  package init(policy: String, configuration: BackupConfiguration) {
    (self.policy, self.configuration) = (policy, configuration)
  }
}

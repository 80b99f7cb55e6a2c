import Foundation
import Model
import PlanLaws
import PlatformAWS
import PlatformLocal

/// Reads `observed.json`: a JSON merge patch (RFC 7396) over an instance as it is right after it was made.
///
/// So a folder says what matters in it, and all the rest (hundreds of parameters, the server's own roles) is what a real
/// server of its version has. The patch is over `Observed`'s own text form, with what is usual filled in: a new role is
/// bare, a new database has what `CREATE DATABASE` gives it, and a list that isn't written is the initial one.
/// For an instance that is `absent` or `stopped` the patch is over what its host and its files tell.
struct ObservedText {
  let desired: DesiredInstance
  /// It knows what fresh servers look like, those of other hosts too.
  let host: LocalHost

  func read(_ patch: Data) throws -> Observed {
    guard let patch = try JSONSerialization.jsonObject(with: patch) as? JSON else {
      throw ScenarioFault("observed.json is no object")
    }
    let presence = (patch["presence"] as? String).flatMap(Observed.Presence.init) ?? .running
    let fresh = presence == .running ? justMade : outside(of: justMade, presence)
    let version = (patch["version"] as? String).flatMap(ServerVersion.init) ?? justMade.version
    guard let version else { throw ScenarioFault("observed.json needs a version") }
    let whole = merged(try object(fresh), try filled(patch, over: fresh, version))
    let text = try JSONSerialization.data(withJSONObject: whole)
    return try JSONDecoder().decode(Observed.self, from: text)
  }

  /// The instance with what its own fields derive, and nothing in it.
  private var justMade: Observed {
    if desired.managed != nil { return madeByCloud }
    let planner = LocalStepPlanner(host: host)
    var made = planner.pristine(for: desired)
    (made.presence, made.isAssumed, made.systemIdentifier) = (.running, false, "7433000000000000001")
    guard desired.local != nil else {
      made.host = nil
      return made
    }
    made.host?.includesLayer = true
    made.layer = planner.derivedParameters(for: desired)
    for (name, value) in made.layer {
      let definition = made.parameters[name]?.definition
      made.parameters[name]?.running = definition?.canonical(value)
    }
    return made
  }

  /// As its specs ask for it, with its parameter group and the values in it.
  private var madeByCloud: Observed {
    var made = AWSStepPlanner().pristine(for: desired)
    (made.isAssumed, made.systemIdentifier, made.roles) = (false, "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ", [:])
    made.parameters = pristineParameters.mapValues { ParameterState(definition: $0.definition, running: nil) }
    made.managed?.settings.values[.version] = made.version?.description
    made.managed?.nextWindow = Timestamp(seconds: 1_795_921_200)  // 2026-11-29 03:00:00 UTC
    for (name, parameter) in desired.parameters.values ?? [:] {
      if case .scalar(let text) = parameter.value { made.layer[name] = text }
    }
    return made
  }

  /// What can be told of an instance that doesn't run: what its host has, and where there is one its files.
  private func outside(of made: Observed, _ presence: Observed.Presence) -> Observed {
    var outside = Observed(presence: presence)
    outside.host = made.host
    if presence == .absent, desired.managed != nil {
      (outside.version, outside.parameters) = (made.version, made.parameters)
    }
    guard presence == .stopped else {
      outside.host?.includesLayer = false
      return outside
    }
    (outside.version, outside.systemIdentifier) = (made.version, made.systemIdentifier)
    outside.layer = made.layer
    return outside
  }

  private typealias JSON = [String: Any]

  private func object(_ value: some Encodable) throws -> JSON {
    let text = try JSONEncoder().encode(value)
    return try JSONSerialization.jsonObject(with: text) as? JSON ?? [:]
  }

  /// `null` takes a member away; objects are merged, everything else replaces.
  private func merged(_ target: JSON, _ patch: JSON) -> JSON {
    var result = target
    for (key, value) in patch {
      switch value {
      case is NSNull: result[key] = nil
      case let value as JSON: result[key] = merged(result[key] as? JSON ?? [:], value)
      default: result[key] = value
      }
    }
    return result
  }

  private func filled(_ patch: JSON, over fresh: Observed, _ version: ServerVersion) throws -> JSON {
    var patch = patch
    if let roles = patch["roles"] as? JSON {
      patch["roles"] = try roles.map { name, role in
        guard fresh.roles[name] == nil, let role = role as? JSON else { return (name, role) }
        return (name, merged(try object(bareRole()), role))
      }.asObject
    }
    if let databases = patch["databases"] as? JSON {
      patch["databases"] = try databases.map { name, value in
        guard var database = value as? JSON else { return (name, value) }
        if fresh.databases[name] == nil {
          guard let owner = database["owner"] as? String else { throw ScenarioFault("\(name) has no owner") }
          database = merged(try object(pristineDatabase(owner: owner, version: version)), database)
        }
        return (name, try filledDatabase(database, version))
      }.asObject
    }
    return patch
  }

  private func filledDatabase(_ database: JSON, _ version: ServerVersion) throws -> JSON {
    var database = database
    if let schemas = database["schemas"] as? JSON {
      database["schemas"] = try schemas.map { ($0, try withList($1, kind: .schema, version)) }.asObject
    }
    if let objects = database["objects"] as? [JSON] {
      database["objects"] = try objects.map { object in
        guard let kind = (object["kind"] as? String).flatMap(ObjectKind.init) else {
          throw ScenarioFault("an object has no kind")
        }
        return try withList(object, kind: kind, version)
      }
    }
    return database
  }

  private func withList(_ value: Any, kind: ObjectKind, _ version: ServerVersion) throws -> Any {
    guard var value = value as? JSON, value["acl"] == nil, let owner = value["owner"] as? String else {
      return value
    }
    value["acl"] = ACL.initial(kind: kind, owner: owner, version: version).entries.map(\.aclItem)
    return value
  }
}

extension [(String, Any)] {
  fileprivate var asObject: [String: Any] { Dictionary(self) { first, _ in first } }
}

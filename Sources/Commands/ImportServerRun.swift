import ArgumentParser
import Diagnostics
import Execution
import Model
import NativeClients
import Planner
import PlatformKit
import Rendering
import SpecText

/// The import of one server: look twice, once for what databases there are and once into all of them; write down, prove.
extension ImportRun {
  func perform(
    _ target: ImportTarget, reading: (DesiredInstance) async throws -> ReadingPlatform
  ) async throws -> ExitStatus {
    if let declared = declared(target.instance) {
      terminal.write("Nothing to import: the instance \(declared) of the specs is this server already.\n")
      return .done
    }
    let platform = try await reading(target.instance)
    if let reason = platform.observer.reasonToSkip(target.instance) {
      throw terminal.end(reason, hint: "run the import there", .usage)
    }
    let server = try await look(at: target.instance, platform.observer)
    var context = ImportContext(platform: self.platform, now: now, besides: repository.documents, repository.desired)
    context.schema = schema
    let written = ServerFiles(of: server, in: context, declaresPlatform: target.isNewPlatform)
    var files = written.files
    for index in files.indices { files[index].path = "\(directory)/\(files[index].path)" }
    let proof = await ImportProof.make(
      of: files, [written.instance: server.observed], beside: repository, planner: platform.planner, now: now)
    try show(proof, files)
    try refuseExisting(files)
    if !isDryRun { try await write(files) }
    for remark in written.remarks { terminal.complain(escapedForTerminal("warning: \(remark)") + "\n") }
    return show(files, Inventory(), instances: 1, takeOver: takeOver(of: server, written.instance, platform), proof)
  }

  /// A cluster of this host gets a layer of Holdfast's own, which says where it is as it is.
  private func takeOver(of server: ImportedServer, _ name: String, _ platform: ReadingPlatform) -> Set<Address> {
    guard server.local != nil, server.observed.host?.includesLayer == false else { return [] }
    var instance = DesiredInstance(name: name, platform: self.platform)
    instance.local = server.local
    let parameters = platform.planner.derivedParameters(for: instance).keys
    return Set(parameters.map { instance.address.appending("parameter", $0) } + [instance.address])
  }

  /// The instance of the specs that leads to the same place.
  private func declared(_ wanted: DesiredInstance) -> String? {
    repository.desired.instances.first { known in
      if let local = wanted.local {
        return known.platform.name == wanted.platform.name && known.local?.dataDirectory == local.dataDirectory
      }
      guard case .server = known.platform.kind else { return false }
      let standard = ImportServerOptions.standardPort
      return known.connect.host == wanted.connect.host
        && known.connect.port ?? standard == wanted.connect.port ?? standard
    }?.name
  }

  private func look(at wanted: DesiredInstance, _ observer: any Observer) async throws -> ImportedServer {
    var instance = wanted
    var first = try await observe(instance, observer)
    if instance.local != nil, first.host?.isOurs == false {
      // Nobody looks into a cluster of this host that no spec has pinned.
      instance.local?.systemIdentifier = first.systemIdentifier
      first = try await observe(instance, observer)
    }
    guard first.presence == .running else {
      throw terminal.end("`\(instance.name)` doesn't run: nothing can be told of it", hint: "start it first", .failed)
    }
    if first.isInRecovery {
      throw terminal.end("`\(instance.name)` is a standby", hint: "import the primary", .failed)
    }
    instance.local?.systemIdentifier = first.systemIdentifier
    // What was not named was not looked into.
    for name in first.databases.keys where name != "template0" && name != "template1" {
      instance.databases[name] = DesiredDatabase()
    }
    var server = ImportedServer(name: wanted.name, observed: first, connect: wanted.connect, local: instance.local)
    instance.parameters.values = first.layer.mapValues { value in
      DesiredParameter(value: .scalar(value), document: wanted.address)
    }
    do {
      server.observed = try await observer.observe(instance, at: now)
    } catch {
      // The layer takes rights that a user who only looks at access may not have.
      instance.parameters.values = nil
      server.observed = try await observe(instance, observer)
      server.observed.layer = [:]
      server.withoutParameters = error.message
    }
    server.local = server.local.map { settled($0, server.observed) }
    return server
  }

  private func observe(_ instance: DesiredInstance, _ observer: any Observer) async throws -> Observed {
    do {
      return try await observer.observe(instance, at: now)
    } catch {
      throw terminal.end("`\(instance.name)` can't be imported: \(error.message)", hint: error.hint, .failed)
    }
  }

  /// What the running server says of where it is.
  private func settled(_ local: LocalSettings, _ observed: Observed) -> LocalSettings {
    var local = local
    let running = { (name: String) in observed.parameters[name]?.running.flatMap { $0.isEmpty ? nil : $0 } }
    local.port = running("port").flatMap { Int($0) } ?? local.port
    local.listenAddresses = running("listen_addresses")
    local.socketDirectory = running("unix_socket_directories")?.split(separator: ",").first.map(String.init)
    return local
  }
}

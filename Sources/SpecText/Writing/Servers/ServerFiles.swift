import Model

/// The specs of one server, and what they don't say.
package struct ServerFiles: Sendable {
  /// By path below the directory of the specs, which is their kind and name.
  package private(set) var files: [ImportedFile] = []
  /// Sentences; they also stand at the top of the file that they are about.
  package private(set) var remarks: [String] = []
  /// The name of the `Instance`.
  package let instance: String

  private let context: ImportContext

  /// Writes a server as specs that ask for just what it is: read again and planned against the same observation, nothing is
  /// left to do.
  ///
  /// - Parameter declaresPlatform: the repository doesn't know the platform yet.
  package init(of server: ImportedServer, in context: ImportContext, declaresPlatform: Bool) {
    self.context = context
    var names = DocumentNames(taken: context.taken)
    instance = names.name(server.name, for: .instance)
    let name = instance
    if declaresPlatform { write(platformDocument(context.platform), "platforms/\(context.platform.name)", []) }
    var document = ServerInstance(server, name: instance, platform: context.platform.name)
    let parameters = ServerParameters(of: server)
    var attachments = ServerInstance.Attachments()
    if !parameters.values.isEmpty {
      let name = names.name(name, for: .parameters)
      (attachments.parameters, attachments.addsParameters) = (name, !parameters.unsaid.isEmpty)
      write(parametersDocument(name, parameters.values), "parameters/\(name)", parameters.unsaid.sentences)
    }
    let access = ServerAccess(of: server.observed, in: document.databases) { isAdditive in
      names.name(isAdditive ? name + "-additive" : name, for: .access)
    }
    write(access)
    attachments.access = access.documents.map(\.name)
    document.attach(attachments)
    var remarks = document.unsaid.sentences
    if access.documents.isEmpty { remarks += access.unsaid.sentences }
    if parameters.values.isEmpty { remarks += parameters.unsaid.sentences }
    if let reason = server.withoutParameters { remarks.append("Left out: parameters, because \(reason).") }
    write(document.document, "instances/\(name)", remarks)
    files.sort { $0.path < $1.path }
  }

  private mutating func write(_ access: ServerAccess) {
    for (number, part) in access.documents.enumerated() {
      let isLast = number == access.documents.count - 1
      write(
        part.mapping, "access/\(part.name)", notes: notes(on: part, isFirst: number == 0, access.declared),
        isLast ? access.unsaid.sentences : [])
    }
  }

  /// For whoever comes to own the file.
  private func notes(on part: ServerAccess.Document, isFirst: Bool, _ declared: DeclaredRoles) -> [String] {
    var notes: [String] = []
    if part.isAdditive {
      notes.append("Additive: of these roles something can't be said, and the first plan would take it from them.")
    }
    guard isFirst else { return notes }
    if !declared.reserved.isEmpty {
      notes.append("Not declared, so that no plan can change them: \(declared.reserved.joined(separator: ", ")).")
    }
    return notes + ["Passwords are left as they are: write `password: { env: … }` where Holdfast is to set one."]
  }

  /// - Parameter remarks: what is also told to whoever runs the import.
  private mutating func write(_ document: YAMLMapping, _ path: String, notes: [String] = [], _ remarks: [String]) {
    let schema = context.schema.map { "# yaml-language-server: $schema=../\($0)\n" } ?? ""
    let origin = "Imported on \(context.now) from \(context.place)."
    let comments = ([origin] + notes + remarks).map { YAMLText.comment($0) }.joined()
    files.append(ImportedFile(path: path + ".yaml", text: schema + comments + YAMLText.document(document)))
    self.remarks += remarks.filter { !self.remarks.contains($0) }
  }
}

private func platformDocument(_ platform: DesiredPlatform) -> YAMLMapping {
  var document = YAMLMapping(.block)
  document.add("kind", "Platform")
  document.add("name", platform.name)
  switch platform.kind {
  case .server: document.add("type", "server")
  case .local(let hostname, let runAs):
    document.add("type", "local")
    document.add("hostname", hostname)
    document.add("run_as", runAs)
  case .aws: preconditionFailure("platforms of AWS are declared before anything of them is imported")
  }
  return document
}

func parametersDocument(_ name: String, _ values: YAMLMapping) -> YAMLMapping {
  var document = YAMLMapping(.block)
  document.add("kind", "Parameters")
  document.add("name", name)
  document.add("engine", "postgres")
  document.add("values", .mapping(values))
  return document
}

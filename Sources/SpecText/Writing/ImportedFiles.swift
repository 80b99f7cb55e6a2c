import Model

/// A file of specs, by its path below the directory of the specs.
package struct ImportedFile: Hashable, Sendable {
  package var path: String
  package var text: String
  /// The one instance that it is about; `nil` for what several may share.
  package var instance: CloudName?
}

/// Writes instances as specs that ask for just what they are: read again and planned against the same observation,
/// nothing is left to do.
///
/// - Shape: a file a document, by path: `instances/…`, and what several of them share, `parameters/…` and
///   `backup-policies/…`, once. Documents are named after what they are, with a number where the name is taken.
package func importedFiles(_ instances: [ImportedInstance], in context: ImportContext) -> [ImportedFile] {
  var writing = ImportWriting(context)
  let sorted = instances.sorted { $0.name < $1.name }
  writing.namePolicies(sorted)
  for instance in sorted { writing.add(instance) }
  return writing.files.sorted { $0.path < $1.path }
}

private struct ImportWriting {
  let context: ImportContext
  private(set) var files: [ImportedFile] = []
  private var names: DocumentNames
  private var policies: [BackupSettings: String]
  private var groups: [String: [String]]

  init(_ context: ImportContext) {
    self.context = context
    names = DocumentNames(taken: context.taken)
    (policies, groups) = (context.policies, context.groups)
  }

  /// Named with all of them in sight, because the window only stands in a name where it tells two apart.
  mutating func namePolicies(_ instances: [ImportedInstance]) {
    let all = Set(instances.compactMap { BackupSettings(of: $0) }).union(policies.keys)
    let alike = Dictionary(grouping: all) { $0.name(isOneOfMany: false) }
    for settings in all.sorted() where policies[settings] == nil {
      let isOneOfMany = alike[settings.name(isOneOfMany: false), default: []].count > 1
      let name = names.name(settings.name(isOneOfMany: isOneOfMany), for: .backupPolicy)
      policies[settings] = name
      var language = LanguageFit()
      let document = language.fit(settings.document(named: name), Language.backupPolicy)
      write(document, "backup-policies/\(name)", leftOut(language.leftOut))
    }
  }

  mutating func add(_ instance: ImportedInstance) {
    let name = names.name(instance.name.identifier, for: .instance)
    let group = ImportedGroup(of: instance).flatMap { $0.serves(instance.askedVersion) ? $0 : nil }
    let attachments = InstanceWriting.Attachments(
      group: group, parameters: group.map { documents(of: $0, instance, name) } ?? [],
      policy: BackupSettings(of: instance).flatMap { policies[$0] })
    let written = InstanceWriting(instance, name: name, platform: context.platform.name, attachments: attachments)
    write(
      written.document, "instances/\(name)", written.remarks + leftOut(written.leftOut), about: instance.name)
  }

  /// A group that several instances share is one document, written with the first of them.
  private mutating func documents(of group: ImportedGroup, _ instance: ImportedInstance, _ name: String) -> [String] {
    if let known = groups[group.name] { return known }
    let document = names.name(group.isOwn(of: instance) ? name : group.name, for: .parameters)
    groups[group.name] = [document]
    let origin = "From the parameter group \(group.name), family \(group.family)."
    write(group.document(named: document), "parameters/\(document)", [origin] + leftOut(group.unsaid))
    return [document]
  }

  private func leftOut(_ reasons: [String]) -> [String] {
    reasons.isEmpty ? [] : ["Left out: \(reasons.joined(separator: "; "))."]
  }

  private mutating func write(
    _ document: YAMLMapping, _ path: String, _ remarks: [String], about instance: CloudName? = nil
  ) {
    // Read by editors, which want it on a line of its own.
    let schema = context.schema.map { "# yaml-language-server: $schema=../\($0)\n" } ?? ""
    let origin = "Imported on \(context.now) from \(context.place)."
    let comments = ([origin] + remarks).map { YAMLText.comment($0) }.joined()
    files.append(
      ImportedFile(path: path + ".yaml", text: schema + comments + YAMLText.document(document), instance: instance))
  }
}

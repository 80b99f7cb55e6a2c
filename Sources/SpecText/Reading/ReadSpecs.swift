import Diagnostics
import Model
import YAML

/// Reads the documents of a repository into what it asks for, with every mistake in them.
///
/// - Shape: instances by name. With an error among the diagnostics the value is incomplete, and nothing may be planned
///   from it.
/// - Parameter root: the documents of `holdfast.yaml`; none where the repository has no such file.
package func readSpecs(documents: [Document], root: [Document]) -> (
  desired: Desired, diagnostics: [Diagnostic]
) {
  var reader = SpecReader(documents)
  reader.readAll()
  var diagnostics = reader.index.diagnostics + reader.diagnostics + lookalikeWarnings(reader.index.names)
  let (spellings, twice) = oneSpelling(of: reader.index.compared)
  diagnostics += twice
  let repository = readRepository(root)
  diagnostics += repository.diagnostics
  if documents.isEmpty {
    diagnostics.append(
      Diagnostic(
        .noDocuments, message: "there are no specs; an empty set never means: remove all",
        hint: "name the directory of the specs with `-f`"))
  }
  let instances = reader.instances.map { instance in
    var instance = instance
    instance.spellings = spellings
    return instance
  }
  let desired = Desired(
    instances: instances, journalDirectory: repository.journalDirectory, sources: reader.sources)
  return (desired, diagnostics.sortedForDisplay())
}

/// What is gathered on the way from documents to instances.
struct SpecReader {
  var index: SpecIndex
  var diagnostics: [Diagnostic] = []
  var sources = SourceMap()
  var suggestions = Suggestions()
  private(set) var instances: [DesiredInstance] = []
  private(set) var platforms: [String: PlatformDocument] = [:]
  /// Backup policies, merged with what they extend.
  private(set) var policies: [String: Node] = [:]
  /// Instances that are no templates, merged with what they extend.
  private(set) var instanceNodes: [String: Node] = [:]
  private var access: [String: AccessDocument] = [:]
  private var attached: [[String]: AttachedAccess] = [:]
  private var combined: [CombinedKey: CombinedParameters] = [:]

  private struct CombinedKey: Hashable {
    let documents: [String]
    let type: PlatformType
  }

  init(_ documents: [Document]) { index = SpecIndex(documents) }

  /// Everything, in the order in which one thing needs another.
  mutating func readAll() {
    readShared()
    resolveDerived()
    for document in index.documents(.instance) {
      guard let node = instanceNodes[document.name], let instance = readInstance(document, node) else {
        continue
      }
      instances.append(instance)
    }
    diagnostics += sharedResources(instances, instanceNodes)
    diagnostics += sharedParameterGroups(instances, instanceNodes)
    requireInstance()
  }

  /// Specs that shrank to platforms and templates would make every instance look released, and every check pass. Where a
  /// document could not be told from another the mistake in it is the news, for it may be the instance.
  private mutating func requireInstance() {
    guard !index.diagnostics.hasErrors, !diagnostics.hasErrors,
      index.documents(.instance).allSatisfy({ $0.root.flag("template") == true }),
      let document = DocumentKind.allCases.compactMap({ index.documents($0).first }).first
    else { return }
    diagnostics.append(
      Diagnostic(
        .noDocuments, message: "no `Instance` is among the specs; that never means: remove all",
        at: document.nameNode.location, hint: "declare one with `kind: Instance`, or name all of the specs with `-f`"))
  }

  private mutating func readShared() {
    for document in index.documents(.platform) {
      platforms[document.name] = readPlatform(document, &diagnostics)
      sources.locations["platform/\(document.name)"] = document.nameNode.location
    }
    for document in index.documents(.access) {
      let read = AccessDocument(document)
      diagnostics += read.diagnostics
      access[document.name] = read
      sources.add(read, document)
    }
    for document in index.documents(.parameters) {
      diagnostics += missingKeys(in: document.root, Language.parameters)
      sources.addParameters(document)
    }
  }

  private mutating func resolveDerived() {
    var derivation = Derivation()
    for document in index.documents(.backupPolicy) {
      sources.locations["backup-policy/\(document.name)"] = document.nameNode.location
      guard let node = derivation.resolve(document, in: &index) else { continue }
      diagnostics += missingKeys(in: node, Language.backupPolicy)
      policies[document.name] = node
      sources.addPolicy(document.name, node)
    }
    for document in index.documents(.instance) {
      guard let node = derivation.resolve(document, in: &index), node.flag("template") != true else {
        continue
      }
      diagnostics += missingKeys(in: node, Language.instance)
      instanceNodes[document.name] = node
    }
    diagnostics += derivation.diagnostics
  }

  /// The named access documents together; what is wrong with them is reported the first time.
  mutating func attachedAccess(_ names: [SpecDocument]) -> AttachedAccess {
    let key = names.map(\.name)
    if let known = attached[key] { return known }
    let made = AttachedAccess(key.compactMap { access[$0] })
    diagnostics += made.diagnostics
    attached[key] = made
    return made
  }

  /// The named parameter documents together; what is wrong with them is reported the first time.
  mutating func combinedParameters(_ documents: [SpecDocument], for type: PlatformType) -> CombinedParameters {
    let key = CombinedKey(documents: documents.map(\.name), type: type)
    if let known = combined[key] { return known }
    var made = CombinedParameters()
    for document in documents { made.add(document, for: type) }
    diagnostics += made.diagnostics
    combined[key] = made
    return made
  }

  mutating func report(
    _ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String?,
    _ related: [Diagnostic.Related] = []
  ) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint, related: related))
  }
}

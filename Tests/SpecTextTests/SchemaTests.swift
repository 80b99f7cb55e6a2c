import Diagnostics
import Glibc
import Model
import NativeClients
import SpecText
import Testing
import YAML

@Test func theSchemaIsTheSameEachTime() {
  #expect(jsonSchema() == jsonSchema())
}

@Test func theSchemaIsReadAsYAML() throws {
  let read = readDocuments(in: Array(jsonSchema().utf8), file: "schema.json")
  #expect(read.diagnostics.isEmpty)
  #expect(read.documents.count == 1)
}

@Test(arguments: ["gcp", "azure", "drill", "vault"])
func theSchemaHasNothingThatIsRefused(key: String) {
  #expect(!jsonSchema().contains("\"\(key)\""))
}

@Test func theFilesOfANewRepositoryHoldNoMistake() {
  let specs = starterFiles.filter { $0.path.hasPrefix("specs/") }
  let documents = specs.flatMap { readDocuments(in: Array($0.text.utf8), file: $0.path).documents }
  let root = starterFiles.filter { $0.path == "holdfast.yaml" }
    .flatMap { readDocuments(in: Array($0.text.utf8), file: $0.path).documents }
  let (desired, diagnostics) = readSpecs(documents: documents, root: root)
  #expect(diagnostics.isEmpty)
  #expect(desired.instances.map(\.name) == ["orders"])
  let withModeline = starterFiles.filter { $0.text.hasPrefix("# yaml-language-server: $schema=") }
  #expect(withModeline.count == starterFiles.count - 1)
}

/// Python with its packages `jsonschema` and `yaml`, where this machine has them.
private let hasValidator = system("python3 -c 'import jsonschema, yaml' 2>/dev/null") == 0

private let judged: [(text: String, isValid: Bool)] = [
  (wholeExample, true), (withSurroundings(""), true), ("language: 1\n", true), ("language: one\n", false),
  ("kind: Access\nname: no\nroles: { on: , 010: {}, r: { login: true } }\n", true),
  ("kind: BackupPolicy\nname: a\nextends: b\nfull: default\npoint_in_time: default\n", true),
  ("kind: Instance\nname: i\nversion: 15.10\nlabels: { at: 22:30, ok: no, n: 010 }\n", true),
  ("kind: Access\nname: a\nroles: { r: { login: maybe } }\n", false),
  ("kind: Access\nname: a\ngrants: [{ to: r, in: d.s, tables: [usage] }]\n", false),
  ("kind: Access\nname: a\nroles: { r: { password: { env: A, file: /b } } }\n", false),
  ("kind: Platform\nname: p\ntype: gcp\n", false),
  (wholeCloudExample, true),
  ("kind: Instance\nname: i\naws: { storage: { sise: 20 } }\n", false),
  ("kind: Instance\nname: i\naws: { monitoring: { interval: 7 } }\n", false),
  ("kind: Access\nname: a\nroles: { r: { password: { aws_secret: x, key: password } } }\n", true),
  ("kind: Access\nname: a\nroles: { r: { password: { env: x, key: password } } }\n", false),
  ("kind: Nothing\nname: p\n", false), ("name: p\n", false),
  ("kind: BackupPolicy\nname: b\nretian: 7d\n", false),
  ("kind: BackupPolicy\nname: b\nretain: 7 days\n", false),
]

/// An independent validator of the schema agrees, both ways.
@Test(.enabled(if: hasValidator))
func anEditorJudgesAsTheReader() throws {
  var template = Array("/tmp/holdfast-schema-XXXXXX".utf8CString)
  let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
  let cases = judged.enumerated().map { ("\($0.offset).yaml", $0.element.text) }
  let files = cases + [("schema", jsonSchema()), ("check.py", validator)]
  defer { for path in files.map(\.0) + ["verdict.yaml", ""] { remove("\(directory)/\(path)") } }
  for (name, content) in files { try write(content, to: "\(directory)/\(name)") }
  #expect(system("cd \(directory) && python3 check.py \(judged.count) > verdict.yaml") == 0)
  let verdict = loadDocuments(at: ["\(directory)/verdict.yaml"]).documents.first?.root
  guard case .sequence(let items)? = verdict?.content else {
    Issue.record("the validator gave no verdict")
    return
  }
  #expect(items.map(\.isValid) == judged.map(\.isValid))
}

private func write(_ content: String, to path: String) throws {
  let file = try #require(fopen(path, "w"))
  fputs(content, file)
  fclose(file)
}

extension Node {
  fileprivate var isValid: Bool { if case .scalar("valid", _) = content { true } else { false } }
}

/// YAML's reader there makes timestamps of dates, which an editor does not.
private let validator = """
  import json, sys, yaml, jsonschema
  class Loader(yaml.SafeLoader): pass
  Loader.yaml_implicit_resolvers = {
      first: [(tag, rule) for tag, rule in rules if tag != 'tag:yaml.org,2002:timestamp']
      for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()}
  schema = json.load(open('schema'))
  jsonschema.Draft202012Validator.check_schema(schema)
  validator = jsonschema.Draft202012Validator(schema)
  def text_keys(node):
      if isinstance(node, dict): return {str(key): text_keys(value) for key, value in node.items()}
      return [text_keys(item) for item in node] if isinstance(node, list) else node
  for number in range(int(sys.argv[1])):
      documents = [text_keys(d) for d in yaml.load_all(open(f'{number}.yaml'), Loader) if d is not None]
      print('-', 'valid' if all(map(validator.is_valid, documents)) else 'invalid')
  """

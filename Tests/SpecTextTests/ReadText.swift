import Diagnostics
import Model
import NativeClients
import SpecText
import YAML

/// Reads specs from one text, as they would stand in the file `a.yaml`.
func read(_ text: String, root: String = "language: 1\n") -> (desired: Desired, diagnostics: [Diagnostic]) {
  let specs = readDocuments(in: Array(text.utf8), file: "a.yaml")
  let repository = readDocuments(in: Array(root.utf8), file: "holdfast.yaml")
  let result = readSpecs(documents: specs.documents, root: repository.documents)
  return (
    result.desired, (specs.diagnostics + repository.diagnostics + result.diagnostics).sortedForDisplay()
  )
}

/// `code line:column` of each, in order.
func faults(_ text: String, root: String = "language: 1\n") -> [String] {
  read(text, root: root).diagnostics.map {
    "\($0.code) \($0.location?.line ?? 0):\($0.location?.column ?? 0)"
  }
}

/// An instance with a database and one access document, whose text begins at line 13.
func access(_ rest: String, version: Int = 15) -> String {
  """
  kind: Instance
  name: i
  platform: db1
  engine: postgres
  version: \(version)
  local: { port: 1, data_directory: /i }
  databases: { d: {} }
  access: [a]
  ---
  kind: Access
  name: a
  databases: [d]
  \(rest)
  """
}

/// A platform of each type, an instance on each, and documents for them to name; nothing in it is wrong.
let surroundings = """

  ---
  kind: Platform
  name: db1
  type: local
  hostname: db1.example.net
  ---
  kind: Platform
  name: far
  type: server
  ---
  kind: Instance
  name: orders
  platform: db1
  engine: postgres
  version: 15
  local: { port: 5433, data_directory: /srv/pg/orders }
  databases: { orders: {} }
  ---
  kind: Parameters
  name: oltp
  values: { work_mem: 64MB, shared_preload_libraries: [pg_stat_statements] }
  ---
  kind: BackupPolicy
  name: tier-1
  local: { repository: /backup }

  """

/// The same, with the text before it, so that its lines keep their numbers.
func withSurroundings(_ text: String) -> String { text + surroundings }

import Model
import Planner
import Testing

@testable import PlatformLocal

struct OperationsTests {
  private let planner = LocalStepPlanner(host: Samples.host)

  private func render(
    _ edits: [Edit], _ instance: DesiredInstance = Samples.instance(), layer: [String: String] = [:],
    before change: (inout Observed) -> Void = { _ in }
  ) -> [String] {
    var before = Observed(presence: .running, version: ServerVersion(major: 15, minor: 20))
    change(&before)
    var after = before
    after.layer = layer
    return planner.operations(for: edits, of: instance, before: before, after: after).map(text)
  }

  private func text(_ operation: Operation) -> String {
    switch operation {
    case .sql(let batch): "sql \(batch.database) \(batch.statements.count)"
    case .command(let command):
      (["\(command.binaries.map { $0 + "/" } ?? "")\(command.program.rawValue)"] + command.arguments).joined(
        separator: " ")
    case .file(.write(let path, let parts, let mode, let owner)):
      "write \(path) \(parts.count) \(mode) \(owner)"
    case .file(.lastLine(let path, let line, _)): "last \(path): \(line)"
    case .file(.move(let from, let to)): "move \(from) \(to)"
    case .file(.makeDirectory(let path, let mode, let owner)): "directory \(path) \(mode) \(owner)"
    case .file(.removeTree(let path)): "remove \(path)"
    case .http(let call): "\(call.endpoint) \(call.form.count)"
    }
  }

  private static let bin = "/usr/lib/postgresql/15/bin"
  private static let data = "/srv/pg/orders"

  @Test func anInstanceIsMadeBesideItsPlaceAndMovedThere() {
    let edits: [Edit] = [
      .createInstance(version: ServerVersion(major: 15)), .includeLayer,
      .setParameter(name: "port", value: "5433"),
    ]
    let side = Self.data + ".holdfast"
    #expect(
      render(edits, layer: ["port": "5433"]) == [
        "remove \(side)/staging", "directory \(side)/log 0700 postgres",
        "directory \(side)/sock 0755 postgres",
        "\(Self.bin)/initdb --pgdata=\(side)/staging --data-checksums --encoding=UTF8 --locale=C.UTF-8 --auth-local=peer "
          + "--auth-host=scram-sha-256 --username=postgres",
        "write \(side)/staging/pg_hba.conf 1 0600 postgres",
        "write \(side)/staging/pg_ident.conf 1 0600 postgres",
        "write \(side)/staging/holdfast.conf 1 0600 postgres",
        "last \(side)/staging/postgresql.conf: include_if_exists = 'holdfast.conf'",
        "move \(side)/staging \(Self.data)",
      ])
  }

  @Test func parametersAreOneFileAndOneReload() {
    let edits: [Edit] = [
      .setParameter(name: "work_mem", value: "64MB"), .setParameter(name: "jit", value: nil), .reload,
    ]
    #expect(
      render(edits, layer: ["work_mem": "64MB"]) == [
        "write \(Self.data)/holdfast.conf 1 0600 postgres", "\(Self.bin)/pg_ctl reload -D \(Self.data) -s",
      ])
  }

  @Test func anAdoptedClusterIncludesTheLayerByItsWholePath() {
    let definition = ParameterDefinition(kind: .string, context: .postmaster)
    let lines = render([.includeLayer, .restart]) {
      $0.parameters["config_file"] = ParameterState(
        definition: definition, running: "/etc/postgresql/15/main/postgresql.conf")
    }
    #expect(
      lines.contains(
        "last /etc/postgresql/15/main/postgresql.conf: include_if_exists = '\(Self.data)/holdfast.conf'"))
    #expect(
      lines.contains(
        "\(Self.bin)/postgres -D \(Self.data) -c config_file=/etc/postgresql/15/main/postgresql.conf -C data_directory"
      ))
  }

  @Test(arguments: [
    (Edit.startInstance, ["start"]), (.restart, ["restart", "-m fast"]),
    (.stopInstance, ["stop", "-m fast"]),
  ])
  func serversAreControlledAndTheirFilesCheckedBefore(edit: Edit, words: [String]) {
    let lines = render([edit])
    #expect(lines.count == (edit == .stopInstance ? 1 : 2))
    #expect(lines.count == 1 || lines[0] == "\(Self.bin)/postgres -D \(Self.data) -C data_directory")
    for word in words { #expect(lines.last?.contains(word) == true) }
  }

  @Test func removalIsARename() {
    let side = Self.data + ".holdfast"
    #expect(
      render([.removeInstance]) == [
        "remove \(side)/removed", "move \(Self.data) \(side)/removed", "remove \(side)/removed",
      ])
  }

  @Test func stanzasAreMadeOrTakenOver() {
    let pgBackRest = "pgbackrest --config=\(Self.data).holdfast/pgbackrest.conf --stanza=orders"
    #expect(render([.createStanza]) == ["\(pgBackRest) stanza-create", "\(pgBackRest) check"])
    let takenOver = render([.createStanza]) {
      $0.backup = BackupState(file: .matches, stanza: .absent)
      $0.backup?.earlierStanza = "of another cluster"
    }
    #expect(takenOver.first == "\(pgBackRest) stanza-upgrade")
    #expect(render([.takeBackup(kind: .differential)]) == ["\(pgBackRest) --type=diff backup"])
  }

  @Test func sqlAndFilesOfOneStepStandTogether() {
    let lines = render([.createRole(name: "a", attributes: RoleAttributes()), .dropRole(name: "b")])
    #expect(lines == ["sql postgres 2"])
  }

  @Test func derivedParametersNameWholePaths() {
    let instance = Samples.instance {
      $0.backup = Samples.backup()
      $0.local?.dataDirectory = "/srv/it's 5%/orders"
    }
    let derived = planner.derivedParameters(for: instance)
    #expect(derived["port"] == "5433")
    #expect(derived["listen_addresses"] == "")
    #expect(derived["unix_socket_directories"] == "\"/srv/it's 5%/orders.holdfast/sock\"")
    #expect(
      derived["archive_command"]
        == "/usr/bin/pgbackrest '--config=/srv/it'\\''s 5%%/orders.holdfast/pgbackrest.conf' --stanza=orders archive-push %p"
    )
    #expect(planner.derivedParameters(for: Samples.instance())["archive_mode"] == nil)
  }

  @Test func theLayerIsSortedAndQuoted() {
    let text = layerFile(["work_mem": "64MB", "archive_command": "a 'b'"], of: Samples.instance())
    #expect(
      text.split(separator: "\n").dropFirst().map(String.init) == [
        "archive_command = 'a ''b'''", "work_mem = '64MB'",
      ])
  }
}

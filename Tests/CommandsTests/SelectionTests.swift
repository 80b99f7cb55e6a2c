import Model
import Testing

@testable import Commands

/// What has left the specs can still be taken back with the run that changed it.
@Test func whatARunChangedMayBeSelectedAfterItLeftTheSpecs() throws {
  let platform = DesiredPlatform(name: "p", kind: .server)
  let desired = Desired(instances: [DesiredInstance(name: "a", platform: platform)], sources: SourceMap())
  let schema = try #require(Address("instance/a/database/d/schema/s"))
  let gone = try #require(Address("instance/b/access/role/bob"))
  #expect(Selection.read([schema.description], in: desired).mistakes.count == 1)
  let read = Selection.read([schema.description, gone.description], in: desired, besides: [schema, gone])
  #expect(read.mistakes.isEmpty)
  #expect(read.selection.addresses == [schema, gone])
  #expect(read.selection.instances == ["a", "b"])
}

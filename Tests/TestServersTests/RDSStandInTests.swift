import TestServers
import Testing

/// The stand-in for RDS as boto3 finds it. Each script makes its checks and tells those that fail.
@Suite struct RDSStandInTests {
  @Test(arguments: ["parameters", "instances", "clusters", "reads"])
  func behavesAsRDSDoes(script: String) async throws {
    let standIn = try await RDSStandIn.start()
    let scripts = String(#filePath.dropLast("RDSStandInTests.swift".count)) + "RDSStandIn"
    try await standIn.run(script: "\(scripts)/\(script).py")
    #expect(try standIn.problems() == #"{"problems": []}"#)
  }
}

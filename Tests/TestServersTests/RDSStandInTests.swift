import TestServers
import Testing

/// The stand-in for RDS as boto3 finds it. Each script makes its checks and tells those that fail.
@Suite struct RDSStandInTests {
  @Test func behavesAsRDSDoes() async throws {
    let standIn = try await RDSStandIn.start()
    var asked: Set<String> = []
    for script in ["parameters", "instances", "copies", "clusters", "reads", "faults", "access"] {
      try standIn.control("reset")
      try await standIn.run(script: "\(scripts)/\(script).py")
      #expect(try standIn.problems() == #"{"problems": []}"#)
      asked.formUnion(try standIn.actions())
    }
    // An action that nobody asks for isn't held against the model either.
    let answered = try standIn.control("actions", method: "GET").split(separator: "\"").filter {
      $0.first?.isUppercase == true
    }
    #expect(answered.count > 50)
    #expect(answered.map(String.init).filter { !asked.contains($0) } == [])
  }

  @Test func keepsTheRequestsForTheValidator() async throws {
    let standIn = try await RDSStandIn.start()
    let secret = try #require(standIn.environment["AWS_SECRET_ACCESS_KEY"])
    try await standIn.run(script: "\(scripts)/reads.py")
    let reports = try await standIn.validateRequests(secret: secret)
    #expect(reports == [])
    #expect(try standIn.actions().prefix(1) == ["DescribeDBEngineVersions"])
    let mistaken = try await standIn.validateRequests(secret: "another")
    #expect(try mistaken.count == standIn.actions().count)

    try standIn.control("reset")
    await #expect(throws: TestFailure.self) { try await standIn.validateRequests() }
    try await standIn.run(script: "\(scripts)/parameters.py")
    let wrong = try await standIn.validateRequests()
    #expect(wrong.contains { $0.contains("list-syntax") && $0.contains("Parameters.member") })

    #expect(throws: TestFailure.self) { try standIn.control("earthquake") }
    #expect(throws: TestFailure.self) { try standIn.control("timing", #"{"create_seconds": 1}"#) }
    try standIn.stop()
    #expect(throws: TestFailure.self) { try standIn.control("finish") }
  }

  private var scripts: String { String(#filePath.dropLast("RDSStandInTests.swift".count)) + "RDSStandIn" }
}

import Foundation
import Model
import NativeClients
import TestServers
import Testing
import XML

@testable import PlatformAWS

/// Answers of RDS as values, from recorded answers and from texts that RDS should never give.
@Suite struct ReadingTests {
  @Test func readsEveryRecordedInstanceAndCluster() throws {
    var count = 0
    for (path, data) in try recordings() {
      // Some recordings were shortened by hand, down to members that RDS never leaves out.
      for element in data["DBInstances"]?.children ?? [] where element["Engine"] != nil {
        let instance = try RDSInstance(element)
        #expect(instance.settings.values[.instanceClass]?.hasPrefix("db.") == true, "\(path)")
        #expect(instance.settings.values[.backupRetention] != nil, "\(path)")
        #expect(instance.resourceID?.hasPrefix("db-") == true, "\(path)")
        count += 1
      }
      for element in data["DBClusters"]?.children ?? [] where element["Engine"] != nil {
        let cluster = try RDSCluster(element)
        #expect(cluster.settings.values[.version] != nil, "\(path)")
        count += 1
      }
      for element in data["Parameters"]?.children ?? [] { _ = try RDSParameter(element) }
    }
    #expect(count >= 10)
  }

  @Test func readsARecordedInstanceInItsOwnWords() throws {
    let data = try #require(try recordings()["test_rds_param_value/rds.DescribeDBInstances_1.json"])
    let instance = try RDSInstance(try #require(data["DBInstances"]?.children.first))
    #expect(instance.identifier == "c7n-test")
    #expect(instance.status == RDSStatus("available"))
    let values = instance.settings.values
    #expect(values[.storageSize] == "20")
    #expect(values[.port] == "5432")
    #expect(values[.backupRetention] == "0")
    #expect(values[.securityGroups] == "sg-01f406cb65070f20b")
    #expect(values[.parameterGroup] == "test")
    #expect(values[.logExports] == "")
    #expect(values[.masterPasswordManaged] == "false")
    #expect(instance.settings.pending == [:])
  }

  @Test func readsASampleOfTheServicesXML() throws {
    let path = "\(RDSStandIn.oracles)/aws/botocore/responses-rds-describe-db-instances.xml"
    let document = try ExpatReader().read(Array(try Data(contentsOf: URL(filePath: path))))
    let element = try #require(document["DescribeDBInstancesResult"]?.list("DBInstances").first)
    let instance = try RDSInstance(element)
    #expect(instance.endpoint?.port == 3306)
    #expect(instance.settings.values[.optionGroup] == "default.mysql5.1")
    #expect(instance.latestRestorable == Timestamp(seconds: 1_306_133_400))
  }

  @Test func readsWhatWaits() throws {
    let instance = try RDSInstance(
      element(
        """
        <DBInstanceIdentifier>a</DBInstanceIdentifier><Engine>postgres</Engine>
        <DBInstanceStatus>storage-optimization</DBInstanceStatus>
        <EnabledCloudwatchLogsExports><member>upgrade</member></EnabledCloudwatchLogsExports>
        <VpcSecurityGroups>
        <M><VpcSecurityGroupId>sg-2</VpcSecurityGroupId><Status>adding</Status></M>
        <M><VpcSecurityGroupId>sg-1</VpcSecurityGroupId><Status>removing</Status></M>
        </VpcSecurityGroups>
        <OptionGroupMemberships>
        <M><OptionGroupName>new</OptionGroupName><Status>pending-maintenance-apply</Status></M>
        <M><OptionGroupName>old</OptionGroupName><Status>in-sync</Status></M>
        </OptionGroupMemberships>
        <DBParameterGroups><M><DBParameterGroupName>p</DBParameterGroupName>
        <ParameterApplyStatus>pending-reboot</ParameterApplyStatus></M></DBParameterGroups>
        <PendingModifiedValues><DBInstanceClass>db.r6g.large</DBInstanceClass><AllocatedStorage>200</AllocatedStorage>
        <MasterUserPassword>****</MasterUserPassword><MultiAZ>true</MultiAZ>
        <PendingCloudwatchLogsExports><LogTypesToEnable><member>postgresql</member></LogTypesToEnable>
        <LogTypesToDisable><member>upgrade</member></LogTypesToDisable></PendingCloudwatchLogsExports>
        </PendingModifiedValues>
        """))
    #expect(instance.status.activity == .settled)
    #expect(
      instance.settings.pending == [
        .instanceClass: "db.r6g.large", .storageSize: "200", .multiAZ: "true", .logExports: "postgresql",
        .optionGroup: "new", .securityGroups: "sg-2",
      ])
    #expect(instance.settings.values[.securityGroups] == "sg-1")
    #expect(instance.settings.awaitsRestart)
  }

  @Test(arguments: ["", "<DBInstanceIdentifier>a</DBInstanceIdentifier><Engine/>"])
  func tellsWhatAnAnswerLacks(inner: String) {
    #expect(throws: UnreadableAnswer.self) { try RDSInstance(element(inner)) }
  }

  @Test func toleratesHostileTexts() throws {
    let instance = try RDSInstance(
      element(
        """
        <DBInstanceIdentifier>a&#x202e;b</DBInstanceIdentifier><Engine>postgres</Engine>
        <DBInstanceStatus>a-status-of-tomorrow</DBInstanceStatus><AllocatedStorage>99999999999999999999</AllocatedStorage>
        <MultiAZ>perhaps</MultiAZ><BackupRetentionPeriod>seven</BackupRetentionPeriod><Endpoint><Port>-1</Port></Endpoint>
        <LatestRestorableTime>yesterday</LatestRestorableTime><TagList><Tag><Value>x</Value></Tag></TagList>
        """))
    #expect(instance.status.activity == .busy)
    #expect(instance.settings.values[.storageSize] == nil)
    #expect(instance.settings.values[.multiAZ] == nil)
    #expect(instance.endpoint == nil)
    #expect(instance.latestRestorable == nil)
    #expect(instance.tags == [:])
  }

  @Test func knowsEveryStatus() {
    for word in RDSStatus.settled { #expect(RDSStatus(word).activity == .settled) }
    for word in RDSStatus.busy { #expect(RDSStatus(word).activity == .busy) }
    for (word, hint) in RDSStatus.hints { #expect(RDSStatus(word).activity == .broken(hint: hint)) }
    #expect(RDSStatus("stopping").presence == .stopped)
    #expect(RDSStatus("starting").presence == .running)
    #expect(RDSStatus("deleting").presence == .running)
  }

  @Test(arguments: [
    ("1-65535", "1", "65535"), ("-1-2147483647", "-1", "2147483647"), ("0,1,2", "0", "2"), ("-1--1", "-1", "-1"),
    ("0-1.79769e+308", "0", "1.79769e+308"), ("-1,10-20", "-1", "20"), ("some", nil, nil), ("-", nil, nil),
  ])
  func readsRanges(text: String, minimum: String?, maximum: String?) {
    #expect(bounds(text) == (minimum, maximum))
  }

  @Test func readsDefinitions() throws {
    let memory = try parameter("integer", "64-2147483647", "(kB) Sets the memory.", "dynamic")
    #expect(memory.definition.unit == "kB")
    #expect(memory.definition.context == .sighup)
    #expect(memory.definition.read("64MB") == .value("65536"))
    #expect(try parameter("boolean", "0,1", "", "static").definition.canonical("1") == "on")
    #expect(try parameter("string", "none,ddl,mod", "", "dynamic").definition.kind == .enum)
    #expect(try parameter("string", "(a)|(b)", "", "dynamic").definition.kind == .string)
    let buffers = try parameter("integer", "16-1073741823", "(8kB) Sets the number.", "static").definition
    #expect(buffers.unit == "8kB")
    #expect(buffers.context == .postmaster)
    #expect(try parameter("integer", nil, "(now) Sets", "dynamic", "false").definition.context == .internal)
  }

  @Test(arguments: [
    ("sun:03:00-sun:04:00", 1_795_921_200), ("Mon:00:00-mon:00:30", 1_795_392_000),
    ("thu:00:00-thu:01:00", 1_795_651_200),
    ("never", nil), ("sun:25:00-sun:26:00", nil),
  ])
  func findsTheNextWindow(text: String, start: Int?) {
    // Sunday, 2026-11-22 18:00 UTC.
    #expect(nextStart(ofWindow: text, after: Timestamp(seconds: 1_795_370_400))?.seconds == start)
  }

  private func element(_ inner: String) -> XMLElement {
    (try? ExpatReader().read(Array("<DBInstance>\(inner)</DBInstance>".utf8))) ?? XMLElement("unreadable")
  }

  private func parameter(
    _ type: String, _ allowed: String?, _ description: String, _ apply: String, _ modifiable: String = "true"
  ) throws -> RDSParameter {
    let members = [
      "ParameterName": "p", "DataType": type, "AllowedValues": allowed, "Description": description, "ApplyType": apply,
      "IsModifiable": modifiable,
    ].compactMapValues(\.self)
    return try RDSParameter(XMLElement("Parameter", children: members.map { XMLElement($0.key, text: $0.value) }))
  }

  /// The answers of the live service that were recorded, as elements; names of list members are not in the recordings.
  private func recordings() throws -> [String: XMLElement] {
    let root = "\(RDSStandIn.oracles)/aws/placebo"
    var found: [String: XMLElement] = [:]
    for path in FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
    where path.contains("Describe") && path.hasSuffix(".json") {
      let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(root)/\(path)")))
      let data = try #require((json as? [String: Any])?["data"])
      found[path] = recorded("data", data)
    }
    return found
  }

  private func recorded(_ name: String, _ value: Any) -> XMLElement {
    switch value {
    case let date as [String: Any] where date["__class__"] != nil:
      let number = { (key: String) in (date[key] as? Int) ?? 0 }
      let text = String(
        format: "%04d-%02d-%02dT%02d:%02d:%02dZ", number("year"), number("month"), number("day"), number("hour"),
        number("minute"), number("second"))
      return XMLElement(name, text: text)
    case let members as [String: Any]: return XMLElement(name, children: members.map { recorded($0.key, $0.value) })
    case let items as [Any]: return XMLElement(name, children: items.map { recorded("member", $0) })
    case let text as String: return XMLElement(name, text: text)
    case let number as NSNumber:
      let isFlag = CFBooleanCheck.isFlag(number)
      return XMLElement(name, text: isFlag ? (number.boolValue ? "true" : "false") : number.stringValue)
    default: return XMLElement(name)
    }
  }
}

/// JSON's `true` and `1` are one class in Foundation.
private enum CFBooleanCheck {
  static func isFlag(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

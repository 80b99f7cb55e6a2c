import Diagnostics
import Model
import Planner
import Testing

@testable import PlatformAWS

/// Values that RDS works out, and mistakes in them.
@Suite struct FormulaTests {
  @Test(arguments: [
    "{DBInstanceClassMemory/32768}", "LEAST({DBInstanceClassMemory/9531392},5000)", "{DBInstanceClassMemory*3/32768}",
    "GREATEST({DBInstanceClassMemory*1024/63963136},65536)", "{AllocatedStorage}", "SUM({DBInstanceVCPU}, 4)",
    "GREATEST({log(DBInstanceClassMemory/21474836480)*45},5)", "greatest({DBInstanceVCPU},LEAST(8,{DBInstanceVCPU*2}))",
  ]) func aFormulaIsOne(_ text: String) {
    #expect(looksLikeFormula(text) && isFormula(text))
  }

  @Test(arguments: [
    "{DBInstanceClassMemory/banana}", "{DBInstanceClassMemory", "{}", "{32768}", "LEAST()", "LEAST(5)", "{log(5)}",
    "LEAST({DBInstanceClassMemory/9531392},5000", "{DBInstanceClassMemory/}", "{log(DBInstanceVCPU}",
    "{{DBInstanceVCPU}}",
    "MAX({DBInstanceVCPU},4)", "GREATEST({DBInstanceVCPU},)", "{DBInstanceClassMemory+1}", "{log()}",
  ]) func aMistakeIsNone(_ text: String) {
    #expect(looksLikeFormula(text) && !isFormula(text))
  }
}

@Suite struct ParameterBatchTests {
  private func batches(_ names: [String]) -> [Int] {
    let instance = Samples.instance(Samples.plain)
    let observed = Samples.observed(instance)
    let operations = AWSStepPlanner().operations(
      for: names.map { .setParameter(name: $0, value: "1") }, of: instance, before: observed, after: observed)
    return operations.texts.map { text in text.split(separator: " ").count { $0.contains(".ParameterName=") } }
  }

  @Test func aCallTakesTwenty() {
    #expect(batches((10..<55).map { "p\($0)" }) == [20, 20, 5])
  }

  @Test func whatIsCheckedTogetherIsSentTogether() {
    // By name alone, min_wal_size would be the first of the second call.
    let before = (10..<29).map { "a\($0)" }
    let instance = Samples.instance(Samples.plain)
    let observed = Samples.observed(instance)
    let operations = AWSStepPlanner().operations(
      for: (before + ["max_wal_size", "min_wal_size"]).map { .setParameter(name: $0, value: "1") }, of: instance,
      before: observed, after: observed)
    let withWAL = operations.texts.filter { $0.contains("wal_size") }
    #expect(withWAL.count == 1)
    #expect(withWAL[0].contains("max_wal_size") && withWAL[0].contains("min_wal_size"))
  }
}

@Suite struct TimingTests {
  @Test(arguments: [
    (ManagedField.backupRetention, "7", "14", ManagedTiming.atOnce),
    (.backupRetention, "0", "14", .deferrableWithOutage),
    (.backupRetention, "7", "0", .deferrableWithOutage), (.storageType, "gp2", "gp3", .deferrable),
    (.storageType, "standard", "gp3", .deferrableWithOutage), (.port, "5432", "5433", .atOnceWithRestart),
    (.storageEncrypted, "false", "true", .atCreation), (.parameterGroup, "a", "b", .atOnce),
    (.instanceClass, "db.t4g.medium", "db.t4g.large", .deferrableWithOutage), (.multiAZ, "false", "true", .deferrable),
  ])
  func dependsOnTheFieldAndItsValues(_ field: ManagedField, _ old: String, _ new: String, _ timing: ManagedTiming) {
    #expect(AWSStepPlanner().timing(of: field, from: old, to: new) == timing)
  }
}

@Suite struct DiagnosisTests {
  private func messages(_ instance: DesiredInstance, _ observed: Observed) -> [String] {
    AWSStepPlanner().diagnose(instance, observed: observed, sources: SourceMap()).map(\.message)
  }

  @Test func anotherEngineIsNoDifferenceToMend() {
    let instance = Samples.instance(Samples.plain)
    var observed = Samples.observed(instance)
    observed.managed?.engine = "mysql"
    #expect(messages(instance, observed) == ["`orders` is of engine mysql, not postgres"])
  }

  @Test func whatMakingNeedsIsAskedFor() {
    var instance = Samples.instance([.instanceClass: "db.t4g.medium"])
    instance.managed?.masterPassword = nil
    #expect(
      messages(instance, Observed(presence: .absent)) == [
        "`aws.storage.size` is needed to make the instance", "`aws.master.user` is needed to make the instance",
        "`aws.master.password` is needed to make the instance",
      ])
    instance.managed?.replicaOf = "sales"
    #expect(messages(instance, Observed(presence: .absent)).isEmpty)
  }

  /// The source decides the version, so that neither the plan nor a group of parameters may guess it.
  @Test func aReplicaTakesTheVersionOfItsSource() {
    var instance = Samples.instance(Samples.plain)
    instance.managed?.replicaOf = "sales"
    instance.parameters.values = [:]
    instance.version = nil
    var absent = Observed(presence: .absent)
    absent.version = ServerVersion(major: 17, minor: 4)
    #expect(messages(instance, absent) == ["`version` is needed to make a parameter group before the instance"])
    #expect(!AWSStepPlanner().summary(of: instance, observed: absent).contains("17"))
  }

  @Test func aClusterHasNoStorageSize() {
    let instance = Samples.instance([.storageSize: "100"], members: Samples.members)
    #expect(
      messages(instance, Samples.observed(instance)) == [
        "`aws.storage.size` has no meaning for an Aurora cluster"
      ])
  }

  @Test func aSummarySaysWhereAndWhat() {
    let instance = Samples.instance(Samples.plain)
    #expect(
      AWSStepPlanner().summary(of: instance, observed: Samples.observed(instance))
        == "PostgreSQL 16.4 on eu-west-1 of 123456789012 (aws, db.t4g.medium)")
  }
}

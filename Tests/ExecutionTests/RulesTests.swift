import Diagnostics
import Model
import Planner
import Testing

@testable import Execution

// Swift Testing has one too.
private typealias ExitStatus = Execution.ExitStatus

@Suite struct ExitStatuses {
  @Test func theNumbersAreThoseOfTheDocumentation() {
    #expect(ExitStatus.allCases.map(\.rawValue).sorted() == [0, 1, 2, 3, 4, 5, 6, 7, 64])
    #expect(ExitStatus.precedence.map(\.rawValue) == [64, 6, 1, 4, 3, 5, 7, 2, 0])
    #expect(Set(ExitStatus.precedence) == Set(ExitStatus.allCases))
  }

  @Test func theFirstOfThePrecedenceWins() {
    for (index, first) in ExitStatus.precedence.enumerated() {
      #expect(ExitStatus.combined(ExitStatus.precedence[index...].reversed()) == first)
    }
    #expect(ExitStatus.combined([]) == .done)
  }

  fileprivate static let stale = InstanceOutcome.stale(moved: [])
  fileprivate static let table: [([(InstanceOutcome, Bool)], ExitStatus)] = [
    ([], .done), ([(.done, true)], .done), ([(stale, false)], .stale),
    ([(.locked(message: ""), false)], .locked),
    ([(.locked(message: ""), false), (stale, false)], .stale),
    ([(.done, true), (.locked(message: ""), false)], .partWay),
    ([(.done, false), (.locked(message: ""), false)], .locked),
    ([(.failed(step: 1, message: "", hint: nil, changedAnything: false, isInDoubt: false), false)], .failed),
    ([(.failed(step: 2, message: "", hint: nil, changedAnything: true, isInDoubt: true), true)], .partWay),
    ([(.interrupted(changedAnything: false), false)], .failed),
    ([(.interrupted(changedAnything: true), true)], .partWay),
    ([(.notAchieved(facts: []), true)], .partWay),
  ]

  @Test(arguments: table.indices) func aRunsStatusFollowsFromItsInstances(_ row: Int) {
    let (outcomes, status) = Self.table[row]
    let reports = outcomes.map {
      InstanceReport(instance: "i", outcome: $0, steps: [], changedAnything: $1, observed: nil)
    }
    let report = RunReport(run: RunID("r"), started: moment, finished: moment, instances: reports)
    #expect(report.exitStatus == status)
  }

  @Test func anInstanceThatCouldNotBePlannedCountsToo() {
    func status(_ reason: NotPlanned.Reason, changing changed: Bool = false, _ refusal: RunRefusal? = nil) -> ExitStatus
    {
      let done = InstanceReport(instance: "i", outcome: .done, steps: [], changedAnything: changed, observed: nil)
      let missing = NotPlanned(address: .instance("j"), reason: reason, message: "")
      return RunReport(
        run: RunID("r"), started: moment, finished: moment, refusal: refusal,
        instances: refusal == nil ? [done] : [], notPlanned: [missing]
      ).exitStatus
    }
    #expect(status(.notObserved, changing: true) == .partWay)
    #expect(status(.invalid, changing: true) == .partWay)
    #expect(status(.otherHost, changing: true) == .done)
    #expect(status(.guarded) == .refused)
    #expect(status(.guarded, changing: true) == .partWay)
    #expect(status(.notObserved) == .failed)
    #expect(status(.notObserved, .hazards([])) == .failed)
    #expect(status(.otherHost, .hazards([])) == .refused)
  }

  @Test func aRunOfAPlanThatWasAppliedIsTold() {
    func wasDone(_ results: StepResult...) -> Bool {
      let steps = results.enumerated().map { StepReport(id: $0 + 1, title: "", result: $1) }
      let report = InstanceReport(instance: "i", outcome: .done, steps: steps, changedAnything: false, observed: nil)
      return RunReport(run: RunID("r"), started: moment, finished: moment, instances: [report]).wasAllDoneBefore
    }
    #expect(wasDone(.doneBefore, .doneBefore))
    #expect(!wasDone(.doneBefore, .done))
    #expect(!wasDone())
  }

  @Test func aRefusedRunSaysWhy() {
    func status(_ refusal: RunRefusal) -> ExitStatus {
      RunReport(run: RunID("r"), started: moment, finished: moment, refusal: refusal).exitStatus
    }
    #expect(status(.hazards([])) == .refused)
    #expect(status(.secrets([])) == .failed)
  }
}

@Suite struct Allowances {
  @Test(arguments: [
    ("restart", "restart"), ("access-loss=instance/a/database/b", "access-loss=instance/a/database/b"),
  ])
  func isRead(_ text: String, _ description: String) throws {
    #expect(try Allowance(parsing: text).description == description)
  }

  @Test(arguments: [
    ("restrat", "did you mean `restart`?"), ("acces-loss=instance/a", "did you mean `access-loss`?"),
    ("create-instance", "--allow create-instance=instance/NAME"),
    ("create-instance=instance", "--allow create-instance=instance/NAME"),
    ("create-instance=access/a", "--allow create-instance=instance/NAME"),
    ("restart=", "--allow restart=instance/NAME"),
    ("restart=instance//x", "--allow restart=instance/NAME"),
  ])
  func mistakesGetAHint(_ text: String, _ hint: String) {
    #expect { try Allowance(parsing: text) } throws: { ($0 as? AllowanceMistake)?.hint == hint }
  }

  @Test func anAddressCoversWhatIsBelowIt() throws {
    let loss = Hazard(.accessLoss, Address("instance/a/access/role/bob")!, "")
    let making = Hazard(.createInstance, .instance("a"), "")
    var instance = makePlan([], observed: running)
    instance.steps =
      makePlan([Draft(phase: .roles, edits: [], keys: [], hazards: [loss, making])], observed: running).steps
    let plan = samplePlan([instance])
    func missing(_ texts: String...) throws -> [Hazard] {
      missingAllowances(plan, allowed: try texts.map(Allowance.init(parsing:)))
    }
    #expect(try missing() == [loss, making])
    #expect(try missing("access-loss", "create-instance=instance/a") == [])
    #expect(try missing("access-loss=instance/a", "create-instance=instance/b") == [making])
    #expect(try missing("access-loss=instance/ab", "restart") == [loss, making])
  }
}

@Suite struct RunIDs {
  @Test func sortByTimeAndAreShort() {
    #expect(RunID(at: moment, salt: [0xa1, 0xb2]).text == "20261122-140311-a1b2")
    #expect(
      RunID(at: moment, salt: [255, 255]) < RunID(at: Timestamp(seconds: moment.seconds + 1), salt: [0, 0]))
  }
}

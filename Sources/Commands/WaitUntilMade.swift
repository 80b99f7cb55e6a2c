import Model
import Planner
import PlatformKit

extension Session {
  /// Plans once all of it is there: of an instance that a cloud is still making, because a run of before was killed, most of
  /// what lies ahead can't be seen. Nothing is done meanwhile, so that Ctrl-C may end it at any time.
  func makePlanOnceMade(_ mode: PlanMode, catalog: any PlatformCatalog) async throws -> MadePlan {
    var session = self
    var (made, waited) = (try await makePlan(mode, catalog: catalog), Duration.zero)
    if !made.beingMade.isEmpty { tellWait(made.beingMade) }
    while !made.beingMade.isEmpty, waited < Self.longestMaking {
      let pause = max(.milliseconds(500), min(waited, .seconds(20)))
      try await Task.sleep(for: pause)
      waited += pause
      session.now = currentTime()
      made = try await session.makePlan(mode, catalog: catalog)
    }
    return made
  }

  /// As long as a step that makes one waits for it.
  private static var longestMaking: Duration { .seconds(3600) }

  private func tellWait(_ names: [String]) {
    let list = names.map { "instance/\($0)" }.joined(separator: ", ")
    terminal.complain("\(list): still being made. It is planned when it is there; Ctrl-C ends the wait.\n")
  }
}

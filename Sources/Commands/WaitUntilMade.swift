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
      var awaited = made.beingMade
      while !awaited.isEmpty, waited < Self.longestMaking {
        let pause = max(.milliseconds(500), min(waited, .seconds(20)))
        try await Task.sleep(for: pause)
        waited += pause
        awaited = await stillBeingMade(awaited, catalog)
      }
      // Minutes have passed for the others too.
      session.now = currentTime()
      made = try await session.makePlan(mode, catalog: catalog)
    }
    return made
  }

  /// Looks at those instances, and at no other. One that can't be looked at for good is left to the plan, which says why.
  private func stillBeingMade(_ names: [String], _ catalog: any PlatformCatalog) async -> [String] {
    let instances = repository.desired.instances.filter { names.contains($0.name) }
    let now = currentTime()
    await prepareObservers(for: instances, catalog, width: width, now: now)
    let found = await inParallel(instances, width: width) { instance in
      await isBeingMade(instance, by: catalog.platform(of: instance).observer, at: now) ? instance.name : nil
    }
    return found.compactMap(\.self)
  }

  private func isBeingMade(_ instance: DesiredInstance, by observer: any Observer, at now: Timestamp) async -> Bool {
    do throws(ObservationFailure) {
      return try await observer.observe(instance, at: now).managed?.isBeingMade == true
    } catch {
      return error.isTransient
    }
  }

  /// As long as a step that makes one waits for it.
  private static var longestMaking: Duration { .seconds(3600) }

  private func tellWait(_ names: [String]) {
    let list = names.map { "instance/\($0)" }.joined(separator: ", ")
    terminal.complain("\(list): still being made. It is planned when it is there; Ctrl-C ends the wait.\n")
  }
}

import Diagnostics
import Execution
import Model
import Planner
import PlatformKit
import Rendering

/// Looks at instances side by side, a few at a time, and shows each before the next ones are looked at: what is held in
/// memory is a few instances, not a fleet.
struct AccessRun {
  let session: Session
  let filter: AccessFilter
  let format: AccessCommand.AccessFormat
  private var json: AccessJSON
  private var markdown = AccessMarkdown(title: "Holdfast access review")
  private var notReviewed: [NotPlanned] = []
  private var unmatched: Set<String>

  init(session: Session, filter: AccessFilter, format: AccessCommand.AccessFormat) {
    (self.session, self.filter, self.format) = (session, filter, format)
    unmatched = Set(filter.objects.map(\.text) + filter.roles.map(\.text))
    json = AccessJSON(
      AccessQuestion(
        toolVersion: HoldfastCommand.version, observedAt: session.now, only: session.selection.texts,
        roles: filter.roles.map(\.text), objects: filter.objects.map(\.text)))
  }

  mutating func perform() async -> ExitStatus {
    let instances = session.repository.desired.instances.filter(session.selection.contains)
    let catalog = session.composition.reading
    await prepareObservers(for: instances.map(\.lookedAt), catalog, width: session.width, now: session.now)
    open()
    var rest = instances[...]
    while !rest.isEmpty {
      let next = Array(rest.prefix(session.width))
      rest = rest.dropFirst(session.width)
      let (now, filter) = (session.now, filter)
      let outcomes = await inParallel(next, width: session.width) { instance in
        await look(at: instance, catalog.platform(of: instance), filter, now: now)
      }
      for outcome in outcomes { show(outcome) }
    }
    return close()
  }

  private func open() {
    switch format {
    case .text, .markdown: break
    case .json: session.terminal.write(json.opening)
    case .csv: session.terminal.write(AccessCSV.header)
    }
  }

  private mutating func show(_ outcome: AccessOutcome) {
    switch outcome {
    case .notReviewed(let item): notReviewed.append(item)
    case .reviewed(let access, let matched):
      unmatched.subtract(matched)
      let terminal = session.terminal
      switch format {
      case .text: terminal.write(renderAccess(access, style: terminal.output))
      case .json: json.write(access) { terminal.write($0) }
      case .csv:
        AccessCSV.write(access) { terminal.write($0) }
        // A table has no place for them.
        for note in access.notes { terminal.complain(escapedForTerminal("\(access.instance): \(note)") + "\n") }
      case .markdown: markdown.add(access)
      }
    }
  }

  private func close() -> ExitStatus {
    let status = status
    switch format {
    case .text: session.terminal.write(renderNotReviewed(notReviewed, style: session.terminal.output))
    case .json: session.terminal.write(json.closing(notReviewed: notReviewed, exitStatus: Int(status.rawValue)))
    case .markdown:
      session.terminal.write(markdown.text(notReviewed: notReviewed))
    case .csv: session.terminal.complain(renderNotReviewed(notReviewed, style: session.terminal.errors))
    }
    for text in unmatched.sorted() where isComplete {
      session.terminal.complain(escapedForTerminal("holdfast: nothing that was looked at fits `\(text)`") + "\n")
    }
    return status
  }

  /// Everything was looked at, so that what fits nothing isn't there.
  private var isComplete: Bool { notReviewed.allSatisfy { $0.reason == .otherHost } }

  private var status: ExitStatus {
    if !isComplete { return .failed }
    return unmatched.isEmpty ? .done : .usage
  }
}

private enum AccessOutcome: Sendable {
  /// With the texts of the filter that something fitted.
  case reviewed(InstanceAccess, matched: Set<String>)
  case notReviewed(NotPlanned)
}

private func look(
  at instance: DesiredInstance, _ platform: ReadingPlatform, _ filter: AccessFilter, now: Timestamp
) async -> AccessOutcome {
  if let reason = platform.observer.reasonToSkip(instance) {
    return .notReviewed(NotPlanned(address: instance.address, reason: .otherHost, message: reason))
  }
  do {
    let observed = try await platform.observer.observe(instance.lookedAt, at: now)
    // What bindings make of the schemas that are there ends like everything else that the specs say.
    var instance = instance
    let schemas = observed.databases.mapValues { Set($0.schemas.keys) }
    instance.access = BoundAccess(instance.access, schemas: schemas).access
    let summary = platform.planner.summary(of: instance, observed: observed)
    return .reviewed(
      InstanceAccess(
        instance: instance.name, summary: summary, subjects: filter.subjects(observed, of: instance),
        notes: notes(of: observed),
        privileges: EffectivePrivileges(observed, selects: filter.selects(instance.name)),
        includesEverybody: filter.choosesRoles(of: instance), endings: AccessEndings(instance.access)),
      matched: filter.matched(observed, in: instance.name))
  } catch {
    return .notReviewed(
      NotPlanned(address: instance.address, reason: .notObserved, message: "\(error.message) (\(error.hint))"))
  }
}

private func notes(of observed: Observed) -> [String] {
  switch observed.presence {
  case .absent: return ["it isn't there: nobody may do anything"]
  case .stopped: return ["it is stopped: who may do what isn't known"]
  case .running: break
  }
  guard !observed.roles.isEmpty else { return ["what lies inside can't be read: `connect` names no user"] }
  let closed = observed.databases.filter { !$0.value.isRead && $0.key != "template0" }.keys.sorted()
  return closed.map { "the database \($0) was not looked into: it doesn't let \(observed.capabilities.user) in" }
}

extension AccessFilter {
  /// The texts that fit something of the instance.
  fileprivate func matched(_ observed: Observed, in instance: String) -> Set<String> {
    var matched = Set(
      roles.filter { $0.matches("PUBLIC") || observed.roles.keys.contains(where: $0.matches) }.map(\.text))
    observed.forEachListedObject { database, id, _ in
      for selector in objects where !matched.contains(selector.text) && (selector.instance ?? instance) == instance {
        if selector.selects(database, id) { matched.insert(selector.text) }
      }
    }
    return matched
  }
}

extension DesiredInstance {
  /// What is read of it: who is there and what they hold, whatever the specs ask for.
  fileprivate var lookedAt: DesiredInstance {
    var instance = self
    (instance.databases, instance.access, instance.parameters) = ([:], DesiredAccess(), DesiredParameters())
    instance.backup = nil
    instance.readsAllDatabases = true
    return instance
  }
}

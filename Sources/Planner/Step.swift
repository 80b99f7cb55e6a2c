import Model

/// The unit of atomicity: one transaction, one command, one file, or a short list of which the last one commits.
package struct Step: Hashable, Sendable, Codable {
  /// From 1, in the order in which the steps of the instance run.
  package var id: Int
  package var phase: Phase
  package var title: String
  package var work: Work
  /// Indexes into the instance plan's `changes`.
  package var makes: [Int]
  package var needs: [Int]
  /// Must hold when the step begins: its part of the basis.
  package var expects: [Fact]
  /// Already so: the step is skipped. Must hold when the step is done, within `deadlineSeconds` where it isn't at once.
  package var achieves: [Fact]
  package var deadlineSeconds: Int
  package var hazards: [Hazard]
  package var timing: Timing
  package var reverse: Reverse
  /// How each of its changes is undone, in the order in which the step made them.
  package var undo: [Undo]

  package init(
    id: Int, phase: Phase, title: String, work: Work, makes: [Int], needs: [Int], expects: [Fact], achieves: [Fact],
    deadlineSeconds: Int, hazards: [Hazard], timing: Timing, reverse: Reverse, undo: [Undo] = []
  ) {
    (self.id, self.phase, self.title, self.work, self.makes) = (id, phase, title, work, makes)
    (self.needs, self.expects, self.achieves) = (needs, expects, achieves)
    (self.deadlineSeconds, self.hazards, self.timing) = (deadlineSeconds, hazards, timing)
    (self.reverse, self.undo) = (reverse, undo)
  }
}

/// What is done, twice: as edits, which the simulator understands, and as operations, which are what runs.
package struct Work: Hashable, Sendable, Codable {
  package var edits: [Edit]
  package var operations: [Operation]

  package init(edits: [Edit], operations: [Operation]) { (self.edits, self.operations) = (edits, operations) }
}

/// The order of an instance's steps. Each phase needs the ones before it.
package enum Phase: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case prepare, create, backupFile, start, parameters, modify, restart, roles, databases, contents, grants, handover,
    retire, stanza,
    backup, tidy
  case stop, remove

  package static func < (left: Self, right: Self) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!  // `allCases` holds every case.
  }
}

package enum Timing: String, Hashable, Sendable, Codable {
  case now
  case nowWithRestart = "now, with a restart"
  case newSessions = "now, for new sessions"
  case nextRestart = "at the next restart"
  case inWindow = "in the maintenance window"
}

/// How a step is undone as a whole.
package enum Reverse: Hashable, Sendable, Codable {
  case exact(operations: [Operation])
  /// Most of it comes back; `lost` says what doesn't.
  case partial(operations: [Operation], lost: String)
  case forwardOnly(because: String)
}

/// How one edit of a step is undone: by edits, with a loss, or both.
package struct Undo: Hashable, Sendable, Codable {
  /// An index into the instance plan's `changes`.
  package var change: Int
  package var edits: [Edit]
  package var lost: String?

  package init(change: Int, edits: [Edit], lost: String?) {
    (self.change, self.edits, self.lost) = (change, edits, lost)
  }
}

/// A named risk of a step. It runs only where the user allowed it.
package struct Hazard: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case createInstance = "create-instance"
    case restart, stop
    case dataLoss = "data-loss"
    case accessLoss = "access-loss"
    case accessWidening = "access-widening"
    case parameterReset = "parameter-reset"
    case lock, irreversible
    case credentialChange = "credential-change"
    case secretInServerLog = "secret-in-server-log"
    /// What others asked the cloud to do in its maintenance window is done at once with it.
    case flushesPending = "flushes-pending"

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  package var kind: Kind
  package var address: Address
  package var message: String

  package init(_ kind: Kind, _ address: Address, _ message: String) {
    (self.kind, self.address, self.message) = (kind, address, message)
  }
}

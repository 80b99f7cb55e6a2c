import Model
import PlatformKit

/// What this host has and is, found once and before planning, so that the planner can stay pure.
package struct LocalHost: Sendable {
  /// What the host calls itself.
  package var names: [String]
  package var invokingUser: OSUser
  /// The users that platforms run as.
  package var users: [String: OSUser] = [:]
  /// What is installed in the usual places, highest version first.
  package var installations: [Installation] = []
  /// What `binaries:` of instances name.
  package var namedInstallations: [String: Installation] = [:]
  /// Directories with programs that are not used, and why.
  package var refusedPrograms: [String: String] = [:]
  /// The absolute path of pgBackRest; `nil` where it isn't installed.
  package var pgBackRest: String?
  /// By instance.
  package var sites: [String: Site] = [:]
  /// By instance: why its surroundings can't be looked at. It alone is not observed, and says so.
  package var failures: [String: FileFailure] = [:]

  package init(names: [String], invokingUser: OSUser) {
    (self.names, self.invokingUser) = (names, invokingUser)
  }

  /// Looks around for what these instances need; those of other hosts and platforms are passed over.
  ///
  /// - Parameter searchPath: the directories of `PATH`.
  /// - Errors: `FileFailure` where this host can't even be looked at.
  package static func discover(
    for instances: [DesiredInstance], files: any HostFiles, runner: any ProcessRunner, searchPath: [String]
  ) async throws(FileFailure) -> LocalHost {
    var host = LocalHost(names: await files.hostNames(), invokingUser: try await files.currentUser())
    let ours = instances.filter { $0.local != nil && host.reasonToSkip($0) == nil }
    guard !ours.isEmpty else { return host }
    for instance in ours where host.users[host.runAsName(of: instance)] == nil {
      host.users[host.runAsName(of: instance)] = try await files.user(named: host.runAsName(of: instance))
    }
    // Who may not be acted as is told by the observer; nothing is run or looked at for them.
    let allowed = ours.filter { (try? host.runAs($0)) != nil }
    // Root acts as `postgres` alone, and everybody else as themselves: there is one user for all of them.
    guard let user = try? allowed.first.map(host.runAs) else { return host }
    let trust = ProgramTrust(files: files, invoker: host.invokingUser, user: user)
    let search = InstallationSearch(files: files, runner: runner, searchPath: searchPath, trust: trust)
    (host.installations, host.refusedPrograms) = await search.usual()
    for directory in Set(allowed.compactMap(\.local?.binaries)).sorted() {
      switch await search.look(at: directory) {
      case .nothing: continue
      case .refused(let reason): host.refusedPrograms[directory] = reason
      case .installation(let installation): host.namedInstallations[directory] = installation
      }
    }
    await host.findPgBackRest(in: ["/usr/bin", "/usr/local/bin"] + searchPath, files, trust)
    for instance in allowed {
      do throws(FileFailure) {
        host.sites[instance.name] = try await Site(of: instance, host: host, user: user, files: files)
      } catch {
        host.failures[instance.name] = error
      }
    }
    return host
  }

  private mutating func findPgBackRest(
    in directories: [String], _ files: any HostFiles, _ trust: ProgramTrust
  ) async {
    for directory in directories where pgBackRest == nil && directory.hasPrefix("/") {
      let program = "\(directory)/pgbackrest"
      do throws(FileFailure) {
        guard try await files.status(of: program) != nil else { continue }
        refusedPrograms[program] = try await trust.objection(to: program)
        if refusedPrograms[program] == nil { pgBackRest = program }
      } catch {
        refusedPrograms[program] = error.description
      }
    }
  }

  /// The reason why this instance is none of this host's business. The name `localhost` means every host.
  func reasonToSkip(_ instance: DesiredInstance) -> String? {
    guard case .local(let hostname, _) = instance.platform.kind else { return nil }
    guard !names.contains(where: { Self.isSame($0, hostname) }), !Self.isSame("localhost", hostname) else {
      return nil
    }
    return
      "platform \(instance.platform.name) is the host \(hostname), and this is \(names.first ?? "another one")"
  }

  /// `run_as`, by default the invoking user, or `postgres` when that is root.
  func runAsName(of instance: DesiredInstance) -> String {
    guard case .local(_, let runAs?) = instance.platform.kind else {
      return invokingUser.uid == 0 ? "postgres" : invokingUser.name
    }
    return runAs
  }

  /// As whom the instance's programs run. Only root can be another user.
  func runAs(_ instance: DesiredInstance) throws(RunAsRefusal) -> OSUser {
    let name = runAsName(of: instance)
    guard let user = users[name] else {
      throw RunAsRefusal(
        message: "there is no user `\(name)` on this host", hint: "create it, or change `run_as`")
    }
    guard user.uid != 0 else {
      throw RunAsRefusal(
        message: "PostgreSQL doesn't run as root", hint: "name another user in `run_as` of the platform")
    }
    let isAllowed = invokingUser.uid == 0 ? name == "postgres" : user.uid == invokingUser.uid
    guard isAllowed else {
      let allowed =
        invokingUser.uid == 0 ? "`postgres` alone" : "the user who runs it, `\(invokingUser.name)`, alone"
      throw RunAsRefusal(
        message: "`run_as` is `\(name)`, and run by \(invokingUser.name) Holdfast acts as \(allowed)",
        hint: "run Holdfast as `\(name)`, or change `run_as` of the platform")
    }
    return user
  }

  /// The installation that makes or runs the instance.
  ///
  /// - Parameter major: that of an existing data directory; `nil` for an instance to be created, which gets the highest
  ///   version that its spec accepts.
  func installation(for instance: DesiredInstance, major: Int?) -> Installation? {
    let candidates = candidates(for: instance)
    guard let major else { return candidates.first { instance.version?.accepts($0.version) ?? true } }
    return candidates.first { $0.version.major == major }
  }

  func candidates(for instance: DesiredInstance) -> [Installation] {
    guard let directory = instance.local?.binaries else { return installations }
    return namedInstallations[directory].map { [$0] } ?? []
  }

  private static func isSame(_ left: String, _ right: String) -> Bool {
    let bare = { (name: String) in (name.hasSuffix(".") ? String(name.dropLast()) : name).lowercased() }
    return bare(left) == bare(right)
  }
}

/// Why an instance's user is none that Holdfast acts as.
package struct RunAsRefusal: Error, Hashable, Sendable {
  package var message: String
  package var hint: String
}

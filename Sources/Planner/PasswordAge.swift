import Model

/// How old the sources of passwords are. Holdfast makes up no passwords: that one is due to be changed is all it can say.
extension PlanBuilder {
  mutating func judgeAge(_ name: String, _ role: DesiredRole) {
    guard let every = role.rotateEvery, let reference = role.password?.reference, !context.dueOnly,
      !role.isExpired(at: context.now), let known = observed.passwordsChanged
    else { return }
    guard let changed = known[name] else {
      return note(roleAddress(name), "how old its password is can't be known: \(reference) doesn't tell")
    }
    let age = context.now - changed
    guard age >= every else { return }
    alarms.append(
      Alarm(
        .passwordTooOld, roleAddress(name),
        message: "\(reference) was last changed on \(changed.minuteText), and is to be changed every \(every)",
        hint: "put a new password there, then `holdfast apply`"))
  }
}

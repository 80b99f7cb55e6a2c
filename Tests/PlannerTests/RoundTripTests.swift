import FoundationEssentials
import Model
import PlanLaws
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: [
    "alice=arwdDxt/owner", "=U/postgres", "alice=r*w/\"Some Owner\"", "\"a\"\"b\"=X*/\"c=d/e\"", "\"été\"=r/postgres",
    "\" \"=C/\"=\"", "grp=m/o",
  ])
  func aclItems(text: String) throws {
    let entry = try #require(ACLEntry(aclItem: text))
    #expect(ACLEntry(aclItem: entry.aclItem) == entry)
  }

  @Test(arguments: ["", "alice", "alice=", "alice=r", "alice=q/bob", "\"alice=r/bob", "alice=r/bob/carol"])
  func brokenACLItems(text: String) { #expect(ACLEntry(aclItem: text) == nil) }

  @Test(arguments: ["plain", "Üml", "a\"b", "a=b", "a/b", " ", "\"", "a\nb", "ro*le"])
  func hostileNamesInACLItems(name: String) {
    let entry = ACLEntry(grantee: .role(name), grantor: name + "2", privileges: [.select, .insert], grantable: .insert)
    #expect(ACLEntry(aclItem: entry.aclItem) == entry)
  }

  @Test func theNewOwnerTakesTheOldOnesPlace() {
    var acl = ACL(["old=arw/old", "new=r*/old", "amy=w/old", "amy=r/new"].compactMap { ACLEntry(aclItem: $0) })
    acl.changeOwner(from: "old", to: "new")
    #expect(acl.entries.map(\.aclItem) == ["amy=rw/new", "new=r*aw/new"])
  }

  @Test(arguments: [
    (0, "1970-01-01 00:00:00 UTC"), (1_795_356_191, "2026-11-22 14:03:11 UTC"), (-1, "1969-12-31 23:59:59 UTC"),
    (951_782_400, "2000-02-29 00:00:00 UTC"), (4_107_542_400, "2100-03-01 00:00:00 UTC"),
  ])
  func moments(seconds: Int, text: String) { #expect(Timestamp(seconds: seconds).description == text) }

  @Test func everyDayOfFourCenturies() {
    for day in -200_000...200_000 where day % 7 == 0 {
      let date = CivilDate(daysSince1970: day)
      let isSame = date.daysSince1970 == day && CivilDate(date.description) == date
      if !isSame { Issue.record("\(day) is \(date)") }
    }
  }

  @Test(arguments: [
    "2027-02-29", "2027-13-01", "2027-1-1", "27-01-01", "2027-01-32", "+202-01-01", "0000-01-01", "2027-01-01 ",
  ])
  func noDays(text: String) { #expect(CivilDate(text) == nil) }

  @Test func aDateMeansItsEnd() {
    #expect(CivilDate("2027-01-31")?.end.description == "2027-02-01 00:00:00 UTC")
  }

  @Test(arguments: [
    ("90s", 90, "90s"), ("30m", 1800, "30m"), ("24h", 86_400, "1d"), ("5w", 3_024_000, "35d"), ("0s", 0, "0s"),
  ])
  func spans(text: String, seconds: Int, shown: String) throws {
    let span = try #require(TimeSpan(text))
    #expect(span.seconds == seconds)
    #expect(span.description == shown)
    #expect(TimeSpan(shown) == span)
  }

  @Test(arguments: ["", "d", "-1d", "+1d", "1", "1.5d", "1y", "99999999999999999999d", "101000w", "1_0d", " 1d"])
  func noSpans(text: String) { #expect(TimeSpan(text) == nil) }

  @Test(arguments: [
    ("16", "16.4", true), ("16", "17.0", false), ("16.4", "16.3", false), ("16.4", "16.5", true),
    (">=16.4 <17", "16.9", true),
    (">=16.4 <17", "17.0", false), (">=16", "18.1", true), ("15", "15", true),
  ])
  func versions(constraint: String, version: String, isAccepted: Bool) throws {
    let constraint = try #require(VersionConstraint(constraint))
    #expect(try constraint.accepts(#require(ServerVersion(version))) == isAccepted)
  }

  @Test(arguments: ["", "latest", "16.", ".4", "16.4.1", "<17", ">=17 <16", ">16", "16 17", "0"])
  func noVersions(text: String) { #expect(VersionConstraint(text) == nil) }

  @Test(arguments: [["instance", "orders"], ["instance", "a/b%c d", "access", "role", "é\n\u{7f}"], ["x", "%2F"]])
  func addresses(segments: [String]) { #expect(Address(Address(segments).description) == Address(segments)) }

  @Test(arguments: ["", "a//b", "/a", "a/", "a%2", "a%+1", "a%zz", "a%FF"])
  func noAddresses(text: String) { #expect(Address(text) == nil) }

  @Test(arguments: 0..<20) func observations(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let observed = randomObserved(&random)
    #expect(try JSONDecoder().decode(Observed.self, from: JSONEncoder().encode(observed)) == observed)
  }
}

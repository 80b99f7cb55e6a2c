import HTTP
import PlatformKit
import SQL

/// One walk along the places where credentials may be.
struct CredentialSearch {
  let settings: CredentialSettings
  let surroundings: CredentialSurroundings
  /// For the message, should nothing be found: each place, and why it gave nothing.
  private var looked: [String] = []

  init(settings: CredentialSettings, surroundings: CredentialSurroundings) {
    (self.settings, self.surroundings) = (settings, surroundings)
  }

  /// - Parameter chain: whose credentials are taken, in place of looking for some.
  mutating func find(on chain: CredentialChain? = nil) async throws(CredentialFailure) -> AWSCredentials {
    let base = try await chain == nil ? findOwn() : chain?.credentials(replacing: nil)
    guard let base else { throw nothingFound }
    guard let role = settings.role else { return base }
    return try await role.assume(by: surroundings.client(base), of: base.source)
  }

  private mutating func findOwn() async throws(CredentialFailure) -> AWSCredentials? {
    try await settings.profile == nil ? findAnywhere() : findInProfile()
  }

  private mutating func findAnywhere() async throws(CredentialFailure) -> AWSCredentials? {
    if let found = try findInEnvironment() { return found }
    if let found = try await findInProfile() { return found }
    if let found = try await findByWebIdentity() { return found }
    if let found = try await findInContainer() { return found }
    return try await findOnInstance()
  }

  private mutating func findInProfile() async throws(CredentialFailure) -> AWSCredentials? {
    let profiles = try await Profiles(surroundings)
    let asked = settings.profile ?? surroundings.variable("AWS_PROFILE")
    let name = asked ?? "default"
    if profiles[name] == nil {
      guard asked == nil else {
        throw profiles.missing(name, askedBy: settings.profile == nil ? "AWS_PROFILE" : "the spec")
      }
      looked.append("profile `default` (not in \(profiles.places))")
      return nil
    }
    if let found = try await profiles.credentials(of: name) { return found }
    looked.append("profile `\(name)` (it holds no credentials)")
    return nil
  }

  mutating func findInEnvironment() throws(CredentialFailure) -> AWSCredentials? {
    let found = try staticCredentials(
      surroundings.variable, names: ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
      source: "the environment")
    if found == nil { looked.append("the environment (AWS_ACCESS_KEY_ID is not set)") }
    return found
  }

  private mutating func findByWebIdentity() async throws(CredentialFailure) -> AWSCredentials? {
    guard let file = surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE") else {
      looked.append("a web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set)")
      return nil
    }
    guard let role = surroundings.variable("AWS_ROLE_ARN") else {
      throw CredentialFailure(
        message: "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN", hint: "set AWS_ROLE_ARN to the role's ARN")
    }
    let token = try await readToken(file, named: "AWS_WEB_IDENTITY_TOKEN_FILE", surroundings.files)
    let assumed = AssumedRole(roleARN: role, sessionName: surroundings.variable("AWS_ROLE_SESSION_NAME"))
    return try await assumed.assume(by: Secret(token), from: file, client: surroundings.client(nil))
  }

  mutating func findInContainer() async throws(CredentialFailure) -> AWSCredentials? {
    let container = ContainerCredentials(
      environment: surroundings.environment, files: surroundings.files, http: surroundings.http)
    let found = try await container.find()
    if found == nil { looked.append("the container's service (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set)") }
    return found
  }

  mutating func findOnInstance() async throws(CredentialFailure) -> AWSCredentials? {
    switch try await InstanceMetadata(environment: surroundings.environment, http: surroundings.http).find() {
    case .success(let found): return found
    case .failure(.off): looked.append("the instance's metadata (off by AWS_EC2_METADATA_DISABLED)")
    case .failure(.nothing(let why)): looked.append("the instance's metadata (\(why))")
    }
    return nil
  }

  var nothingFound: CredentialFailure {
    CredentialFailure(
      message: "no AWS credentials; looked at, in this order: \(looked.joined(separator: ", "))",
      hint: settings.profile.map { "put credentials into profile `\($0)`, as with `aws configure --profile \($0)`" }
        ?? "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or `profile:` of the platform")
  }
}

extension CredentialSurroundings {
  /// A variable of the environment; an empty one is none.
  func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
}

/// An access key that stands where it is looked for; half a one is an error.
func staticCredentials(
  _ value: (String) -> String?, names: (accessKeyID: String, secret: String, token: String), source: String
) throws(CredentialFailure) -> AWSCredentials? {
  let (accessKeyID, secret) = (value(names.accessKeyID), value(names.secret))
  guard let accessKeyID, let secret else {
    guard accessKeyID != nil || secret != nil else { return nil }
    let (set, missing) = accessKeyID == nil ? (names.secret, names.accessKeyID) : (names.accessKeyID, names.secret)
    throw CredentialFailure(
      message: "half an access key in \(source): \(set) without \(missing)", hint: "set both, or neither")
  }
  return AWSCredentials(
    accessKeyID: accessKeyID, secretAccessKey: Secret(secret), sessionToken: value(names.token).map(Secret.init),
    source: source)
}

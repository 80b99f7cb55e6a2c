import AWSWire
import HTTP
import Testing

@Suite struct EndpointTests {
  @Test(arguments: [
    ("eu-west-1", "rds.eu-west-1.amazonaws.com", "aws"), ("cn-north-1", "rds.cn-north-1.amazonaws.com.cn", "aws-cn"),
    ("us-gov-west-1", "rds.us-gov-west-1.amazonaws.com", "aws-us-gov"),
    ("ap-southeast-2", "rds.ap-southeast-2.amazonaws.com", "aws"),
  ])
  func followRegions(_ region: String, _ host: String, _ partition: String) throws {
    let endpoints = try AWSEndpoints(region: region)
    #expect(endpoints.url(of: .rds) == HTTPURL(scheme: .https, host: host))
    #expect(endpoints.partition == partition)
  }

  @Test(arguments: [
    "", "eu", "eu-west", "eu-west-1.evil.example/", "EU-WEST-1", "eu-west-1 ", "eu--1", "us-iso-east-1",
    "us-isob-east-1",
    "eu-west-123", "eu-wést-1",
  ])
  func refuseOtherRegions(_ region: String) {
    #expect(throws: EndpointFailure.self) { try AWSEndpoints(region: region) }
  }

  @Test func specsWinOverVariables() throws {
    let environment = [
      "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_RDS": "http://127.0.0.1:2/rds",
      "AWS_ENDPOINT_URL_SECRETS_MANAGER": "https://[::1]:3",
    ]
    let own = ["sts": HTTPURL(scheme: .https, host: "sts.example.net")]
    let endpoints = try AWSEndpoints(region: "eu-west-1", overrides: own, environment: environment)
    #expect(endpoints.url(of: .rds) == HTTPURL(scheme: .http, host: "127.0.0.1", port: 2, path: "/rds"))
    #expect(endpoints.url(of: .sts).host == "sts.example.net")
    #expect(endpoints.url(of: .secretsManager).authority == "[::1]:3")
    let ignoring = environment.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"]) { $1 }
    #expect(
      try AWSEndpoints(region: "eu-west-1", environment: ignoring).url(of: .rds).host == "rds.eu-west-1.amazonaws.com")
  }

  @Test(arguments: [
    ["AWS_ENDPOINT_URL": "rds.example.net"], ["AWS_ENDPOINT_URL": "ftp://rds.example.net"],
    ["AWS_ENDPOINT_URL_RDS": "https://user:pass@rds.example.net"], ["AWS_ENDPOINT_URL": "https://x/?a=b"],
    ["AWS_USE_FIPS_ENDPOINT": "true"], ["AWS_USE_DUALSTACK_ENDPOINT": "True"],
  ])
  func refuseWhatTheyCannotHonour(_ environment: [String: String]) {
    #expect(throws: EndpointFailure.self) { try AWSEndpoints(region: "eu-west-1", environment: environment) }
  }
}

import Foundation
import HTTP
import Model
import NativeClients
import Testing
import XML

@testable import AWSWire

/// Calls and answers as botocore has them in `Tests/Oracles/aws/botocore`.
@Suite struct ProtocolTests {
  private static let folder = oracles.appending(path: "aws/botocore")

  /// Kinds of members that RDS, STS and Secrets Manager don't have: maps, flattened lists, bytes, and a token made up
  /// by the client; compressed bodies and hosts out of members too.
  private static let foreignInputs: Set<String> = [
    "AwsQueryEndpointTraitWithHostLabel", "SDKAppliedContentEncoding_awsQuery",
    "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", "QueryProtocolIdempotencyTokenAutoFill",
    "FlattenedQueryLists", "QueryFlattenedListArgWithXmlName", "QuerySimpleQueryMaps",
    "QuerySimpleQueryMapsWithXmlName", "QueryComplexQueryMaps", "QueryEmptyQueryMaps", "QueryQueryMapWithMemberXmlName",
    "QueryFlattenedQueryMaps", "QueryFlattenedQueryMapsWithXmlName", "QueryQueryMapOfLists",
    "QueryNestedStructWithMap", "QueryTimestampsInput", "QuerySimpleInputParamsBlob",
  ]

  @Test func writesCalls() throws {
    var written = 0
    for suite in try objects("protocol-query-input.json") {
      let shapes = try #require(suite["shapes"] as? Object)
      for each in try #require(suite["cases"] as? [Object]) {
        guard let id = each["id"] as? String, !Self.foreignInputs.contains(id) else { continue }
        let given = try #require(each["given"] as? Object)
        let version = try #require((suite["metadata"] as? Object)?["apiVersion"] as? String)
        var fields = AWSFields()
        if let shape = (given["input"] as? Object)?["shape"] as? String {
          fields = try structure(try #require(each["params"] as? Object), shape, shapes)
        }
        let call = AWSCall(.rds, try #require(given["name"] as? String), version: version, fields)
        let expected = try #require((each["serialized"] as? Object)?["body"] as? String)
        #expect(Set(call.form.split(separator: "&")) == Set(expected.split(separator: "&")), "\(id)")
        written += 1
      }
    }
    #expect(written == 21)
  }

  @Test func sortsFieldsAndEncodesAsForms() {
    var fields = AWSFields(["B": "a b+c%ü", "A": "1", "None": nil])
    fields.set("Tags", each: "Tag", [AWSFields(["Key": "team", "Value": "orders"])])
    fields.set("On", true)
    fields.set("Size", 100)
    #expect(
      AWSCall.rds("X", fields).form
        == "Action=X&Version=2014-10-31&A=1&B=a+b%2Bc%25%C3%BC&On=true&Size=100&Tags.Tag.1.Key=team&Tags.Tag.1.Value=orders"
    )
  }

  /// An answer that is empty, though its status is 200, is none here; moments, bytes and maps are for callers to read.
  private static let foreignOutputs: Set<String> = [
    "QueryEmptyInputAndEmptyOutput", "QueryNoInputAndNoOutput", "QueryNoInputAndOutput", "QueryQueryFlattenedXmlMap",
    "QueryQueryFlattenedXmlMapWithXmlName", "QueryQueryFlattenedXmlMapWithXmlNamespace", "QueryXmlBlobs",
    "QueryXmlEnums", "QueryXmlIntEnums", "QueryXmlLists",
    "QueryXmlMaps", "QueryQueryXmlMapsXmlName",
  ]

  @Test func readsAnswers() throws {
    var read = 0
    for suite in try objects("protocol-query-output.json") {
      for each in try #require(suite["cases"] as? [Object]) {
        guard let id = each["id"] as? String, !Self.foreignOutputs.contains(id) else { continue }
        let action = try #require((each["given"] as? Object)?["name"] as? String)
        let given = try #require(each["response"] as? Object)
        let response = HTTPResponse(
          status: try #require(given["status_code"] as? Int), body: Array((given["body"] as? String ?? "").utf8))
        let answers = answers(action)
        if let code = each["errorCode"] as? String {
          let failure = try #require(answers.failure(response), "\(id)")
          #expect(failure.code == code, "\(id)")
          #expect(failure.detail == each["errorMessage"] as? String ?? "", "\(id)")
        } else {
          #expect(answers.failure(response) == nil)
          expect(try answers.result(response), isLike: try #require(each["result"]), id)
        }
        read += 1
      }
    }
    #expect(read == 26)
  }

  @Test(arguments: [
    "DBEngineVersions", "DBInstances", "DBParameterGroups", "DBSecurityGroups", "DBSnapshots", "DBSubnetGroups",
    "EventCategories", "EventSubscriptions", "Events", "OptionGroups", "ReservedDBInstancesOfferings",
    "ReservedDBInstances",
  ])
  func readsRecordedAnswers(_ what: String) throws {
    let name = try #require(Self.files[what])
    let action = "Describe\(what)"
    let body = try Data(contentsOf: Self.folder.appending(path: "\(name).xml"))
    let expected = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.folder.appending(path: "\(name).json")))
    let result = try answers(action).result(HTTPResponse(status: 200, body: Array(body)))
    expect(result, isLike: expected, name)
  }

  private static let files = [
    "DBEngineVersions": "db-engine-versions", "DBInstances": "db-instances",
    "DBParameterGroups": "db-parameter-groups", "DBSecurityGroups": "db-security-groups",
    "DBSnapshots": "db-snapshots", "DBSubnetGroups": "db-subnet-groups", "EventCategories": "event-categories",
    "EventSubscriptions": "event-subscriptions", "Events": "events", "OptionGroups": "option-groups",
    "ReservedDBInstancesOfferings": "reserved-db-instances-offerings", "ReservedDBInstances": "reserved-db-instances",
  ].mapValues { "responses-rds-describe-\($0)" }

  @Test func readsTheRecordedError() throws {
    let body = try Data(contentsOf: Self.folder.appending(path: "errors-rds-describe-db-instances.xml"))
    let failure = try #require(answers("DescribeDBInstances").failure(HTTPResponse(status: 404, body: Array(body))))
    #expect(
      failure.message
        == "RDS DescribeDBInstances: DBInstanceNotFound: DBInstance foobar not found. "
        + "(HTTP 404, request b41f03f1-b7f8-11e2-9b07-955bffd33505)")
    #expect(failure.kind == .refused)
    #expect(!failure.isTransient)
  }

  @Test(arguments: [
    #"{"a":"1","a":"2"}"#, #"{"a":"1","\u0061":"2"}"#, "[1]", "", "{", #"{"a":1"#, "\u{1B}[2J", #"{"a":"1"}x"#,
  ])
  func refusesJSON(_ text: String) {
    #expect(throws: JSONFailure.self) { try readJSONObject(Array(text.utf8)) }
  }

  @Test func readsJSON() throws {
    let text = #"{"a":"1","b":{"a":"2","c":[{"a":1}]},"c":7,"d":true,"e":null,"f\"":"q,\"a\":","g":[]}"#
    let members = try readJSONObject(Array(text.utf8))
    #expect(members.text("a") == "1")
    #expect(members["b"] == .other)
    #expect(members["c"] == .whole(7))
    #expect(members["d"] == .truth(true))
    #expect(members["e"] == .null)
    #expect(members.text("f\"") == "q,\"a\":")
    #expect(try readJSONObject(Array(" { } ".utf8)).isEmpty)
  }

  private func answers(_ action: String) -> QueryAnswers {
    QueryAnswers(call: .rds(action), isWrite: false, xml: ExpatReader())
  }

  private func objects(_ name: String) throws -> [Object] {
    let data = try Data(contentsOf: Self.folder.appending(path: name))
    return try #require(JSONSerialization.jsonObject(with: data) as? [Object])
  }
}

private typealias Object = [String: Any]

/// The fields of a structure, by the model beside the case.
private func structure(_ values: Object, _ shape: String, _ shapes: Object) throws -> AWSFields {
  let members = try #require((shapes[shape] as? Object)?["members"] as? Object)
  var fields = AWSFields()
  for (name, value) in values {
    let member = try #require(members[name] as? Object)
    let shape = try #require(member["shape"] as? String)
    let model = try #require(shapes[shape] as? Object)
    let written = member["locationName"] as? String ?? name
    switch value {
    case let object as Object: fields.set(written, try structure(object, shape, shapes))
    case let list as [Any]:
      let item = try #require(model["member"] as? Object)
      let each = item["locationName"] as? String ?? "member"
      if let objects = list as? [Object], !objects.isEmpty {
        let shape = try #require(item["shape"] as? String)
        fields.set(written, each: each, try objects.map { try structure($0, shape, shapes) })
      } else {
        fields.set(written, each: each, list.map { "\($0)" })
      }
    default:
      if model["type"] as? String == "boolean" {
        fields.set(written, value as? Bool)
      } else {
        fields.set(written, "\(value)")
      }
    }
  }
  return fields
}

/// An answer says what is expected: each text, each list in its order. It may say more.
private func expect(_ element: XMLElement, isLike expected: Any, _ place: String) {
  switch expected {
  case let object as Object:
    for (name, value) in object where name != "ResponseMetadata" {
      if (value as? [Any])?.isEmpty == true, element[name] == nil { continue }
      // The one member that the model renames on the wire.
      guard let child = element[name == "doubleValue" ? "DoubleDribble" : name] else {
        Issue.record("\(place): no <\(name)>")
        continue
      }
      expect(child, isLike: value, "\(place).\(name)")
    }
  case let list as [Any]:
    #expect(element.children.count == list.count, "\(place)")
    for (child, value) in zip(element.children, list) { expect(child, isLike: value, place) }
  case let text as String:
    #expect(element.text == text, "\(place)")
  case let number as NSNumber:
    let text = element.text
    let isSame =
      ["true", "false"].contains(text)
      ? (text == "true") == number.boolValue
      : Double(text) == number.doubleValue
        || moment(text).map { Double($0.seconds) } == number.doubleValue.rounded(.down)
        || secondsSince1970(httpDate: text).map(Double.init) == number.doubleValue
    #expect(isSame, "\(place): \(text)")
  default: Issue.record("\(place): \(expected)")
  }
}

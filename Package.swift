// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A target of ours. The rings of `docs/ARCHITECTURE.md` are the order of the list below:
/// a target names only targets above itself.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], data: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: data, swiftSettings: strict)
}

let package = Package(
  name: "holdfast",
  products: [.executable(name: "holdfast", targets: ["holdfast"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
  ],
  targets: [
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLibExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CLinux"),

    // Ring 0: words that need nothing.
    module("Diagnostics"),
    module("HTTP"),
    module("SQL"),
    module("XML"),
    module("YAML", ["Diagnostics"]),

    // Ring 1: pure; no input or output, no clock, no environment.
    module("Model", ["Diagnostics"]),
    module("SpecText", ["Diagnostics", "SQL", "YAML", "Model"]),
    module("Simulator", ["Model"]),
    module("Planner", ["Diagnostics", "Model", "SQL", "Simulator"]),
    module("Rendering", ["Diagnostics", "Model", "Planner", "SQL"]),

    // Ring 2: platforms, without a server or a disk of their own.
    module("PlatformKit", ["Diagnostics", "Model", "Planner", "SQL"]),
    module("PostgresCatalog", ["Diagnostics", "Model", "Planner", "PlatformKit", "SQL"]),
    module(
      "PlatformServer",
      ["Diagnostics", "Model", "Planner", "PlatformKit", "PostgresCatalog", "SQL"]),
    module(
      "PlatformLocal",
      ["Diagnostics", "Model", "Planner", "PlatformKit", "PostgresCatalog", "SQL"]),
    module("AWSWire", ["Diagnostics", "HTTP", "Model", "PlatformKit", "SQL", "XML"]),
    module(
      "PlatformAWS",
      [
        "AWSWire", "Diagnostics", "HTTP", "Model", "Planner", "PlatformKit", "PlatformServer", "PostgresCatalog", "SQL",
        "XML",
      ]),

    // Ring 3: the outside.
    module(
      "NativeClients",
      [
        "CLibCrypto", "CLibCurl", "CLibExpat", "CLibPQ", "CLibYAML", "CLinux", "Diagnostics", "HTTP", "Model",
        "PlatformKit", "SQL", "XML", "YAML",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    module("Execution", ["Diagnostics", "Model", "Simulator", "Planner", "PlatformKit", "SQL", "NativeClients"]),

    // Ring 4: the program.
    module(
      "Commands",
      [
        "Diagnostics", "SQL", "YAML", "Model", "SpecText", "Simulator", "Planner", "Rendering",
        "PlatformAWS", "PlatformKit", "PostgresCatalog", "PlatformServer", "PlatformLocal", "NativeClients", "HTTP",
        "Execution",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "holdfast", dependencies: ["Commands"], swiftSettings: strict),

    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("YAMLReadingTests", ["Diagnostics", "NativeClients", "YAML"]),
    tests("SpecTextTests", ["Diagnostics", "Model", "NativeClients", "SpecText", "YAML"]),
    // Beside the rings: what live tests stand on. No product depends on it.
    .target(name: "TestServers", path: "Tests/TestServers", exclude: ["aws"], swiftSettings: strict),
    tests("TestServersTests", ["TestServers"], data: ["RDSStandIn"]),
    tests(
      "ExecutionTests",
      ["Diagnostics", "Execution", "Model", "NativeClients", "PlanLaws", "Planner", "PlatformKit", "SQL", "Simulator"]),
    tests(
      "CommandsTests",
      [
        "Commands", "Diagnostics", "Execution", "Model", "NativeClients", "PlanLaws", "Planner", "PlatformAWS",
        "PlatformKit", "Simulator", "SpecText", "TestServers",
      ]),
    tests("HTTPTests", ["HTTP"]),
    tests(
      "AWSWireTests",
      ["AWSWire", "HTTP", "Model", "NativeClients", "PlatformKit", "SQL", "TestServers", "XML"], data: ["Python"]),
    tests("SQLTests", ["SQL"]),
    tests("RenderingTests", ["Diagnostics", "Model", "Planner", "Rendering", "SQL"], data: ["Goldens"]),
    tests(
      "PlatformServerTests",
      [
        "Diagnostics", "Model", "NativeClients", "Planner", "PlatformKit", "PlatformServer", "PostgresCatalog",
        "SQL", "TestServers",
      ]),
    tests(
      "PlatformAWSTests",
      [
        "AWSWire", "Diagnostics", "HTTP", "Model", "NativeClients", "PlatformAWS", "Planner", "PlatformKit", "SQL",
        "Simulator", "TestServers", "XML",
      ]),
    // What holds of every plan; the planner's own tests and the scenarios are held to it.
    .target(
      name: "PlanLaws", dependencies: ["Diagnostics", "Model", "Planner", "Simulator"], path: "Tests/PlanLaws",
      swiftSettings: strict),
    tests(
      "PostgresCatalogTests",
      [
        "Diagnostics", "Model", "NativeClients", "PlanLaws", "Planner", "PlatformKit", "PostgresCatalog", "SQL",
        "Simulator",
        "TestServers",
      ]),
    tests("PlannerTests", ["Diagnostics", "Model", "Planner", "PlanLaws", "Simulator"]),
    // Random specs against random servers, real ones; `make soak` runs them by the thousand.
    tests(
      "SoakTests",
      [
        "Diagnostics", "Model", "NativeClients", "PlanLaws", "Planner", "PlatformKit", "PlatformServer",
        "PostgresCatalog", "SQL", "TestServers",
      ]),
    tests("ReferenceTests", ["Execution", "Model", "SpecText", "TestServers"]),
    // The built program, as a user runs it.
    tests("LiveTests", ["TestServers"]),
    tests(
      "ScenarioTests",
      [
        "Diagnostics", "Model", "NativeClients", "PlanLaws", "Planner", "PlatformAWS", "PlatformKit", "PlatformLocal",
        "PlatformServer",
        "Rendering", "SpecText", "YAML",
      ], data: ["Scenarios"]),
    tests("NativeClientsTests", ["HTTP", "NativeClients", "PlatformKit", "SQL", "TestServers", "XML"]),
    tests(
      "PlatformLocalTests",
      [
        "Diagnostics", "Model", "NativeClients", "Planner", "PlatformKit", "PlatformLocal", "SQL", "Simulator",
        "TestServers",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
